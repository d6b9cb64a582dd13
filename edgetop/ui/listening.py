"""Listens to the terminal: keys, and answers to what the screen asked."""

from __future__ import annotations

import contextlib
import os
import re
import select
import threading
import time
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from textual._parser import ParseError
from textual._xterm_parser import XTermParser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.message import Message

_POSITION = re.compile(rb"\x1b\[\d+;\d+R")
_READ_BYTES = 4096
_LAST_LOOK_S = 0.1
"""At the end: what the terminal still answers must not become text on the command line."""


class EndOfListening(threading.Event):
    """Set to end the listening; whoever sleeps in `select` wakes."""

    def __init__(self) -> None:
        super().__init__()
        self.readable, self._writable = os.pipe()
        os.set_blocking(self._writable, False)

    def set(self) -> None:
        """End it."""
        super().set()
        with contextlib.suppress(OSError):
            os.write(self._writable, b"!")

    def clear(self) -> None:
        """It may begin again."""
        super().clear()
        while select.select([self.readable], [], [], 0)[0]:
            os.read(self.readable, _READ_BYTES)

    def __del__(self) -> None:
        """The pipe goes with it."""
        for descriptor in (self.readable, self._writable):
            with contextlib.suppress(OSError):
                os.close(descriptor)


def listen(
    fd: int,
    over: EndOfListening,
    take: Callable[[Message], None],
    arrived: Callable[[], None],
    *,
    debug: bool = False,
) -> None:
    """Read the terminal until it is over.

    Textual's own loop wakes ten times a second to see whether an escape key stands alone; beside
    a busy model each waking costs as much as the keys of a minute. This one sleeps until there is
    something, or until a half-read sequence has been waited for long enough.

    Args:
        fd: The terminal.
        over: Ends the listening.
        take: Takes what was read.
        arrived: Called for the answer that says where the cursor is, where it comes alone, as
            it does after each frame: the parser need not look at it.
        debug: Textual's debug mode.

    Raises:
        OSError: The terminal is gone.
    """
    parser = XTermParser(debug)
    # Whatever a terminal of another encoding sends, the keys that follow are heard.
    decoder = getincrementaldecoder("utf-8")("ignore")

    def parsed(text: str) -> Iterator[Message]:
        """Noise may look like a sequence with numbers that no terminal sends: begin afresh."""
        nonlocal parser
        for character in text:  # one by one: what follows the noise is heard
            try:
                yield from parser.feed(character)
            except (ValueError, OverflowError):  # noqa: PERF203  text of a person
                parser = XTermParser(debug)

    def hear(timeout_s: float | None, *, final: bool = False) -> None:
        ready, _, _ = select.select([fd] if final else [fd, over.readable], [], [], timeout_s)
        if fd in ready:
            data = os.read(fd, _READ_BYTES)
            if not data:
                raise OSError("the terminal has hung up")
            if parser._timeout_time is None and _POSITION.fullmatch(data):
                arrived()
                return
            for event in parsed(text) if (text := decoder.decode(data, final)) else ():
                take(event)
        for event in parser.tick():
            take(event)

    try:
        while not over.is_set():
            until_s = parser._timeout_time
            hear(None if until_s is None else max(0.0, until_s - time.monotonic()))
        hear(_LAST_LOOK_S, final=True)
    finally:
        with contextlib.suppress(EOFError, ParseError):
            for _ in parser.feed(""):
                pass
