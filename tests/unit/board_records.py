"""The whole of a board's sensors as records, beside what the board is known to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from emulated_boards import FakeClock, expected, materialise, stored

from edgetop.export.board import board_record
from edgetop.sensors.board import Board
from edgetop.sensors.discovery import providers_for
from edgetop.sensors.files import Sysroot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from edgetop.readings import BoardReadings
    from edgetop.sensors.provider import Clock, Provider

Record = dict[str, Any]

TIMEOUT_S = 20.0
"""More than enough for a busy machine; nothing waits that long."""


class Patient:
    """A provider that is asked at the start and at each refresh, never in between.

    A reading between the writing of a tree and the step of the clock would see counters that
    jump at one moment and stand still afterwards.
    """

    period_s = 600.0

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)


def board_of(folder: Path, clock: Clock) -> Board:
    """The board of a tree; an NVIDIA GPU of this machine is no part of it."""
    providers = [
        Patient(provider)
        for provider in providers_for(Sysroot(folder), clock)
        if provider.name != "nvml"
    ]
    return Board(folder, providers, clock)


def record_of(board: Board) -> Record:
    """The latest readings as `edgetop sensors --json` would print them."""
    known = board.identity()
    return board_record(
        board.read(),
        model=known.model,
        board_id=known.id,
        release=known.release,
        time_unix_s=0.0,
    )


class EmulatedBoard:
    """A board of the collection, read at its beginning and, if asked, one second later.

    Args:
        name: One of `SEVEN_BOARDS`.
        folder: Where its tree will be.
        prepare: What is done to the tree before anything is read.
    """

    def __init__(self, name: str, folder: Path, prepare: Callable[[Path], object] = bool) -> None:
        self.name = name
        self.clock = FakeClock()
        self.folder = materialise(name, folder)
        prepare(folder)
        self.board = board_of(folder, self.clock)

    def __enter__(self) -> EmulatedBoard:  # noqa: PYI034  Self came with Python 3.11
        self.board.start(TIMEOUT_S)
        return self

    def __exit__(self, *_: object) -> None:
        self.board.close()

    def read(self) -> BoardReadings:
        """What the sensors said last."""
        return self.board.read()

    def record(self) -> Record:
        """The same as a record."""
        return record_of(self.board)

    def pass_a_second(self) -> None:
        """One second later."""
        materialise(self.name, self.folder, at="1s")
        self.clock.now_s += 1.0
        self.board.refresh(TIMEOUT_S)


def rows(record: Record, kind: str, label: str | None = None, unit: str | None = None):
    """The rows of a kind, and of a label and a unit if they are given."""
    return [
        row
        for row in record["sensors"]
        if row["kind"] == kind
        and label in (None, row["label"])
        and unit in (None, row["unit"])
        and row["source"] != "NVML"
    ]


def only(record: Record, kind: str, label: str, unit: str | None = None) -> Record:
    """The one row that is called so."""
    (row,) = rows(record, kind, label, unit)
    return row


def wrong_rows(board: str, record: Record, *, later: bool, as_root: bool = True) -> list[str]:
    """In words, every row that is not as the board is known to say.

    One second later that is what is known of then, and everything that has not changed.

    Args:
        board: One of `SEVEN_BOARDS`.
        record: What was read of it.
        later: It was read one second after the beginning.
        as_root: By somebody who may read everything.
    """
    first, second = (
        [row for row in expected(board)[key] if as_root or not row.get("needs_root")]
        for key in ("sensors", "sensors_1s")
    )
    told = {(row["kind"], row["label"]) for row in second} if later else set()
    lasting = [row for row in first if (row["kind"], row["label"]) not in told]
    unknown = _changed_sources(board) if later else frozenset()
    return [
        f"{row['kind']} {row['label']}: {fault}"
        for rows_of_then, excused in ((second if later else [], frozenset()), (lasting, unknown))
        for row in rows_of_then
        for fault in _faults(row, record, excused)
    ]


def _changed_sources(board: str) -> frozenset[str]:
    """What says something else one second later."""
    known = stored(board)
    return frozenset({f"/{path}" for path in known["later"]} | set(known.get("later_commands", ())))


def _faults(known: Record, record: Record, excused: frozenset[str]) -> Iterator[str]:
    found = rows(record, known["kind"], known["label"], known["unit"])
    if len(found) != 1:
        yield f"{len(found)} rows"
        return
    row = found[0]
    if row["value"] != _about(known["value"]) and row["source"] not in excused:
        yield f"{row['value']} instead of {known['value']} ({row['reason']})"
    if (role := known.get("role", row["role"])) != row["role"]:
        yield f"role {row['role']} instead of {role}"
    maximum = known.get("total", known.get("max"))
    if maximum is not None and row["maximum"] != pytest.approx(maximum, rel=1e-6):
        yield f"at most {row['maximum']} instead of {maximum}"
    for key in {"now", "since_boot"} & set(known):
        if row[key] != known[key]:
            yield f"{key} {row[key]} instead of {known[key]}"
    yield from _core_faults(known, record)


def _about(value: float) -> Any:
    """The value within 0.1 %, or one in its last digit."""
    digits = len(str(value).partition(".")[2])
    return pytest.approx(value, rel=1e-3, abs=min(0.01, 10.0**-digits))


def _core_faults(known: Record, record: Record) -> Iterator[str]:
    for number, percent in enumerate(known.get("per_core", ())):
        core = only(record, known["kind"], f"{known['label']}{number}")
        if core["value"] != pytest.approx(percent, abs=0.01):
            yield f"core {number} {core['value']} instead of {percent}"


def with_values(found: Sequence[Record]) -> list[Record]:
    """The rows that have one."""
    return [row for row in found if row["value"] is not None]
