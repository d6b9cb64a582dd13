"""Writes one session into the database while it happens."""

from __future__ import annotations

import secrets
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from edgetop.session.store import block, rows, schema
from edgetop.session.store.flat import Column, Flattener, Row, columns
from edgetop.session.store.plain import to_text
from edgetop.session.store.processes import this_process
from edgetop.stats.soak import Soak

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from edgetop.sample import Sample
    from edgetop.stats.minute import Minute


class _Open:
    """The block that still grows.

    Args:
        first: Number of its first sample in the session.
        run: Of its samples.
        row: Its first.
        sensors: How many the board had.
    """

    def __init__(self, first: int, run: int, row: Row, sensors: int) -> None:
        self._first_number = first
        self._run = run
        self._first = self._last = row
        its_columns = columns(sensors)
        self._columns = _columns_text(its_columns)
        self._growing = block.Growing(its_columns)

    @property
    def full(self) -> bool:
        """It takes no more."""
        return self._growing.rows >= block.MOST_ROWS

    def fits(self, row: Row, run: int) -> bool:
        """Whether a row can be one of it."""
        first = self._first
        return (self._run, first.run, first.sensors) == (run, row.run, row.sensors)

    def add(self, row: Row) -> None:
        """Take a row that fits."""
        self._last = row
        self._growing.add(row)

    def encoded(self) -> rows.Block:
        """It as it is written."""
        return rows.Block(
            first=self._first_number,
            samples=self._growing.rows,
            run=self._run,
            start_s=self._first.values["elapsed_s"],
            end_s=self._last.values["elapsed_s"],
            columns=self._columns,
            facts=self._first.run,
            sensors=self._first.sensors,
            data=self._growing.encoded(),
        )


@lru_cache(8)
def _columns_text(its_columns: tuple[Column, ...]) -> str:
    return to_text(its_columns)


class Batch(NamedTuple):
    """What is new of a session."""

    session: rows.SessionRow
    blocks: list[rows.Block]
    closed: int
    """So many of the blocks do not grow any more."""
    events: list[rows.StoredEvent]
    runs: list[rows.StoredRun]
    minutes: list[Minute]
    hashes: dict[int, str]
    texts: dict[str, int]
    """Numbers of texts that the database has; writing adds to them."""


class SessionWriter:
    """One session on its way into the database.

    `add` takes samples, `batch` is what is new of them, to be written in another thread if need
    be, and `committed` says that it was. What could not be written, for want of room, stays in
    memory, as few bytes as on disk, and is part of the next batch.

    Args:
        facts: What is known of the session from its start.
        started_unix_s: When it began.
        name: Its ID; None = a new one.
    """

    def __init__(
        self, facts: Mapping[str, Any], started_unix_s: float, name: str | None = None
    ) -> None:
        self.id = name or new_id(started_unix_s)
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
        self._process = this_process()
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
        number = sample.run.number
        if place is None or not place.fits(row, number):
            self._close_block()
            place = self._open = _Open(self.samples, number, row, len(sample.board.sensors))
        place.add(row)
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
        if place.full:
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

    def batch(self) -> Batch:
        """All that is new since the last commit; later samples do not change it."""
        growing = [self._open.encoded()] if self._open is not None else []
        size_bytes = self._closed_bytes + sum(len(item.data) for item in growing)
        return Batch(
            session=rows.SessionRow(
                self.id, self.started_unix_s, self.ended_unix_s, self._process,
                to_text(self.facts), to_text(tuple(self.models)), self.samples, self.runs,
                self.duration_s, size_bytes,
            ),
            blocks=[*self._closed, *growing],
            closed=len(self._closed),
            events=list(self._events),
            runs=[
                rows.StoredRun(number, facts, self._hashes.get(number), histogram)
                for number, (facts, histogram) in self._runs.items()
            ],
            minutes=[
                row for row in self._soak.minutes() if row.elapsed_s >= self._minutes_from_s
            ],
            hashes=dict(self._hashes),
            texts=dict(self._texts),
        )  # fmt: skip

    def committed(self, batch: Batch) -> None:
        """The batch is in the database."""
        self.begun = True
        self._texts = batch.texts
        del self._closed[: batch.closed]
        del self._events[: len(batch.events)]
        if batch.minutes:
            self._minutes_from_s = batch.minutes[-1].elapsed_s
        # Of earlier runs nothing new will come.
        self._runs = {n: value for n, value in self._runs.items() if n >= batch.session.runs}

    def commit(self, connection: sqlite3.Connection) -> None:
        """Write all that is new; if it fails, nothing was written and nothing is lost.

        Raises:
            sqlite3.Error: There is no room, no permission, or the file is damaged.
        """
        batch = self.batch()
        write_batch(connection, batch)
        self.committed(batch)


def write_batch(connection: sqlite3.Connection, batch: Batch) -> None:
    """Write what is new of a session, all of it or nothing.

    Raises:
        sqlite3.Error: There is no room, no permission, or the file is damaged.
    """
    session = batch.session.id
    with schema.transaction(connection):
        rows.write_session(connection, batch.session)
        for item in batch.blocks:
            rows.write_block(connection, session, item, batch.texts)
        rows.write_events(connection, session, batch.events)
        for run in batch.runs:
            rows.write_run(connection, session, run)
        rows.write_minutes(connection, session, batch.minutes)
        # The hash of a large file may come when its run is over.
        connection.executemany(
            "UPDATE runs SET model_sha256 = ? WHERE session = ? AND number = ?",
            [(sha256, session, number) for number, sha256 in batch.hashes.items()],
        )


def new_id(started_unix_s: float) -> str:
    """A name for a session: the UTC time of its start and four random hexadecimal digits."""
    try:
        moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(started_unix_s))
    except (OverflowError, ValueError, OSError):
        moment = "00000000-000000"
    return f"{moment}-{secrets.token_hex(2)}"
