"""Textual's driver, made to keep pace with the line and to end whatever the line does."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

from edgetop.ui.terminal import Line

if TYPE_CHECKING:
    from textual.app import App

_STUCK_AFTER_S = 1.0


class PacedDriver(LinuxDriver):
    """Textual's driver with three differences.

    It knows when the terminal has not yet taken the last frame, so that the app can leave
    frames out instead of queueing them (a full queue would block the whole event loop). Under
    NO_COLOR it sends no colour code at all; Textual itself would send grey ones. And it ends
    even when nobody reads the terminal any more.
    """

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        assert sys.__stderr__ is not None
        self.line = Line(sys.__stderr__, no_color="NO_COLOR" in os.environ)
        self._file = self.line  # type: ignore[assignment]

    @property
    def behind(self) -> bool:
        """The terminal has not taken all that was sent."""
        return self.line.queued > 0

    def write(self, data: str) -> None:
        """Hand text to the writer thread, unless the terminal is gone."""
        if not self.line.dead:
            self.line.queued += 1
            super().write(data)

    def close(self) -> None:
        """Let the writer thread finish; give it up if the terminal takes nothing."""
        closing = threading.Thread(target=super().close, daemon=True)
        closing.start()
        closing.join(_STUCK_AFTER_S)
        self.line.dead = self.line.dead or closing.is_alive()
