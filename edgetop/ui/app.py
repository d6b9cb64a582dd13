"""The live screen as a Textual app: samples come in, one frame a sample goes out."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App, SystemCommand
from textual.message import Message

from edgetop import locations
from edgetop.errors import ExitCode
from edgetop.sample import State
from edgetop.ui.colours import PREFIX, textual_theme
from edgetop.ui.commands import COMMANDS, bindings, footer_keys, help_keys
from edgetop.ui.controls import Controls
from edgetop.ui.pacing import PacedApp
from edgetop.ui.screens.monitor import MonitorScreen
from edgetop.ui.theme import available, first_theme
from edgetop.ui.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.screen import Screen

    from edgetop.paint.symbols import Symbols
    from edgetop.session.live import LiveSession
    from edgetop.session.recording import Recording
    from edgetop.ui.inbox import Inbox
    from edgetop.ui.interrupts import Interrupts
    from edgetop.ui.theme import Theme
    from edgetop.zoo.resolve import ModelChoice


_NOTICE_ROWS = 8
"""A notice of some lines with its frame and margin."""


class News(Message):
    """Something new lies in the inbox."""

    def can_replace(self, message: Message) -> bool:
        """One message is enough for all that waits."""
        return isinstance(message, News)


class EdgetopApp(PacedApp):
    """The live screen of one session.

    Args:
        session: Already running, or about to.
        recording: What `e` exports.
        inbox: Where its samples arrive.
        symbols: The characters that the terminal can show.
        theme: Name of the first theme.
        interrupts: The signals that end the app; None: nobody takes them.

    Raises:
        UsageError: No theme is called that.
    """

    CSS_PATH = "edgetop.tcss"
    BINDINGS = bindings()  # type: ignore[assignment]
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        session: LiveSession,
        recording: Recording,
        inbox: Inbox,
        symbols: Symbols,
        theme: str,
        interrupts: Interrupts | None = None,
    ) -> None:
        super().__init__()
        self._interrupts = interrupts
        self.animation_level = "none"
        self._session = session
        self._inbox = inbox
        self._controls = Controls(session, recording)
        self._inks = first_theme(
            theme, locations.shipped_dir("themes"), locations.user_themes_dir()
        )
        self._themes: dict[str, Theme] = {}
        self._view = View(symbols, session.board)
        self._painted_pause = False
        self._sent = (0.0, 0)
        self._monitor: MonitorScreen | None = None
        self.register_theme(textual_theme(self._inks))
        # Not through the watcher, which would have the style sheet parsed twice; what follows
        # is what else it does.
        self.set_reactive(App.theme, PREFIX + self._inks.name)
        self.stylesheet.set_variables(self.get_css_variables())
        self._refresh_truecolor_filter(self.ansi_theme)
        self.set_class(self._inks.dark, "-dark-mode")
        self.set_class(not self._inks.dark, "-light-mode")
        self.set_class(symbols.border == "solid", "square")
        self.set_class(symbols.border == "ascii", "ascii")

    # -- life ------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[Any]:
        """The monitor is the only screen; others open above it."""
        self._monitor = MonitorScreen(self._view, self._inks, self._footer_keys)
        return self._monitor

    def _footer_keys(self) -> list[tuple[str, str]]:
        sample = self._view.sample
        return footer_keys(sample.run if sample is not None else None)

    def on_mount(self) -> None:
        """Signals end the app in good order; Textual by itself would leave the terminal raw."""
        loop = asyncio.get_running_loop()
        if self._interrupts is not None:
            self._interrupts.end_with(lambda: loop.call_soon_threadsafe(self.action_interrupt))

    def on_unmount(self) -> None:
        """The end has begun: a further signal changes nothing."""
        if self._interrupts is not None:
            self._interrupts.end_with(None)

    def on_ready(self) -> None:
        """Show what has come meanwhile; what is loaded now stays, the collector may skip it."""
        self._session.start()
        gc.collect()
        gc.freeze()
        self._inbox.when_news(self._ring)
        self._load_themes()

    def _load_themes(self) -> None:
        """Read the other themes, which the first paint need not wait for."""
        catalogue = available(locations.shipped_dir("themes"), locations.user_themes_dir())
        self._themes = dict(catalogue.themes)
        for theme in self._themes.values():
            self.register_theme(textual_theme(theme))
        for problem in catalogue.problems:
            self.notify(problem, severity="warning", markup=False)

    @property
    def defect(self) -> BaseException | None:
        """What ended the app, if that was no wish of the user."""
        return self._exception

    def _print_error_renderables(self) -> None:
        """Say nothing here: `edgetop.ui.start` tells a defect in one line, not in pages."""
        self._exit_renderables.clear()

    # -- samples ---------------------------------------------------------------------------

    def line_clear(self) -> None:
        """In the thread that writes or reads the terminal: paint what had to wait."""
        self._ring()

    def _ring(self) -> None:
        """In another thread."""
        with contextlib.suppress(RuntimeError):  # the loop has just ended
            self.post_message(News())

    def on_news(self) -> None:
        """Take what waits into the view, and paint one frame if the line has room for it."""
        for sample in self._inbox.take():
            self._view.update(sample)
        self._paint()
        self.repay()
        if self._inbox.closed:  # the duration is over, or the sampler died
            self.exit(return_code=int(ExitCode.DONE))
        elif self.hung_up:
            self.action_interrupt()

    def _paint(self) -> None:
        sample, monitor = self._view.sample, self._monitor
        if sample is None or monitor is None or not monitor.is_mounted:
            return
        paused = sample.state is State.PAUSED
        if paused and self._painted_pause and not sample.events:
            return  # nothing moves while paused: not a byte goes out
        if self.wait_for_line():
            return  # the next frame shows the same and more
        self._painted_pause = paused
        self._measure_line(sample.monotonic_s)
        monitor.show()

    def _measure_line(self, now_s: float) -> None:
        """Bytes per second that the screen sends, smoothed over some seconds."""
        before_s, before = self._sent
        if self.line is None or now_s - before_s < 2.0:
            return
        sent = self.line.bytes_sent
        if before_s:
            self._view.bytes_per_s = (sent - before) / (now_s - before_s)
        self._sent = (now_s, sent)

    # -- commands --------------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """The palette offers what the keys do."""
        for command in COMMANDS:
            name = command.sentence[0].upper() + command.sentence[1:]

            async def act(action: str = command.action) -> None:
                await self.run_action(action)

            yield SystemCommand(name, f"key {command.shown}", act)

    def notify(self, message: str, **options: Any) -> None:
        """Show a notice; older ones make room for it.

        Of notices that have no place on the screen Textual leaves parts behind.
        """
        room = max(1, self.size.height // _NOTICE_ROWS)
        for old in list(self._notifications)[: max(0, len(self._notifications) + 1 - room)]:
            self._unnotify(old)
        super().notify(message, **options)

    def _tell(self, problem: str) -> None:
        if problem:
            self.notify(problem, severity="warning", markup=False)

    def action_batch(self, direction: int) -> None:
        """Double or halve the batch."""
        self._tell(self._controls.batch(direction))

    def action_provider(self) -> None:
        """Next execution provider."""
        self._tell(self._controls.provider())

    def action_threads(self) -> None:
        """Next number of threads."""
        self._tell(self._controls.threads())

    def action_rate(self) -> None:
        """Next pace."""
        self._tell(self._controls.rate())

    def action_pause(self) -> None:
        """Pause, or go on."""
        self._tell(self._controls.pause())

    def action_reset(self) -> None:
        """Start the figures again."""
        self._tell(self._controls.reset())

    def action_export(self) -> None:
        """Write the session into the working folder."""
        try:
            folder = Path.cwd()
        except OSError as error:  # it was removed, or its disk is gone
            self._tell(f"there is no working folder to export into: {error.strerror}")
            return
        worked, line = self._controls.export(folder)
        self.notify(line, severity="information" if worked else "error", markup=False)

    def action_model(self) -> None:
        """Open the model picker."""
        from edgetop.ui.screens.pick_model import ModelPicker
        from edgetop.zoo.resolve import choices

        def run(choice: ModelChoice | None) -> None:
            if choice is not None:
                self._tell(self._controls.model(choice))

        self.push_screen(ModelPicker(choices(), self._view.symbols.mark), run)

    def action_help(self) -> None:
        """Open the help."""
        from edgetop.ui.screens.help import HelpScreen

        self.push_screen(HelpScreen(help_keys()))

    def action_theme(self) -> None:
        """Next theme."""
        if not self._themes:
            return  # the key was typed ahead of the first paint
        names = list(self._themes)
        name = names[(names.index(self._inks.name) + 1) % len(names)]
        self._inks = self._themes[name]
        self.theme = PREFIX + name
        if self._monitor is not None:
            self._monitor.use_theme(self._inks)
        self.notify(f"theme {name}", timeout=1.5, markup=False)

    def action_panel(self, number: int) -> None:
        """Switch a panel off or on."""
        if self._monitor is not None:
            self._monitor.toggle(number)

    def action_repaint(self) -> None:
        """Send the whole screen again, after something else wrote on the terminal."""
        self.refresh(repaint=True, layout=True)

    def action_leave(self) -> None:
        """End the session; the summary follows on the terminal."""
        self.exit(return_code=int(ExitCode.DONE))

    def action_interrupt(self) -> None:
        """End as after a signal."""
        self.exit(return_code=int(ExitCode.INTERRUPTED))
