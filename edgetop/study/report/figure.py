"""What a report is made of: figures and tables as plain data, with the words that go with them.

Text in them is as the source has it. Whoever writes a page or Markdown escapes it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of text under headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...] = ()
    """Which columns stand to the right; all but the first if empty."""

    def is_numeric(self, column: int) -> bool:
        """This column holds numbers."""
        return self.numeric[column] if self.numeric else column > 0


class Key(NamedTuple):
    """An entry of a figure's legend: all traces whose ``legendgroup`` is its name."""

    name: str
    colour: str
    kind: str = "bar"
    """``line``, ``mark`` or ``bar``."""
    shape: str = ""
    """The dash of a line, the symbol of a mark, the hatching of a bar, as plotly.js calls them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart or table of a report, or the reason why there is none."""

    id: str
    """Its anchor on the page."""
    title: str
    says: str = ""
    """What it shows, and under which conditions."""
    missing: str = ""
    """What it would take, and why that is not there; then there is nothing to draw."""
    traces: tuple[dict[str, Any], ...] = ()
    """Of plotly.js. Every text but `hovertemplate` is data and gets escaped."""
    layout: dict[str, Any] = field(default_factory=dict)
    """Of plotly.js, but for the colours, which follow the reader's."""
    height_px: int = 440
    legend: tuple[Key, ...] = ()
    findings: tuple[str, ...] = ()
    """What the data say, in words: fits, bounds, what was left out."""
    table: Table | None = None
    table_open: bool = False
    """The table is what the figure is about, not its data for reference."""


@dataclass(frozen=True, slots=True)
class Section:
    """Figures on one subject."""

    id: str
    title: str
    figures: tuple[Figure, ...]


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis of plotly.js with its unit in the title, and further properties."""
    return {"title": {"text": title}, "automargin": True, **more}


def number(value: float | None, digits: int = 3) -> str:
    """Significant digits without an exponent, or a dash for what is not known."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0"
    value = float(f"{value:.{digits}g}") if abs(value) < 10**digits else value
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{decimals}f}"


def rounded(values: Iterable[float | None]) -> list[float | None]:
    """Numbers for a chart: five digits are more than a screen shows, and half the file."""
    return [
        None if value is None or not math.isfinite(value) else float(f"{value:.5g}")
        for value in values
    ]


def positive(value: float | None) -> float | None:
    """A finite number above 0, as a logarithmic axis needs it; None for any other."""
    return value if value is not None and math.isfinite(value) and value > 0 else None


def joined(names: Sequence[str], most: int = 5) -> str:
    """Names in a sentence, the first few of many."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
