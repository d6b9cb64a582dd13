"""Textual's driver, made to keep pace with the line and to end whatever the line does."""

from __future__ import annotations

import os
import select
import shutil
import sys
import termios
import threading
import time
from typing import TYPE_CHECKING, Any

from textual import constants, events
from textual.drivers.linux_driver import LinuxDriver

from edgetop.ui.line import QUERY, Line
from edgetop.ui.listening import EndOfListening, listen
from edgetop.ui.terminal import is_console, open_terminal, terminal_encoding

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

_GIVEN_UP_S = 2.0
"""A terminal that has not taken a byte for so long is not waited for."""
_POLL_S = 0.02
_KITTY_KEYS_OFF = "\x1b[<u"
_POINTER_SHAPE = "\x1b]22;"
_CLEAR = "\x1b[0m\x1b[H\x1b[J"


class PacedDriver(LinuxDriver):
    """Textual's driver for any terminal and any line.

    It knows what has arrived on the terminal, so that the app can leave frames out instead of
    queueing them (a full queue would block the whole event loop). Under NO_COLOR it sends no
    colour code at all, where Textual sends greys; to a terminal that is not UTF-8 no character
    that it lacks; to the Linux console no query that this would print. It ends even when
    nobody reads the terminal any more.
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
        self.line = Line(
            open_terminal(sys.__stderr__.fileno()),
            encoding=terminal_encoding(),
            no_color=bool(os.environ.get("NO_COLOR")),  # https://no-color.org: empty is unset
        )
        self._file = self.line  # type: ignore[assignment]
        self._console = is_console(os.environ.get("TERM", ""))
        self._taken: list[Any] | None = None
        self.exit_event: EndOfListening = EndOfListening()

    @property
    def hung_up(self) -> bool:
        """Nobody is at the other end of the terminal."""
        if self.line.dead:
            return True
        poll = select.poll()
        poll.register(self.fileno, 0)
        return bool(poll.poll(0))

    def write(self, data: str) -> None:
        """Hand text to the writer thread, unless the terminal is gone."""
        if self.line.dead or (data == _KITTY_KEYS_OFF and constants.DISABLE_KITTY_KEY):
            return
        if data.startswith(_POINTER_SHAPE) and not self._mouse:
            return  # nothing points here, and old consoles print it
        self.line.expect(data)
        super().write(data)

    def end_frame(self) -> None:
        """All of a frame has been written: ask the terminal to say when it has arrived."""
        self.line.frame_ends()
        self.write(QUERY)

    def process_message(self, message: Message) -> None:
        """Messages from the input thread; answers to our queries end here."""
        if isinstance(message, events.CursorPosition):
            self.line.answered()
        else:
            super().process_message(message)

    def _run_input_thread(self) -> None:
        """Without a terminal to read from the session is over; Textual would show a traceback."""
        try:
            listen(
                self.fileno, self.exit_event, self.process_message, self.line.answered,
                debug=self._debug,
            )  # fmt: skip
        except OSError:
            self.line.dead = True

    def _request_terminal_sync_mode_support(self) -> None:
        if not self._console:  # which prints the end of this query
            super()._request_terminal_sync_mode_support()

    def _query_in_band_window_resize(self) -> None:
        if not self._console:
            super()._query_in_band_window_resize()

    def _get_terminal_size(self) -> tuple[int, int]:
        """Of the terminal that is drawn on; Textual asks standard output, which may be a pipe."""
        try:
            columns, rows = os.get_terminal_size(self.line.fileno())
        except OSError:
            columns, rows = 0, 0
        return tuple(shutil.get_terminal_size((columns or 80, rows or 24)))  # type: ignore[return-value]

    def stop_application_mode(self) -> None:
        """Give the terminal back; its last answers must not end as text on the command line."""
        until_s = time.monotonic() + _GIVEN_UP_S
        while not self.line.dead and self.line.lag_s and time.monotonic() < until_s:
            time.sleep(_POLL_S)
        if self._console:
            self.write(_CLEAR)  # it has no second screen to go back from
        super().stop_application_mode()

    def start_application_mode(self) -> None:
        """Take the terminal."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._taken = self._modes()

    def _modes(self) -> list[Any] | None:
        try:
            return termios.tcgetattr(self.fileno)
        except termios.error:
            return None

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again if somebody else has had it, as a shell has after a stop.

        Textual would always take it again: without having given it back it would start a second
        pair of threads, and two input threads take the keys from each other.
        """
        if not self._must_signal_resume:
            if self._modes() == self._taken:
                return
            self.suspend_application_mode()
        self.line.forget()
        super()._sigcont_application()
        self._app.call_later(self._app.refresh, layout=True)

    def close(self) -> None:
        """Let the writer thread finish; give it up if the terminal takes nothing."""
        closing = threading.Thread(target=super().close, daemon=True)
        closing.start()
        while closing.is_alive() and self.line.stalled_s < _GIVEN_UP_S:
            closing.join(_POLL_S)
        self.line.dead = self.line.dead or closing.is_alive()
