"""Samples on their way from the sampler's thread to the screen's loop."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgetop.sample import Sample


class Inbox:
    """Holds samples until the screen takes them; it may not exist yet, or be busy.

    `put` and `close` are called in the sampler's thread and return at once.
    """

    def __init__(self) -> None:
        self._waiting: deque[Sample] = deque()
        self._ring: Callable[[], None] | None = None
        self.closed = False
        """The session has ended."""

    def put(self, sample: Sample) -> None:
        """Leave a sample."""
        self._waiting.append(sample)
        self._notify()

    def close(self) -> None:
        """Say that no more will come."""
        self.closed = True
        self._notify()

    def _notify(self) -> None:
        if self._ring is not None:
            self._ring()

    def when_news(self, ring: Callable[[], None]) -> None:
        """Call `ring` whenever something new lies here, and once now."""
        self._ring = ring
        ring()

    def take(self) -> list[Sample]:
        """Everything that waits, oldest first."""
        taken = []
        while self._waiting:
            taken.append(self._waiting.popleft())
        return taken
