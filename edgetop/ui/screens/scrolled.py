"""A painted screen whose table is longer than it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from edgetop.ui.screens.painted import PaintedScreen

if TYPE_CHECKING:
    from textual.binding import BindingType

    from edgetop.ui.theme import Theme
    from edgetop.ui.view import View

SCROLL_KEYS = (("esc", "close"), ("up/down", "scroll"), ("?", "help"), ("q", "quit"))
"""Its footer."""
_TO_THE_END = 1_000_000
"""Rows; no table has so many."""


class ScrolledScreen(PaintedScreen):
    """Keys move through the rows of a table; whoever draws it says how far.

    Args:
        view: What it paints from.
        theme: The inks.
        id: Of the screen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "close"),
        Binding("up", "scroll_by(-1)", show=False),
        Binding("down", "scroll_by(1)", show=False),
        Binding("pageup", "scroll_page(-1)", show=False),
        Binding("pagedown", "scroll_page(1)", show=False),
        Binding("home", f"scroll_by(-{_TO_THE_END})", show=False),
        Binding("end", f"scroll_by({_TO_THE_END})", show=False),
    ]

    def __init__(self, view: View, theme: Theme, *, id: str) -> None:  # noqa: A002  Textual's name
        super().__init__(view, theme, id=id)
        self.table_rows = 0
        """Rows of the table that fit."""

    def action_scroll_by(self, rows: int) -> None:
        """Up, or down; no further than to the ends."""
        raise NotImplementedError

    def action_scroll_page(self, direction: int) -> None:
        """A screenful up, or down."""
        self.action_scroll_by(direction * max(1, self.table_rows - 1))
