"""A session as one file that can be mailed: ``*.edgetop``, a database with nothing else in it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop.errors import UsageError
from edgetop.session.store import schema
from edgetop.session.store.rows import write_copy

if TYPE_CHECKING:
    from edgetop.session.store.reading import Recorded

SUFFIX = ".edgetop"


def write(recorded: Recorded, path: Path) -> None:
    """Write a session to a file, whole or not at all; one that is there is replaced.

    Raises:
        UsageError: There is no room or no permission.
        ValueError: The session is damaged.
    """
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".edgetop-", dir=path.absolute().parent)
        os.close(descriptor)
        _fill(Path(temporary), recorded)
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)  # noqa: PTH105
        temporary = ""
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    except sqlite3.Error as error:
        raise UsageError(f"cannot write {path}: {error}") from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108


def _fill(path: Path, recorded: Recorded) -> None:
    connection = schema.connect(path)
    try:
        write_copy(connection, recorded)
        # One file: nothing beside it, and readable where nothing can be written.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")
    finally:
        connection.close()


def is_session_file(path: Path) -> bool:
    """The file begins as an edgetop database does; False too where it cannot be read.

    The number of the application stands at byte 68 of an SQLite file
    (https://www.sqlite.org/fileformat.html#the_database_header).
    """
    try:
        with open(path, "rb") as file:
            head = file.read(72)
    except OSError:
        return False
    return head[:16] == b"SQLite format 3\0" and head[68:72] == schema.APPLICATION_ID.to_bytes(
        4, "big"
    )
