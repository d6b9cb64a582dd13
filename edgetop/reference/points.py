"""Rows of a published table as points."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from typing import TYPE_CHECKING

from edgetop.reference.declared import NAMES, number
from edgetop.reference.rows import rows_of_board
from edgetop.results import Conditions, Model, Point, Results
from edgetop.sample import LatencyStats
from edgetop.zoo import catalogue
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgetop.reference.declared import Board, Name, Source
    from edgetop.reference.rows import Row
    from edgetop.zoo.catalogue import Architecture

_LATENCIES = ("mean_ms", "min_ms", "p50_ms", "p90_ms", "max_ms")
"""Columns that a source may have, called as in `LatencyStats`."""

_OTHERS_ACCURACY = (
    "The source publishes no accuracy: top-1 is what others published of trained weights."
)


def results_of(board: Board) -> Results:
    """All that was published of a board, in the order of the table."""
    columns = board.source.columns.items()
    own = {role: column.replace("{device}", board.device) for role, column in columns}
    board = replace(board, source=replace(board.source, columns=own))
    rows = rows_of_board(board)
    points = tuple(_point(board, row) for row in rows)
    return Results(
        id=board.id,
        board=board.name,
        source=board.source.citation,
        points=points,
        published=True,
        conditions=board.source.conditions,
        peak_tmacs=board.peak_tmacs,
        peak_source=board.peak_source,
        notes=_notes(board, rows, points),
    )


def _point(board: Board, row: Row) -> Point:
    source, cells = board.source, row.cells
    batch = int(_figure(source, cells, "batch") or 1)
    ms = _ms_per_image(source, cells, batch)
    memory = _figure(source, cells, "memory")
    latency = _latency(source, cells)
    conditions = _conditions(board, cells)
    return Point(
        model=_model(source, cells, conditions),
        batch=batch,
        conditions=conditions,
        ms_per_image=ms,
        fps=_figure(source, cells, "fps") or (1000 / ms if ms else None),
        latency=latency,
        inferences=latency.count or None if latency else None,
        memory_mib=None if memory is None else memory * source.memory_unit_mib,
        memory_scope="" if memory is None else _filled(source.labels["memory_scope"], cells),
        error=source.missing if ms is None else "",
        note="; ".join([*row.notes, *_remarks(source, cells)]),
    )


def _figure(source: Source, cells: Mapping[str, str], role: str) -> float | None:
    return number(cells.get(source.columns.get(role, ""), ""))


def _ms_per_image(source: Source, cells: Mapping[str, str], batch: int) -> float | None:
    ms, batch_ms, fps = (_figure(source, cells, role) for role in ("ms", "batch_ms", "fps"))
    if ms is None and batch_ms is not None:
        return batch_ms / batch
    return 1000 / fps if ms is None and fps else ms


def _latency(source: Source, cells: Mapping[str, str]) -> LatencyStats | None:
    """What a source tells of the spread; such sources ran one image at a time."""
    found = {role: _figure(source, cells, role) for role in _LATENCIES if role in source.columns}
    count = _figure(source, cells, "count")
    return LatencyStats(count=int(count or 0), **found) if found else None


def _filled(text: str, cells: Mapping[str, str]) -> str:
    return safe_text(text.format_map(cells), 300)


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
    name = _name(board.source, cells)
    texts["provider"] = texts.get("provider") or board.provider
    texts["precision"] = (
        (name.precision if name else "") or texts.get("precision", "") or board.precision
    )
    return Conditions(threads=int(threads) if threads else None, **texts)


def _printed(source: Source, cells: Mapping[str, str]) -> str:
    """What the source calls the network."""
    return cells[source.columns["model"]] if "model" in source.columns else source.labels["model"]


def _name(source: Source, cells: Mapping[str, str]) -> Name | None:
    return NAMES.get((source.name, _printed(source, cells)))


def _model(source: Source, cells: Mapping[str, str], conditions: Conditions) -> Model:
    """The network of a row: what the source says of it, else what the catalogue does.

    With another input size than the catalogue's it is another graph: it has the same weights, but
    its multiply-adds are unknown, and it is not that architecture of the catalogue.
    """
    printed = _printed(source, cells)
    name = _name(source, cells)
    like = catalogue.find(name.canonical_name if name else printed)
    input_px = (name.input_px if name else None) or _input_px(source, cells)
    known = like if like is not None and input_px in (None, like.input_px) else None
    params_m = _figure(source, cells, "params_m")
    gmacs = (name.gmacs if name else None) or _figure(source, cells, "gmacs")
    if known is not None:
        input_px, gmacs = known.input_px, gmacs or known.gmacs
    top1_pct, top1_source = _accuracy(source, cells, conditions, known)
    return Model(
        name=_filled(source.labels["model"], cells) if "model" in source.labels else printed,
        canonical_name=known.canonical_name if known else "",
        family=like.family if like else "",
        input_px=None if input_px is None else int(input_px),
        params_m=like.params_m if params_m is None and like else params_m,
        gmacs=gmacs,
        top1_pct=top1_pct,
        top1_source=top1_source,
    )


def _input_px(source: Source, cells: Mapping[str, str]) -> float | None:
    """Height and width, where they are the same: of ``224`` and ``1x512x512``, not ``480x272``."""
    sides = re.findall(r"\d+", cells.get(source.columns.get("input_px", ""), ""))[-2:]
    return float(sides[0]) if len(set(sides)) == 1 else None


def _accuracy(
    source: Source, cells: Mapping[str, str], conditions: Conditions, known: Architecture | None
) -> tuple[float | None, str]:
    """Top-1 accuracy and who says so; the catalogue's is none of int8 weights."""
    top1_pct = _figure(source, cells, "top1_pct")
    if top1_pct is not None:
        return top1_pct, _filled(source.labels["top1_source"], cells)
    if known is None or known.top1_pct is None or conditions.precision == "int8":
        return None, ""
    return known.top1_pct, known.top1_source


def _notes(board: Board, rows: list[Row], points: tuple[Point, ...]) -> tuple[str, ...]:
    """Of the source, of the board, and of the networks, each told once."""
    notes = [*board.source.notes, board.note]
    if "top1_pct" not in board.source.columns and any(point.model.top1_pct for point in points):
        notes.append(_OTHERS_ACCURACY)
    notes += [
        f"{_printed(board.source, row.cells)}: {name.note}"
        for row in rows
        if (name := _name(board.source, row.cells)) is not None and name.note
    ]
    return tuple(note for note in dict.fromkeys(notes) if note)
