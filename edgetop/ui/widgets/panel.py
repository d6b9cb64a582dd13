"""A widget that shows rows of inked text and repaints only the cells that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from edgetop.paint.rows import fit

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

    from edgetop.paint.rows import Row
    from edgetop.ui.theme import Theme
    from edgetop.ui.view import View

    Paint = Callable[[View, int, int], list[Row]]


class Panel(Widget, can_focus=False):
    """Paints what a function makes of the view.

    Textual repaints whatever it is told to, equal or not, and each repainted row costs about
    0.1 ms and starts again at the widget's left edge. So the rows of the last frame are kept,
    and only regions that differ are refreshed; a frame without a difference sends nothing.

    Args:
        paint: (view, width, height) -> rows.
        view: What it paints from.
        theme: The inks.
        id: Of the widget.
        title: On the frame; None = no frame.
    """

    DEFAULT_CSS = """
    Panel { layout: vertical; overflow: hidden; }
    """

    def __init__(
        self,
        paint: Paint,
        view: View,
        theme: Theme,
        *,
        id: str,  # noqa: A002  Textual's own name for it
        title: str | None = None,
    ) -> None:
        super().__init__(id=id, classes="framed" if title is not None else "")
        self._paint = paint
        self._view = view
        self._inks = theme
        self._asked: list[Row] = []
        self._rows: list[Row] = []
        self._strips: list[Strip] = []
        if title is not None:
            self.border_title = title

    def show(self) -> None:
        """Paint the view as it is now; sends only what differs from the frame before."""
        width, height = self.size
        rows = self._paint(self._view, width, height)[:height]
        rows += [()] * (height - len(rows))
        changed: list[Region] = []
        for y, row in enumerate(rows):
            if y < len(self._asked) and self._asked[y] == row:
                continue
            fitted = fit(row, width, self._view.symbols.ellipsis)
            if y < len(self._rows) and self._rows[y] == fitted:
                continue
            changed.append(self._region(y, fitted, width))
            self._put(y, fitted, width)
        self._asked = rows
        if changed:
            self.refresh(*changed)

    def _put(self, y: int, row: Row, width: int) -> None:
        strip = Strip([Segment(text, self._inks.style(ink)) for text, ink in row], width)
        if y < len(self._rows):
            self._rows[y], self._strips[y] = row, strip
        else:
            self._rows.append(row)
            self._strips.append(strip)

    def _region(self, y: int, row: Row, width: int) -> Region:
        """The cells of a row up to the last one that changed; what is left of it is sent anyway."""
        if y >= len(self._rows):
            return Region(0, y, width, 1)
        return Region(0, y, min(width, _last_difference(self._rows[y], row)), 1)

    def render_line(self, y: int) -> Strip:
        """One row as it was last painted."""
        if y < len(self._strips):
            return self._strips[y]
        return Strip([Segment(" " * self.size.width, self._inks.style("text"))], self.size.width)

    def use_theme(self, theme: Theme) -> None:
        """Paint everything again in other inks."""
        self._inks = theme
        self._forget()
        self.show()

    def on_resize(self, _event: events.Resize) -> None:
        """Rows of another width are of no use."""
        self._forget()
        self.show()

    def _forget(self) -> None:
        self._asked, self._rows, self._strips = [], [], []
        self.refresh()


def _last_difference(before: Row, after: Row) -> int:
    """Cells from the left edge to the end of the last difference between two rows."""
    old = [(char, ink) for text, ink in before for char in text]
    new = [(char, ink) for text, ink in after for char in text]
    if len(old) != len(new):
        return cell_len("".join(char for char, _ in new))
    last = len(new)
    while last and old[last - 1] == new[last - 1]:
        last -= 1
    return cell_len("".join(char for char, _ in new[:last]))
