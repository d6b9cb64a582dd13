"""Rows of a panel: text with inks, cut and padded to an exact number of terminal cells.

An ink is the name of a role (``number``, ``chart.cpu.3``), never a colour: themes decide.
Each change of ink costs about 42 bytes on the wire, so neighbours of one ink are merged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import TypeIs

Span: TypeAlias = tuple[str, str]
"""Text and its ink."""
Row: TypeAlias = tuple[Span, ...]

TEXT = "text"
"""The ink of padding, and of whatever has no role."""


def width_of(row: Row) -> int:
    """The width of a row in terminal cells; wide characters count two."""
    return sum(cell_len(text) for text, _ in row)


def join(*parts: Row | Span) -> Row:
    """One row of several rows or spans; empty text vanishes, equal inks are merged."""
    merged: list[Span] = []
    last = ""
    for part in parts:
        spans: Iterable[Span] = (part,) if _is_span(part) else part
        for span in spans:
            text, ink = span
            if not text:
                continue
            if ink == last and merged:
                merged[-1] = (merged[-1][0] + text, ink)
            else:
                merged.append(span)
                last = ink
    return tuple(merged)


def fit(row: Row, width: int, ellipsis: str = "…") -> Row:
    """The row in exactly ``width`` cells: padded with ``text`` ink, or cut with an ellipsis.

    Only lost text earns the ellipsis, lost blanks do not. Half of a wide character is never
    shown, and a character that would move the cursor becomes a blank.
    """
    if width <= 0:
        return ()
    row = tuple((_printable(text), ink) for text, ink in row)
    room = width - width_of(row)
    if room >= 0:
        return join(row, (" " * room, TEXT))
    kept = _head(row, width)
    lost = "".join(text for text, _ in row)[sum(len(text) for text, _ in kept) :]
    if lost.strip() and width > cell_len(ellipsis):
        kept = _head(row, width - cell_len(ellipsis))
        kept = (*kept, (ellipsis, kept[-1][1] if kept else row[0][1]))
    return join(kept, (" " * (width - width_of(kept)), TEXT))


def beside(left: list[Row], right: list[Row], left_width: int, gap: int, width: int) -> list[Row]:
    """Two blocks of rows side by side, each row exactly ``width`` cells; the shorter is padded.

    Args:
        left: Rows of the left block, fitted to ``left_width`` cells.
        right: Rows of the right block, fitted to what is left over.
        left_width: Cells of the left block.
        gap: Blank cells between the blocks.
        width: Cells in all.
    """
    space = (" " * max(0, gap), TEXT)
    rows = []
    for index in range(max(len(left), len(right))):
        west = fit(left[index] if index < len(left) else (), left_width)
        east = right[index] if index < len(right) else ()
        room = max(0, width - width_of(west) - max(0, gap))
        rows.append(fit(join(west, space, fit(east, room)), width))
    return rows


def _is_span(part: Row | Span) -> TypeIs[Span]:
    """Whether this is a span rather than a row of two spans."""
    return len(part) == 2 and isinstance(part[0], str)


def _printable(text: str) -> str:
    """The text without line ends, tabs and escapes: those would tear the screen."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " for char in text)


def _head(row: Row, width: int) -> Row:
    """The longest beginning of a row that is not wider than ``width`` cells."""
    kept: list[Span] = []
    room = width
    for text, ink in row:
        if cell_len(text) <= room:
            kept.append((text, ink))
            room -= cell_len(text)
            continue
        end = 0
        while cell_len(text[: end + 1]) <= room:
            end += 1
        return (*kept, (text[:end], ink))
    return tuple(kept)
