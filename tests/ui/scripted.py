"""Sources that run nothing: they hand out the samples they are given and note every command."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import samples as stories

from edgetop.engine.spec import RunSpec
from edgetop.export import table
from edgetop.paint.symbols import UNICODE
from edgetop.session.player import Position
from edgetop.ui.inbox import Inbox
from edgetop.ui.live import LiveApp
from edgetop.ui.replay import ReplayApp
from edgetop.ui.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from textual.pilot import Pilot

    from edgetop.errors import EdgetopError
    from edgetop.paint.symbols import Symbols
    from edgetop.sample import Sample
    from edgetop.session.source import Receive
    from edgetop.stats.minute import Minute
    from edgetop.ui.app import EdgetopApp
    from edgetop.ui.exporting import Export

AnySession = TypeVar("AnySession", bound="ScriptedSession")


class ScriptedSession:
    """What `LiveSession` shows to the screen, without a model or a board."""

    def __init__(self, board: str = stories.BOARD) -> None:
        self.board = board
        self.last: Sample | None = None
        self.spec = RunSpec("/models/m.onnx", "m")
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
        """Noted, and from now on what runs."""
        self.commands.append(("change", changes))
        self.spec = self.spec.with_(**changes)

    def restart_runs(self, *, wanted: bool) -> None:
        """Noted."""
        self.commands.append(("restart_runs", wanted))

    def mark(self) -> None:
        """Noted."""
        self.commands.append(("mark", None))

    def trial(self) -> None:
        """Noted."""
        self.commands.append(("trial", None))

    def note(self, text: str, severity: str = "info") -> None:
        """Noted."""
        self.commands.append(("note", text))


class ScriptedPlayer(ScriptedSession):
    """What a replay shows to the screen; it moves only when it is told to, and at once."""

    def __init__(self, samples: Sequence[Sample], board: str = stories.BOARD) -> None:
        super().__init__(board)
        self.samples = list(samples)
        self.place = 0
        """Number of the sample that is shown."""
        self.playing = True
        self.speed = 1.0
        self._jumps: list[Callable[[Sequence[Sample]], None]] = []

    @property
    def marks(self) -> list[tuple[float, str]]:
        """Of all events."""
        return [
            (sample.elapsed_s, event.mark)
            for sample in self.samples
            for event in sample.events
            if event.mark
        ]

    def position(self) -> Position:
        """Where it stands."""
        ended = self.place == len(self.samples) - 1
        return Position(
            self.samples[self.place].elapsed_s,
            self.samples[-1].elapsed_s,
            playing=self.playing and not ended,
            speed=self.speed,
            ended=ended,
            title="7f3a",
        )

    def subscribe_jumps(self, receive: Callable[[Sequence[Sample]], None]) -> None:
        """Call `receive` after each jump."""
        self._jumps.append(receive)

    def go_on(self, count: int = 1) -> None:
        """Play so many samples."""
        for sample in self.samples[self.place + 1 : self.place + 1 + count]:
            self.place += 1
            self.play([sample])

    def jump(self, place: int) -> None:
        """Stand at a sample, with a minute of what led there."""
        self.place = min(max(place, 0), len(self.samples) - 1)
        history = self.samples[max(0, self.place - 120) : self.place + 1]
        for receive in self._jumps:
            receive(history)

    def toggle_play(self) -> None:
        """Noted and done."""
        self.commands.append(("toggle_play", None))
        self.playing = not self.playing

    def faster(self) -> None:
        """Noted and done."""
        self.commands.append(("faster", None))
        self.speed *= 2

    def slower(self) -> None:
        """Noted and done."""
        self.commands.append(("slower", None))
        self.speed /= 2

    def seek(self, elapsed_s: float) -> None:
        """Noted and done."""
        self.commands.append(("seek", elapsed_s))
        nearest = min(self.samples, key=lambda sample: abs(sample.elapsed_s - elapsed_s))
        self.jump(self.samples.index(nearest))

    def skip(self, seconds: float) -> None:
        """Noted and done."""
        self.commands.append(("skip", seconds))
        self.jump(self.place + round(seconds / stories.INTERVAL_S))

    def next_event(self) -> None:
        """Noted."""
        self.commands.append(("next_event", None))

    def previous_event(self) -> None:
        """Noted."""
        self.commands.append(("previous_event", None))


class ScriptedInterrupts:
    """Signals that come when a test says so, never by themselves."""

    def __init__(self) -> None:
        self.end: Callable[[], None] | None = None
        """What a signal does now; None = nothing."""

    def end_with(self, end: Callable[[], None] | None) -> None:
        """Taken over at once."""
        self.end = end


class Screen(Generic[AnySession]):
    """An app on a screen in memory, with the session that it shows."""

    def __init__(
        self,
        app: EdgetopApp,
        session: AnySession,
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
        await self.settle()

    async def settle(self) -> None:
        """Wait until all that is looked up beside the screen's loop is painted."""
        await self.pilot.pause()
        assert await asyncio.to_thread(self.app.finder.settled.wait, 30)
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
    kiosk: bool = False,
) -> AsyncIterator[Screen[ScriptedSession]]:
    """The app on a screen of this size, after it has painted these samples."""
    session, inbox = ScriptedSession(board), Inbox()
    recorded: list[Sample] = []
    session.subscribe(recorded.append)
    session.subscribe(inbox.put)
    session.when_finished(inbox.close)
    interrupts = ScriptedInterrupts()

    def export(path: Path) -> None:
        rows = [table.sample_row(sample) for sample in recorded]
        table.write_csv(path, [table.to_csv(rows, list(rows[0]))], board, session.runs)

    stage = Stage(inbox, symbols, theme, interrupts, export, kiosk)  # type: ignore[arg-type]
    app = LiveApp(session, stage)  # type: ignore[arg-type]
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = Screen(app, session, interrupts, pilot)
        await screen.play(*samples)
        yield screen


@asynccontextmanager
async def replayed(
    samples: Sequence[Sample],
    size: tuple[int, int] = (120, 40),
    *,
    place: int | None = None,
    symbols: Symbols = UNICODE,
    kiosk: bool = False,
    export: Export | None = None,
    minutes: Sequence[Minute] = (),
) -> AsyncIterator[Screen[ScriptedPlayer]]:
    """A replay on a screen of this size, at some sample of the session or at its middle."""
    player, inbox = ScriptedPlayer(samples), Inbox()
    player.subscribe(inbox.put)
    player.subscribe_jumps(inbox.restart)
    player.when_finished(inbox.close)
    interrupts = ScriptedInterrupts()
    stage = Stage(inbox, symbols, "edgetop", interrupts, export, kiosk)  # type: ignore[arg-type]
    app = ReplayApp(player, stage, minutes)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = Screen(app, player, interrupts, pilot)
        player.jump(len(samples) // 2 if place is None else place)
        await screen.settle()
        yield screen
