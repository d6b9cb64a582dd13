"""The rows that a session consists of, and how they are written."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

from edgetop.session.store import schema, sweeps
from edgetop.session.store.plain import parsed, storable, to_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from edgetop.sample import Event
    from edgetop.session.store.reading import Recorded
    from edgetop.stats.minute import Minute


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


def write_session(connection: sqlite3.Connection, row: SessionRow) -> None:
    """Write the row of a session, or bring it up to date."""
    columns = ", ".join(SessionRow._fields)
    holes = ", ".join("?" * len(SessionRow._fields))
    changes = ", ".join(f"{name} = excluded.{name}" for name in SessionRow._fields[2:])
    insert = f"INSERT INTO sessions ({columns}) VALUES ({holes})"  # noqa: S608  our own names
    connection.execute(f"{insert} ON CONFLICT DO UPDATE SET {changes}", row)


def write_block(
    connection: sqlite3.Connection, session: str, item: Block, texts: dict[str, int]
) -> None:
    """Write a block, or the longer one that takes its place.

    Args:
        connection: Within a transaction.
        session: Its ID.
        item: The block.
        texts: Numbers of texts that are known already; new ones are added.
    """
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


def write_events(
    connection: sqlite3.Connection, session: str, events: Iterable[StoredEvent]
) -> None:
    """Write events; those that are there already stay the same."""
    connection.executemany(
        "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [_event_row(session, item) for item in events],
    )


def _event_row(session: str, item: StoredEvent) -> tuple[Any, ...]:
    event = item.event
    return (
        session, item.number, item.sample, item.elapsed_s,
        event.time_unix_s, storable(event.text), event.severity, storable(event.mark),
    )  # fmt: skip


def write_run(connection: sqlite3.Connection, session: str, run: StoredRun) -> None:
    """Write the row of a run, or bring it up to date."""
    connection.execute(
        "INSERT INTO runs VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "facts = excluded.facts, histogram = excluded.histogram, "
        "model_sha256 = coalesce(excluded.model_sha256, model_sha256)",
        (session, *run),
    )


def write_minutes(connection: sqlite3.Connection, session: str, minutes: Iterable[Minute]) -> None:
    """Write minutes; the one that goes on takes its own place."""
    connection.executemany(
        "INSERT OR REPLACE INTO minutes VALUES (?, ?, ?, ?)",
        [(session, minute.elapsed_s, minute.run, to_text(minute)) for minute in minutes],
    )


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
        write_session(connection, row)
        for item in recorded.blocks():
            write_block(connection, info.id, item, texts)
        write_events(connection, info.id, recorded.stored_events())
        for run in recorded.runs():
            write_run(connection, info.id, run)
        write_minutes(connection, info.id, recorded.minutes())
        sweep = recorded.sweep()
        if sweep is not None:
            sweeps.write_sweep(connection, sweep)


def delete(connection: sqlite3.Connection, sessions: Iterable[str]) -> None:
    """Delete sessions and give their room back to the disk; a sweep goes with its last session."""
    names = [(session,) for session in sessions]
    with schema.transaction(connection):
        before = _sweeps(connection)
        connection.executemany("DELETE FROM sessions WHERE id = ?", names)
        gone = before - _sweeps(connection)
        connection.executemany("DELETE FROM sweeps WHERE id = ?", [(sweep,) for sweep in gone])
    # As a script: a single statement would be left after the first page that it frees.
    connection.executescript("PRAGMA incremental_vacuum")


def _sweeps(connection: sqlite3.Connection) -> set[str]:
    """The sweeps that sessions are parts of."""
    found = set()
    for (facts,) in connection.execute("SELECT facts FROM sessions"):
        with contextlib.suppress(ValueError, AttributeError):  # one that is damaged is of none
            sweep = parsed(str(facts)).get("sweep")
            found |= {sweep} if isinstance(sweep, str) else set()
    return found
