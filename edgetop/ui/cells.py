"""A frame as the terminal is told it: single cells, each stretch of one ink with one code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rich.segment import Segment
from textual._compositor import CompositorUpdate
from textual.geometry import Region
from textual.strip import Strip

from edgetop.paint.rows import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderResult
    from textual.app import App

    from edgetop.paint.rows import Row
    from edgetop.ui.theme import Theme

_RESET = "\x1b[0m"
_PLACE = "\0"


class Patch(NamedTuple):
    """Cells of one row that have changed."""

    x: int
    y: int
    row: Row

    def at(self, x: int, y: int) -> Patch:
        """The patch, moved."""
        return Patch(self.x + x, self.y + y, self.row)

    @property
    def region(self) -> Region:
        """The cells."""
        return Region(self.x, self.y, width_of(self.row), 1)


class Pens:
    """The codes that set the terminal to an ink, as Textual would send them.

    Args:
        app: Whose filters (no colour, sixteen colours) apply.
        theme: Has the inks.
    """

    def __init__(self, app: App[Any], theme: Theme) -> None:
        self.theme = theme
        self._console = app.console
        self._filters = app.get_line_filters()
        self._background = app.background_colors[1]
        self._codes: dict[str, str] = {}

    def code(self, ink: str) -> str:
        """What sets the ink, whatever was set before."""
        code = self._codes.get(ink)
        if code is None:
            strip = Strip([Segment(_PLACE, self.theme.style(ink))], 1)
            for line_filter in self._filters:
                strip = strip.apply_filter(line_filter, self._background)
            sets = strip.render(self._console).split(_PLACE)[0]
            code = self._codes[ink] = f"\x1b[0;{sets[2:]}" if sets else _RESET
        return code


class CellsUpdate(CompositorUpdate):
    """Cells to be written, no more than those.

    Textual writes a row again from the left edge of its widget, each span with its colours set
    and reset. Here a code is sent where the ink changes, which takes half the bytes.

    Args:
        patches: In screen cells, from above.
        pens: The inks.
    """

    def __init__(self, patches: Sequence[Patch], pens: Pens) -> None:
        self.patches = patches
        self._pens = pens

    def render_segments(self, console: Console) -> str:  # noqa: ARG002  Textual's contract
        """The text for the terminal."""
        parts: list[str] = []
        ink = ""
        for x, y, row in self.patches:
            parts.append(f"\x1b[{y + 1};{x + 1}H")
            for text, wanted in row:
                if wanted != ink:
                    ink = wanted
                    parts.append(self._pens.code(ink))
                parts.append(text)
        parts.append(_RESET)
        return "".join(parts)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The same for whoever prints it by rich."""
        yield Segment(self.render_segments(console))
