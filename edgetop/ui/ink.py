"""What themes are made of: inks written as text, colours and gradients."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.style import Style

from edgetop.paint.chart import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

ANSI_COLOURS = tuple(
    f"{bright}{name}"
    for bright in ("", "bright_")
    for name in ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
)
"""The sixteen colours that every colour terminal has, by rich's names."""

_ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def is_colour(text: str) -> bool:
    """Whether this is ``#rrggbb``, one of `ANSI_COLOURS` or ``default``."""
    return bool(_HEX.fullmatch(text)) or text in ANSI_COLOURS or text == "default"


def parse_ink(text: str, background: str = "") -> Style:
    """The style that an ink's text describes: ``bold #f0f4f8``, ``reverse default``, ``red``.

    Args:
        text: Attributes, a colour and, behind ``on``, a colour to stand on, in that order.
        background: What it stands on otherwise; empty for the terminal's own.

    Raises:
        ValueError: With one line on what is wrong.
    """
    words = text.split()
    if "on" in words:
        position = words.index("on")
        ground = words[position + 1 :]
        if len(ground) != 1:
            raise ValueError(f"{text!r} needs one colour behind 'on'")
        words, background = words[:position], ground[0]
    *attributes, colour = words or [""]
    for word in (colour, background or "default"):
        if not is_colour(word):
            raise ValueError(f"{word!r} is no colour: write #rrggbb or a name like bright_blue")
    for word in attributes:
        if word not in _ATTRIBUTES:
            raise ValueError(f"{word!r} is none of {', '.join(_ATTRIBUTES)}")
    ground_word = f" on {background}" if background else ""
    return Style.parse(f"{' '.join(attributes)} {colour}{ground_word}".lower())


def gradient(stops: Sequence[str]) -> tuple[str, ...]:
    """Colours of the chart levels from bottom to top, between three stops.

    Between ``#rrggbb`` stops the steps are even; where a stop is a name, whose shade only the
    terminal knows, each level takes the nearest stop.

    Args:
        stops: Colours at the bottom, in the middle and at the top.
    """
    mixed = all(_HEX.fullmatch(stop) for stop in stops)
    colours = []
    for level in range(LEVELS):
        position = level / (LEVELS - 1) * (len(stops) - 1)
        lower = min(int(position), len(stops) - 2)
        if mixed:
            colours.append(_mix(stops[lower], stops[lower + 1], position - lower))
        else:
            colours.append(stops[round(position)])
    return tuple(colours)


def _mix(first: str, second: str, share: float) -> str:
    """The colour at ``share`` of the way between two ``#rrggbb``."""
    channels = (
        round(int(first[at : at + 2], 16) * (1 - share) + int(second[at : at + 2], 16) * share)
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in channels)
