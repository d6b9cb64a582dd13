"""Standard output and error: one line per error, and quiet when nobody reads any more."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from typing import TextIO

from edgetop.engine.diagnose import one_line
from edgetop.errors import UsageError
from edgetop.ui.terminal import terminal_encoding

_LONGEST_LINE = 1000


def accept_any_text() -> None:
    """Let no locale refuse a character: what it cannot write is replaced by what comes near it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if stream.isatty():
                _speak_as_the_terminal(stream)


def _speak_as_the_terminal(stream: io.TextIOWrapper) -> None:
    """Python writes UTF-8 in the C locale (PEP 540), which the terminal may not understand."""
    encoding = terminal_encoding()
    if codecs.lookup(encoding).name != "utf-8":
        from edgetop.ui import line

        stream.reconfigure(encoding=encoding, errors=line.SIMILAR)


def has_screen() -> bool:
    """There is a terminal that can show the screen: Textual draws on stderr and reads stdin."""
    term = os.environ.get("TERM", "")
    if term in ("", "dumb", "unknown") or term.startswith(("vt100", "vt52")):
        return False
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def say(text: str, stream: TextIO | None) -> bool:
    """Print lines at once; False if whoever read this stream has ended.

    Args:
        text: One or more lines.
        stream: None if it was closed before edgetop began: then nobody wants the text.

    Raises:
        UsageError: The stream cannot take the text: a full disk.
    """
    return stream is None or _told(stream, f"{text}\n")


def write(text: str, stream: TextIO) -> bool:
    """Print text as it is, a piece of more; False if whoever read this stream has ended.

    Raises:
        UsageError: The stream cannot take the text: a full disk.
    """
    return _told(stream, text)


def flush() -> None:
    """Write out what a command has printed, while a failure can still be told.

    Raises:
        UsageError: Standard output cannot take it.
    """
    if sys.stdout is not None:
        _told(sys.stdout, "")


def _told(stream: TextIO, text: str) -> bool:
    try:
        if text:  # a terminal that has gone refuses even nothing
            stream.write(text)
        stream.flush()
    except BrokenPipeError:
        silence(stream)
        return False
    except OSError as error:
        silence(stream)
        raise UsageError(f"cannot write the output: {error.strerror}") from error
    return True


def complain(message: str) -> None:
    """Tell what went wrong, in one line on standard error."""
    with contextlib.suppress(UsageError):  # there is no other place to say it
        say(f"edgetop: {one_line(message, _LONGEST_LINE)}", sys.stderr)


def silence(stream: TextIO) -> None:
    """Send what follows nowhere; a second complaint at exit would help nobody."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
