"""The main screen: panels placed by `edgetop.ui.layout`, painted from one view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.ui.layout import plan
from edgetop.ui.panels import PANELS
from edgetop.ui.panels.bars import footer, status, status_width, title
from edgetop.ui.panels.compact import compact
from edgetop.ui.panels.timeline import timeline
from edgetop.ui.panels.trial import trial
from edgetop.ui.screens.painted import PaintedScreen
from edgetop.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from edgetop.paint.rows import Row
    from edgetop.ui.layout import Box
    from edgetop.ui.theme import Theme
    from edgetop.ui.view import View

    Keys = Callable[[], Sequence[tuple[str, str]]]


class MonitorScreen(PaintedScreen):
    """All panels; number keys switch them on and off.

    Args:
        view: What they paint from.
        theme: The inks.
        keys: Gives the footer's keys, those that work now.
    """

    def __init__(self, view: View, theme: Theme, keys: Keys) -> None:
        super().__init__(view, theme, id="monitor")
        self._keys = keys
        self._hidden: set[str] = set()
        self._arranged_for = self._what_is_said()

    def compose(self) -> ComposeResult:
        """Every part there is; the plan decides what is seen."""

        def keys(_view: View, width: int, height: int) -> list[Row]:
            return [footer(self._keys(), width)] if height else []

        yield Panel(title, self.view, self.inks, id="title")
        yield Panel(status, self.view, self.inks, id="status")
        for number, kind in enumerate(PANELS, 1):
            yield Panel(
                kind.paint, self.view, self.inks, id=kind.name, title=f"{number} {kind.title}"
            )
        yield Panel(compact, self.view, self.inks, id="compact")
        yield Panel(trial, self.view, self.inks, id="trial")
        yield Panel(timeline, self.view, self.inks, id="timeline")
        yield Panel(keys, self.view, self.inks, id="footer")

    def boxes(self, width: int, height: int) -> dict[str, Box]:
        """The plan for what there is to say."""
        quiet, strips = self._arranged_for
        shown = [kind.name for kind in PANELS if kind.name not in self._hidden]
        corner = status_width(self.view, width)
        return plan(width, height, shown, quiet, strips=strips, status_width=corner)

    def _what_is_said(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """The panels with nothing to say, and the lines that there are only at times."""
        sample = self.view.sample
        quiet = frozenset(kind.name for kind in PANELS if kind.quiet(self.view))
        strips = ("trial",) if sample is not None and sample.trial is not None else ()
        return quiet, strips if self.view.position is None else (*strips, "timeline")

    def show(self) -> None:
        """Paint the view; a panel that has something to say for the first time gets its room."""
        said = self._what_is_said()
        if said != self._arranged_for:
            self._arranged_for = said
            self.arrange_again()
        super().show()

    def toggle(self, number: int) -> None:
        """Switch the panel with this number key on or off."""
        self._hidden ^= {PANELS[number - 1].name}
        self.arrange_again()
