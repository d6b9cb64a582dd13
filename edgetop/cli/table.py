"""Text in columns and paragraphs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH = 100


def aligned(lines: Sequence[Sequence[str]], numeric: Sequence[bool]) -> list[str]:
    """Cells in columns two blanks apart.

    Args:
        lines: Of the same number of cells.
        numeric: Which columns stand to the right.
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    ]


def wrapped(text: str, before: str = "", indent: int = 0, hanging: int = 0) -> list[str]:
    """Lines of at most 100 characters, the following ones below the first one's text.

    Args:
        text: Fit to be printed.
        before: What the first line begins with.
        indent: Blanks before that.
        hanging: So much further to the right are the following lines.
    """
    return textwrap.wrap(
        before + text,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + len(before) + hanging),
        break_on_hyphens=False,
    )
