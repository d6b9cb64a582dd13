"""The live screen: panels placed by `edgetop.ui.layout`, painted from one view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region
from textual.layout import Layout, WidgetPlacement
from textual.screen import Screen

from edgetop.ui.layout import Box, plan
from edgetop.ui.panels import PANELS
from edgetop.ui.panels.bars import footer, status, title
from edgetop.ui.panels.compact import compact
from edgetop.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.geometry import Size
    from textual.layout import ArrangeResult
    from textual.widget import Widget

    from edgetop.paint.rows import Row
    from edgetop.ui.theme import Theme
    from edgetop.ui.view import View

    Keys = Callable[[], Sequence[tuple[str, str]]]


class _PlannedLayout(Layout):
    """Puts each panel where the plan says; those without a place are not drawn."""

    name = "planned"

    def __init__(self, place: Callable[[int, int], dict[str, Box]]) -> None:
        self._place = place

    def arrange(
        self,
        parent: Widget,  # noqa: ARG002
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002
    ) -> ArrangeResult:
        """Called by Textual when the size or the number of panels changes."""
        boxes = self._place(size.width, size.height)
        return [
            WidgetPlacement(Region(*boxes[child.id]), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id in boxes
        ]


class MonitorScreen(Screen[None]):
    """All panels; number keys switch them on and off.

    Args:
        view: What they paint from.
        theme: The inks.
        keys: Gives the footer's keys, those that work now.
    """

    def __init__(self, view: View, theme: Theme, keys: Keys) -> None:
        super().__init__(id="monitor")
        self._view = view
        self._inks = theme
        self._keys = keys
        self._hidden: set[str] = set()
        self._quiet: frozenset[str] = frozenset(kind.name for kind in PANELS if kind.quiet(view))
        self._planned = _PlannedLayout(self._boxes)
        self.panels: list[Panel] = []
        """All parts of the screen."""

    @property
    def layout(self) -> Layout:
        """Our own arrangement; `styles.layout` takes only the names of Textual's."""
        return self._planned

    def compose(self) -> ComposeResult:
        """Every part there is; the plan decides what is seen."""

        def keys(_view: View, width: int, height: int) -> list[Row]:
            return [footer(self._keys(), width)] if height else []

        yield Panel(title, self._view, self._inks, id="title")
        yield Panel(status, self._view, self._inks, id="status")
        for number, kind in enumerate(PANELS, 1):
            yield Panel(
                kind.paint, self._view, self._inks, id=kind.name, title=f"{number} {kind.title}"
            )
        yield Panel(compact, self._view, self._inks, id="compact")
        yield Panel(keys, self._view, self._inks, id="footer")

    def _boxes(self, width: int, height: int) -> dict[str, Box]:
        shown = [kind.name for kind in PANELS if kind.name not in self._hidden]
        return plan(width, height, shown, self._quiet)

    def on_mount(self) -> None:
        """Remember the parts: asking the tree for them again would cost each frame a search."""
        self.panels = list(self.query_children(Panel))

    def show(self) -> None:
        """Paint the view; parts without a place have no size and cost nothing."""
        quiet = frozenset(kind.name for kind in PANELS if kind.quiet(self._view))
        if quiet != self._quiet:
            self._quiet = quiet
            self._arrange_again()
        for panel in self.panels:
            if panel.size:
                panel.show()

    def toggle(self, number: int) -> None:
        """Switch the panel with this number key on or off."""
        self._hidden ^= {PANELS[number - 1].name}
        self._arrange_again()

    def _arrange_again(self) -> None:
        """Textual keeps an arrangement until a child asks for another."""
        self.panels[0].refresh(layout=True)

    def use_theme(self, theme: Theme) -> None:
        """Paint everything in other inks."""
        self._inks = theme
        for panel in self.panels:
            panel.use_theme(theme)
