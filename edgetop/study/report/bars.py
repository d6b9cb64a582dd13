"""Horizontal bars, a row for each model and a bar for each board that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from edgetop.study.report.figure import Key, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgetop.study.report.look import Look

HOVER_BAR = "<b>%{customdata}</b><br>%{x:.4~g}"
_LONGEST_NAME = 24
_BAR_PX = 12
_FRAME_PX = 110
_BETWEEN = 0.7
"""Bars that would fit between two rows."""
_MOST_BARS = 300
"""As many as a reader may scroll through."""


class Row(NamedTuple):
    """A model and its value on each board; None where a board has none."""

    name: str
    values: tuple[float | None, ...]

    @property
    def bars(self) -> int:
        """How many there are to draw."""
        return sum(value is not None for value in self.values)


class Chart(NamedTuple):
    """Bars as they are drawn."""

    traces: tuple[dict[str, Any], ...]
    layout: dict[str, Any]
    height_px: int
    legend: tuple[Key, ...]
    shown: int
    """The first so many of the rows."""


def grouped(rows: Sequence[Row], looks: Sequence[Look], x: dict[str, Any], hover: str) -> Chart:
    """Rows of bars, as high as they need: a board that lacks a model leaves no gap.

    Args:
        rows: From the top.
        looks: Of the boards.
        x: The axis of values.
        hover: What follows the value when a reader points at a bar: its unit.
    """
    shown = list(_first(rows))
    places: list[dict[int, float]] = []
    end = 0.0
    for row in shown:
        boards = [board for board, value in enumerate(row.values) if value is not None]
        places.append({board: end + place for place, board in enumerate(boards)})
        end += len(boards) + _BETWEEN
    middles = [sum(place.values()) / len(place) for place in places]
    traces = tuple(
        _bars(look, board, shown, places, HOVER_BAR + hover) for board, look in enumerate(looks)
    )
    return Chart(
        traces,
        {
            **rows_layout([row.name for row in shown], x, middles, end),
            "barmode": "overlay",  # each bar has a place of its own
        },
        _FRAME_PX + round(end * _BAR_PX),
        tuple(Key(look.name, look.colour, "bar", look.hatch) for look in looks),
        len(shown),
    )


def _first(rows: Sequence[Row]) -> Iterator[Row]:
    bars = 0
    for row in rows:
        bars += row.bars
        if row.bars and (bars <= _MOST_BARS or bars == row.bars):
            yield row


def _bars(
    look: Look, board: int, rows: Sequence[Row], places: Sequence[dict[int, float]], hover: str
) -> dict[str, Any]:
    """The bars of one board."""
    mine = [number for number, place in enumerate(places) if board in place]
    return {
        "type": "bar",
        "orientation": "h",
        "x": rounded(rows[number].values[board] for number in mine),
        "y": rounded(places[number][board] for number in mine),
        "width": 0.92,
        "customdata": [rows[number].name for number in mine],
        "hovertemplate": hover,
        "name": look.name,
        "legendgroup": look.name,
        "marker": {
            "color": look.colour,
            "pattern": {
                "shape": look.hatch,
                "fillmode": "overlay",
                "fgcolor": "rgba(255,255,255,0.7)",
                "size": 6,
            },
        },
    }


def short(name: str) -> str:
    """A name that leaves room for the bars, its end kept: it is what tells variants apart."""
    if len(name) <= _LONGEST_NAME:
        return name
    tail = _LONGEST_NAME // 2
    return f"{name[: _LONGEST_NAME - tail - 1]}…{name[-tail:]}"


def rows_layout(
    names: Sequence[str], x: dict[str, Any], places: Sequence[float], end: float
) -> dict[str, Any]:
    """Axes of horizontal bars, the first row on top.

    The rows are numbers with the names as their labels: as categories, names such as 2017-01-01
    or equal ones would be read as something else.

    Args:
        names: Of the rows.
        x: The axis of values.
        places: Where the rows are, from the top.
        end: Where the next row would begin.
    """
    return {
        "xaxis": {**x, "side": "top", "tickangle": 0},
        "yaxis": {
            "tickvals": rounded(places),
            "ticktext": [short(name) for name in names],
            "range": [end - 0.4, -0.6],
            "automargin": True,
            "fixedrange": True,
            "zeroline": False,
            "showgrid": False,
        },
        "bargap": 0.2,
    }


def cut(shown: int, rows: Sequence[object]) -> tuple[str, ...]:
    """What is told where not all rows are drawn."""
    if shown == len(rows):
        return ()
    return (f"Shown: the first {shown} of {len(rows)} models; the table has all.",)
