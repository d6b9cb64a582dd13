"""Temperatures, and what holds the board back."""

from __future__ import annotations

import textwrap
import time
from typing import TYPE_CHECKING

from edgetop.paint.bars import gauge
from edgetop.paint.numbers import fixed
from edgetop.paint.rows import Row, fit, join, width_of
from edgetop.readings import Kind
from edgetop.ui.panels.parts import NUMBER_WIDTH, history, unknown
from edgetop.ui.panels.versus import compared, difference

if TYPE_CHECKING:
    from edgetop.readings import SensorReading, Throttle
    from edgetop.sample import Sample
    from edgetop.ui.view import View

_SCALE_C = 100.0
"""Of a zone that does not tell its limit."""
_NEAR_LIMIT = 0.9
_LABEL_WIDTH = 14
_ENDINGS = ("-thermal", "_thermal", "-therm", "_temp")
"""Of a zone's name, which the panel's title says already."""
_LEAST_CHART = 3
_MOST_LINES = 2
"""Of what held the board back since boot."""


def no_temperature(view: View) -> bool:
    """This board shows neither temperatures nor throttling."""
    sample = view.sample
    return sample is not None and not (
        sample.board.of_kind(Kind.TEMPERATURE) or sample.board.of_kind(Kind.THROTTLE)
    )


def temperature(view: View, width: int, height: int) -> list[Row]:
    """The zones, hottest first, the throttle state, fans, and the hottest over time."""
    sample = view.sample
    if sample is None:
        return []
    if no_temperature(view):
        reason = sample.board.temperature_c.words or "no sensor"
        return [unknown(reason, view)][: max(0, height)]
    zones = [
        item
        for item in sorted(sample.board.of_kind(Kind.TEMPERATURE), key=_coldness)
        if item.sensor.role != "static"
    ]
    status = [*_versus(view), *_throttle(view, sample, width), *_fans(view, sample)]
    room = max(0, height - len(status))
    wants_chart = room >= 7
    shown = zones[: max(1, room - 5 if wants_chart else room)]
    # As wide as the longest of all: which zones are the hottest changes, the bars stay.
    label_width = max((len(_short(item.sensor.label)) for item in zones), default=0)
    label_width = min(_LABEL_WIDTH, label_width)
    rows = [_zone(view, item, label_width, width) for item in shown]
    rows += status
    if height - len(rows) >= _LEAST_CHART:
        rows += history(view, "temperature_c", width, height - len(rows), "temperature")
    return rows[: max(0, height)]


def _short(label: str) -> str:
    """A zone without the words that all of them have."""
    for ending in _ENDINGS:
        if label.endswith(ending):
            return label.removesuffix(ending)
    return label


def _versus(view: View) -> list[Row]:
    """The hottest zone against that of A."""
    than_a = compared(view)
    if than_a is None or than_a.temperature_c_difference is None:
        return []
    return [difference(than_a.temperature_c_difference, f"{view.symbols.degree}C")]


def _coldness(item: SensorReading) -> float:
    return -(item.value if item.value is not None else -1000.0)


def _zone(view: View, item: SensorReading, label_width: int, width: int) -> Row:
    label = fit(((_short(item.sensor.label), "dim"),), label_width, view.symbols.ellipsis)
    limit_c = item.sensor.maximum or _SCALE_C
    head = join(
        (fixed(item.value, NUMBER_WIDTH, decimals=1, dash=view.symbols.dash),
         _ink(item.value, limit_c)),
        (f" {view.symbols.degree}C ", "dim"),
        label,
    )  # fmt: skip
    if item.value is None:
        return join(head, (f" {item.reading.words}", "dim"))
    tail = f" of {limit_c:.0f}" if item.sensor.maximum else ""
    room = width - width_of(head) - 1 - len(tail)
    if room < 4:
        return head
    colour = "chart.temperature.6"
    return join(head, (" ", "text"), gauge(item.value / limit_c, room, view.symbols, colour),
                (tail, "dim"))  # fmt: skip


def _ink(value: float | None, limit_c: float) -> str:
    """Near the point at which the board switches off the number itself warns."""
    if value is None:
        return "dim"
    return "warn" if value >= _NEAR_LIMIT * limit_c else "number"


def _throttle(view: View, sample: Sample, width: int) -> list[Row]:
    """What holds the board back now and since when; else whether anything ever did."""
    now = sample.board.throttle
    if now:
        return [row for item in now for row in _held_back(view, sample, item, width)]
    known = [item for item in sample.board.of_kind(Kind.THROTTLE) if item.value is not None]
    if not known:
        return []
    before = "; ".join(sample.board.throttled_before)
    text = f"not throttled now; since boot: {before}" if before else "not throttled"
    lines = textwrap.wrap(
        text,
        max(12, width - NUMBER_WIDTH - 1),
        max_lines=_MOST_LINES,
        placeholder=f" {view.symbols.ellipsis}",
    )
    return [((f"{'':{NUMBER_WIDTH + 1}}{line}", "dim"),) for line in lines]


def _held_back(view: View, sample: Sample, item: Throttle, width: int) -> list[Row]:
    """What holds the board back, and since when; in two rows where one is too short."""
    began = f" since {_began(sample, item.since_s)}" if item.since_s is not None else ""
    head, cause = f"{view.symbols.throttled} throttled{began}", f"{item.source}: {item.cause}"
    if len(head) + 2 + len(cause) <= width:
        return [((f"{head}  {cause}", "alert"),)]
    return [((head, "alert"),), ((f"  {cause}", "alert"),)]


def _began(sample: Sample, since_s: float) -> str:
    """Local time of a moment; it stands still while the throttling lasts."""
    unix_s = sample.time_unix_s - (sample.monotonic_s - since_s)
    return time.strftime("%H:%M:%S", time.localtime(unix_s))


def _fans(view: View, sample: Sample) -> list[Row]:
    """Drive and speed of all fans in one row; a fan without a value has a row with its reason."""
    fans = sample.board.of_kind(Kind.FAN)
    spans: list[Row] = []
    rows: list[Row] = []
    for item in fans:
        text = fixed(item.value, NUMBER_WIDTH, decimals=0, dash=view.symbols.dash)
        words = item.reading.words or item.reading.detail
        cell = join((text, "text"), (f" {item.sensor.unit}", "dim"))
        if words:
            rows.append(join(cell, (f" {item.sensor.label} fan {words}", "dim")))
        else:
            spans.append(cell)
    if spans:
        rows.insert(0, join(*(join(cell, (" ", "text")) for cell in spans), ("fan", "dim")))
    return rows
