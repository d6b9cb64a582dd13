"""The database file: its tables, its version, and what to do with one that is damaged."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from edgetop.errors import EdgetopError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APPLICATION_ID = 0x45_44_47_54
"""``EDGT`` in the header of the file: says whose database it is."""

_PATIENCE_S = 10.0
"""How long to wait while another edgetop writes."""

_MIGRATIONS = (
    """
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        started_unix_s REAL NOT NULL,
        ended_unix_s REAL,          -- NULL while it runs, and for ever if it was killed
        process TEXT NOT NULL,      -- tells whether it runs: boot, process id and its start
        facts TEXT NOT NULL,
        models TEXT NOT NULL DEFAULT '[]',
        samples INTEGER NOT NULL DEFAULT 0,
        runs INTEGER NOT NULL DEFAULT 0,
        duration_s REAL NOT NULL DEFAULT 0,
        bytes INTEGER NOT NULL DEFAULT 0    -- of its blocks
    );
    CREATE INDEX sessions_by_start ON sessions (started_unix_s);
    CREATE TABLE texts (            -- what many blocks have in common
        id INTEGER PRIMARY KEY,
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        UNIQUE (session, text)
    );
    CREATE TABLE runs (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        facts TEXT NOT NULL,
        model_sha256 TEXT,
        histogram TEXT NOT NULL,
        PRIMARY KEY (session, number)
    );
    CREATE TABLE blocks (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        first INTEGER NOT NULL,     -- number of its first sample in the session, from 0
        samples INTEGER NOT NULL,
        run INTEGER NOT NULL,
        start_s REAL NOT NULL,      -- of the session, elapsed
        end_s REAL NOT NULL,
        columns INTEGER NOT NULL REFERENCES texts (id),
        facts INTEGER NOT NULL REFERENCES texts (id),
        sensors INTEGER NOT NULL REFERENCES texts (id),
        data BLOB NOT NULL,
        PRIMARY KEY (session, first)
    );
    CREATE TABLE events (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,    -- in the session, from 0
        sample INTEGER NOT NULL,    -- the sample that brought it
        elapsed_s REAL NOT NULL,
        time_unix_s REAL NOT NULL,
        text TEXT NOT NULL,
        severity TEXT NOT NULL,
        mark TEXT NOT NULL,
        PRIMARY KEY (session, number)
    );
    CREATE TABLE minutes (          -- the session minute by minute, so that nobody must read it all
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        elapsed_s REAL NOT NULL,
        run INTEGER NOT NULL,
        figures TEXT NOT NULL,
        PRIMARY KEY (session, elapsed_s, run)
    );
    CREATE TABLE files (            -- hashes of model files, so that each is read once
        path TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        sha256 TEXT NOT NULL
    );
    """,
)
"""Each leads from the version of its place to the next; the last makes the present one."""

VERSION = len(_MIGRATIONS)


FAILURES = (sqlite3.Error, UnicodeDecodeError)
"""What the work with a database may raise; the second where texts in it are damaged."""


class StoreError(EdgetopError):
    """Sessions cannot be kept or read here; the message says why."""


class DamagedError(StoreError):
    """The file is no database of edgetop, or not any more."""


class NewerError(StoreError):
    """A newer edgetop has written the file."""


def connect(path: Path | None) -> sqlite3.Connection:
    """Open the database for writing; it is made, or brought to the present version.

    Args:
        path: The file; None = in memory, gone with the connection.

    Raises:
        DamagedError: The file is damaged, or a database of something else.
        NewerError: A newer edgetop wrote it; it is left as it is.
        StoreError: There is no room or no permission.
    """
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = _opened(":memory:" if path is None else _address(path, "rwc"))
    except OSError as error:
        raise StoreError(f"cannot keep sessions in {path}: {error.strerror}") from error
    except FAILURES as error:
        raise explained(error, path) from error
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open the database of the user's sessions, or a session file, without changing it.

    Raises:
        DamagedError: It is no database of edgetop, or a damaged one.
        NewerError: A newer edgetop wrote it.
        StoreError: It cannot be read.
    """
    _check_file(path)
    try:
        return _read_as(path, "ro")
    except DamagedError:
        raise
    except StoreError:
        if os.access(path.absolute().parent, os.W_OK) or not path.is_file():
            raise
        # Readers of a database that may be in use leave a mark beside it, which cannot be left
        # in this folder: then nobody uses it.
        return _read_as(path, "ro&immutable=1")


