"""Signals that ask edgetop to end: it ends in good order, and nothing cuts the end short."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LAST_WARNING = 2


class Interrupts:
    """Takes SIGINT, SIGTERM and SIGHUP from the first moment to the last; a context manager.

    A closed SSH connection brings SIGHUP twice (from the system and from the shell), an
    impatient user ctrl+c twice: what comes while the session is being closed and exported does
    nothing, but for the second SIGINT, which gives up. A signal that edgetop was started without
    (by nohup, or in the background of a script) stays ignored.
    """

    def __init__(self) -> None:
        self.happened = False
        self._end: Callable[[], object] | None = None
        self._warnings = 0
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._previous[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def end_with(self, end: Callable[[], object] | None) -> None:
        """Call `end` when a signal comes, or at once if one has come; None: the end has begun."""
        self._end = end
        if end is not None and self.happened:
            end()

    def _receive(self, number: int, _frame: object) -> None:
        self.happened = True
        if self._end is not None:
            self._end()
        elif number == signal.SIGINT:
            self._warnings += 1
            if self._warnings >= _LAST_WARNING:
                raise KeyboardInterrupt
