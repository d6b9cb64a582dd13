"""Histories as filled areas above zero, with a labelled axis and one ink per row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.cells import cell_len

from edgetop.paint.numbers import fixed, significant
from edgetop.paint.rows import Row, fit, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.paint.symbols import Symbols

SERIES = ("throughput", "latency", "cpu", "gpu", "memory", "power", "temperature")
"""What is charted; each has its gradient in the theme."""
LEVELS = 8
"""Steps of a gradient, 0 at the bottom."""

# Dots of a braille cell from the bottom up, as bits above U+2800, for 0 to 4 filled dots.
_LEFT_DOTS = (0x00, 0x40, 0x44, 0x46, 0x47)
_RIGHT_DOTS = (0x00, 0x80, 0xA0, 0xB0, 0xB8)


def chart_ink(series: str, row: int, height: int) -> str:
    """The ink of a chart's row: ``row`` counts from 0 at the bottom of ``height`` rows."""
    level = round(row * (LEVELS - 1) / (height - 1)) if height > 1 else LEVELS - 3
    return f"chart.{series}.{min(LEVELS - 1, max(0, level))}"


def area(
    values: Sequence[float | None],
    width: int,
    height: int,
    maximum: float | None,
    symbols: Symbols,
) -> list[str]:
    """A filled area above zero: ``height`` rows of ``width`` cells, the newest at the right.

    Two values share a cell: side by side in braille (four levels to a row), as their mean in
    the other tiers (eight levels to a row). A value above zero always shows.

    Args:
        values: Oldest first; None, nan and infinity are gaps. The last ``2 * width`` are shown.
        width: Cells.
        height: Rows.
        maximum: The value at the top edge; larger ones are cut there. Nothing is drawn if unknown.
        symbols: The terminal's characters.
    """
    width, height = max(0, width), max(0, height)
    if not width or not height:
        return [""] * height
    recent = values[-2 * width :]
    columns: list[float | None] = [None] * (2 * width - len(recent))
    columns.extend(recent)
    if symbols.chart == "braille":
        return _braille_rows(_dots(columns, maximum, 4 * height), height)
    pairs = zip(columns[::2], columns[1::2], strict=True)
    return _block_rows(
        _dots([_mean(*pair) for pair in pairs], maximum, 8 * height), height, symbols
    )


def chart(
    values: Sequence[float | None],
    width: int,
    height: int,
    maximum: float | None,
    symbols: Symbols,
    series: str,
    *,
    label_width: int = 4,
    marks: Sequence[int] = (),
) -> list[Row]:
    """An area with its maximum and its zero at the left: ``height`` rows of ``width`` cells.

    Args:
        values: Oldest first, as for `area`.
        width: Cells in all, labels included.
        height: Rows.
        maximum: The value at the top edge.
        symbols: The terminal's characters.
        series: One of `SERIES`.
        label_width: Cells of the labels, a blank follows them; 0 for none.
        marks: Plot cells, 0 at the left, where something happened.
    """
    width, height = max(0, width), max(0, height)
    label_width = max(0, label_width)
    plot_width = max(0, width - label_width - (1 if label_width else 0))
    rows = []
    for index, text in enumerate(area(values, plot_width, height, maximum, symbols)):
        body = _with_marks(text, marks, symbols)
        ink = chart_ink(series, height - 1 - index, height)
        rows.append(
            fit(join(_label(index, height, maximum, label_width, symbols, ink), (body, ink)), width)
        )
    return rows


