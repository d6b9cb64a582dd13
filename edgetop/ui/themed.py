"""An app in the colours of a theme, and in the frames that its terminal can show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.scrollbar import ScrollBar, ScrollBarRender

from edgetop import locations
from edgetop.ui.colours import PREFIX, textual_theme
from edgetop.ui.pacing import PacedApp
from edgetop.ui.theme import available, first_theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.command import Provider

    from edgetop.paint.symbols import Symbols
    from edgetop.ui.theme import Theme

_NOTICE_ROWS = 8
"""A notice of some lines with its frame and margin."""


class WholeCells(ScrollBarRender):
    """A scroll bar without the eighths of a cell that plain fonts lack."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def _palette() -> type[Provider]:
    """Loaded when the palette is opened: the first paint need not wait for it."""
    from edgetop.ui.palette import CommandLines

    return CommandLines


class ThemedApp(PacedApp):
    """Starts with one theme and reads the others once the screen is there.

    Args:
        theme: Name of the first theme.
        symbols: The characters that the terminal can show.

    Raises:
        UsageError: No theme is called that.
    """

    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012  as Textual declares it
    """Rows from which notices and the palette have frames and gaps."""

    def __init__(self, theme: str, symbols: Symbols) -> None:
        super().__init__()
        self.animation_level = "none"
        self.inks = first_theme(theme, locations.shipped_dir("themes"), locations.user_themes_dir())
        """The present theme."""
        self._themes: dict[str, Theme] = {}
        self.register_theme(textual_theme(self.inks))
        # Not through the watcher, which would have the style sheet parsed twice; what follows
        # is what else it does.
        self.set_reactive(App.theme, PREFIX + self.inks.name)
        self.stylesheet.set_variables(self.get_css_variables())
        self._refresh_truecolor_filter(self.ansi_theme)
        self.set_class(self.inks.dark, "-dark-mode")
        self.set_class(not self.inks.dark, "-light-mode")
        self.set_class(symbols.border == "solid", "square")
        self.set_class(symbols.border == "ascii", "ascii")
        ScrollBar.renderer = ScrollBarRender if symbols.border == "round" else WholeCells

    def load_themes(self) -> None:
        """Read the other themes, which the first paint need not wait for."""
        catalogue = available(locations.shipped_dir("themes"), locations.user_themes_dir())
        self._themes = dict(catalogue.themes)
        for theme in self._themes.values():
            self.register_theme(textual_theme(theme))
        for problem in catalogue.problems:
            self.notify(problem, severity="warning", markup=False)

    def action_theme(self) -> None:
        """Next theme."""
        if not self._themes:
            return  # the key was typed ahead of the first paint
        names = list(self._themes)
        name = names[(names.index(self.inks.name) + 1) % len(names)]
        self.inks = self._themes[name]
        self.theme = PREFIX + name
        self.use_theme(self.inks)
        self.notify(f"theme {name}", timeout=1.5, markup=False)

    def use_theme(self, theme: Theme) -> None:
        """Paint in other inks what Textual's style sheet does not reach."""

    def notify(self, message: str, **options: Any) -> None:
        """Show a notice; older ones make room for it.

        Of notices that have no place on the screen Textual leaves parts behind.
        """
        room = max(1, self.size.height // _NOTICE_ROWS)
        for old in list(self._notifications)[: max(0, len(self._notifications) + 1 - room)]:
            self._unnotify(old)
        super().notify(message, **options)

    def tell(self, problem: str) -> None:
        """Say why something cannot be done; nothing if the text is empty."""
        if problem:
            self.notify(problem, severity="warning", markup=False)
