"""How fast a slow line hands a program's output on."""

from __future__ import annotations

import time

_READ_MIN = 64
"""At least this much is handed over at a time, in bytes."""


class SlowLine:
    """How many bytes may be read now, on a line of a given speed."""

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._budget = 0.0
        self._since = time.monotonic()

    def allowed_bytes(self) -> int:
        """Bytes that have become due; at most those of a tenth of a second."""
        now = time.monotonic()
        most = max(self._bytes_per_s / 10, _READ_MIN)
        self._budget = min(self._budget + (now - self._since) * self._bytes_per_s, most)
        self._since = now
        return int(self._budget) if self._budget >= _READ_MIN else 0

    def used(self, count: int) -> None:
        """Take what was read off the budget."""
        self._budget -= count
