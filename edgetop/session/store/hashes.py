"""Hashes of model files: which model exactly a run was of."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from edgetop.session.store.plain import storable

if TYPE_CHECKING:
    import sqlite3

_PIECE_BYTES = 1 << 18
"""As fast as larger ones, which the C library would keep for the process."""


def hash_of(connection: sqlite3.Connection, path: str) -> str | None:
    """The SHA-256 of a model file; None if it cannot be read.

    A file that has not changed since it was last hashed is not read again: hashing takes the
    processor from the model.
    """
    before = _status(path)
    if before is None:
        return None
    found = connection.execute(
        "SELECT sha256 FROM files WHERE path = ? AND size = ? AND mtime_ns = ?",
        (storable(path), *before),
    ).fetchone()
    if found is not None:
        return str(found[0])
    try:
        digest = hashlib.sha256()
        with open(path, "rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
    except OSError:
        return None
    sha256 = digest.hexdigest()
    if _status(path) == before:
        connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (storable(path), *before, sha256)
        )
    return sha256


def _status(path: str) -> tuple[int, int] | None:
    """Size and time of the last change."""
    try:
        status = os.stat(path)  # noqa: PTH116  the text is a path of any kind
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns
