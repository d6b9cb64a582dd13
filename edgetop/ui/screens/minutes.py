"""The history of the whole session minute by minute, with charts above it where they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from edgetop.ui.layout import Box
from edgetop.ui.panels.bars import footer
from edgetop.ui.panels.minute_charts import charts
from edgetop.ui.panels.minutes import summary, table, table_head
from edgetop.ui.screens.scrolled import SCROLL_KEYS, ScrolledScreen
from edgetop.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from edgetop.paint.rows import Row
    from edgetop.ui.theme import Theme
    from edgetop.ui.view import View

_ROOM_FOR_CHARTS = 20
_CHARTS_SHARE = 0.45
_HEAD_ROWS = 3


class MinutesScreen(ScrolledScreen):
    """Opens over the monitor and is painted in its place until it closes.

    Args:
        view: What it paints from.
        theme: The inks.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "app.pop_screen", "close"),
    ]

    def __init__(self, view: View, theme: Theme) -> None:
        super().__init__(view, theme, id="minutes")
        self._first: int | None = None  # the uppermost minute; None follows the newest

    def compose(self) -> ComposeResult:
        """Summary, charts, table, keys."""

        def scrolled(view: View, width: int, height: int) -> list[Row]:
            return table(view, width, height, self._first)

        def keys(_view: View, width: int, height: int) -> list[Row]:
            return [footer(SCROLL_KEYS, width)] if height else []

        yield Panel(summary, self.view, self.inks, id="summary")
        yield Panel(charts, self.view, self.inks, id="charts")
        yield Panel(table_head, self.view, self.inks, id="table-head")
        yield Panel(scrolled, self.view, self.inks, id="table")
        yield Panel(keys, self.view, self.inks, id="footer")

    def boxes(self, width: int, height: int) -> dict[str, Box]:
        """From above in the order of `compose`; the table takes what is left."""
        head = min(_HEAD_ROWS, height)
        chart_rows = round(height * _CHARTS_SHARE) if height >= _ROOM_FOR_CHARTS else 0
        head_end = head + chart_rows
        rows = max(0, height - head_end - 2)
        self.table_rows = rows
        boxes = {
            "summary": Box(0, 0, width, head),
            "charts": Box(0, head, width, chart_rows),
            "table-head": Box(0, head_end, width, min(1, max(0, height - head_end))),
            "table": Box(0, head_end + 1, width, rows),
            "footer": Box(0, height - 1, width, 1 if height > head_end + 1 else 0),
        }
        return {name: box for name, box in boxes.items() if box.height}

    def action_scroll_by(self, minutes: int) -> None:
        """Earlier, or later; at the newest it follows again."""
        last = max(0, len(self.view.soak.minutes()) - self.table_rows)
        first = last if self._first is None else self._first
        wanted = max(0, first + minutes)
        self._first = None if wanted >= last else wanted
        self.show()
