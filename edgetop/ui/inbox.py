"""Samples on their way from the source's thread to the screen's loop."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.sample import Sample


class Delivery(NamedTuple):
    """What has come since the last one."""

    samples: list[Sample]
    """Oldest first."""
    anew: bool = False
    """They take the place of all that came before: somebody has jumped in time."""


class Inbox:
    """Holds samples until the screen takes them; it may not exist yet, or be busy.

    `put`, `restart` and `close` are called in the source's thread and return at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Sample] = []
        self._anew = False
        self._ring: Callable[[], None] | None = None
        self.closed = False
        """The session has ended."""

    def put(self, sample: Sample) -> None:
        """Leave a sample."""
        with self._lock:
            self._waiting.append(sample)
        self._notify()

    def restart(self, samples: Sequence[Sample]) -> None:
        """Leave samples from which the view is built anew; what waits is dropped."""
        with self._lock:
            self._waiting = list(samples)
            self._anew = True
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

    def take(self) -> Delivery:
        """Everything that waits."""
        with self._lock:
            delivery = Delivery(self._waiting, self._anew)
            self._waiting, self._anew = [], False
        return delivery
