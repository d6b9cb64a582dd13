"""Which cells of a row differ from those of the row that stands there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len

from edgetop.paint.rows import width_of

if TYPE_CHECKING:
    from edgetop.paint.rows import Row, Span

_PLAIN = re.compile(r"[ -~\u2500-\u259f\u2800-\u28ff]*")
"""ASCII, boxes, blocks and braille, of which charts and numbers consist: quickly told."""


def changed_part(before: Row, after: Row) -> tuple[int, Row]:
    """The cells from the first to the last difference, and how far from the left edge they begin.

    Args:
        before: What stands there.
        after: As many cells.
    """
    left, right = _equal_ends(before, after)
    start = width_of(after[:left])
    old = list(before[left : len(before) - right])
    new = list(after[left : len(after) - right])
    if not old or not new:
        return start, tuple(new)
    kept = _equal_beginning(old[0], new[0])
    start += kept
    new[0] = (new[0][0][kept:], new[0][1])
    if len(old) == 1:
        old[0] = (old[0][0][kept:], old[0][1])
    dropped = _equal_beginning(_reversed(old[-1]), _reversed(new[-1]))
    text, ink = new[-1]
    new[-1] = (text[: len(text) - dropped], ink)
    return start, tuple(span for span in new if span[0])


def _equal_ends(before: Row, after: Row) -> tuple[int, int]:
    """How many spans are the same at the left and, of the others, at the right."""
    shorter = min(len(before), len(after))
    left = 0
    while left < shorter and before[left] == after[left]:
        left += 1
    right = 0
    while right < shorter - left and before[-1 - right] == after[-1 - right]:
        right += 1
    return left, right


def _equal_beginning(old: Span, new: Span) -> int:
    """Cells of one ink and text at the beginning of two spans.

    Only where each character is one cell: half of a wide one cannot be kept, nor may an accent
    come without what it stands on.
    """
    (old_text, old_ink), (new_text, new_ink) = old, new
    if old_ink != new_ink or not (_one_cell_each(old_text) and _one_cell_each(new_text)):
        return 0
    pairs = enumerate(zip(old_text, new_text, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(old_text), len(new_text)))


def _one_cell_each(text: str) -> bool:
    """The sum alone does not tell: a wide character and an accent are two in two cells."""
    if _PLAIN.fullmatch(text):
        return True
    return cell_len(text) == len(text) and all(cell_len(character) == 1 for character in text)


def _reversed(span: Span) -> Span:
    return span[0][::-1], span[1]
