"""Big digits of half blocks: three rows for across a table, enlarged for across a hall."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.paint.symbols import Symbols

ROWS = 3
"""Height of the digits in rows; the lower half of the last one stays blank."""

# Each glyph is drawn in square pixels, 3 wide and 5 high, two pixels to a cell.
_BLOCKS = {
    "0": ("█▀█", "█ █", "▀▀▀"),
    "1": ("▀█ ", " █ ", "▀▀▀"),
    "2": ("▀▀█", "█▀▀", "▀▀▀"),
    "3": ("▀▀█", " ▀█", "▀▀▀"),
    "4": ("█ █", "▀▀█", "  ▀"),
    "5": ("█▀▀", "▀▀█", "▀▀▀"),
    "6": ("█▀▀", "█▀█", "▀▀▀"),
    "7": ("▀▀█", "  █", "  ▀"),
    "8": ("█▀█", "█▀█", "▀▀▀"),
    "9": ("█▀█", "▀▀█", "▀▀▀"),
    "k": ("█ ▄", "█▀▄", "▀ ▀"),
    "M": ("█▄█", "█▀█", "▀ ▀"),
    "-": ("   ", "▀▀▀", "   "),
    ".": (" ", " ", "▀"),
}
_ASCII = {
    "0": (" _ ", "| |", "|_|"),
    "1": ("   ", "  |", "  |"),
    "2": (" _ ", " _|", "|_ "),
    "3": (" _ ", " _|", " _|"),
    "4": ("   ", "|_|", "  |"),
    "5": (" _ ", "|_ ", " _|"),
    "6": (" _ ", "|_ ", "|_|"),
    "7": (" _ ", "  |", "  |"),
    "8": (" _ ", "|_|", "|_|"),
    "9": (" _ ", "|_|", " _|"),
    "k": ("   ", "|/ ", "|\\ "),
    "M": ("   ", "|V|", "| |"),
    "-": ("   ", " _ ", "   "),
    ".": (" ", " ", "."),
}
_PIXEL_ROWS = 5
_CELLS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_ASCII_CELLS = {(False, False): " ", (True, False): "#", (False, True): "#", (True, True): "#"}
_BLANK = ("   ", "   ", "   ")


def enlarged(text: str, symbols: Symbols, scale: int) -> list[str]:
    """The text in digits of ``scale`` times the size of `big`, in rows of equal width.

    A digit is 3 times ``scale`` cells wide, the point ``scale``, and so is each gap;
    `enlarged_rows` tells the height.
    """
    glyphs = [_BLOCKS.get("-" if char == symbols.dash else char, _BLANK) for char in text]
    rows = [" ".join(glyph[row] for glyph in glyphs) for row in range(ROWS)]
    lines = [line for row in rows for line in (_pixels(row, "█▀"), _pixels(row, "█▄"))]
    tall = [line for line in lines[:_PIXEL_ROWS] for _ in range(scale)]
    if len(tall) % 2:
        tall.append([False] * len(tall[0]))
    pairs = zip(tall[::2], tall[1::2], strict=True)
    cells = _ASCII_CELLS if symbols.chart == "ascii" else _CELLS
    return [
        "".join(cells[both] * scale for both in zip(upper, lower, strict=True))
        for upper, lower in pairs
    ]


def enlarged_rows(scale: int) -> int:
    """The height of enlarged digits."""
    return (_PIXEL_ROWS * scale + 1) // 2


def _pixels(row: str, filled: str) -> list[bool]:
    return [char in filled for char in row]


def big(text: str, symbols: Symbols, width: int | None = None) -> list[str]:
    """The text in big digits: three rows of equal width.

    Digits, ``k``, ``M``, ``-`` and blanks take four cells with their gap, the point two; what
    else there is shows as a blank. A dash of any tier is drawn as ``-``.

    Args:
        text: As `edgetop.paint.numbers.fixed` gives it.
        symbols: The terminal's characters.
        width: Cells to align to the right in, so that the last digit stays in place when the
            point goes; the left is cut if there is no room. None: as wide as the text.
    """
    font = _ASCII if symbols.chart == "ascii" else _BLOCKS
    glyphs = [font.get("-" if char == symbols.dash else char, _BLANK) for char in text]
    rows = [" ".join(glyph[row] for glyph in glyphs) for row in range(ROWS)]
    if width is None:
        return rows
    return [row.rjust(width)[max(0, len(row) - width) :][: max(0, width)] for row in rows]
