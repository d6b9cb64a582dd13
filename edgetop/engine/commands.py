"""What edgetop asks of a living run: pause, rate, stop."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgetop.engine.channel import Channel


class Commands:
    """The latest wishes, followed by a thread that sleeps in a blocking read.

    The measuring loop only compares `generation` with the one it knows, which costs it no
    system call. When the channel closes edgetop is gone, and so is this process.
    """

    def __init__(self, channel: Channel, rate_fps: float | None) -> None:
        self.generation = 0
        """Changes with every command."""
        self.paused = False
        self.rate_fps = rate_fps
        self.stopping = False
        self.epoch_ns = time.monotonic_ns()
        """Zero of the open loop's schedule; moves with every command."""
        self._channel = channel
        self._changed = threading.Condition()

    def follow(self, hurried: Iterable[dict[str, object]] = ()) -> None:
        """Start to listen.

        Args:
            hurried: Commands that came before.
        """
        for message in hurried:
            self._change(message)
        threading.Thread(target=self._listen, name="commands", daemon=True).start()

    def wait(self, generation: int, timeout_s: float | None = None) -> None:
        """Sleep until a command newer than `generation` comes, or the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: self.generation != generation, timeout_s)

    def stop(self) -> None:
        """Let every loop end after its current inference."""
        self._change({"do": "stop"})

    def report(self, message: dict[str, object]) -> None:
        """Tell edgetop how a command ended."""
        self._channel.send(message)

    def start_schedule(self) -> int:
        """Let the open loop's schedule begin now; returns its zero, CLOCK_MONOTONIC ns."""
        self.epoch_ns = time.monotonic_ns()
        return self.epoch_ns

    def _listen(self) -> None:
        while not self._channel.closed:
            for message in self._channel.receive():
                self._change(message)
        os._exit(0)  # an inference may last minutes; nobody is left to read its result

    def _change(self, message: dict[str, object]) -> None:
        with self._changed:
            match message:
                case {"do": "pause"}:
                    self.paused = True
                case {"do": "resume"}:
                    self.paused = False
                case {"do": "rate", "fps": None}:
                    self.rate_fps = None
                case {"do": "rate", "fps": float() | int() as fps}:
                    self.rate_fps = float(fps)
                case {"do": "stop"}:
                    self.stopping = True
            self.epoch_ns = time.monotonic_ns()
            self.generation += 1
            self._changed.notify_all()
