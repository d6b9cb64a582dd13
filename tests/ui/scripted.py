"""A session that runs nothing: it hands out the samples it is given and notes every command."""

from __future__ import annotations

import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import samples as stories

from edgetop.paint.symbols import UNICODE
from edgetop.session.recording import Recording
from edgetop.ui.app import EdgetopApp
from edgetop.ui.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from textual.pilot import Pilot

    from edgetop.errors import EdgetopError
    from edgetop.paint.symbols import Symbols
    from edgetop.sample import Sample
    from edgetop.session.source import Receive


class ScriptedSession:
    """What `LiveSession` shows to the screen, without a model or a board."""

    def __init__(self, board: str = stories.BOARD) -> None:
        self.board = board
        self.last: Sample | None = None
        self.commands: list[tuple[str, Any]] = []
        """Every command with its argument, oldest first."""
        self.started = 0
        """How often it was started."""
        self.finished = threading.Event()
        self.failure: EdgetopError | None = None
        self.crash: BaseException | None = None
        self._subscribers: list[Receive] = []
        self._at_end: list[Callable[[], None]] = []

    @property
    def runs(self) -> Sequence[Sample]:
        """The last sample, if it measured something."""
        return [self.last] if self.last is not None and self.last.total.inferences else []

    def subscribe(self, receive: Receive) -> None:
        """Call `receive` with every sample that is played."""
        self._subscribers.append(receive)

    def when_finished(self, call: Callable[[], None]) -> None:
        """Call this at the end."""
        self._at_end.append(call)

    def play(self, samples: Sequence[Sample]) -> None:
        """Hand these samples out."""
        for sample in samples:
            self.last = sample
            for receive in self._subscribers:
                receive(sample)

    def end(self) -> None:
        """Come to the end, as when the duration is over."""
        self.finished.set()
        for call in self._at_end:
            call()

    def start(self) -> None:
        """Noted."""
        self.started += 1

    def stop(self) -> None:
        """Noted."""
        self.commands.append(("stop", None))

    def finish(self) -> None:
        """Noted."""
        self.commands.append(("finish", None))

    def toggle_pause(self) -> None:
        """Noted."""
        self.commands.append(("toggle_pause", None))

    def reset(self) -> None:
        """Noted."""
        self.commands.append(("reset", None))

    def set_rate(self, rate_fps: float | None) -> None:
        """Noted."""
        self.commands.append(("set_rate", rate_fps))

    def change(self, **changes: Any) -> None:
        """Noted."""
        self.commands.append(("change", changes))

    def note(self, text: str, severity: str = "info") -> None:
        """Noted."""
        self.commands.append(("note", text))


class ScriptedInterrupts:
    """Signals that come when a test says so, never by themselves."""

    def __init__(self) -> None:
        self.end: Callable[[], None] | None = None
        """What a signal does now; None = nothing."""

    def end_with(self, end: Callable[[], None] | None) -> None:
        """Taken over at once."""
        self.end = end


class Screen:
    """An app on a screen in memory, with the session that it shows."""

    def __init__(
        self,
        app: EdgetopApp,
        session: ScriptedSession,
        interrupts: ScriptedInterrupts,
        pilot: Pilot[None],
    ) -> None:
        self.app = app
        self.session = session
        self.interrupts = interrupts
        self.pilot = pilot

    async def play(self, *samples: Sample) -> None:
        """Hand samples out and wait until they are painted."""
        self.session.play(samples)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys and wait until they have acted."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size and wait until that is painted."""
        await self.pilot.resize_terminal(width, height)
        await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, row by row."""
        strips = self.app.screen._compositor.render_strips()
        return [strip.text for strip in strips]

    @property
    def cell_widths(self) -> list[int]:
        """Terminal cells of each row."""
        return [strip.cell_length for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """What stands on the screen, without blanks at the ends of rows."""
        return "".join(f"{line.rstrip()}\n" for line in self.lines)

    @property
    def notices(self) -> list[str]:
        """What the app has told the user, oldest first."""
        return [notice.message for notice in self.app._notifications]


@asynccontextmanager
async def on_screen(
    samples: Sequence[Sample] = (),
    size: tuple[int, int] = (120, 40),
    *,
    symbols: Symbols = UNICODE,
    theme: str = "edgetop",
    board: str = stories.BOARD,
) -> AsyncIterator[Screen]:
    """The app on a screen of this size, after it has painted these samples."""
    session, recording, inbox = ScriptedSession(board), Recording(), Inbox()
    session.subscribe(recording.add)
    session.subscribe(inbox.put)
    session.when_finished(inbox.close)
    interrupts = ScriptedInterrupts()
    app = EdgetopApp(session, recording, inbox, symbols, theme, interrupts)  # type: ignore[arg-type]
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = Screen(app, session, interrupts, pilot)
        await screen.play(*samples)
        yield screen
