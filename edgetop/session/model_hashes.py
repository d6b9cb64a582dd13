"""Hashes the models of a session, each file once, beside the recording."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from edgetop.session.store import hashes, schema

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path


class ModelHashes:
    """Finds out the hash of every run's model; a large file takes seconds, so in a thread.

    Args:
        database: Remembers the hashes of files that have not changed; None = hash nothing.
        found: Takes the number of a run and the hash of its model, in that thread.
    """

    def __init__(self, database: Path | None, found: Callable[[int, str], None]) -> None:
        self._database = database
        self._found = found
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}
        self._waiting: dict[str, list[int]] = {}
        self._asked: set[int] = set()

    def want(self, run: int, path: str) -> None:
        """Find out the hash of a run's model, unless that was asked before."""
        if self._database is None or not path or run in self._asked:
            return
        self._asked.add(run)
        with self._lock:
            sha256 = self._known.get(path)
            if sha256 is None:
                first = path not in self._waiting
                self._waiting.setdefault(path, []).append(run)
        if sha256 is not None:
            self._found(run, sha256)
        elif first:
            threading.Thread(
                target=self._hash, args=(self._database, path), name="hash", daemon=True
            ).start()

    def _hash(self, database: Path, path: str) -> None:
        sha256 = None
        with contextlib.suppress(*schema.FAILURES, schema.StoreError):
            connection: sqlite3.Connection = schema.connect(database)
            try:
                sha256 = hashes.hash_of(connection, path)
            finally:
                connection.close()
        with self._lock:
            runs = self._waiting.pop(path, [])
            if sha256 is not None:
                self._known[path] = sha256
        if sha256 is not None:
            for run in runs:
                self._found(run, sha256)
