"""What other threads ask of the sampler, and how it sleeps until they do."""

from __future__ import annotations

import contextlib
import select
import socket
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgetop.engine.channel import Channel

_WAKE_BYTES = 4096


class Mailbox:
    """Commands for one thread, which wakes for them. `put` may be called from any thread."""

    def __init__(self) -> None:
        self._commands: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._wake_end, self._wait_end = socket.socketpair()
        self._wake_end.setblocking(False)

    def put(self, command: Callable[[], None]) -> None:
        """Leave a command; safe in a signal handler."""
        self._commands.put(command)
        with contextlib.suppress(OSError):  # full: it is about to wake; closed: it has ended
            self._wake_end.send(b"!")

    def wait(self, channel: Channel | None, seconds: float) -> None:
        """Sleep until a command comes, the channel has something, or the time is over."""
        listen: list[Any] = [self._wait_end, *([channel] if channel is not None else [])]
        ready, _, _ = select.select(listen, [], [], max(0.0, seconds))
        if self._wait_end in ready:
            self._wait_end.recv(_WAKE_BYTES)

    def commands(self) -> Iterator[Callable[[], None]]:
        """Those that have come, oldest first; more may come meanwhile."""
        with contextlib.suppress(Empty):
            while True:
                yield self._commands.get_nowait()

    def close(self) -> None:
        """Nobody waits any more; what is put from here on is never read."""
        self._wait_end.close()
        self._wake_end.close()
