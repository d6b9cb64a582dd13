"""The database file: opened, brought up to date, and moved aside where it is damaged."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from edgetop.errors import EdgetopError
from edgetop.session.store import tables
from edgetop.session.store.plain import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE_S = 10.0
"""How long to wait while another edgetop writes."""

FAILURES = (sqlite3.Error, UnicodeError)
"""What the work with a database may raise; the second where texts in it are damaged."""


_BEING_MADE_S = 0.5
"""How long a file without anything in it may be one that is just being made."""
_LOOK_S = 0.02

_LONGEST_VALUE = 64 << 20
"""Bytes of one value: far more than any of ours."""


class StoreError(EdgetopError):
    """Sessions cannot be kept or read here; the message says why."""


class DamagedError(StoreError):
    """The file is no database of edgetop, or not any more."""


class EmptyError(DamagedError):
    """Nothing is in the file; another edgetop may be making its tables just now."""


class NewerError(StoreError):
    """A newer edgetop has written the file."""


def connect(path: Path | None, *, alone: bool = False) -> sqlite3.Connection:
    """Open the database for writing; it is made, or brought to the present version.

    Args:
        path: The file; None = in memory, gone with the connection.
        alone: Nobody else will know the file while it is open: nothing is put beside it.

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
        _prepare(connection, path, journal="MEMORY" if alone else "WAL")
    except BaseException:
        connection.close()
        raise
    return connection


def is_there(path: Path) -> bool:
    """Whether there is a file of sessions, whatever is in it.

    Raises:
        StoreError: Its folder may not be looked into.
    """
    try:
        return path.exists()
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open the database of the user's sessions, or a session file, without changing it.

    Raises:
        DamagedError: It is no database of edgetop, or a damaged one.
        NewerError: A newer edgetop wrote it.
        StoreError: It cannot be read.
    """
    until_s = time.monotonic() + _BEING_MADE_S
    while time.monotonic() < until_s:
        with contextlib.suppress(EmptyError):
            return _connected_to_read(path)
        time.sleep(_LOOK_S)
    return _connected_to_read(path)


def _connected_to_read(path: Path) -> sqlite3.Connection:
    _check_readable(path)
    try:
        return _read_as(path, "ro")
    except EmptyError:
        raise
    except DamagedError as error:
        raise _in_plain_words(path) or error from error
    except StoreError:
        if os.access(path.absolute().parent, os.W_OK) or not path.is_file():
            raise
        # Readers of a database that may be in use leave a mark beside it, which cannot be left
        # in this folder: then nobody uses it.
        return _read_as(path, "ro&immutable=1")


def _check_readable(path: Path) -> None:
    """Say plainly why a file cannot be opened, without opening it.

    Closing a file takes away all locks that this process holds on it (POSIX), those of SQLite's
    other connections too: another edgetop would then remove what this one is writing
    (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    """
    try:
        if not path.is_file():
            path.stat()
            raise StoreError(f"{path} is no file")
        if not os.access(path, os.R_OK):
            raise StoreError(f"cannot read {path}: {os.strerror(errno.EACCES)}")
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error


def _in_plain_words(path: Path) -> DamagedError | None:
    """What is wrong with a file that SQLite has refused; None if its beginning does not tell.

    Size and number of pages stand at bytes 16 and 28 of the file, at 18 whether what is new may
    be in a second file (https://www.sqlite.org/fileformat.html#the_database_header).
    """
    try:
        with open(path, "rb") as file:
            head = file.read(100)
        size_bytes = path.stat().st_size
    except OSError:
        return None
    if head[:16] != b"SQLite format 3\0":
        return DamagedError(f"{path} is no session file of edgetop")
    page_bytes = int.from_bytes(head[16:18], "big") or 1 << 16
    whole_bytes = (1 << 16 if page_bytes == 1 else page_bytes) * int.from_bytes(head[28:32], "big")
    if len(head) == 100 and head[18] == 1 and size_bytes < whole_bytes:
        return DamagedError(f"{path} is cut off: {size_bytes} of {whole_bytes} bytes are there")
    return None


def _read_as(path: Path, mode: str) -> sqlite3.Connection:
    connection: sqlite3.Connection | None = None
    try:
        connection = _opened(_address(path, mode))
        modern = _version_to_read(connection, path) == tables.VERSION
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
        raise EmptyError(f"{path} is no session file of edgetop: it is empty")
    return version


def _modern_copy(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """A database of an older edgetop in memory, brought to the present version."""
    # As in `_opened`: one thread opens it, another reads.
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
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
    if sys.version_info >= (3, 11):
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    return connection


def _prepare(connection: sqlite3.Connection, path: Path | None, journal: str) -> None:
    try:
        version = _version(connection, path)
        if version is None:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute(f"PRAGMA journal_mode = {journal}")
        # Every commit reaches the disk: boards lose their power.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_size_limit = 4194304")
        if version != tables.VERSION:
            _migrate(connection, path)
    except FAILURES as error:
        raise explained(error, path) from error


def _migrate(connection: sqlite3.Connection, path: Path | None) -> None:
    """Bring the tables to the present version in one step that happens whole or not at all."""
    with transaction(connection):
        version = _version(connection, path) or 0  # another edgetop may have been quicker
        tables.create(connection, version, tables.VERSION)
        connection.execute(f"PRAGMA application_id = {tables.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {tables.VERSION}")


def _version(connection: sqlite3.Connection, path: Path | None) -> int | None:
    """The version of the tables; None for a file with nothing in it.

    Raises:
        DamagedError: It is a database of something else.
        NewerError: It is of a newer edgetop.
    """
    with _one_state(connection):
        return _version_of_state(connection, path)


@contextlib.contextmanager
def _one_state(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is read inside is of one moment: another edgetop may be making the tables."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def _version_of_state(connection: sqlite3.Connection, path: Path | None) -> int | None:
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if owner != tables.APPLICATION_ID:
        entries = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if owner == version == entries == 0:
            return None
        raise DamagedError(f"{path} is a database of something else than edgetop")
    if version > tables.VERSION:
        raise NewerError(
            f"{path} was written by a newer edgetop (format {version}, this one knows "
            f"{tables.VERSION}); update edgetop to read it"
        )
    if not tables.are_ours(connection, version):
        raise DamagedError(f"{path} has not the tables that edgetop makes")
    return version


def explained(error: Exception, path: Path | None) -> StoreError:
    """An error of SQLite as one line for the user."""
    # Python tells SQLite's error codes from 3.11 on only. The words may quote the file.
    words = clean(str(error))[:_LONGEST_WORDS]
    if isinstance(error, ValueError) or any(sign in words for sign in _SIGNS_OF_DAMAGE):
        return DamagedError(f"{path} is no database of edgetop, or a damaged one ({words})")
    return StoreError(f"cannot use {path}: {words}")


_LONGEST_WORDS = 200
_SIGNS_OF_DAMAGE = ("malformed", "not a database", "no such table", "no such column")


@contextlib.contextmanager
def refusing(what: str) -> Iterator[None]:
    """Whatever goes wrong inside is the fault of what is read: files may come from anywhere.

    Args:
        what: What is read, for the message.

    Raises:
        DamagedError: Something went wrong.
    """
    try:
        yield
    except EdgetopError:
        raise
    except Exception as error:
        words = clean(str(error))[:_LONGEST_WORDS] or type(error).__name__
        raise DamagedError(f"{what} is damaged: {words}") from error


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
