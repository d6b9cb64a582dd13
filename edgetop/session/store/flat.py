"""A sample as one row: a value per path, and apart from them what seldom changes."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from edgetop import readings, sample
from edgetop.readings import Reading, Reason, Sensor, SensorReading
from edgetop.sample import Histogram, Run, Sample
from edgetop.session.store.plain import clean, from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_APART = frozenset({"run", "events", "histogram", "board.sensors", "board.power.time_s"})
"""Of a sample: these are kept elsewhere, or follow from its time."""
_NOTES = "board.notes"
_SENSOR = "sensor."
LAST_UNIX_S = 253_402_300_800.0
"""The year 10000, which calendars do not know."""
_PLAIN = ("ok", "", "")
"""Reason, detail and memory of a reading that needs no note."""


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a row."""

    path: str
    kind: str
    """``f`` a number, ``s`` seconds to the microsecond, ``i`` a whole number, ``t`` text."""


@dataclass(frozen=True, slots=True)
class Row:
    """A sample without its events."""

    run: str
    """The facts of the run, as JSON."""
    sensors: str
    """The sensors that the board had, as JSON; their values are columns."""
    values: Mapping[str, Any]
    """By the path of the column; None = unknown."""
    edges_ms: tuple[float, ...]
    """Of the histogram."""
    counts: tuple[int, ...]


def columns(sensors: int) -> tuple[Column, ...]:
    """The columns of a row with so many sensors."""
    more = tuple(Column(f"{_SENSOR}{index}", "f") for index in range(sensors))
    return (*_columns(), Column(_NOTES, "t"), *more)


