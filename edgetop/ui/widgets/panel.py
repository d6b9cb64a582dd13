"""A widget that shows rows of inked text and repaints only the cells that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from edgetop.paint.changes import changed_part
from edgetop.paint.rows import TEXT, fit
from edgetop.ui.cells import Patch

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.geometry import Size

    from edgetop.paint.rows import Row
    from edgetop.ui.theme import Theme
    from edgetop.ui.view import View

    Paint = Callable[[View, int, int], list[Row]]


class Panel(Widget, can_focus=False):
    """Paints what a function makes of the view.

    Textual repaints whatever it is told to, equal or not, and each repainted row costs about
    0.1 ms. So the rows of the last frame are kept, and only cells that differ go out; a frame
    without a difference sends nothing.

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
        if title is not None:
            self.border_title = title

    def advance(self, size: Size | None = None) -> list[Patch]:
        """Paint the view as it is now; returns the cells that differ, from the panel's corner.

        They are not on the terminal yet: `refresh_cells` has Textual send them, or whoever sends
        them says so with `sent`.

        Args:
            size: Of the content, where it is known already: Textual works it out anew each time.
        """
        width, height = size or self.size
        rows = self._paint(self._view, width, height)[:height]
        rows += [()] * (height - len(rows))
        patches: list[Patch] = []
        for y, row in enumerate(rows):
            if y < len(self._asked) and self._asked[y] == row:
                continue
            fitted = fit(row, width, self._view.symbols.ellipsis)
            if y >= len(self._rows):
                self._rows.append(fitted)
                patches.append(Patch(0, y, fitted))
            elif self._rows[y] != fitted:
                start, part = changed_part(self._rows[y], fitted)
                self._rows[y] = fitted
                patches.append(Patch(start, y, part))
        self._asked = rows
        return patches

    def refresh_cells(self, patches: list[Patch]) -> None:
        """Have Textual repaint these cells."""
        self.refresh(*(patch.region for patch in patches))

    def sent(self, patches: list[Patch]) -> None:
        """These cells are on the terminal: Textual need not send them, but must not know others."""
        top = self.content_offset.y
        self._styles_cache.set_dirty(*(Region(0, patch.y + top, 1, 1) for patch in patches))

    def show(self) -> None:
        """Paint the view as it is now; sends only what differs from the frame before."""
        patches = self.advance()
        if patches:
            self.refresh_cells(patches)

    def render_line(self, y: int) -> Strip:
        """One row as it was last painted."""
        width = self.size.width
        row = self._rows[y] if y < len(self._rows) else ((" " * width, TEXT),)
        return Strip([Segment(text, self._inks.style(ink)) for text, ink in row], width)

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
        self._asked, self._rows = [], []
        self.refresh()
