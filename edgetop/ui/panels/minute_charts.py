"""Charts of the whole session, however long it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.chart import chart, time_axis
from edgetop.paint.rows import Row, beside
from edgetop.paint.scale import nice_ceiling
from edgetop.ui.panels.minutes import FPS, known_columns
from edgetop.ui.panels.parts import LABEL_WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.stats.minute import Minute
    from edgetop.ui.panels.minutes import Column
    from edgetop.ui.view import View

_LEAST_WIDTH = 12
_LEAST_ROWS = 4
"""Of a chart with its name."""
_TWO_ABREAST = 70
"""Columns from which two charts stand side by side."""
_GAP = 2
_REFRESH_S = 10.0


def charts(view: View, width: int, height: int) -> list[Row]:
    """What the board tells over the whole session; painted anew a few times a minute."""
    sample = view.sample
    if sample is None or width < _LEAST_WIDTH:
        return []
    key, moment = ("minutes", width, height), sample.elapsed_s // _REFRESH_S
    painted_at, painted = view.charts.get(key, (None, []))
    if painted_at != moment:
        minutes = view.soak.minutes()
        columns = _even([FPS, *known_columns(view, sample)])
        painted = _painted(view, minutes, columns, width, height)
        view.keep_chart(key, moment, painted)
    return painted


def _even(columns: list[Column]) -> list[Column]:
    """Charts that fill their lines: the median, which mirrors the throughput, fills a last one."""
    return columns if len(columns) % 2 == 0 else [one for one in columns if one.name != "p50"]


def _painted(
    view: View, minutes: Sequence[Minute], columns: list[Column], width: int, height: int
) -> list[Row]:
    abreast = 2 if width >= _TWO_ABREAST else 1
    room = height - 1  # of the axis
    columns = columns[: abreast * max(0, room // _LEAST_ROWS)]
    if not columns or not minutes:
        return []
    abreast = min(abreast, len(columns))
    lines = -(-len(columns) // abreast)
    each = (width - _GAP * (abreast - 1)) // abreast
    painted = [_chart(view, minutes, column, each, room // lines) for column in columns]
    span_s = minutes[-1].elapsed_s - minutes[0].elapsed_s
    axis = time_axis(each, span_s, (), view.symbols, indent=LABEL_WIDTH + 1)
    rows: list[Row] = []
    for start in range(0, len(painted), abreast):
        rows += _abreast(painted[start : start + abreast], each, width)
    return rows + _abreast([[axis]] * abreast, each, width)


def _abreast(blocks: list[list[Row]], each: int, width: int) -> list[Row]:
    left, *right = blocks
    return beside(left, right[0], each, _GAP, width) if right else left


def _chart(
    view: View, minutes: Sequence[Minute], column: Column, width: int, height: int
) -> list[Row]:
    values = stretched([column.value(one) for one in minutes], 2 * (width - LABEL_WIDTH - 1))
    peak = max((value for value in values if value is not None), default=None)
    top = None if peak is None else nice_ceiling(peak)
    name = f"{'':{LABEL_WIDTH + 1}}{column.name} {column.unit_in(view.symbols)}"
    return [
        ((name, "title"),),
        *chart(values, width, height - 1, top, view.symbols, column.series),
    ]


def stretched(values: Sequence[float | None], count: int) -> list[float | None]:
    """So many values over the same time: repeated, or means of neighbours."""
    result: list[float | None] = []
    for index in range(max(0, count)):
        first = index * len(values) // count
        last = max(first + 1, (index + 1) * len(values) // count)
        known = [value for value in values[first:last] if value is not None]
        result.append(sum(known) / len(known) if known else None)
    return result