@cache
def _columns() -> tuple[Column, ...]:
    return tuple(Column(leaf.path, leaf.kind) for leaf in _leaves(Sample, ""))


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A field somewhere below the sample that is stored as one value."""

    path: str
    kind: str
    hint: Any


def _leaves(owner: type, prefix: str) -> Iterator[_Leaf]:
    for name, hint in _hints(owner).items():
        path = prefix + name
        if path in _APART:
            continue
        if is_dataclass(hint) and hint is not Reading:
            assert isinstance(hint, type)
            yield from _leaves(hint, f"{path}.")
        else:
            yield _Leaf(path, _kind(name, hint), hint)


@cache
def _hints(owner: type) -> dict[str, Any]:
    hints = get_type_hints(owner, vars(sample) | vars(readings))
    return {field.name: hints[field.name] for field in fields(owner)}


def _kind(name: str, hint: Any) -> str:
    kinds = {type_ for type_ in get_args(hint) or (hint,) if type_ is not type(None)}
    if kinds & {float, Reading}:
        return "s" if name.endswith("_s") else "f"
    return "i" if kinds == {int} else "t"


class Flattener:
    """Makes rows of samples.

    What seldom changes is the same object from sample to sample, so its text is kept.
    """

    def __init__(self) -> None:
        self._texts: dict[str, tuple[Any, str]] = {}

    def row(self, sample: Sample) -> Row:
        """The row of a sample."""
        values: dict[str, Any] = {}
        notes: dict[str, tuple[str, str, str]] = {}
        self._take(sample, "", values, notes)
        sensors = sample.board.sensors
        for index, item in enumerate(sensors):
            self._read(f"{_SENSOR}{index}", item.reading, values, notes)
        values[_NOTES] = json.dumps(notes) if notes else ""
        return Row(
            run=self._text("run", sample.run),
            sensors=self._text("sensors", tuple(item.sensor for item in sensors)),
            values=values,
            edges_ms=sample.histogram.edges_ms,
            counts=sample.histogram.counts,
        )

    def _take(self, part: Any, prefix: str, values: dict[str, Any], notes: dict[str, Any]) -> None:
        owner: type = type(part)
        for name, hint in _hints(owner).items():
            path = prefix + name
            if path in _APART:
                continue
            value = getattr(part, name)
            if hint is Reading:
                self._read(path, value, values, notes)
            elif is_dataclass(hint):
                self._take(value, f"{path}.", values, notes)
            elif isinstance(value, Enum):
                values[path] = value.value
            elif isinstance(value, float):
                values[path] = value if math.isfinite(value) else None
            elif value is None or isinstance(value, (int, str)):
                values[path] = value
            else:
                values[path] = self._text(path, value)

    def _read(
        self, path: str, reading: Reading, values: dict[str, Any], notes: dict[str, Any]
    ) -> None:
        value = reading.value
        values[path] = value if value is not None and math.isfinite(value) else None
        note = (reading.reason.value, reading.detail, reading.since_boot)
        if note != _PLAIN:
            notes[path] = note

    def _text(self, path: str, value: Any) -> str:
        before, text = self._texts.get(path, (None, ""))
        if before is None or before != value:
            text = to_text(value)
            self._texts[path] = (value, text)
        return text


class Restorer:
    """Makes samples of rows; the reverse of `Flattener`.

    Times of single readings are not kept: a reading is taken to be of its sample's moment.
    """

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, str], Any] = {}

    def sample(self, row: Row) -> Sample:
        """The sample of a row, without its events.

        Raises:
            ValueError: The row is not that of a sample.
        """
        if not 0 <= (row.values.get("time_unix_s") or 0) < LAST_UNIX_S:
            raise ValueError("a time that no calendar has")
        notes = self._notes(row.values.get(_NOTES) or "")
        sensors: tuple[Sensor, ...] = self._parse("sensors", row.sensors, tuple[Sensor, ...])
        moment_s = float(row.values.get("monotonic_s") or 0.0)
        extra = {
            "run": self._parse("run", row.run, Run),
            "histogram": Histogram(row.edges_ms, row.counts),
            "board.sensors": tuple(
                SensorReading(sensor, _reading(f"{_SENSOR}{index}", row.values, notes, moment_s))
                for index, sensor in enumerate(sensors)
            ),
            "board.power.time_s": moment_s,
        }
        try:
            made: Sample = self._build(Sample, "", row.values, notes, extra, moment_s)
        except (TypeError, AttributeError) as error:
            raise ValueError(f"not a sample: {error}") from error
        return made

    def _build(
        self,
        owner: type,
        prefix: str,
        values: Mapping[str, Any],
        notes: dict[str, Any],
        extra: dict[str, Any],
        moment_s: float,
    ) -> Any:
        made: dict[str, Any] = {}
        for name, hint in _hints(owner).items():
            path = prefix + name
            if path in extra:
                made[name] = extra[path]
            elif hint is Reading:
                made[name] = _reading(path, values, notes, moment_s)
            elif is_dataclass(hint):
                assert isinstance(hint, type)
                made[name] = self._build(hint, f"{path}.", values, notes, extra, moment_s)
            elif path in values:
                made[name] = self._value(path, hint, values[path])
        return owner(**made)

    def _value(self, path: str, hint: Any, value: Any) -> Any:
        if value is None:
            if type(None) not in get_args(hint):
                raise ValueError(f"{path} is unknown, and may not be")
            return None
        if hint in (int, float):
            return value
        if hint is str:
            return clean(value)
        if isinstance(hint, type) and issubclass(hint, Enum):
            return hint(value)
        if get_origin(hint) is tuple or any(map(is_dataclass, get_args(hint))):
            return self._parse(path, value, hint)
        return value

    def _parse(self, path: str, text: str, kind: Any) -> Any:
        key = (path, text)
        if key not in self._parsed:
            if len(self._parsed) > _MOST_PARSED:
                self._parsed.clear()
            self._parsed[key] = from_text(kind, text)
        return self._parsed[key]

    def _notes(self, text: str) -> dict[str, Any]:
        notes: dict[str, Any] = (
            self._parse(_NOTES, text, dict[str, tuple[str, str, str]]) if text else {}
        )
        return notes


_MOST_PARSED = 512


def _reading(
    path: str, values: Mapping[str, Any], notes: Mapping[str, Any], moment_s: float
) -> Reading:
    reason, detail, since_boot = notes.get(path, _PLAIN)
    return Reading(values.get(path), Reason(reason), detail, moment_s, since_boot)
