"""A theme of ours as one of Textual's, for frames, dialogs and everything that is no panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.theme import Theme as TextualTheme

if TYPE_CHECKING:
    from edgetop.ui.theme import Theme

PREFIX = "edgetop-"
"""Of our themes' names within Textual, which has some of the same names."""


def textual_theme(theme: Theme) -> TextualTheme:
    """The theme for `App.register_theme`.

    A theme of the terminal's own colours stays so: Textual then sends their numbers instead of
    turning them into RGB.
    """
    background = theme.background or "ansi_default"
    ansi = not background.startswith("#")
    if ansi and background != "ansi_default":
        background = f"ansi_{background}"
    chosen = theme.style("selected")
    return TextualTheme(
        name=PREFIX + theme.name,
        primary=theme.colour("key"),
        secondary=theme.colour("title"),
        accent=theme.colour("big"),
        warning=theme.colour("warn"),
        error=theme.colour("alert"),
        success=theme.colour("good"),
        foreground=theme.colour("text"),
        background=background,
        surface=background,
        panel=background,
        dark=theme.dark,
        ansi=ansi,
        variables={
            "frame": theme.colour("border"),
            "panel-title": theme.colour("title"),
            "key": theme.colour("key"),
            "dim": theme.colour("dim"),
            "chosen": theme.colour("selected"),
            "chosen-ground": _ground(chosen.bgcolor.name if chosen.bgcolor else "default"),
            "chosen-style": "reverse" if chosen.reverse else "bold",
            # Textual's widgets ask for these, and only its own themes have them if `ansi`.
            "ansi-background": background,
            "ansi-foreground": theme.colour("text"),
        },
    )


def _ground(name: str) -> str:
    return name if name.startswith("#") else f"ansi_{name}"
