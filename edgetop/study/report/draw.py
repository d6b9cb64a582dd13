"""Traces and axes of plotly.js that several figures share."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edgetop.study.report.figure import Key, axis, positive, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgetop.results import Point
    from edgetop.study.report.look import Look

_LONGEST_DETAIL = 90
_MOST_TICKS = 12


@dataclass(slots=True)
class Marks:
    """What one board has in a chart, mark by mark; a line breaks where `gap` was called."""

    x: list[float | None] = field(default_factory=list)
    y: list[float | None] = field(default_factory=list)
    low: list[float | None] = field(default_factory=list)
    high: list[float | None] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    about: list[str] = field(default_factory=list)
    symbol: list[str] = field(default_factory=list)

    def add(
        self, x: float, y: float, *, about: str, label: str = "", symbol: str = "circle",
        low: float | None = None, high: float | None = None,
    ) -> None:  # fmt: skip
        """One mark.

        Args:
            x: Where it stands.
            y: Where it stands.
            about: What a reader who points at it is told.
            label: Written beside it where there is room.
            symbol: Of plotly.js.
            low: Lower end of the interval of `y`.
            high: Its upper end.
        """
        self.x.append(x)
        self.y.append(y)
        self.low.append(low)
        self.high.append(high)
        self.label.append(label)
        self.about.append(about)
        self.symbol.append(symbol)

    def gap(self) -> None:
        """End a line."""
        if self.x and self.x[-1] is not None:
            self.x.append(None)
            self.y.append(None)
            self.low.append(None)
            self.high.append(None)
            self.label.append("")
            self.about.append("")
            self.symbol.append("circle")

    def known(self) -> int:
        """How many marks there are."""
        return sum(value is not None for value in self.x)


def trace(marks: Marks, look: Look, hover: str, *, lines: bool = False) -> dict[str, Any]:
    """A board's marks; those without lines with labels, which the page hides where they overlap.

    Args:
        marks: What it has.
        look: How it is drawn.
        hover: What a reader who points at a mark is told after its name, with plotly.js's ``%{x}``.
        lines: They are joined.
    """
    made: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines+markers" if lines else "markers+text",
        "x": rounded(marks.x),
        "y": rounded(marks.y),
        "customdata": marks.about,
        "hovertemplate": f"<b>%{{customdata}}</b><br>{hover}",
        "name": look.name,
        "legendgroup": look.name,
        "opacity": look.opacity,
        "cliponaxis": False,
        "marker": {
            "symbol": marks.symbol if lines else look.symbol,
            "size": look.size_px - (2 if lines else 0),
            "color": look.colour,
        },
    }
    if lines:
        made["line"] = {"color": look.colour, "dash": look.dash, "width": look.width_px}
        made["connectgaps"] = False
    else:
        made |= {"text": marks.label, "textposition": "top center"}
    if any(value is not None for value in (*marks.low, *marks.high)):
        made["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": _distance(marks.high, marks.y, 1),
            "arrayminus": _distance(marks.low, marks.y, -1),
            "color": look.colour,
            "thickness": 1,
            "width": 2,
        }
    return made


def line_labels(marks: Marks, look: Look) -> dict[str, Any]:
    """The names at the ends of a board's lines.

    They are a trace of their own: plotly.js loses texts when it draws one again of which some
    are empty.
    """
    named = [place for place, label in enumerate(marks.label) if label]
    return {
        "type": "scatter",
        "mode": "text",
        "x": rounded(marks.x[place] for place in named),
        "y": rounded(marks.y[place] for place in named),
        "text": [marks.label[place] for place in named],
        "textposition": "middle right",
        "hoverinfo": "skip",
        "legendgroup": look.name,
        "opacity": look.opacity,
        "cliponaxis": False,
    }


def _distance(
    ends: Sequence[float | None], middles: Sequence[float | None], sign: int
) -> list[float | None]:
    """From the middle to one end of an interval, 0 where that end is not known."""
    return rounded(
        max(0.0, sign * (end - middle)) if end is not None and middle is not None else 0.0
        for end, middle in zip(ends, middles, strict=True)
    )


def key(look: Look, *, lines: bool = False) -> Key:
    """What stands for a board in a legend of lines or marks."""
    if lines:
        return Key(look.name, look.colour, "line", look.dash)
    return Key(look.name, look.colour, "mark", look.symbol)


def fitted(look: Look, x: Sequence[float], y: Sequence[float], name: str) -> dict[str, Any]:
    """A line through a board's marks.

    Args:
        look: The board's.
        x: Its corners.
        y: Its corners.
        name: What it is, for who points at it.
    """
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(x),
        "y": rounded(y),
        "name": name,
        "legendgroup": look.name,
        "hoverinfo": "name",
        "opacity": look.opacity,
        "line": {"color": look.colour, "dash": look.dash, "width": look.width_px},
    }


def log_axis(title: str, values: Iterable[float | None], **more: Any) -> dict[str, Any]:
    """A logarithmic axis with plain numbers at 1, 2, 5 of each decade, fewer over many decades.

    Args:
        title: What and in which unit.
        values: All that it has to show.
        more: Further properties of plotly.js.
    """
    known = [value for value in values if positive(value) is not None and value is not None]
    made = axis(title, type="log", tickangle=0, **more)
    if known:
        low, high = math.log10(min(known)), math.log10(max(known))
        decades = high - low
        steps = (1,) if decades > 3.5 else (1, 2, 5) if decades > 0.7 else (1, 1.5, 2, 3, 5, 7)
        ticks = [
            step * 10.0**decade
            for decade in range(math.floor(low) - 1, math.ceil(high) + 1)
            for step in steps
        ]
        made |= {"tickvals": rounded(ticks), "ticktext": [f"{tick:.10g}" for tick in ticks]}
    return made


def batch_axis(batches: Iterable[int], **more: Any) -> dict[str, Any]:
    """A logarithmic axis of batches, marked at those that there are."""
    ticks = sorted(set(batches))
    if len(ticks) > _MOST_TICKS:
        ticks = [tick for tick in ticks if tick & (tick - 1) == 0] or ticks[:_MOST_TICKS]
    return axis("batch", type="log", tickvals=ticks, ticktext=[str(tick) for tick in ticks], **more)


def about(point: Point, *, conditions: bool = True) -> str:
    """Name, conditions and note of a point, for who points at it."""
    parts = [
        point.model.name,
        point.conditions.words() if conditions else "",
        point.state if point.state not in ("", "steady") else "",
        point.note,
    ]
    name, *details = (part for part in parts if part)
    detail = "; ".join(details)
    if len(detail) > _LONGEST_DETAIL:
        detail = detail[: _LONGEST_DETAIL - 1] + "…"
    return f"{name} ({detail})" if detail else name
