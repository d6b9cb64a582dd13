"""What the live screen and a replay share: samples come in, one frame a sample goes out."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.message import Message

from edgetop.errors import ExitCode
from edgetop.ui.commands import COMMON, common_bindings, footer_keys, help_keys
from edgetop.ui.exporting import Exporter
from edgetop.ui.finder import Finder
from edgetop.ui.screens.monitor import MonitorScreen
from edgetop.ui.screens.painted import PaintedScreen
from edgetop.ui.themed import ThemedApp
from edgetop.ui.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from textual.binding import BindingType
    from textual.screen import Screen

    from edgetop.sample import Sample
    from edgetop.session.source import Source
    from edgetop.ui.commands import Command
    from edgetop.ui.finder import Found
    from edgetop.ui.stage import Stage
    from edgetop.ui.theme import Theme

_KIOSK_ACTIONS = ("leave", "interrupt")


class News(Message):
    """Something new lies in the inbox."""

    def can_replace(self, message: Message) -> bool:
        """One message is enough for all that waits."""
        return isinstance(message, News)


class EdgetopApp(ThemedApp):
    """Shows the samples of one source.

    Args:
        source: Where they come from; it is started once the screen is there.
        stage: All else.

    Raises:
        UsageError: No theme is called so.
    """

    CSS_PATH = "edgetop.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*common_bindings()]
    COMMANDS_OF_MODE: ClassVar[Sequence[Command]] = ()
    """What works besides what is common."""

    def __init__(self, source: Source, stage: Stage) -> None:
        super().__init__(stage.theme, stage.symbols)
        self._source = source
        self._inbox = stage.inbox
        self._interrupts = stage.interrupts
        self._exporter = Exporter(stage.export) if stage.export is not None else None
        self._exporting = False
        self.kiosk = stage.kiosk
        self.use_command_palette = not stage.kiosk
        self.view = View(stage.symbols, source.board)
        """What is shown, as data."""
        self.finder = Finder(self._boards_found, stage.hashes)
        """Looks up published boards."""
        self._monitor: PaintedScreen | None = None

    # -- life ------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[Any]:
        """The monitor; others open above it."""
        if self.kiosk:
            from edgetop.ui.screens.kiosk import KioskScreen

            self._monitor = KioskScreen(self.view, self.inks)
        else:
            self._monitor = MonitorScreen(self.view, self.inks, self._footer_keys)
        return self._monitor

    def _commands(self) -> list[Command]:
        hidden = () if self._exporter is not None else ("export",)
        known = (*self.COMMANDS_OF_MODE, *COMMON)
        return [command for command in known if command.action not in hidden]

    def _footer_keys(self) -> list[tuple[str, str]]:
        return footer_keys(self._commands(), self.view.sample)

    def on_mount(self) -> None:
        """Signals end the app in good order; Textual by itself would leave the terminal raw."""
        loop = asyncio.get_running_loop()
        if self._interrupts is not None:
            self._interrupts.end_with(lambda: loop.call_soon_threadsafe(self.action_interrupt))

    def on_unmount(self) -> None:
        """The end has begun: a further signal changes nothing."""
        self.finder.close()
        if self._interrupts is not None:
            self._interrupts.end_with(None)

    def on_ready(self) -> None:
        """Show what has come meanwhile; what is loaded now stays, the collector may skip it."""
        self._source.start()
        gc.enable()
        gc.collect()
        gc.freeze()
        self._inbox.when_news(self._ring)
        self.load_themes()

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
        delivery = self._inbox.take()
        if delivery.anew:
            self.begin_anew(delivery.samples)
        for sample in delivery.samples:
            self.view.update(sample)
        if self.view.sample is not None and not self.kiosk:
            self.finder.follow(self.view.sample)
        self.paint()
        self.repay()
        if self._inbox.closed:  # the duration is over, or the source died
            self.exit(return_code=int(ExitCode.DONE))
        elif self.hung_up:
            self.action_interrupt()

    def _boards_found(self, found: Found) -> None:
        """In the finder's thread: they are shown with the next frame, which comes at once."""
        self.view.published = found
        self._ring()

    def begin_anew(self, samples: Sequence[Sample]) -> None:  # noqa: ARG002  others need them
        """Forget what was shown; these samples follow."""
        self.view.clear()

    def paint(self) -> None:
        """Paint the view on the screen that is seen, if there is anything new to see."""
        sample, screen = self.view.sample, self._seen()
        if sample is None or screen is None or not screen.is_mounted or self.stands_still(sample):
            return
        if not self.wait_for_line():  # else the next frame shows the same and more
            self.painting(sample)
            screen.show()

    def _seen(self) -> PaintedScreen | None:
        """The uppermost screen that shows samples; dialogs stand before it."""
        seen = (screen for screen in reversed(self.screen_stack))
        return next((screen for screen in seen if isinstance(screen, PaintedScreen)), None)

    def stands_still(self, sample: Sample) -> bool:  # noqa: ARG002  others need it
        """Nothing on the screen would change: not a byte goes out."""
        return False

    def painting(self, sample: Sample) -> None:
        """Called before a frame with this sample is painted."""

    # -- commands --------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In a kiosk only the end can be asked for."""
        if self.kiosk and action not in _KIOSK_ACTIONS:
            return False
        return super().check_action(action, parameters)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """The palette offers what the keys do."""
        for command in self._commands():
            name = command.sentence[0].upper() + command.sentence[1:]

            async def act(action: str = command.action) -> None:
                await self.run_action(action)

            yield SystemCommand(name, f"key {command.shown}", act)

    def use_theme(self, theme: Theme) -> None:
        """Panels bring their own inks."""
        for screen in self.screen_stack:
            if isinstance(screen, PaintedScreen):
                screen.use_theme(theme)

    def action_export(self) -> None:
        """Write the session into the working folder, beside the screen's loop."""
        if self._exporter is None:
            return
        if self._exporting:
            self.tell("the export before this one is still being written")
            return
        self._exporting = True
        self.run_worker(self._write(self._exporter), group="export")

    async def _write(self, exporter: Exporter) -> None:
        sample = self.view.sample
        name = sample.run.model if sample is not None else "session"
        try:
            path, line = await asyncio.to_thread(exporter.write, name)
        finally:
            self._exporting = False
        if path is not None:
            self.exported(path)
        self.notify(line, severity="error" if path is None else "information", markup=False)

    def exported(self, path: Path) -> None:
        """Called when the session has been written there."""

    def action_history(self) -> None:
        """Open the history minute by minute, or close it."""
        from edgetop.ui.screens.minutes import MinutesScreen

        self._open_or_close(MinutesScreen(self.view, self.inks))

    def action_compare(self) -> None:
        """Open the table of published boards, or close it."""
        from edgetop.ui.screens.boards import BoardsScreen

        self.finder.widen()
        self._open_or_close(BoardsScreen(self.view, self.inks))

    def _open_or_close(self, screen: PaintedScreen) -> None:
        if type(self.screen) is type(screen):
            self.pop_screen()
        else:
            self._put_in_front(screen)

    def _put_in_front(self, screen: PaintedScreen) -> None:
        """Open a screen; where one of its kind lies below others, close those."""
        if any(type(known) is type(screen) for known in self.screen_stack):
            while type(self.screen) is not type(screen):
                self.pop_screen()
        else:
            self.push_screen(screen)

    def action_batches(self) -> None:
        """Open the figures by batch."""
        self.show_batches(sweeps=False)

    def show_batches(self, *, sweeps: bool) -> None:
        """Open the figures by batch, if they are not open."""
        from edgetop.ui.screens.batches import BatchesScreen

        if not isinstance(self.screen, BatchesScreen):
            self._put_in_front(BatchesScreen(self.view, self.inks, sweeps=sweeps))

    def action_help(self) -> None:
        """Open the help."""
        from edgetop.ui.screens.help import HelpScreen

        self.push_screen(HelpScreen(help_keys(self._commands())))

    def action_panel(self, number: int) -> None:
        """Switch a panel off or on."""
        if isinstance(self._monitor, MonitorScreen):
            self._monitor.toggle(number)

    def action_repaint(self) -> None:
        """Send the whole screen again, after something else wrote on the terminal."""
        self.refresh(repaint=True, layout=True)

    def action_suspend(self) -> None:
        """Give the terminal to the shell that started edgetop."""
        self.action_suspend_process()

    def action_leave(self) -> None:
        """End the session; the summary follows on the terminal."""
        self.exit(return_code=int(ExitCode.DONE))

    def action_interrupt(self) -> None:
        """End as after a signal."""
        self.exit(return_code=int(ExitCode.INTERRUPTED))
