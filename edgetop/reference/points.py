"""Rows of a published table as points."""

from __future__ import annotations

import string
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from edgetop.reference.declared import NAMES, number, table_rows
from edgetop.results import Conditions, Model, Point, Results
from edgetop.zoo import catalogue
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgetop.reference.declared import Board, Source
    from edgetop.zoo.catalogue import Architecture


class _Row(NamedTuple):
    """A row of the first table with what the others add to it."""

    cells: dict[str, str]
    notes: list[str]


def results_of(board: Board) -> Results:
    """All that was published of a board, in the order of the table."""
    source = board.source
    device = source.columns["device"]
    rows = [row for row in _rows(source.name) if row.cells[device] == board.device]
    points = tuple(_point(board, row) for row in rows)
    return Results(
        id=board.id,
        board=board.name,
        source=source.citation,
        points=points,
        published=True,
        conditions=source.conditions,
        peak_tmacs=board.peak_tmacs,
        peak_source=board.peak_source,
        notes=_notes(board, points),
    )


@cache
def _rows(name: str) -> list[_Row]:
    from edgetop.reference.declared import SOURCES

    source = SOURCES[name]
    first, *others = source.tables
    cells = table_rows(first)
    rows = [_Row(row, []) for row in (_with_gaps(source, cells) if source.missing else cells)]
    for row in rows:
        _add_flag(row, row.cells, first.flags)
    for table in others:
        found = {tuple(row[key] for key in table.on): row for row in table_rows(table)}
        for row in rows:
            more = found.get(tuple(row.cells[key] for key in table.on), {})
            _add_flag(row, more, table.flags)
            row.cells.update({key: value for key, value in more.items() if key not in row.cells})
    return rows


def _add_flag(row: _Row, cells: Mapping[str, str], meaning: Mapping[str, str]) -> None:
    if flag := cells.get("flag"):
        row.notes.append(meaning[flag])


def _with_gaps(source: Source, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The whole grid of devices, models and batches; what was not printed has no figures."""
    keys = [source.columns[role] for role in ("device", "model", "batch")]
    printed = {tuple(row[key] for key in keys): row for row in rows}
    devices, models = (dict.fromkeys(row[key] for row in rows) for key in keys[:2])
    batches = sorted({row[keys[2]] for row in rows}, key=int)
    grid = ((device, model, batch) for device in devices for model in models for batch in batches)
    empty = dict.fromkeys(rows[0], "")
    return [printed.get(place) or empty | dict(zip(keys, place, strict=True)) for place in grid]


def _point(board: Board, row: _Row) -> Point:
    source, cells = board.source, row.cells
    ms, fps = (_figure(source, cells, role) for role in ("ms", "fps"))
    if ms is None and fps:
        ms = 1000 / fps
    memory = _figure(source, cells, "memory")
    return Point(
        model=_model(source, cells),
        batch=int(cells.get(source.columns.get("batch", ""), "1")),
        conditions=_conditions(board, cells),
        ms_per_image=ms,
        fps=1000 / ms if fps is None and ms else fps,
        memory_mib=None if memory is None else memory * source.memory_unit_mib,
        memory_scope="" if memory is None else _filled(source.labels["memory_scope"], cells),
        error=source.missing if ms is None else "",
        note="; ".join([*row.notes, *_remarks(source, cells)]),
    )


def _figure(source: Source, cells: Mapping[str, str], role: str) -> float | None:
    return number(cells.get(source.columns.get(role, ""), ""))


def _filled(text: str, cells: Mapping[str, str]) -> str:
    return safe_text(text.format_map(cells), 200)


def _remarks(source: Source, cells: Mapping[str, str]) -> list[str]:
    parse = string.Formatter().parse
    return [
        _filled(text, cells)
        for text in source.remarks
        if all(cells.get(column) for _, column, _, _ in parse(text) if column)
    ]


def _conditions(board: Board, cells: Mapping[str, str]) -> Conditions:
    texts = {key: _filled(text, cells) for key, text in board.source.settings.items()}
    threads = texts.pop("threads", "")
    texts["provider"] = texts.get("provider") or board.provider
    name = NAMES.get((board.source.name, cells[board.source.columns["model"]]))
    if name is not None and name.precision:
        texts["precision"] = name.precision
    return Conditions(threads=int(threads) if threads else None, **texts)


def _model(source: Source, cells: Mapping[str, str]) -> Model:
    """The network of a row: what the source says of it, else what the catalogue does.

    The catalogue's multiply-adds are those of its own input size: of another one they are unknown.
    Its accuracy is that of weights as they were trained, which an int8 model no longer has.
    """
    printed = cells[source.columns["model"]]
    name = NAMES.get((source.name, printed))
    known = catalogue.find(name.canonical_name if name else printed)
    input_px = _figure(source, cells, "input_px")
    same_input = known is not None and input_px in (None, known.input_px)
    gmacs = name.gmacs if name and name.gmacs else _figure(source, cells, "gmacs")
    params_m = _figure(source, cells, "params_m")
    if known is not None:
        params_m = known.params_m if params_m is None else params_m
        gmacs = known.gmacs if gmacs is None and same_input else gmacs
        input_px = known.input_px if input_px is None else input_px
    as_trained = name is None or name.precision != "int8"
    top1_pct, top1_source = _accuracy(source, cells, known if same_input and as_trained else None)
    return Model(
        name=safe_text(printed),
        canonical_name=known.canonical_name if known else "",
        family=known.family if known else "",
        input_px=None if input_px is None else int(input_px),
        params_m=params_m,
        gmacs=gmacs,
        top1_pct=top1_pct,
        top1_source=top1_source,
    )


def _accuracy(
    source: Source, cells: Mapping[str, str], known: Architecture | None
) -> tuple[float | None, str]:
    top1_pct = _figure(source, cells, "top1_pct")
    if top1_pct is not None:
        return top1_pct, _filled(source.labels["top1_source"], cells)
    if known is None or known.top1_pct is None:
        return None, ""
    return known.top1_pct, known.top1_source


def _notes(board: Board, points: tuple[Point, ...]) -> tuple[str, ...]:
    models = dict.fromkeys(point.model.name for point in points)
    names = ((model, NAMES.get((board.source.name, model))) for model in models)
    of_models = (f"{model}: {name.note}" for model, name in names if name and name.note)
    return (*board.source.notes, *([board.note] if board.note else ()), *of_models)
