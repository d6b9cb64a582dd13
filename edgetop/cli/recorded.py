"""Recorded sessions on the command line: by ID, by file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop import locations
from edgetop.cli import streams
from edgetop.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from edgetop.session.store.listing import SessionInfo
    from edgetop.session.store.reading import Recorded

NAME_HELP = "an ID, part of one, or 'last'; or a session file"


def open_recorded(name: str) -> Recorded:
    """The session of this ID or file.

    Raises:
        UsageError: It is not there; the nearest are named.
        StoreError: The file cannot be read, or is damaged.
    """
    from edgetop.session.store import reading, session_file

    path = Path(name)
    if os.path.lexists(path) or path.suffix == session_file.SUFFIX or os.sep in name:
        return reading.open_session(path, None)
    return reading.open_session(_database(), name)


def listed() -> list[SessionInfo]:
    """The recorded sessions, the newest first; none where nothing was ever recorded.

    Raises:
        StoreError: The database cannot be read, or is damaged.
    """
    from edgetop.session.store import listing, schema

    path = locations.sessions_file()
    if not schema.is_there(path):
        return []
    connection = schema.connect_to_read(path)
    try:
        return listing.sessions(connection)
    finally:
        connection.close()


def _database() -> Path:
    from edgetop.session.store import schema

    path = locations.sessions_file()
    if not schema.is_there(path):
        raise UsageError(f"no session is recorded yet: there is no {path}")
    return path


def told_damage(session: Recorded) -> ExitCode:
    """Say what of a session could not be read; the exit code of a command that went without it."""
    lost = sum(session.damaged.values())
    if not lost:
        return ExitCode.DONE
    streams.complain(f"{lost} samples of session {session.info.id} are damaged and left out")
    return ExitCode.USAGE
