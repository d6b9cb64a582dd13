"""An app whose frames wait while the line lags behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Region
from textual.widgets._toast import ToastRack

from edgetop.ui.cells import CellsUpdate, Pens
from edgetop.ui.driver import PacedDriver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from textual.events import Resize
    from textual.geometry import Size
    from textual.screen import Screen
    from textual.timer import Timer

    from edgetop.ui.cells import Patch
    from edgetop.ui.line import Line
    from edgetop.ui.theme import Theme

_NEXT_FRAME_S = 0.05
"""What is owed goes out with the next frame if one comes so soon."""
_CELL = Region(0, 0, 1, 1)
_SETTLED_S = 3.0
"""After the last change of the size; longer than most notices stay."""


class PacedApp(App[None]):
    """Sends a frame only when the terminal has received those before it.

    Textual would queue frames for the terminal, and block its whole event loop when the queue
    is full. Here a frame that the line has no room for is left out. What it would have changed
    stays marked as changed and is part of the next frame, in its newest state.
    """

    def __init__(self) -> None:
        super().__init__(driver_class=PacedDriver)
        self._owed = False
        self._sized: Size | None = None
        self._settling: Timer | None = None
        self._pens: Pens | None = None

    def on_resize(self, event: Resize) -> None:
        """Once a new size has settled, paint it all again.

        While sizes follow each other quickly, notices that come and go may leave parts behind.
        """
        before, self._sized = self._sized, event.size
        if before in (None, event.size):  # a size is told more than once
            return
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLED_S, self._paint_all)

    def _paint_all(self) -> None:
        self.refresh(repaint=True, layout=True)

    @property
    def line(self) -> Line | None:
        """The way to the terminal; None before it is opened, and in tests without one."""
        return self._driver.line if isinstance(self._driver, PacedDriver) else None

    @property
    def stuck(self) -> bool:
        """The terminal took nothing any more when the app ended."""
        return self.line is not None and self.line.dead

    @property
    def hung_up(self) -> bool:
        """Nobody is at the other end of the terminal."""
        return isinstance(self._driver, PacedDriver) and self._driver.hung_up

    def line_clear(self) -> None:
        """Called in another thread when frames that waited may go out."""

    def wait_for_line(self) -> bool:
        """The terminal is behind: leave this frame out; `line_clear` will be called."""
        line = self.line
        if line is None or not line.lagging:
            return False
        line.when_clear(self.line_clear)
        return True

    def repay(self) -> None:
        """See that what frames left out is sent, now that there is room."""
        if self._owed:
            self.set_timer(_NEXT_FRAME_S, self._send_owed)

    def _send_owed(self) -> None:
        if self._owed and not self.wait_for_line():
            self.screen.refresh(_CELL)

    def sees_all_of(self, screen: Screen[Any]) -> bool:
        """No dialog and no notice lies over the screen, and it owes the terminal nothing."""
        if self.screen is not screen or self._owed or self._batch_count:
            return False
        return not any(rack._nodes for rack in screen._nodes if isinstance(rack, ToastRack))

    def send_cells(self, screen: Screen[Any], patches: Sequence[Patch], theme: Theme) -> None:
        """Send cells of a screen as a frame of their own.

        The compositor would ask every widget between two changed ones for its rows again, and
        each widget reaches it by messages and a timer: more work than the painting itself.
        """
        if self._pens is None or self._pens.theme is not theme:
            self._pens = Pens(self, theme)
        self._display(screen, CellsUpdate(patches, self._pens))

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Where every frame of Textual passes, whatever caused it: a key, a resize, a toast."""
        line = self.line
        if renderable is None or line is None:
            super()._display(screen, renderable)
            return
        if self.wait_for_line():
            self._owed = True
            screen._compositor._dirty_regions.update(_changed(screen, renderable))
            return
        self._owed = False
        before = line.expected
        super()._display(screen, renderable)
        if line.expected != before:
            assert isinstance(self._driver, PacedDriver)
            self._driver.end_frame()


def _changed(screen: Screen[Any], renderable: RenderableType) -> list[Region]:
    """The cells that a frame would have changed."""
    if isinstance(renderable, CellsUpdate):
        return [patch.region for patch in renderable.patches]
    if isinstance(renderable, ChopsUpdate):
        return [Region(left, y, right - left, 1) for y, left, right in renderable.spans]
    if isinstance(renderable, LayoutUpdate):
        return [renderable.region]
    return [screen.size.region]
