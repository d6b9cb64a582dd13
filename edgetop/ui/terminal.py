"""The terminal as it really is: what it can show, how fast its line is, how it is given back."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import termios
from typing import IO, Any

_COLOUR = re.compile(r"\x1b\[([0-9;]*)m")

_RESET = (
    "\x1b[?2026l\x1b[?2004l\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l"
    "\x1b[0m\x1b[?7h\x1b[?1049l\x1b[?25h"
)
"""Everything that a full screen switches on, switched off."""


class Line:
    """The way to the terminal: counts what goes out and knows whether it has gone.

    Stands in for the stream that Textual's writer thread writes to.
    """

    def __init__(self, stream: IO[str], *, no_color: bool) -> None:
        self._stream = stream
        self._no_color = no_color
        self.queued = 0
        """Writes that the writer thread has not finished."""
        self.bytes_sent = 0
        self.dead = False
        """The terminal is gone."""

    def write(self, text: str) -> int:
        """Send text; a terminal that is gone swallows it."""
        if self._no_color:
            text = without_colour(text)
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self.dead = True
        self.bytes_sent += len(text.encode(errors="replace"))
        self.queued -= 1
        return len(text)

    def flush(self) -> None:
        """Each write is flushed at once."""

    def fileno(self) -> int:
        """The descriptor of the stream."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """It is a terminal."""
        return True


def without_colour(text: str) -> str:
    """Text without colours; bold, dim, italic, underline and reverse stay."""

    def kept(match: re.Match[str]) -> str:
        codes, result, at = match[1].split(";"), [], 0
        while at < len(codes):
            code = codes[at]
            if code in ("38", "48"):
                at += 5 if codes[at + 1 : at + 2] == ["2"] else 3
                continue
            if code in ("", "0", "1", "2", "3", "4", "7", "22", "23", "24", "27"):
                result.append(code)
            at += 1
        return f"\x1b[{';'.join(result)}m" if result else ""

    return _COLOUR.sub(kept, text)


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
        with contextlib.suppress(termios.error, OSError):
            if self._attributes is not None:
                termios.tcsetattr(self._fd, termios.TCSANOW, self._attributes)
            if not stuck:
                return
            termios.tcflush(self._fd, termios.TCOFLUSH)
            os.set_blocking(self._fd, False)
            try:
                os.write(self._fd, _RESET.encode())
            finally:
                os.set_blocking(self._fd, True)


def prepare_environment() -> None:
    """Set what Textual reads when it is imported."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    # No key of ours needs the kitty protocol, and old terminals print its codes.
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    if os.environ.get("TERM", "") in ("linux", "xterm-16color", "screen", "ansi"):
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "standard")
