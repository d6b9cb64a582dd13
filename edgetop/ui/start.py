"""Opens the screen and sees that the terminal is given back, however it ends."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from edgetop.errors import EdgetopError, ExitCode
from edgetop.paint import symbols
from edgetop.ui.guardian import Guardian
from edgetop.ui.inbox import Inbox
from edgetop.ui.terminal import Restorer, prepare_environment, terminal_encoding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Protocol

    from edgetop.session.live import LiveSession
    from edgetop.session.player import Player
    from edgetop.session.source import Source
    from edgetop.stats.minute import Minute
    from edgetop.ui.app import EdgetopApp
    from edgetop.ui.exporting import Export
    from edgetop.ui.interrupts import Interrupts

    class Record(Protocol):
        """Keeps the session's samples."""

        def export(self, path: Path) -> None:
            """Write them to a file."""


def run(
    session: LiveSession,
    record: Record,
    *,
    theme: str,
    interrupts: Interrupts,
    kiosk: bool = False,
    if_killed: str = "",
) -> ExitCode:
    """Show the session until it or the user ends it; returns how it ended.

    The model's process starts first and loads while Textual is being imported; sampling starts
    after the first paint. When this returns the session has ended and the terminal is as it was.

    Args:
        session: Not yet started.
        record: Writes what `e` exports.
        theme: Name of the first theme.
        interrupts: The signals that end it.
        kiosk: Large digits, and no key works but q and ctrl+c.
        if_killed: What the terminal says if edgetop is killed, behind that.

    Raises:
        UsageError: No theme is called that.
        EdgetopError: A defect of ours ended the screen.
    """

    def app(inbox: Inbox) -> EdgetopApp:
        from edgetop.ui.live import LiveApp
        from edgetop.ui.stage import Stage

        symbols = terminal_symbols()
        return LiveApp(session, Stage(inbox, symbols, theme, interrupts, record.export, kiosk))

    inbox = Inbox()
    session.when_finished(inbox.close)
    return _show(session, inbox, app, interrupts, if_killed)


def replay(
    player: Player,
    *,
    theme: str,
    interrupts: Interrupts,
    kiosk: bool = False,
    export: Export | None = None,
    minutes: Sequence[Minute] = (),
    hashes: Mapping[int, str | None] | None = None,
) -> ExitCode:
    """Show a recorded session until the user ends it; returns how it ended.

    Args:
        player: Not yet started.
        theme: Name of the first theme.
        interrupts: The signals that end it.
        kiosk: Large digits, over and over, and no key works but q and ctrl+c.
        export: Writes the session to a file; None: the key for that is not offered.
        minutes: The whole session minute by minute, for the history after a jump.
        hashes: Of the models' files, by the numbers of the runs.

    Raises:
        UsageError: No theme is called that.
        EdgetopError: A defect of ours ended the screen.
    """

    def app(inbox: Inbox) -> EdgetopApp:
        from edgetop.ui.replay import ReplayApp
        from edgetop.ui.stage import Stage

        symbols = terminal_symbols()
        stage = Stage(inbox, symbols, theme, interrupts, export, kiosk, hashes or {})
        return ReplayApp(player, stage, minutes)

    inbox = Inbox()
    player.subscribe_jumps(inbox.restart)
    player.when_finished(inbox.close)
    return _show(player, inbox, app, interrupts)


def _show(
    source: Source,
    inbox: Inbox,
    make_app: Callable[[Inbox], EdgetopApp],
    interrupts: Interrupts,
    if_killed: str = "",
) -> ExitCode:
    """Run an app from the terminal's first to its last moment.

    Args:
        source: Its samples.
        inbox: Where they arrive.
        make_app: Called once the terminal is known.
        interrupts: The signals that end it.
        if_killed: What the terminal says if edgetop is killed, behind that.
    """
    prepare_environment()
    restorer = Restorer()
    guardian = Guardian(f"edgetop was killed{if_killed}")
    source.subscribe(inbox.put)
    stuck = False
    gc.disable()  # until the app is ready: all that it imports stays, and looking costs 20 ms
    try:
        app = make_app(inbox)
        if not interrupts.happened:
            app.run(mouse=False)
        stuck = app.stuck
    finally:
        gc.enable()
        interrupts.end_with(None)
        restorer.restore(stuck=stuck)
        guardian.dismiss()
        source.stop()
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
