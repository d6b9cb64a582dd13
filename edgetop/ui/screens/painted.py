"""A screen made of panels that are painted from the view, placed by a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region
from textual.layout import Layout, WidgetPlacement
from textual.screen import Screen

from edgetop.ui.pacing import PacedApp
from edgetop.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.geometry import Size
    from textual.layout import ArrangeResult
    from textual.widget import Widget

    from edgetop.ui.cells import Patch
    from edgetop.ui.layout import Box
    from edgetop.ui.theme import Theme
    from edgetop.ui.view import View


class _PlannedLayout(Layout):
    """Puts each panel where the plan says; those without a place are not drawn."""

    name = "planned"

    def __init__(self, place: Callable[[int, int], Mapping[str, Box]]) -> None:
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
            WidgetPlacement(Region(*box), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if (box := boxes.get(child.id or "")) is not None
        ]


class PaintedScreen(Screen[None]):
    """Shows a view; the app calls `show` for each frame.

    Args:
        view: What it paints from.
        theme: The inks.
        id: Of the screen.
    """

    def __init__(self, view: View, theme: Theme, *, id: str) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self.view = view
        self.inks = theme
        self._planned = _PlannedLayout(self.boxes)
        self.panels: list[Panel] = []
        """All parts of the screen."""
        self._placed: dict[Panel, Region] = {}
        self._placed_by: object = None

    @property
    def layout(self) -> Layout:
        """Our own arrangement; `styles.layout` takes only the names of Textual's."""
        return self._planned

    def boxes(self, width: int, height: int) -> Mapping[str, Box]:
        """The place of each part that is seen, by its id."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Remember the parts: asking the tree for them again would cost each frame a search."""
        self.panels = list(self.query_children(Panel))

    def on_screen_resume(self) -> None:
        """What has come while another screen stood before this one was not painted."""
        self.show()

    def show(self) -> None:
        """Paint the view; parts without a place cost nothing."""
        changed = [
            (panel, patches, region)
            for panel, region in self._places().items()
            if (patches := panel.advance(region.size))
        ]
        if not changed:
            return
        app = self.app
        if not isinstance(app, PacedApp) or not app.sees_all_of(self):
            for panel, patches, _ in changed:
                panel.refresh_cells(patches)
            return
        cells: list[Patch] = []
        for panel, patches, region in changed:
            panel.sent(patches)
            cells.extend(patch.at(region.x, region.y) for patch in patches)
        app.send_cells(self, cells, self.inks)

    def _places(self) -> dict[Panel, Region]:
        """The content of each panel that is seen, in cells of the screen.

        Asked of Textual again only after an arrangement: eleven panels asked in each frame
        would take a tenth of it.
        """
        arrangement = self._compositor.full_map
        if arrangement is not self._placed_by:
            self._placed_by = arrangement
            regions = {panel: panel.content_region for panel in self.panels}
            self._placed = {panel: region for panel, region in regions.items() if region}
        return self._placed

    def arrange_again(self) -> None:
        """Textual keeps an arrangement until a child asks for another."""
        if self.panels:
            self.panels[0].refresh(layout=True)

    def use_theme(self, theme: Theme) -> None:
        """Paint everything in other inks."""
        self.inks = theme
        for panel in self.panels:
            panel.use_theme(theme)
