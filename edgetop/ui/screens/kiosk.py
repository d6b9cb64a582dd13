"""The screen for people who pass by: huge digits, and one panel after the other below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.digits import enlarged_rows
from edgetop.ui.layout import Box
from edgetop.ui.panels.kiosk import (
    CAPTION_ROWS,
    KINDS,
    caption,
    digits,
    left_edge,
    scale_for,
)
from edgetop.ui.screens.painted import PaintedScreen
from edgetop.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from edgetop.paint.rows import Row
    from edgetop.ui.theme import Theme
    from edgetop.ui.view import View

TURN_S = 8.0
"""How long a panel is shown, in the samples' time."""
_LEAST_PANEL = 4
_ROOM_FOR_GAPS = 20
_ROOM_FOR_CAPTION = 16


class KioskScreen(PaintedScreen):
    """No key changes it.

    Args:
        view: What it paints from.
        theme: The inks.
    """

    def __init__(self, view: View, theme: Theme) -> None:
        super().__init__(view, theme, id="kiosk")
        self._turn = KINDS[0].name

    def compose(self) -> ComposeResult:
        """Digits, what they are about, and every panel; one of these has a place."""

        def large(view: View, _width: int, _height: int) -> list[Row]:
            size = self.size
            return digits(view, scale_for(size.width, size.height))

        yield Panel(large, self.view, self.inks, id="digits")
        yield Panel(caption, self.view, self.inks, id="caption")
        for kind in KINDS:
            yield Panel(kind.paint, self.view, self.inks, id=kind.name, title=kind.title)

    def boxes(self, width: int, height: int) -> dict[str, Box]:
        """From above; what is left belongs to the panel whose turn it is."""
        left = left_edge(width, height)
        gap = 1 if height >= _ROOM_FOR_GAPS else 0
        digit_rows = min(height, enlarged_rows(scale_for(width, height)))
        y = gap
        boxes = {"digits": Box(left, y, width - left, digit_rows)}
        y += digit_rows + gap
        rows = min(CAPTION_ROWS if height >= _ROOM_FOR_CAPTION else 2, max(0, height - y))
        boxes["caption"] = Box(left, y, width - left, rows)
        y += rows + gap
        if height - y >= _LEAST_PANEL:
            boxes[self._turn] = Box(0, y, width, height - y)
        return boxes

    def show(self) -> None:
        """Paint the view; another panel when its turn has come."""
        turn = self._whose_turn()
        if turn != self._turn:
            self._turn = turn
            self.arrange_again()
        super().show()

    def _whose_turn(self) -> str:
        """By the time of the samples: a replay shows the same at the same moment."""
        sample = self.view.sample
        talking = [kind.name for kind in KINDS if not kind.quiet(self.view)]
        return talking[int(sample.monotonic_s // TURN_S) % len(talking) if sample else 0]
