"""Waiting that ends early when somebody wants it to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from edgetop.errors import WorkerDiedError

if TYPE_CHECKING:
    from collections.abc import Callable

START_LIMIT_S = 120.0
"""For a program to come to its first inferences."""

_POLL_S = 0.02
_DOZE_S = 0.25
"""Longest sleep at a time: seldom enough to cost the model nothing."""


class StoppedError(Exception):
    """Somebody wants the measurement to end."""


class Patience:
    """Sleeps and waits.

    Args:
        stopped: Whether somebody wants it to end.
    """

    def __init__(self, stopped: Callable[[], bool] = lambda: False) -> None:
        self._stopped = stopped

    def sleep(self, seconds: float) -> None:
        """Do nothing for so long.

        Raises:
            StoppedError: Somebody wants it to end.
        """
        until_s = time.monotonic() + seconds
        while True:
            if self._stopped():
                raise StoppedError
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                return
            time.sleep(min(left_s, _DOZE_S))

    def wait(self, condition: Callable[[], bool], check: Callable[[], None]) -> None:
        """Wait until the condition holds.

        Args:
            condition: What is waited for.
            check: Raises when there is no hope of it.

        Raises:
            WorkerDiedError: It does not come to hold within `START_LIMIT_S`.
            StoppedError: Somebody wants it to end.
        """
        limit_s = time.monotonic() + START_LIMIT_S
        while not condition():
            check()
            if time.monotonic() > limit_s:
                raise WorkerDiedError(f"no inference within {START_LIMIT_S:g} s")
            self.sleep(_POLL_S)
