"""Opens the live screen and sees that the terminal is given back, however it ends."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from edgetop.errors import EdgetopError, ExitCode
from edgetop.paint import symbols
from edgetop.ui.inbox import Inbox
from edgetop.ui.terminal import Restorer, prepare_environment, terminal_encoding

if TYPE_CHECKING:
    from edgetop.session.live import LiveSession
    from edgetop.session.recording import Recording
    from edgetop.ui.interrupts import Interrupts


def run(
    session: LiveSession, recording: Recording, *, theme: str, interrupts: Interrupts
) -> ExitCode:
    """Show the session until it or the user ends it; returns how it ended.

    The model's process starts first and loads while Textual is being imported; sampling starts
    after the first paint. When this returns the session has ended and the terminal is as it was.

    Raises:
        UsageError: No theme is called that.
        EdgetopError: A defect of ours ended the screen.
    """
    prepare_environment()
    restorer = Restorer()
    inbox = Inbox()
    session.subscribe(inbox.put)
    session.when_finished(inbox.close)
    stuck = False
    try:
        from edgetop.ui.app import EdgetopApp

        app = EdgetopApp(session, recording, inbox, terminal_symbols(), theme, interrupts)
        if not interrupts.happened:
            app.run(mouse=False)
        stuck = app.stuck
    finally:
        interrupts.end_with(None)
        restorer.restore(stuck=stuck)
        session.stop()
    if stuck:  # nobody reads: what is still to be said must not block the end
        _silence()
    if app.defect is not None:
        raise EdgetopError(
            f"the screen ended by a defect of edgetop: {app.defect!r}; --debug shows where",
            ExitCode.DEFECT,
        ) from app.defect
    return ExitCode.INTERRUPTED if interrupts.happened else ExitCode(app.return_code or 0)


def terminal_symbols() -> symbols.Symbols:
    """The characters that this terminal can show."""
    return symbols.choose(terminal_encoding(), os.environ.get("TERM", ""))


def _silence() -> None:
    """Say nothing more to the terminal; a file or a pipe still gets what it should."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream.isatty():
            os.dup2(null, stream.fileno())
    os.close(null)
