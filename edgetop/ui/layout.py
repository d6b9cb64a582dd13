"""Where everything stands on a screen of a given size: plain geometry, no widgets.

Two panels carry the measurement and share the upper part; the others stand in columns below.
A panel with nothing to say takes one line at the foot of the last column. Below a certain size
the frames go and one block of lines, `compact`, shows the figures in order of importance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_SMALLEST_FRAMED = (70, 20)
_WIDE = 110
_FRAME_ROWS = 2
_QUIET_ROWS = _FRAME_ROWS + 1
_LEAST_ROWS = _FRAME_ROWS + 2
_FOOTER_FROM = 7
STATUS_WIDTH = 24
"""Cells for the clock and the state."""

UPPER = ("throughput", "latency")
_COLUMNS_WIDE = (("processors", "memory"), ("power", "published"), ("temperature", "events"))
_COLUMNS_NARROW = (("processors", "memory"), ("power", "temperature"))
_SPARE = ("events", "published")
"""On a narrow screen one of these has a column that is left over."""
_UPPER_SHARE = 0.55

_WEIGHTS = {"processors": 3, "memory": 1, "power": 3, "temperature": 3, "events": 3, "published": 1}
"""How a column's rows are shared, beyond what each needs."""

_NEEDS = {"processors": 7, "memory": 5, "power": 6, "temperature": 5, "events": 5, "published": 8}
"""Rows with frame in which a panel says all but its history."""


class Box(NamedTuple):
    """A rectangle in cells."""

    x: int
    y: int
    width: int
    height: int


def is_framed(width: int, height: int) -> bool:
    """There is room for panels with frames."""
    return width >= _SMALLEST_FRAMED[0] and height >= _SMALLEST_FRAMED[1]


def plan(
    width: int,
    height: int,
    shown: Collection[str],
    quiet: Collection[str],
    *,
    strips: Sequence[str] = (),
    status_width: int = STATUS_WIDTH,
) -> dict[str, Box]:
    """The place of every part of the screen that is visible.

    Args:
        width: Of the terminal, cells.
        height: Of the terminal, rows.
        shown: Names of the panels that are switched on.
        quiet: Those of them that have one line to say.
        strips: Names of lines of full width above the footer, from above; a screen without
            frames has them within its block.
        status_width: Cells at the right of the first row.
    """
    boxes: dict[str, Box] = {}
    bottom = height
    if height >= _FOOTER_FROM:
        bottom -= 1
        boxes["footer"] = Box(0, bottom, width, 1)
    if not is_framed(width, height):
        boxes["compact"] = Box(0, 0, width, max(0, bottom))
        return boxes
    boxes["title"] = Box(0, 0, width - status_width, 1)
    boxes["status"] = Box(width - status_width, 0, status_width, 1)
    top = 1
    for name in reversed(strips):
        bottom -= 1
        boxes[name] = Box(0, bottom, width, 1)
    boxes |= _panels(width, top, bottom, shown, quiet)
    return boxes


def _panels(
    width: int, top: int, bottom: int, shown: Collection[str], quiet: Collection[str]
) -> dict[str, Box]:
    """The framed panels between two rows."""
    boxes: dict[str, Box] = {}
    upper = [name for name in UPPER if name in shown]
    columns = _columns(width, shown, quiet)
    if len(columns) == 1 and all(name in quiet for name in columns[0]):
        upper_rows = bottom - top - _QUIET_ROWS if upper else 0
        boxes |= _side_by_side(columns[0], top + upper_rows, width, _QUIET_ROWS)
    else:
        upper_rows = _upper_rows(bottom - top, bool(upper), bool(columns))
        boxes |= _stacked(columns, quiet, top + upper_rows, width, bottom - top - upper_rows)
    boxes |= _side_by_side(upper, top, width, upper_rows)
    return boxes


def _upper_rows(rows: int, has_upper: bool, has_columns: bool) -> int:
    if not has_upper:
        return 0
    return round(rows * _UPPER_SHARE) if has_columns else rows


def _columns(width: int, shown: Collection[str], quiet: Collection[str]) -> list[list[str]]:
    """The names in each column; quiet ones gather at the foot of the last, or alone in one.

    A column that would only hold a short list takes them rather than the last.
    """
    layout = _COLUMNS_WIDE if width >= _WIDE else _COLUMNS_NARROW
    columns = [
        [name for name in column if name in shown and name not in quiet] for column in layout
    ]
    columns = [column for column in columns if column]
    silent = [name for column in layout for name in column if name in shown and name in quiet]
    spare = [name for name in _SPARE if name in shown and name not in quiet]
    if len(columns) < 2 and spare and layout is _COLUMNS_NARROW:
        columns.append(spare[:1])
    if silent:
        if not columns:
            columns.append([])
        short = (column for column in columns if column == ["published"])
        next(short, columns[-1]).extend(silent)
    return columns


def _side_by_side(names: Sequence[str], y: int, width: int, height: int) -> dict[str, Box]:
    return {
        name: Box(left, y, right - left, height)
        for name, (left, right) in zip(names, _spans(width, len(names)), strict=True)
    }


def _stacked(
    columns: Sequence[Sequence[str]], quiet: Collection[str], y: int, width: int, height: int
) -> dict[str, Box]:
    boxes: dict[str, Box] = {}
    for column, (left, right) in zip(columns, _spans(width, len(columns)), strict=True):
        at = y
        for name, rows in _heights(column, quiet, height):
            boxes[name] = Box(left, at, right - left, rows)
            at += rows
    return boxes


def _heights(column: Sequence[str], quiet: Collection[str], height: int) -> list[tuple[str, int]]:
    """Rows of each panel of a column; the last ones go where there are too few for all."""
    names = list(column)
    while names and sum(_least(name, quiet) for name in names) > height:
        # Events go first, but not where only panels with nothing to say would be left.
        others = any(name not in quiet for name in names if name != "events")
        names.remove("events") if "events" in names and others else names.pop()
    talking = [name for name in names if name not in quiet]
    rows = {name: _least(name, quiet) for name in names}
    spare = height - sum(rows.values())
    for name in talking:  # first what each needs, then by weight
        more = min(spare, max(0, _NEEDS[name] - rows[name]))
        rows[name] += more
        spare -= more
    weights = sum(_WEIGHTS[name] for name in talking)
    for name in talking:
        more = spare * _WEIGHTS[name] // weights
        rows[name] += more
    if talking:
        rows[talking[0]] += height - sum(rows.values())
    return [(name, rows[name]) for name in names]


def _least(name: str, quiet: Collection[str]) -> int:
    return _QUIET_ROWS if name in quiet else _LEAST_ROWS


def _spans(width: int, count: int) -> list[tuple[int, int]]:
    """`count` equal shares of a width, without gaps."""
    return [(width * i // count, width * (i + 1) // count) for i in range(count)]
