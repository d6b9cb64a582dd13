"""Writes one session into the database while it happens."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from edgetop.session.store import block, schema
from edgetop.session.store.flat import Column, Flattener, Row, columns
from edgetop.session.store.plain import to_text
from edgetop.session.store.processes import this_process

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from edgetop.sample import Event, Sample
    from edgetop.session.store.reading import Recorded


class Block(NamedTuple):
    """Consecutive samples of one run, encoded."""

    first: int
    samples: int
    run: int
    start_s: float
    end_s: float
    columns: str
    facts: str
    sensors: str
    data: bytes


class StoredEvent(NamedTuple):
    """An event and the sample that brought it."""

    number: int
    sample: int
    elapsed_s: float
    event: Event


class StoredRun(NamedTuple):
    """A run as it is listed."""

    number: int
    facts: str
    """Its `Run` as JSON, as of its last sample."""
    model_sha256: str | None
    histogram: str
    """Edges in ms and counts of the whole run, as JSON."""


@dataclass(slots=True)
class _Open:
    """The block that still grows."""

    first: int
    run: int
    columns: tuple[Column, ...]
    rows: list[Row] = field(default_factory=list)

    def encoded(self) -> Block:
        first, last = self.rows[0], self.rows[-1]
        return Block(
            first=self.first,
            samples=len(self.rows),
            run=self.run,
            start_s=first.values["elapsed_s"],
            end_s=last.values["elapsed_s"],
            columns=to_text(self.columns),
            facts=first.run,
            sensors=first.sensors,
            data=block.encode(self.columns, self.rows),
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
        self._closed: list[Block] = []
        self._events: list[StoredEvent] = []
        self._event_count = 0
        self._runs: dict[int, tuple[str, str]] = {}
        self._hashes: dict[int, str] = {}
        self._texts: dict[str, int] = {}
        self._closed_bytes = 0

    def add(self, sample: Sample) -> None:
        """Take a sample; nothing is written yet."""
        row = self._flattener.row(sample)
        place = self._open
        if place is None or not _fits(place, row, sample.run.number):
            self._close_block()
            number_of_sensors = len(sample.board.sensors)
            place = self._open = _Open(self.samples, sample.run.number, columns(number_of_sensors))
        place.rows.append(row)
        for event in sample.events:
            self._events.append(
                StoredEvent(self._event_count, self.samples, sample.elapsed_s, event)
            )
            self._event_count += 1
        histogram = sample.histogram
        self._runs[sample.run.number] = (row.run, to_text([histogram.edges_ms, histogram.counts]))
        self.runs = max(self.runs, sample.run.number)
        self.models.setdefault(sample.run.model)
        self.samples += 1
        self.duration_s = max(self.duration_s, sample.elapsed_s)
        if len(place.rows) >= block.MOST_ROWS:
            self._close_block()

    def add_hash(self, run: int, sha256: str) -> None:
        """The hash of the model file of a run."""
        self._hashes[run] = sha256

    def start_over(self) -> None:
        """The database is another one from now on, with nothing of this session in it."""
        self.begun = False
        self._texts = {}

    def _close_block(self) -> None:
        if self._open is not None:
            self._closed.append(self._open.encoded())
            self._closed_bytes += len(self._closed[-1].data)
            self._open = None

    @property
    def unsaved(self) -> list[Block]:
        """What the last commit could not write, and what came after it."""
        return [*self._closed, *([self._open.encoded()] if self._open is not None else [])]

    @property
    def unsaved_runs(self) -> list[StoredRun]:
        """The runs of which something new has come."""
        return [
            StoredRun(number, facts, self._hashes.get(number), histogram)
            for number, (facts, histogram) in self._runs.items()
        ]

    @property
    def unsaved_events(self) -> list[StoredEvent]:
        """Events that no commit has written yet."""
        return list(self._events)

    def _row(self, size_bytes: int) -> SessionRow:
        return SessionRow(
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
        growing = len(blocks[-1].data) if self._open is not None else 0
        with schema.transaction(connection):
            _write_session(connection, self._row(self._closed_bytes + growing))
            for item in blocks:
                _write_block(connection, self.id, item, texts)
            _write_events(connection, self.id, self._events)
            for run in self.unsaved_runs:
                _write_run(connection, self.id, run)
            # The hash of a large file may come when its run is over.
            connection.executemany(
                "UPDATE runs SET model_sha256 = ? WHERE session = ? AND number = ?",
                [(sha256, self.id, number) for number, sha256 in self._hashes.items()],
            )
        self.begun = True
        self._texts = texts
        self._closed.clear()
        self._events.clear()
        # Of earlier runs nothing new will come.
        self._runs = {n: value for n, value in self._runs.items() if n == self.runs}


def _write_session(connection: sqlite3.Connection, row: SessionRow) -> None:
    columns = ", ".join(SessionRow._fields)
    holes = ", ".join("?" * len(SessionRow._fields))
    changes = ", ".join(f"{name} = excluded.{name}" for name in SessionRow._fields[2:])
    insert = f"INSERT INTO sessions ({columns}) VALUES ({holes})"  # noqa: S608  our own names
    connection.execute(f"{insert} ON CONFLICT DO UPDATE SET {changes}", row)


def _write_events(
    connection: sqlite3.Connection, session: str, events: Iterable[StoredEvent]
) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [_event_row(session, item) for item in events],
    )


def _write_run(connection: sqlite3.Connection, session: str, run: StoredRun) -> None:
    connection.execute(
        "INSERT INTO runs VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "facts = excluded.facts, histogram = excluded.histogram, "
        "model_sha256 = coalesce(excluded.model_sha256, model_sha256)",
        (session, *run),
    )


class SessionRow(NamedTuple):
    """A row of the table of sessions."""

    id: str
    started_unix_s: float
    ended_unix_s: float | None
    process: str
    facts: str
    models: str
    samples: int
    runs: int
    duration_s: float
    bytes: int


def _fits(place: _Open, row: Row, run: int) -> bool:
    first = place.rows[0]
    return (place.run, first.run, first.sensors) == (run, row.run, row.sensors)


def _write_block(
    connection: sqlite3.Connection, session: str, item: Block, texts: dict[str, int]
) -> None:
    values = (
        session, item.first, item.samples, item.run, item.start_s, item.end_s,
        *(_text_id(connection, session, text, texts) for text in
          (item.columns, item.facts, item.sensors)),
        item.data,
    )  # fmt: skip
    connection.execute(
        "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "samples = excluded.samples, end_s = excluded.end_s, data = excluded.data",
        values,
    )


def _text_id(connection: sqlite3.Connection, session: str, text: str, texts: dict[str, int]) -> int:
    if text not in texts:
        connection.execute(
            "INSERT OR IGNORE INTO texts (session, text) VALUES (?, ?)", (session, text)
        )
        found = connection.execute(
            "SELECT id FROM texts WHERE session = ? AND text = ?", (session, text)
        ).fetchone()
        texts[text] = int(found[0])
    return texts[text]


def _event_row(session: str, item: StoredEvent) -> tuple[Any, ...]:
    event = item.event
    return (
        session, item.number, item.sample, item.elapsed_s,
        event.time_unix_s, event.text, event.severity, event.mark,
    )  # fmt: skip


def write_copy(connection: sqlite3.Connection, recorded: Recorded) -> None:
    """Write a recorded session, as it is stored, into another database.

    Raises:
        sqlite3.Error: There is no room.
    """
    info = recorded.info
    texts: dict[str, int] = {}
    with schema.transaction(connection):
        row = SessionRow(
            info.id, info.started_unix_s, info.ended_unix_s, "", to_text(info.facts),
            to_text(info.models), info.samples, info.runs, info.duration_s, info.size_bytes,
        )  # fmt: skip
        _write_session(connection, row)
        for item in recorded.blocks():
            _write_block(connection, info.id, item, texts)
        _write_events(connection, info.id, recorded.stored_events())
        for run in recorded.runs():
            _write_run(connection, info.id, run)


def new_id(started_unix_s: float) -> str:
    """A name for a session: the UTC time of its start and four random hexadecimal digits."""
    try:
        moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(started_unix_s))
    except (OverflowError, ValueError, OSError):
        moment = "00000000-000000"
    return f"{moment}-{secrets.token_hex(2)}"


def delete(connection: sqlite3.Connection, sessions: Iterable[str]) -> None:
    """Delete sessions and give their room back to the disk."""
    with schema.transaction(connection):
        connection.executemany(
            "DELETE FROM sessions WHERE id = ?", [(session,) for session in sessions]
        )
    # As a script: a single statement would be left after the first page that it frees.
    connection.executescript("PRAGMA incremental_vacuum")
