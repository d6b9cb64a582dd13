"""Bars of one row: a fraction, and one column per processor core."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from edgetop.paint.rows import Row, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.paint.symbols import Symbols


def bar(fraction: float | None, width: int, symbols: Symbols) -> str:
    """A bar of exactly ``width`` cells, filled from the left.

    An unknown fraction leaves the cells blank: an empty track would read as zero. Anything
    above zero shows.

    Args:
        fraction: 0 to 1, cut to that; None, nan and infinity are unknown.
        width: Cells.
        symbols: The terminal's characters.
    """
    filled, track = _parts(fraction, width, symbols)
    return filled + track


def gauge(
    fraction: float | None, width: int, symbols: Symbols, ink: str, track_ink: str = "border"
) -> Row:
    """The same bar as a row whose track has a quieter ink: exactly ``width`` cells."""
    filled, track = _parts(fraction, width, symbols)
    return join((filled, ink), (track, track_ink))


def cores(percents: Sequence[float | None], width: int, symbols: Symbols) -> str:
    """One column per core in exactly ``width`` cells; an idle core keeps the lowest step.

    With more cores than cells each column is the mean of a group of neighbours. A core whose
    load is unknown (switched off) is a dash.

    Args:
        percents: Load of each core, 0 to 100.
        width: Cells.
        symbols: The terminal's characters.
    """
    width = max(0, width)
    if not width:
        return ""
    size = max(1, math.ceil(len(percents) / width))
    groups = (percents[start : start + size] for start in range(0, len(percents), size))
    return "".join(_column(group, symbols) for group in groups).ljust(width)


def _parts(fraction: float | None, width: int, symbols: Symbols) -> tuple[str, str]:
    """The filled part of a bar and its track, together ``width`` cells."""
    width = max(0, width)
    if fraction is None or not math.isfinite(fraction):
        return "", " " * width
    eighths = round(min(1.0, max(0.0, fraction)) * width * 8)
    if fraction > 0 and width:
        eighths = max(1, eighths)
    whole, rest = divmod(eighths, 8)
    filled = symbols.bar_full * whole + (symbols.partials[rest] if rest else "")
    return filled, symbols.bar_empty * (width - len(filled))


def _column(percents: Sequence[float | None], symbols: Symbols) -> str:
    """The mean load of some cores as one character."""
    loads = [load for load in percents if load is not None and math.isfinite(load)]
    if not loads:
        return symbols.dash
    mean = sum(min(100.0, max(0.0, load)) for load in loads) / len(loads)
    return symbols.eighths[max(1, round(mean / 100 * 8))]
