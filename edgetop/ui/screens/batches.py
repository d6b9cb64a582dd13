"""The present model by batch, drawn as a sweep goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from edgetop.ui.layout import Box
from edgetop.ui.panels.bars import footer
from edgetop.ui.panels.batches import head, table
from edgetop.ui.screens.painted import PaintedScreen
from edgetop.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from edgetop.paint.rows import Row
    from edgetop.ui.theme import Theme
    from edgetop.ui.view import View

_HEAD_ROWS = 3


class BatchesScreen(PaintedScreen):
    """Opens over the monitor and is painted in its place until it closes.

    Args:
        view: What it paints from.
        theme: The inks.
        sweeps: A model runs here: sweeps can begin and be stopped.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "close"),
        Binding("x", "app.stop_sweep", show=False),
    ]

    def __init__(self, view: View, theme: Theme, *, sweeps: bool) -> None:
        super().__init__(view, theme, id="batches")
        self._sweeps = sweeps

    def compose(self) -> ComposeResult:
        """What is compared, the batches, keys."""

        def keys(view: View, width: int, height: int) -> list[Row]:
            begin = ("x", "stop") if view.sweep else ("s", "sweep again")
            known = [("esc", "close"), *([begin] if self._sweeps else []), ("?", "help")]
            return [footer([*known, ("q", "quit")], width)] if height else []

        yield Panel(head, self.view, self.inks, id="batches-head")
        yield Panel(table, self.view, self.inks, id="batches-table")
        yield Panel(keys, self.view, self.inks, id="footer")

    def boxes(self, width: int, height: int) -> dict[str, Box]:
        """From above in the order of `compose`; the table takes what is left."""
        rows = max(0, height - _HEAD_ROWS - 1)
        boxes = {
            "batches-head": Box(0, 0, width, min(_HEAD_ROWS, height)),
            "batches-table": Box(0, _HEAD_ROWS, width, rows),
            "footer": Box(0, height - 1, width, 1 if height > _HEAD_ROWS else 0),
        }
        return {name: box for name, box in boxes.items() if box.height}
