"""The terminal as it is: what it can show, and how it is given back."""

from __future__ import annotations

import contextlib
import locale
import os
import sys
import termios
import time
from pathlib import Path
from typing import Any

_CONSOLES = ("linux", "fbterm", "bterm")
_SIXTEEN_COLOURS = ("xterm-16color", "screen", "ansi")
_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")

RESET = (
    "\x18\x1b[?2026l\x1b[?2004l\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l"
    "\x1b[0m\x1b[?7h\x1b[?1049l\x1b[?25h"
)
"""Cancels half a sequence; then everything that a full screen switches on, switched off."""
_PAUSE_S = 0.02
_TRIES = 25


def is_console(term: str) -> bool:
    """The terminal is a text console of the kernel: 16 colours, few characters and sequences."""
    return term.startswith(_CONSOLES)


def terminal_encoding() -> str:
    """The encoding that the terminal understands, by its user's locale; ``ascii`` in doubt.

    A locale that names its encoding counts even where this machine does not have it installed:
    over SSH it describes the terminal on the other side.
    """
    name = os.environ.get("LC_ALL") or _given_ctype() or os.environ.get("LANG") or ""
    encoding = name.partition("@")[0].partition(".")[2]
    if not encoding and name not in ("", "C", "POSIX"):
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            encoding = locale.nl_langinfo(locale.CODESET)
    try:
        "".encode(encoding or "ascii")
    except LookupError:
        return "ascii"
    return encoding or "ascii"


def _given_ctype() -> str:
    """LC_CTYPE, unless Python itself has set it, as it does in the C locale (PEP 538)."""
    value = os.environ.get("LC_CTYPE", "")
    if value in _COERCED:
        with contextlib.suppress(OSError):
            if b"\0LC_CTYPE=" not in b"\0" + Path("/proc/self/environ").read_bytes():
                return ""
    return value


class Restorer:
    """Remembers how the terminal was, and makes it so again whatever happened in between."""

    def __init__(self) -> None:
        self._fd = sys.__stdin__.fileno() if sys.__stdin__ is not None else -1
        self._attributes: list[Any] | None = None
        with contextlib.suppress(termios.error):
            self._attributes = termios.tcgetattr(self._fd)

    def restore(self, *, stuck: bool = False) -> None:
        """Leave the full screen; without waiting if nobody reads.

        Args:
            stuck: The terminal takes nothing: what is still queued for it is thrown away.
        """
        with contextlib.suppress(termios.error):
            if self._attributes is not None:
                termios.tcsetattr(self._fd, termios.TCSANOW, self._attributes)
        if stuck:
            with contextlib.suppress(termios.error, OSError):
                self._clear_the_way()

    def _clear_the_way(self) -> None:
        terminal = open_terminal(self._fd)
        left = RESET.encode()
        try:
            termios.tcflush(terminal, termios.TCOFLUSH)
            for _ in range(_TRIES):
                try:
                    left = left[os.write(terminal, left) :]
                except BlockingIOError:
                    time.sleep(_PAUSE_S)
                    termios.tcflush(terminal, termios.TCOFLUSH)
                if not left:
                    return
        finally:
            os.close(terminal)


def open_terminal(fd: int) -> int:
    """A new descriptor for writing to the terminal `fd` that does not block.

    It is opened anew because a descriptor's flags are shared with the shell and everybody else
    who has inherited it, and they expect it to block. Where that is not possible (a container
    without the terminal's device) it is a copy, and blocks.
    """
    name = "/dev/tty"
    with contextlib.suppress(OSError):
        name = os.ttyname(fd)
    try:
        return os.open(name, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return os.dup(fd)


def prepare_environment() -> None:
    """Set what Textual reads when it is imported."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    # No key of ours needs the kitty protocol, and old terminals print its codes.
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    term = os.environ.get("TERM", "")
    if is_console(term) or term in _SIXTEEN_COLOURS:
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "standard")
