"""Gives the terminal back where edgetop itself cannot: after a kill -9, or out of memory."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import termios
from typing import Any

from edgetop.ui.terminal import RESET

_SCRIPT = 'read -r word; [ "$word" = done ] || { stty "$1" <&1; printf %s "$2"; }'
"""Waits until the pipe speaks, or ends because its other side was killed."""
_PATIENCE_S = 1.0


class Guardian:
    """A small shell that waits beside edgetop, in a session of its own so that nothing hits both.

    Where there is no shell or no terminal there is no guardian, and nothing else changes.

    Args:
        words: What to say on the terminal once it has been given back.
    """

    def __init__(self, words: str) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe = -1
        with contextlib.suppress(OSError, ValueError, termios.error):
            self._start(words)

    def _start(self, words: str) -> None:
        assert sys.__stdin__ is not None
        assert sys.__stderr__ is not None
        settings = stty_words(termios.tcgetattr(sys.__stdin__.fileno()))
        reading, self._pipe = os.pipe()
        try:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _SCRIPT, "edgetop-guardian", settings, f"{RESET}\r\n{words}\r\n"],
                stdin=reading,
                stdout=sys.__stderr__.fileno(),
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(reading)

    def dismiss(self) -> None:
        """The terminal has been given back by edgetop itself."""
        if self._pipe < 0:
            return
        with contextlib.suppress(OSError):
            os.write(self._pipe, b"done\n")
        os.close(self._pipe)
        self._pipe = -1
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE_S)


def stty_words(attributes: list[Any]) -> str:
    """Settings of a terminal as ``stty`` takes them: flags and characters in hexadecimal.

    Args:
        attributes: As `termios.tcgetattr` gives them.
    """
    flags, characters = attributes[:4], attributes[6]
    octets = [item[0] if isinstance(item, bytes) else item for item in characters]
    return ":".join(f"{number:x}" for number in (*flags, *octets))
