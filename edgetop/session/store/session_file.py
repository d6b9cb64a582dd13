"""A session as one file that can be mailed: ``*.edgetop``, a database with nothing else in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop.errors import UsageError
from edgetop.export.atomic import replacing
from edgetop.session.store import schema
from edgetop.session.store.rows import write_copy

if TYPE_CHECKING:
    from edgetop.session.store.reading import Recorded

SUFFIX = ".edgetop"


def write(recorded: Recorded, path: Path) -> None:
    """Write a session to a file, whole or not at all; one that is there is replaced.

    Raises:
        UsageError: There is no room or no permission.
        DamagedError: The session cannot be read.
    """
    try:
        with replacing(path) as file:
            _fill(Path(file.name), recorded)
    except sqlite3.Error as error:
        raise UsageError(f"cannot write {path}: {error}") from error
    except OverflowError as error:
        raise schema.DamagedError(f"session {recorded.info.id} is damaged: {error}") from error


def _fill(path: Path, recorded: Recorded) -> None:
    connection = schema.connect(path, alone=True)
    try:
        write_copy(connection, recorded)
        connection.execute("VACUUM")
    finally:
        connection.close()
