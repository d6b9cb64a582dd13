"""Small pictures for legends: how a board is drawn, as SVG within a page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.study.report.figure import Key

_DASHES = {
    "solid": "",
    "dash": "7 4",
    "dot": "2 3",
    "dashdot": "7 3 2 3",
    "longdash": "11 4",
    "longdashdot": "11 3 2 3",
}
_SYMBOLS = {
    "square": "M8 2h10v10H8z",
    "diamond": "M13 1l6 6-6 6-6-6z",
    "triangle-up": "M13 1l6 11H7z",
    "triangle-down": "M13 13l6-11H7z",
    "cross": "M11 1h4v4h4v4h-4v4h-4V9H7V5h4z",
    "pentagon": "M13 1l6 4.6-2.3 7H9.3L7 5.6z",
    "star": "M13 0l1.9 5H20l-4.1 3.2 1.5 5.3L13 10.4l-4.4 3.1 1.5-5.3L6 5h5.1z",
    "hexagram": "M13 0l2 3.5h4L17 7l2 3.5h-4L13 14l-2-3.5H7L9 7 7 3.5h4z",
}
_HATCHES = {
    "/": "M3 14L14 0M12 14L23 0",
    "\\": "M3 0l11 14M12 0l11 14",
    "x": "M3 14L14 0M12 14L23 0M3 0l11 14M12 0l11 14",
    "-": "M0 4h26M0 10h26",
    "|": "M5 0v14M13 0v14M21 0v14",
    "+": "M0 7h26M7 0v14M19 0v14",
    ".": "M6 4h2M12 4h2M18 4h2M6 10h2M12 10h2M18 10h2",
}


def swatch(key: Key) -> str:
    """A picture of 26 by 14 pixels."""
    colour = html.escape(key.colour)
    if key.kind == "line":
        dash = _DASHES.get(key.shape, "")
        inside = f'<path d="M0 7h26" stroke="{colour}" stroke-width="3" stroke-dasharray="{dash}"/>'
    elif key.kind == "mark":
        path = _SYMBOLS.get(key.shape)
        inside = (
            f'<path d="{path}" fill="{colour}"/>'
            if path
            else f'<circle cx="13" cy="7" r="5.5" fill="{colour}"/>'
        )
    else:
        inside = f'<rect width="26" height="14" fill="{colour}"/>'
        if key.shape in _HATCHES:
            inside += f'<path d="{_HATCHES[key.shape]}" stroke="#fff" stroke-opacity=".8"/>'
    return f'<svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true">{inside}</svg>'