def _check_file(path: Path) -> None:
    """Say plainly what is wrong with a file before SQLite does so in its own words.

    Size and number of pages stand at bytes 16 and 28 of the file, at 18 whether what is new may
    be in a second file (https://www.sqlite.org/fileformat.html#the_database_header).
    """
    try:
        if not path.is_file():
            path.stat()
            raise StoreError(f"{path} is no file")
        with open(path, "rb") as file:
            head = file.read(100)
        size_bytes = path.stat().st_size
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    if head[:16] != b"SQLite format 3\0":
        raise DamagedError(f"{path} is no session file of edgetop")
    page_bytes = int.from_bytes(head[16:18], "big") or 1 << 16
    whole_bytes = (1 << 16 if page_bytes == 1 else page_bytes) * int.from_bytes(head[28:32], "big")
    if head[18] == 1 and size_bytes < whole_bytes:
        raise DamagedError(f"{path} is cut off: {size_bytes} of {whole_bytes} bytes are there")


def _read_as(path: Path, mode: str) -> sqlite3.Connection:
    connection: sqlite3.Connection | None = None
    try:
        connection = _opened(_address(path, mode))
        modern = _version_to_read(connection, path) == VERSION
        return connection if modern else _modern_copy(connection, path)
    except FAILURES as error:
        if connection is not None:
            connection.close()
        raise explained(error, path) from error
    except BaseException:
        if connection is not None:
            connection.close()
        raise


def _version_to_read(connection: sqlite3.Connection, path: Path) -> int:
    version = _version(connection, path)
    if version is None:
        raise DamagedError(f"{path} is empty: no session is in it")
    return version


def _modern_copy(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """A database of an older edgetop in memory, brought to the present version."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    connection.backup(copy)
    connection.close()
    _migrate(copy, path)
    return copy


def _address(path: Path, mode: str) -> str:
    return f"file:{quote(str(path.absolute()))}?mode={mode}"


def _opened(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address,
        timeout=_PATIENCE_S,
        isolation_level=None,
        uri=address.startswith("file:"),
        check_same_thread=False,  # one thread opens it, another reads: never two at once
    )
    # The file may come from anywhere: nothing in its schema may run, every cell is checked.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA mmap_size = 0")
    return connection


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    try:
        version = _version(connection, path)
        if version is None:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        # Every commit reaches the disk: boards lose their power.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_size_limit = 4194304")
        if version != VERSION:
            _migrate(connection, path)
    except FAILURES as error:
        raise explained(error, path) from error


def _migrate(connection: sqlite3.Connection, path: Path | None) -> None:
    """Bring the tables to the present version in one step that happens whole or not at all."""
    with transaction(connection):
        version = _version(connection, path) or 0  # another edgetop may have been quicker
        for script in _MIGRATIONS[version:]:
            for statement in script.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection, path: Path | None) -> int | None:
    """The version of the tables; None for a file with nothing in it.

    Raises:
        DamagedError: It is a database of something else.
        NewerError: It is of a newer edgetop.
    """
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if owner != APPLICATION_ID:
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if owner == version == tables == 0:
            return None
        raise DamagedError(f"{path} is a database of something else than edgetop")
    if version > VERSION:
        raise NewerError(
            f"{path} was written by a newer edgetop (format {version}, this one knows {VERSION}); "
            "update edgetop to read it"
        )
    connection.execute("SELECT count(*) FROM sessions, runs LIMIT 0")
    return version


def explained(error: Exception, path: Path | None) -> StoreError:
    """An error of SQLite as one line for the user."""
    words = str(error)  # Python tells SQLite's error codes from 3.11 on only
    if isinstance(error, ValueError) or any(sign in words for sign in _SIGNS_OF_DAMAGE):
        return DamagedError(f"{path} is no database of edgetop, or a damaged one ({words})")
    return StoreError(f"cannot use {path}: {words}")


_SIGNS_OF_DAMAGE = ("malformed", "not a database", "no such table", "no such column")


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything inside happens, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def move_aside(path: Path) -> Path:
    """Give a damaged file another name, with what belongs to it, so that a new one can begin.

    Raises:
        StoreError: It cannot be renamed.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    aside = path.with_name(f"{path.stem}.damaged-{stamp}-{os.getpid()}{path.suffix}")
    try:
        for ending in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    except OSError as error:
        raise StoreError(f"cannot move the damaged {path} aside: {error.strerror}") from error
    return aside
