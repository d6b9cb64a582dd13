"""The tables of the database, from version to version."""

from __future__ import annotations

import re
import sqlite3
from functools import cache

APPLICATION_ID = 0x45_44_47_54
"""``EDGT`` in the header of the file: says whose database it is."""

MIGRATIONS = (
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
        PRIMARY KEY (session, elapsed_s)
    );
    CREATE TABLE files (            -- hashes of model files, so that each is read once
        path TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        sha256 TEXT NOT NULL
    );
    """,
    """
    CREATE TABLE sweeps (
        id TEXT PRIMARY KEY,        -- of the session in which it began
        started_unix_s REAL NOT NULL,
        plan TEXT NOT NULL
    );
    CREATE TABLE visits (           -- the runs of a sweep, whatever came of them
        sweep TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,    -- in the sweep, from 0
        facts TEXT NOT NULL,
        PRIMARY KEY (sweep, number)
    );
    """,
)
"""Each leads from the version of its place to the next; the last makes the present one."""

VERSION = len(MIGRATIONS)


def create(connection: sqlite3.Connection, start: int, end: int) -> None:
    """Lead the tables from one version to another; within a transaction."""
    for script in MIGRATIONS[start:end]:
        for statement in script.split(";"):
            connection.execute(statement)


def are_ours(connection: sqlite3.Connection, version: int) -> bool:
    """The database holds exactly the tables of this version.

    A file may come from anywhere, and a view or a column that is computed is a program.
    """
    return _definitions(connection) == _expected(version)


@cache
def _expected(version: int) -> frozenset[tuple[str, str, str]]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        create(connection, 0, version)
        return _definitions(connection)
    finally:
        connection.close()


def _definitions(connection: sqlite3.Connection) -> frozenset[tuple[str, str, str]]:
    rows = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master LIMIT 1000")
    return frozenset((str(kind), str(name), _bare(str(sql))) for kind, name, sql in rows)


def _bare(sql: str) -> str:
    """A definition without comments and layout, which may change."""
    return " ".join(re.sub(r"--.*", "", sql).split())
