"""Which sessions stay: the newest, up to an age and a size that the user chooses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3


class Retention(NamedTuple):
    """How much of the past is kept; 0 = no limit."""

    days: float = 0.0
    mib: float = 0.0


def sweep(connection: sqlite3.Connection, keep: Retention) -> list[str]:
    """Delete what is older or more than is to be kept, oldest first; never one that runs.

    Returns:
        The IDs of the deleted sessions.
    """
    from edgetop.session.store.listing import sessions
    from edgetop.session.store.rows import delete

    oldest_s = time.time() - keep.days * 86400 if keep.days else float("-inf")
    room_bytes = keep.mib * 2**20 if keep.mib else float("inf")
    gone = []
    for info in sessions(connection):
        room_bytes -= info.size_bytes
        if not info.running and (info.started_unix_s < oldest_s or room_bytes < 0):
            gone.append(info.id)
    if gone:
        delete(connection, gone)
    return gone
