"""Which sessions are recorded, and which of them a name means."""

from __future__ import annotations

import contextlib
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgetop.errors import UsageError
from edgetop.session.store import schema
from edgetop.session.store.flat import LAST_UNIX_S
from edgetop.session.store.plain import clean, parsed
from edgetop.session.store.processes import is_running

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

LATEST = "last"
"""In place of an ID: the session that began last."""


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """What is known of a recorded session without reading its samples."""

    id: str
    started_unix_s: float
    ended_unix_s: float | None
    """None while it runs, and for ever if it was killed."""
    running: bool
    samples: int
    runs: int
    duration_s: float
    size_bytes: int
    """Of its samples in the database."""
    models: tuple[str, ...]
    """Titles of what ran, each once."""
    facts: dict[str, Any]
    """What was written down at its start: board, system, versions, command line."""

    @property
    def board(self) -> str:
        """Name of the board."""
        return str(self.facts.get("board") or "unknown board")


_INFO = (
    "SELECT id, started_unix_s, ended_unix_s, process, samples, runs, duration_s, bytes, facts, "
    "models FROM sessions"
)


def sessions(connection: sqlite3.Connection) -> list[SessionInfo]:
    """All sessions that can be read, the newest first.

    Raises:
        DamagedError: The database is damaged.
    """
    with schema.refusing("the database of sessions"):
        rows = connection.execute(f"{_INFO} ORDER BY started_unix_s DESC, id DESC").fetchall()
    found = []
    for row in rows:  # a row that is damaged hides no other
        with contextlib.suppress(schema.DamagedError):
            found.append(_info(row))
    return found


def _info(row: Sequence[Any]) -> SessionInfo:
    name, started_s, ended_s, process, samples, runs, duration_s, size, facts, models = row
    with schema.refusing(f"session {clean(str(name))}"):
        known = parsed(str(facts))
        if not 0 <= started_s < LAST_UNIX_S:
            raise ValueError("it began at a time that no calendar has")
        if not 0 <= duration_s < LAST_UNIX_S:
            raise ValueError("it lasted longer than any")
        return SessionInfo(
            id=clean(str(name)),
            started_unix_s=float(started_s),
            ended_unix_s=None if ended_s is None else float(ended_s),
            running=ended_s is None and is_running(str(process)),
            samples=_count(samples),
            runs=_count(runs),
            duration_s=float(duration_s),
            size_bytes=_count(size),
            facts=known if isinstance(known, dict) else {},
            models=tuple(clean(str(model)) for model in parsed(str(models))),
        )


def _count(value: float) -> int:
    if not 0 <= value < _MOST:
        raise ValueError(f"{value} is no count")
    return int(value)


_MOST = 1 << 53


def find(connection: sqlite3.Connection, name: str) -> SessionInfo:
    """The session of this ID, of an unmistakable part of one, or the `LATEST`.

    Raises:
        UsageError: There is none, or there are several; the nearest are named.
        DamagedError: The database is damaged.
    """
    with schema.refusing("the database of sessions"):
        rows = connection.execute("SELECT id FROM sessions ORDER BY started_unix_s DESC, id DESC")
        names = [str(row[0]) for row in rows]
    if not names:
        raise UsageError("no session is recorded yet")
    found = names[:1] if name == LATEST else [item for item in names if item == name]
    found = found or [item for item in names if name and name in item]
    if len(found) == 1:
        return _info(connection.execute(f"{_INFO} WHERE id = ?", (found[0],)).fetchone())
    if found:
        raise UsageError(f"{name!r} may be any of {clean(_few(found))}; give more of the ID")
    near = difflib.get_close_matches(name, names, 3, 0.4) or names[:3]
    raise UsageError(f"no session {name!r}; the nearest: {clean(_few(near))}")


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
