"""The result of one benchmark, as markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """Figures with what is needed to read and to repeat them."""

    title: str
    about: str
    """How it was measured, in sentences."""
    columns: tuple[str, ...]
    """Names with units; the first column names the row."""
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    """What was met during this measurement."""

    def markdown(self) -> str:
        """The table below a heading of the second level."""
        rules = ("---", *["---:"] * (len(self.columns) - 1))
        lines = [_line(cells) for cells in (self.columns, rules, *self.rows)]
        parts = [f"## {self.title}", self.about, "\n".join(lines)]
        if self.notes:
            parts.append("\n".join(f"* {note}" for note in self.notes))
        return "\n\n".join(parts)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def number(value: float | None, digits: int = 3) -> str:
    """A value with so many significant digits; a dash if it is unknown."""
    if value is None or not np.isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{value:,.{decimals}f}"


def ratio(value: float | None) -> str:
    """A ratio with three decimals."""
    return UNKNOWN if value is None or not np.isfinite(value) else f"{value:.3f}"


def median(values: Iterable[float]) -> float | None:
    """The median; None of nothing."""
    given = list(values)
    return float(np.median(given)) if given else None


def quartiles(values: Iterable[float]) -> tuple[float | None, float | None]:
    """First and third quartile, interpolated; None of nothing."""
    given = list(values)
    if not given:
        return None, None
    low, high = np.percentile(given, (25, 75))
    return float(low), float(high)
