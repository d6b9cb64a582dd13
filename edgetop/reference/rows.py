"""The rows of a source: its tables joined, the gaps of its grid filled."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from edgetop.reference.declared import table_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edgetop.reference.declared import Board, Source


class Row(NamedTuple):
    """A row of a source's first table with what its other tables add."""

    cells: dict[str, str]
    notes: tuple[str, ...]
    """What the flags of the row say."""


def rows_of_board(board: Board) -> list[Row]:
    """All rows of one board, in the order of the table."""
    rows = _tables(board.source.name)
    column = board.source.columns.get("device")
    own = [row for row in rows[0] if column is None or row[column] == board.device]
    if board.source.missing:
        others = rows[0] if board.source.grid == "source" else own
        own = list(_with_gaps(board, own, others))
    return [_joined(board.source, row) for row in own]


@cache
def _tables(name: str) -> list[list[dict[str, str]]]:
    """The rows of each table of a source; of the first one only those that count."""
    from edgetop.reference.declared import SOURCES

    source = SOURCES[name]
    first, *others = (table_rows(table) for table in source.tables)
    only = source.only.items()
    return [[row for row in first if all(row[key] == word for key, word in only)], *others]


def _with_gaps(
    board: Board, own: list[dict[str, str]], others: list[dict[str, str]]
) -> Iterator[dict[str, str]]:
    """The whole grid of a board; a cell that was not printed has a row without figures."""
    device, model, batch = (board.source.columns[role] for role in ("device", "model", "batch"))
    printed = {(row[model], row[batch]): row for row in own}
    batches = sorted({row[batch] for row in others}, key=int)
    for name in dict.fromkeys(row[model] for row in others):
        for size in batches:
            gap = dict.fromkeys(own[0], "") | {device: board.device, model: name, batch: size}
            yield printed.get((name, size), gap)


def _joined(source: Source, row: Mapping[str, str]) -> Row:
    cells = dict(row)
    notes = []
    for table, index in zip(source.tables, _indexes(source.name), strict=True):
        more = row if not table.on else index.get(tuple(row[key] for key in table.on), {})
        if flag := more.get("flag"):
            notes.append(table.flags[flag])
        cells = {**more, **cells}
    return Row(cells, tuple(notes))


@cache
def _indexes(name: str) -> list[dict[tuple[str, ...], dict[str, str]]]:
    from edgetop.reference.declared import SOURCES

    return [
        {tuple(row[key] for key in table.on): row for row in rows}
        for table, rows in zip(SOURCES[name].tables, _tables(name), strict=True)
    ]
