"""Terminal characters that are drawn as shapes, because fonts leave gaps between them.

Coordinates are whole pixels within a cell of 8x16, so that neighbours meet without a seam.
"""

from __future__ import annotations

import unicodedata
from functools import cache

CELL_W = 8
CELL_H = 16

Rect = tuple[int, int, int, int]
"""x, y, width, height."""

_LIGHT_X, _LIGHT_Y = 4, 8
"""Where a light line's one pixel lies."""

_BLOCKS: dict[str, tuple[Rect, ...]] = {
    "▐": ((4, 0, 4, 16),),
    "▔": ((0, 0, 8, 2),),
    "▕": ((7, 0, 1, 16),),
    "▀": ((0, 0, 8, 8),),
    "■": ((1, 5, 6, 6),),
}
_BLOCKS |= {chr(0x2580 + n): ((0, CELL_H - 2 * n, CELL_W, 2 * n),) for n in range(1, 9)}
_BLOCKS |= {chr(0x2590 - n): ((0, 0, n, CELL_H),) for n in range(1, 8)}
_BLOCKS |= {chr(0x1FB82 + i): ((0, 0, 8, 2 * n),) for i, n in enumerate((2, 3, 5, 6, 7))}
_BLOCKS |= {chr(0x1FB87 + i): ((8 - n, 0, n, 16),) for i, n in enumerate((2, 3, 5, 6, 7))}

_QUARTERS = {"UPPER LEFT": (0, 0), "UPPER RIGHT": (4, 0), "LOWER LEFT": (0, 8)}
_QUARTERS["LOWER RIGHT"] = (4, 8)

SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
"""How much of the foreground a shade lets through."""

ARCS = {
    "╭": "M{r},{y}H{c}Q{x},{y} {x},{d}V{b}",
    "╮": "M{l},{y}H{a}Q{x},{y} {x},{d}V{b}",
    "╯": "M{l},{y}H{a}Q{x},{y} {x},{u}V{t}",
    "╰": "M{r},{y}H{c}Q{x},{y} {x},{u}V{t}",
    "╱": "M{l},{b}L{r},{t}",
    "╲": "M{l},{t}L{r},{b}",
    "╳": "M{l},{b}L{r},{t}M{l},{t}L{r},{b}",
}
_RADIUS = 3.5


def arc(character: str, left: int, top: int) -> str:
    """The path, one pixel wide, of a rounded corner or a diagonal in the cell at left, top."""
    x, y = left + _LIGHT_X + 0.5, top + _LIGHT_Y + 0.5
    return ARCS[character].format(
        l=left,
        r=left + CELL_W,
        t=top,
        b=top + CELL_H,
        x=x,
        y=y,
        a=x - _RADIUS,
        c=x + _RADIUS,
        u=y - _RADIUS,
        d=y + _RADIUS,
    )


def braille_dots(character: str) -> list[tuple[int, int]]:
    """The centres of a braille pattern's dots within the cell."""
    pattern = ord(character) - 0x2800
    places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    return [(2 + 4 * x, 2 + 4 * y) for bit, (x, y) in enumerate(places) if pattern >> bit & 1]


def is_braille(character: str) -> bool:
    """True for the patterns U+2800 to U+28FF."""
    return "\u2800" <= character <= "\u28ff"


@cache
def rectangles(character: str) -> tuple[Rect, ...]:
    """The filled rectangles that make up a block or a straight box line; empty for others."""
    if character in _BLOCKS:
        return _BLOCKS[character]
    name = unicodedata.name(character, "")
    if name.startswith("QUADRANT "):
        corners = name.removeprefix("QUADRANT ").split(" AND ")
        return tuple((*_QUARTERS[corner], 4, 8) for corner in corners)
    if name.startswith("BOX DRAWINGS ") and character not in ARCS and "DOUBLE" not in name:
        return _box_line(name.removeprefix("BOX DRAWINGS "))
    return ()


def _box_line(name: str) -> tuple[Rect, ...]:
    """The lines of a box-drawing character from its Unicode name without the prefix.

    The name's groups give directions and, before or after them, a weight; a group without a
    weight has the first one's: LIGHT DOWN AND RIGHT, RIGHT LIGHT AND LEFT VERTICAL HEAVY.
    """
    dashes = next((n for word, n in _DASHES.items() if word in name), 1)
    weight = 1
    lines: list[Rect] = []
    for group in name.split(" AND "):
        words = group.split()
        weight = 2 if "HEAVY" in words else 1 if "LIGHT" in words else weight
        for word in words:
            lines += [_line(direction, weight) for direction in _DIRECTIONS.get(word, ())]
    return tuple(part for line in lines for part in _dashed(line, dashes))


_DIRECTIONS = {
    "UP": ("up",),
    "DOWN": ("down",),
    "LEFT": ("left",),
    "RIGHT": ("right",),
    "VERTICAL": ("vertical",),
    "HORIZONTAL": ("horizontal",),
}
_DASHES = {"DOUBLE DASH": 2, "TRIPLE DASH": 3, "QUADRUPLE DASH": 4}


def _line(direction: str, weight: int) -> Rect:
    """One line from the middle to an edge, or through; a heavy one starts a pixel before."""
    x, y = _LIGHT_X + 1 - weight, _LIGHT_Y + 1 - weight
    return {
        "up": (x, 0, weight, _LIGHT_Y + 1),
        "down": (x, y, weight, CELL_H - y),
        "left": (0, y, _LIGHT_X + 1, weight),
        "right": (x, y, CELL_W - x, weight),
        "vertical": (x, 0, weight, CELL_H),
        "horizontal": (0, y, CELL_W, weight),
    }[direction]


def _dashed(line: Rect, dashes: int) -> list[Rect]:
    """A line cut into dashes with a gap after each."""
    if dashes == 1:
        return [line]
    x, y, width, height = line
    step = max(width, height) // dashes
    drawn = step - 1
    if width > height:
        return [(x + n * step, y, drawn, height) for n in range(dashes)]
    return [(x, y + n * step, width, drawn) for n in range(dashes)]


def merged(rects: list[Rect]) -> list[Rect]:
    """The same area in fewer rectangles: those side by side joined, then those stacked."""
    rows: list[Rect] = []
    for x, y, width, height in sorted(rects, key=lambda r: (r[1], r[3], r[0])):
        last = rows[-1] if rows else None
        if last and last[1] == y and last[3] == height and last[0] + last[2] == x:
            rows[-1] = (last[0], y, last[2] + width, height)
        else:
            rows.append((x, y, width, height))
    columns: list[Rect] = []
    for x, y, width, height in sorted(rows, key=lambda r: (r[0], r[2], r[1])):
        last = columns[-1] if columns else None
        if last and last[0] == x and last[2] == width and last[1] + last[3] == y:
            columns[-1] = (x, last[1], width, last[3] + height)
        else:
            columns.append((x, y, width, height))
    return sorted(columns, key=lambda r: (r[1], r[0]))
