"""Pieces that several panels are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.bars import gauge
from edgetop.paint.chart import chart, time_axis
from edgetop.paint.numbers import fixed
from edgetop.paint.rows import Row, Span, join
from edgetop.sample import State

if TYPE_CHECKING:
    from edgetop.readings import Reading
    from edgetop.ui.view import View

LABEL_WIDTH = 4
"""Cells of a chart's axis labels."""
_LONGEST_BAR = 24
"""Cells of a load's bar; its end moves at each tick, and all before it is sent again."""
NUMBER_WIDTH = 5
"""Cells of a number at the left edge of a panel: 184.2, 12.3k."""

STATE_INKS = {
    State.WARMING: "dim",
    State.STEADY: "good",
    State.DRIFTING: "warn",
    State.THROTTLED: "alert",
    State.PAUSED: "warn",
    State.HUNG: "alert",
    State.FAILED: "alert",
}


def number(value: float | None, view: View, width: int = NUMBER_WIDTH, digits: int = 3) -> Span:
    """A value in a fixed width; a dim dash if it is unknown."""
    text = fixed(value, width, digits, dash=view.symbols.dash)
    return text, "dim" if value is None else "number"


def labelled(value: float | None, name: str, view: View, width: int = NUMBER_WIDTH) -> Row:
    """A number and its name, as in ``3.97 p50``."""
    return join(number(value, view, width), (f" {name}", "dim"))


def unknown(reason: str, view: View) -> Row:
    """A dim dash where the number would be, and why."""
    return ((f"{view.symbols.dash.rjust(NUMBER_WIDTH)} {reason}", "dim"),)


def state(view: View) -> Row:
    """The badge: a mark with its own shape, and the word."""
    sample = view.sample
    assert sample is not None
    ink = STATE_INKS[sample.state]
    return join((f"{view.symbols.state(sample.state)} {sample.state.value}", ink))


def percent_bar(
    reading: Reading, name: str, view: View, width: int, series: str, tail: Row = ()
) -> Row:
    """A load in per cent with its bar; or why there is none."""
    head = join(number(reading.value, view), (" % ", "dim"), (f"{name:<4}", "text"))
    if reading.value is None:
        return join(head, (f" {reading.words}", "dim"))
    tail_width = sum(len(text) for text, _ in tail)
    room = min(_LONGEST_BAR, width - NUMBER_WIDTH - 8 - tail_width - (1 if tail else 0))
    if room < 4:
        return join(head, (" ", "text"), tail)
    return join(
        head,
        (" ", "text"),
        gauge(reading.value / 100, room, view.symbols, f"chart.{series}.6"),
        (" ", "text"),
        tail,
    )


def history(
    view: View,
    name: str,
    width: int,
    height: int,
    series: str,
    *,
    ceiling: float | None = None,
    factor: float = 1.0,
) -> list[Row]:
    """A chart of one series in ``height`` rows; the last is the time axis if there is room.

    The newest cell is shown once both its values are complete: a cell that fills up in sight
    would have every row of the chart sent again each second.

    Args:
        view: Where the series is.
        name: Of the series.
        width: Cells.
        height: Rows; below 2 there is nothing to show.
        series: The ink.
        ceiling: Top of the axis where it is fixed (100 %); None = from the data.
        factor: From the unit of the series to that of the axis.
    """
    if height < 2 or width < 12:
        return []
    # The same until the next cell is complete: most frames need no chart painted.
    key = (name, width, height, series, ceiling, factor)
    position, painted = view.charts.get(key, (None, []))
    if position != view.series[name].position():
        painted = _history(view, name, width, height, series, ceiling, factor)
        view.keep_chart(key, view.series[name].position(), painted)
    return painted


def _history(
    view: View,
    name: str,
    width: int,
    height: int,
    series: str,
    ceiling: float | None,
    factor: float,
) -> list[Row]:
    rows = height - 1 if height >= 4 else height
    plot = width - LABEL_WIDTH - 1
    data = view.series[name]
    values = [
        None if value is None else value * factor for value in data.tail(2 * plot + 2)[: 2 * plot]
    ]
    marks = [(position // 2, text) for position, text in data.marks_in(2 * plot + 2)]
    top = view.ceiling(name, values) if ceiling is None else ceiling
    painted = chart(values, width, rows, top, view.symbols, series, label_width=LABEL_WIDTH)
    if rows < height:
        seconds = 2 * plot * data.bucket_s
        painted.append(time_axis(width, seconds, marks, view.symbols, indent=LABEL_WIDTH + 1))
    return painted
