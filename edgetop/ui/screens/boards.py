"""All published boards that ran the graph of the present run, with their conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from edgetop.ui.layout import Box
from edgetop.ui.panels.bars import footer
from edgetop.ui.panels.published import heading, meaning, table, table_head
from edgetop.ui.screens.scrolled import SCROLL_KEYS, ScrolledScreen
from edgetop.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from edgetop.paint.rows import Row
    from edgetop.ui.theme import Theme
    from edgetop.ui.view import View

_HEAD_ROWS = 3
_ROOM_FOR_MEANING = 16


class BoardsScreen(ScrolledScreen):
    """Opens over the monitor and is painted in its place until it closes.

    Args:
        view: What it paints from.
        theme: The inks.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "app.pop_screen", "close"),
    ]

    def __init__(self, view: View, theme: Theme) -> None:
        super().__init__(view, theme, id="boards")
        self._wanted: int | None = None  # the uppermost row; None keeps this board in the middle
        self._first = 0

    def compose(self) -> ComposeResult:
        """What is compared, the table, what its ratio means, keys."""

        def scrolled(view: View, _width: int, height: int) -> list[Row]:
            rows, own = table(view)
            wanted = own - height // 2 if self._wanted is None else self._wanted
            self._first = max(0, min(wanted, len(rows) - height))
            return rows[self._first :]

        def keys(_view: View, width: int, height: int) -> list[Row]:
            return [footer(SCROLL_KEYS, width)] if height else []

        yield Panel(heading, self.view, self.inks, id="summary")
        yield Panel(table_head, self.view, self.inks, id="table-head")
        yield Panel(scrolled, self.view, self.inks, id="table")
        yield Panel(meaning, self.view, self.inks, id="meaning")
        yield Panel(keys, self.view, self.inks, id="footer")

    def boxes(self, width: int, height: int) -> dict[str, Box]:
        """From above in the order of `compose`; the table takes what is left."""
        head = min(_HEAD_ROWS, height)
        below = 2 if height >= _ROOM_FOR_MEANING else 1
        self.table_rows = max(0, height - head - 1 - below)
        boxes = {
            "summary": Box(0, 0, width, head),
            "table-head": Box(0, head, width, min(1, height - head)),
            "table": Box(0, head + 1, width, self.table_rows),
            "meaning": Box(0, height - 2, width, below - 1),
            "footer": Box(0, height - 1, width, 1 if height > head + 1 else 0),
        }
        return {name: box for name, box in boxes.items() if box.height}

    def action_scroll_by(self, rows: int) -> None:
        """Up, or down."""
        self._wanted = max(0, self._first + rows)
        self.show()
