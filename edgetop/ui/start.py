"""Opens the live screen and sees that the terminal is given back, however it ends."""

from __future__ import annotations

import locale
import os
import sys
from typing import TYPE_CHECKING

from edgetop.errors import EdgetopError, ExitCode
from edgetop.paint import symbols
from edgetop.ui.inbox import Inbox
from edgetop.ui.terminal import Restorer, prepare_environment

if TYPE_CHECKING:
    from edgetop.session.live import LiveSession
    from edgetop.session.recording import Recording


def run(session: LiveSession, recording: Recording, *, theme: str) -> ExitCode:
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
    session.launch()
    try:
        from edgetop.ui.app import EdgetopApp

        app = EdgetopApp(session, recording, inbox, terminal_symbols(), theme)
        app.run(mouse=False)
        stuck = app.stuck
    except BaseException:
        restorer.restore()
        session.stop()
        raise
    session.stop()
    restorer.restore(stuck=stuck)
    if stuck:  # nobody reads: what is still to be said must not block the end
        _silence()
    if app.defect is not None:
        raise EdgetopError(
            f"the screen ended by a defect of edgetop: {app.defect!r}; --debug shows where",
            ExitCode.USAGE,
        ) from app.defect
    return ExitCode(app.return_code or 0)


def terminal_symbols() -> symbols.Symbols:
    """The characters that this terminal can show."""
    try:
        locale.setlocale(locale.LC_CTYPE, "")
        encoding = locale.nl_langinfo(locale.CODESET)
    except (locale.Error, AttributeError):
        encoding = "ascii"  # a locale that is not installed
    return symbols.choose(encoding, os.environ.get("TERM", ""))


def _silence() -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(null, stream.fileno())