def time_axis(
    width: int,
    seconds: float,
    marks: Sequence[tuple[int, str]],
    symbols: Symbols,
    *,
    indent: int = 0,
) -> Row:
    """The line below a chart: how long ago it begins, what happened when, and ``now``.

    Args:
        width: Cells in all, the indent included.
        seconds: Age of the left edge.
        marks: Plot cells, 0 at the left, with a short text. The text stands before its mark, or
            behind it where there is no room; a later mark goes before an earlier one.
        symbols: The terminal's characters.
        indent: Cells that the chart's labels take at the left.
    """
    width = max(0, width)
    plot = max(0, width - max(0, indent))
    cells: list[str | None] = [None] * plot
    _write(cells, 0, _age(seconds), 0)
    _write(cells, plot - 3, "now", 1)
    for cell, text in sorted(marks, reverse=True):
        if not 0 <= cell < plot:
            continue
        before = cell - cell_len(text)
        if not _write(cells, before, text + symbols.mark, 1):
            _ = _write(cells, cell, symbols.mark + text, 1) or _write(cells, cell, symbols.mark, 0)
    return fit(
        ((" " * (width - plot) + "".join(cell or " " for cell in cells), "dim"),),
        width,
        symbols.ellipsis,
    )


def _dots(values: Sequence[float | None], maximum: float | None, top: int) -> list[int]:
    """How many of ``top`` dots each value fills; unknown, zero and negative ones fill none."""
    if maximum is None or not math.isfinite(maximum) or maximum <= 0:
        return [0] * len(values)
    return [
        max(1, round(min(value / maximum, 1.0) * top))
        if value is not None and math.isfinite(value) and value > 0
        else 0
        for value in values
    ]


def _braille_rows(dots: list[int], height: int) -> list[str]:
    """Rows of braille from dots per column, two columns to a cell."""
    rows = []
    for row in range(height - 1, -1, -1):
        filled = [min(4, max(0, count - 4 * row)) for count in dots]
        bits = (
            _LEFT_DOTS[left] | _RIGHT_DOTS[right]
            for left, right in zip(filled[::2], filled[1::2], strict=True)
        )
        rows.append("".join(chr(0x2800 + bit) if bit else " " for bit in bits))
    return rows


def _block_rows(eighths: list[int], height: int, symbols: Symbols) -> list[str]:
    """Rows of eighth blocks from eighths per cell."""
    return [
        "".join(symbols.eighths[min(8, max(0, count - 8 * row))] for count in eighths)
        for row in range(height - 1, -1, -1)
    ]


def _mean(first: float | None, second: float | None) -> float | None:
    """Mean of those of two values that are known."""
    finite = [value for value in (first, second) if value is not None and math.isfinite(value)]
    return sum(value / len(finite) for value in finite) if finite else None


def _with_marks(text: str, marks: Sequence[int], symbols: Symbols) -> str:
    """A row of an area with the marked cells replaced; it stays one ink."""
    cells = list(text)
    for mark in marks:
        if 0 <= mark < len(cells):
            cells[mark] = symbols.mark
    return "".join(cells)


def _label(
    index: int, height: int, maximum: float | None, width: int, symbols: Symbols, ink: str
) -> Row:
    """The axis label of a row; a blank one has the row's own ink, which saves a change."""
    if not width:
        return ()
    if index == 0:
        return ((_maximum_label(maximum, width, symbols) + " ", "dim"),)
    if index == height - 1:
        return (("0".rjust(width) + " ", "dim"),)
    return ((" " * (width + 1), ink),)


def _maximum_label(maximum: float | None, width: int, symbols: Symbols) -> str:
    """The top of the axis in exactly ``width`` cells: 250, 12.5, 4, 120k."""
    if maximum is None or not math.isfinite(maximum) or maximum <= 0:
        return symbols.dash.rjust(width)
    text = f"{maximum:.3g}"
    return text.rjust(width) if len(text) <= width else fixed(maximum, width, dash=symbols.dash)


def _age(seconds: float) -> str:
    """The age of the chart's left edge: -60 s, -5 min, -2 h."""
    if not math.isfinite(seconds) or seconds <= 0:
        return ""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"-{significant(seconds / size, 2).removesuffix('.0')} {unit}"
    return f"-{seconds:.0f} s"


def _write(cells: list[str | None], start: int, text: str, gap: int) -> bool:
    """Write into free cells (None), ``gap`` more free ones around; tell whether it was done."""
    end = start + cell_len(text)
    if not text or start < 0 or end > len(cells) or cell_len(text) != len(text):
        return False
    if any(cell is not None for cell in cells[max(0, start - gap) : end + gap]):
        return False
    cells[start:end] = text
    return True
