"""Writes one session into the database while it happens."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edgetop.session.store import block, rows, schema
from edgetop.session.store.flat import Column, Flattener, Row, columns
from edgetop.session.store.plain import to_text
from edgetop.session.store.processes import this_process
from edgetop.stats.soak import Soak

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from edgetop.sample import Sample
    from edgetop.stats.soak import Minute


@dataclass(slots=True)
class _Open:
    """The block that still grows."""

    first: int
    run: int
    columns: tuple[Column, ...]
    taken: list[Row] = field(default_factory=list)

    def encoded(self) -> rows.Block:
        first, last = self.taken[0], self.taken[-1]
        return rows.Block(
            first=self.first,
            samples=len(self.taken),
            run=self.run,
            start_s=first.values["elapsed_s"],
            end_s=last.values["elapsed_s"],
            columns=to_text(self.columns),
            facts=first.run,
            sensors=first.sensors,
            data=block.encode(self.columns, self.taken),
        )


class SessionWriter:
    """One session on its way into the database.

    `add` takes samples, `commit` writes what is new. What a commit could not write, for want of
    room, stays in memory as few bytes as on disk, and the next commit tries again.

    Args:
        facts: What is known of the session from its start.
        started_unix_s: When it began.
    """

    def __init__(self, facts: Mapping[str, Any], started_unix_s: float) -> None:
        self.id = new_id(started_unix_s)
        self.started_unix_s = started_unix_s
        self.ended_unix_s: float | None = None
        self.samples = 0
        self.duration_s = 0.0
        self.facts = dict(facts)
        self.models: dict[str, None] = {}
        """Titles of what ran, in order."""
        self.runs = 0
        self.begun = False
        """Some of it is in the database."""
        self._flattener = Flattener()
        self._open: _Open | None = None
        self._closed: list[rows.Block] = []
        self._events: list[rows.StoredEvent] = []
        self._event_count = 0
        self._runs: dict[int, tuple[str, str]] = {}
        self._hashes: dict[int, str] = {}
        self._texts: dict[str, int] = {}
        self._closed_bytes = 0
        self._soak = Soak()
        self._minutes_from_s = 0.0

    def add(self, sample: Sample) -> None:
        """Take a sample; nothing is written yet."""
        row = self._flattener.row(sample)
        self._soak.add(sample)
        place = self._open
        if place is None or not _fits(place, row, sample.run.number):
            self._close_block()
            number_of_sensors = len(sample.board.sensors)
            place = self._open = _Open(self.samples, sample.run.number, columns(number_of_sensors))
        place.taken.append(row)
        for event in sample.events:
            self._events.append(
                rows.StoredEvent(self._event_count, self.samples, sample.elapsed_s, event)
            )
            self._event_count += 1
        histogram = sample.histogram
        self._runs[sample.run.number] = (row.run, to_text([histogram.edges_ms, histogram.counts]))
        self.runs = max(self.runs, sample.run.number)
        self.models.setdefault(sample.run.model)
        self.samples += 1
        self.duration_s = max(self.duration_s, sample.elapsed_s)
        if len(place.taken) >= block.MOST_ROWS:
            self._close_block()

    def add_hash(self, run: int, sha256: str) -> None:
        """The hash of the model file of a run."""
        self._hashes[run] = sha256

    def start_over(self) -> None:
        """The database is another one from now on, with nothing of this session in it."""
        self.begun = False
        self._minutes_from_s = 0.0
        self._texts = {}

    def _close_block(self) -> None:
        if self._open is not None:
            self._closed.append(self._open.encoded())
            self._closed_bytes += len(self._closed[-1].data)
            self._open = None

    @property
    def unsaved(self) -> list[rows.Block]:
        """What the last commit could not write, and what came after it."""
        return [*self._closed, *([self._open.encoded()] if self._open is not None else [])]

    @property
    def unsaved_runs(self) -> list[rows.StoredRun]:
        """The runs of which something new has come."""
        return [
            rows.StoredRun(number, facts, self._hashes.get(number), histogram)
            for number, (facts, histogram) in self._runs.items()
        ]

    @property
    def unsaved_events(self) -> list[rows.StoredEvent]:
        """Events that no commit has written yet."""
        return list(self._events)

    @property
    def unsaved_minutes(self) -> list[Minute]:
        """The minutes of which something new has come."""
        return [row for row in self._soak.minutes() if row.elapsed_s >= self._minutes_from_s]

    def _row(self, size_bytes: int) -> rows.SessionRow:
        return rows.SessionRow(
            self.id, self.started_unix_s, self.ended_unix_s, this_process(), to_text(self.facts),
            to_text(tuple(self.models)), self.samples, self.runs, self.duration_s, size_bytes,
        )  # fmt: skip

    def commit(self, connection: sqlite3.Connection) -> None:
        """Write all that is new; if it fails, nothing was written and nothing is lost.

        Raises:
            sqlite3.Error: There is no room, no permission, or the file is damaged.
        """
        blocks = self.unsaved
        texts = dict(self._texts)
        minutes = self.unsaved_minutes
        growing = len(blocks[-1].data) if self._open is not None else 0
        with schema.transaction(connection):
            rows.write_session(connection, self._row(self._closed_bytes + growing))
            for item in blocks:
                rows.write_block(connection, self.id, item, texts)
            rows.write_events(connection, self.id, self._events)
            for run in self.unsaved_runs:
                rows.write_run(connection, self.id, run)
            rows.write_minutes(connection, self.id, minutes)
            # The hash of a large file may come when its run is over.
            connection.executemany(
                "UPDATE runs SET model_sha256 = ? WHERE session = ? AND number = ?",
                [(sha256, self.id, number) for number, sha256 in self._hashes.items()],
            )
        self.begun = True
        self._minutes_from_s = minutes[-1].elapsed_s if minutes else 0.0
        self._texts = texts
        self._closed.clear()
        self._events.clear()
        # Of earlier runs nothing new will come.
        self._runs = {n: value for n, value in self._runs.items() if n == self.runs}


def _fits(place: _Open, row: Row, run: int) -> bool:
    first = place.taken[0]
    return (place.run, first.run, first.sensors) == (run, row.run, row.sensors)


def new_id(started_unix_s: float) -> str:
    """A name for a session: the UTC time of its start and four random hexadecimal digits."""
    try:
        moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(started_unix_s))
    except (OverflowError, ValueError, OSError):
        moment = "00000000-000000"
    return f"{moment}-{secrets.token_hex(2)}"
