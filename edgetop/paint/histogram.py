"""The latency histogram: bars over a logarithmic axis whose limits stand still."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.paint.chart import chart_ink
from edgetop.paint.rows import Row, fit
from edgetop.paint.scale import nice_ceiling, nice_floor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgetop.paint.symbols import Symbols
    from edgetop.sample import Histogram

TAIL_RATIO = 30.0
"""A tail that is longer than about this multiple of the median is cut."""
_LEAST_RATIO = 1.4
"""The axis spans at least this: a spike alone says nothing about its width."""

_LIMITS = (1, 1.1, 1.2, 1.4, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3.2, 3.6, 4, 4.5, 5, 5.6, 6.3, 7, 8, 9)
"""Where the axis may begin and end. The steps are small, for room is scarce; still the axis
seldom moves, as a run's extremes only ever move apart."""
_CUT_STEPS = (1.0, 2.0, 5.0)
"""Where a long tail may be cut: few, because the median wanders a little."""

# Ticks per power of ten, those first that an axis should rather have.
_TICKS = (1, 2, 5, 3, 1.5, 4, 6, 8, 2.5, 7, 9, 3.5, 1.2)
_FINE_TICKS = (4.5, 1.8, 2.2, 5.5, 6.5, 1.1, 1.3)
"""Further ones where the axis is so short that it would go bare."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis over some cells."""

    low_ms: float
    high_ms: float
    width: int
    """Cells."""
    span: float
    """Natural logarithm of the ratio of the limits."""
    cut: bool = False
    """Values lie beyond ``high_ms`` and are gathered in the last cell."""

    def place(self, value_ms: float) -> float:
        """Cells from the left edge, kept inside the axis."""
        if value_ms <= self.low_ms:
            return 0.0
        if value_ms >= self.high_ms:
            return float(self.width)
        return math.log(value_ms / self.low_ms) / self.span * self.width

    @property
    def unit(self) -> tuple[float, str]:
        """Milliseconds in the unit that suits the range, and its name."""
        middle = math.sqrt(self.low_ms * self.high_ms)
        if middle < 0.5:
            return 1e-3, "us"
        return (1e3, "s") if middle >= 2000 else (1.0, "ms")


def histogram(
    data: Histogram,
    width: int,
    height: int,
    symbols: Symbols,
    *,
    tail_ratio: float = TAIL_RATIO,
) -> list[Row]:
    """The histogram in ``height`` rows of ``width`` cells, the last one its axis.

    The tallest cell fills the height; a bin that holds anything shows at least one step. With
    one row there is no axis, without data the rows are blank.

    Args:
        data: Bins; those without a count, or with edges that make no sense, are passed over.
        width: Cells.
        height: Rows.
        symbols: The terminal's characters.
        tail_ratio: Multiple of the median near which a longer tail is cut: its rest is gathered
            in the last cell and the axis ends with ``+``. Smaller gives the body more room.
    """
    width, height = max(0, width), max(0, height)
    bins = list(_bins(data))
    if not bins or not width or not height:
        return [fit((), width)] * height
    axis = _axis(bins, width, tail_ratio)
    bar_rows = height - 1 if height > 1 else 1
    steps = _steps(bins, axis, 8 * bar_rows)
    rows: list[Row] = []
    for row in range(bar_rows - 1, -1, -1):
        text = "".join(symbols.eighths[min(8, max(0, count - 8 * row))] for count in steps)
        rows.append(fit(((text, chart_ink("latency", row, bar_rows)),), width))
    if height > 1:
        rows.append(fit(((_tick_line(axis, symbols), "dim"),), width, symbols.ellipsis))
    return rows


def _bins(data: Histogram) -> Iterator[tuple[float, float, int]]:
    """Lower edge, upper edge and count of the occupied bins that can be shown."""
    for low, high, count in zip(data.edges_ms, data.edges_ms[1:], data.counts, strict=False):
        if not (math.isfinite(low) and 1e-12 < high < 1e15 and low < high) or not 0 < count < 1e300:
            continue
        yield (low if low > 1e-12 else high / 2), high, count


def _axis(bins: list[tuple[float, float, int]], width: int, tail_ratio: float) -> Axis:
    """Round limits around the data, cut where the tail is far beyond the median."""
    low = nice_floor(min(bin_low for bin_low, _, _ in bins), _LIMITS)
    top = max(bin_high for _, bin_high, _ in bins)
    limit = nice_ceiling(max(1.0, tail_ratio) * _median(bins), _CUT_STEPS)
    high = nice_ceiling(max(min(top, limit), low * _LEAST_RATIO), _LIMITS)
    return Axis(low, high, width, math.log(high / low), cut=top > high)


def _median(bins: list[tuple[float, float, int]]) -> float:
    """The upper edge of the bin that holds the median."""
    half = sum(count for _, _, count in bins) / 2
    seen = 0
    for _, high, count in sorted(bins):
        seen += count
        if seen >= half:
            return high
    return bins[-1][1]


def _steps(bins: list[tuple[float, float, int]], axis: Axis, top: int) -> list[int]:
    """How many of ``top`` steps each cell fills.

    A bin is shared out over the cells that it covers, or bins and cells of different widths
    would beat against each other; the cell with its middle never goes without a step.
    """
    mass = [0.0] * axis.width
    occupied = [False] * axis.width
    for low, high, count in bins:
        start, end = axis.place(low), axis.place(high)
        middle = min(axis.width - 1, int((start + end) / 2))
        occupied[middle] = True
        first, last = int(start), min(axis.width - 1, int(end))
        if first >= last:
            mass[middle] += count
            continue
        for cell in range(first, last + 1):
            covered = min(end, cell + 1) - max(start, cell)
            mass[cell] += count * covered / (end - start)
    peak = max(mass)
    return [
        max(1 if there else 0, round(share / peak * top))
        for share, there in zip(mass, occupied, strict=True)
    ]


def _tick_line(axis: Axis, symbols: Symbols) -> str:
    """The labels below the bars: round values that never touch, the unit at the right end."""
    cells = [" "] * axis.width
    scale, unit = axis.unit
    ending = unit.replace("us", f"{symbols.micro}s") + ("+" if axis.cut else "")
    if len(ending) <= axis.width:
        cells[axis.width - len(ending) :] = ending
    for value in _candidates(axis.low_ms / scale, axis.high_ms / scale):
        text = f"{value:g}"
        start = max(0, round(axis.place(value * scale) - len(text) / 2))
        end = start + len(text)
        if end <= axis.width and not "".join(cells[max(0, start - 2) : end + 2]).strip():
            cells[start:end] = text
    return "".join(cells)


def _candidates(low: float, high: float) -> Iterator[float]:
    """Tick values inside a range, the rounder ones first."""
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    for tick in _TICKS + (_FINE_TICKS if high < 2.5 * low else ()):
        for power in powers:
            value = float(f"{tick}e{power}")
            if low * 0.9999 <= value <= high * 1.0001:
                yield value
