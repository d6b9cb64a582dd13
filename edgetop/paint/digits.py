"""Big digits: three rows of half blocks that can be read from across a table."""

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
_BLANK = ("   ", "   ", "   ")


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
