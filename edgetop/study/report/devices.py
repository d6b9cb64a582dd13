"""Boards side by side: how fast they run the models that they share, and how large a batch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from edgetop.study.report import bars, draw
from edgetop.study.report.by_batch import reason_of
from edgetop.study.report.figure import UNKNOWN, Figure, Table, joined, number, positive
from edgetop.study.report.points import at_batch, condition_words, fastest, key_of, models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Point, Results
    from edgetop.study.report.look import Look

_MOST_TOLD = 6
_SAME = 0.02
"""How far the operations of one graph may differ: implementations pad differently."""


class Largest(NamedTuple):
    """How far a model came on a board."""

    batch: int
    ended: str
    """Why it went no further; empty if nothing larger was tried."""


def largest_batches(results: Results) -> dict[str, Largest]:
    """The largest batch that ran of each model, by `key_of`, and what ended it."""
    ran: dict[str, int] = {}
    for point in results.points:
        if positive(point.ms_per_image) is not None:
            key = key_of(point.model)
            ran[key] = max(point.batch, ran.get(key, 0))
    failed: dict[str, Point] = {}
    for point in results.points:
        key = key_of(point.model)
        if point.error and point.batch > ran.get(key, point.batch):
            known = failed.get(key)
            failed[key] = point if known is None or point.batch < known.batch else known
    return {
        key: Largest(
            batch, f"{reason_of(failed[key])} at {failed[key].batch}" if key in failed else ""
        )
        for key, batch in ran.items()
    }


def largest_batch(results: Sequence[Results], looks: Sequence[Look]) -> Figure:
    """The largest batch of each model that ran, board by board.

    Args:
        results: Of all boards.
        looks: Theirs.
    """
    title = "Largest batch"
    told = [(look, largest_batches(item)) for item, look in zip(results, looks, strict=True)]
    several = [(look, board) for look, board in told if any(i.batch > 1 for i in board.values())]
    if not several:
        return Figure(
            "largest-batch",
            title,
            missing="it needs models that ran at several batches; here only single images did",
        )
    looks, found = [look for look, _ in several], [board for _, board in several]
    single = [look.name for look, board in told if board and look not in looks]
    rows = [m for m in models(results) if any(key_of(m) in board for board in found)]
    rows.sort(key=lambda m: -sum(board[key_of(m)].batch for board in found if key_of(m) in board))
    batches = [largest.batch for board in found for largest in board.values()]
    ended = [
        f"{look.name} {sum(bool(largest.ended) for largest in board.values())} of {len(board)}"
        for look, board in several
    ]
    chart = bars.grouped(
        [bars.Row(m.name, tuple(_batch(board.get(key_of(m))) for board in found)) for m in rows],
        looks,
        draw.batch_axis({1, *batches}, range=_log_range(0.7, max(batches))),
        " images",
    )
    return Figure(
        "largest-batch",
        title,
        says="The largest batch at which each model ran. Where the table says why it ended the "
        "board is at its limit; elsewhere nothing larger was tried.",
        traces=chart.traces,
        layout=chart.layout,
        height_px=chart.height_px,
        legend=chart.legend,
        findings=(
            f"Models that ended at a limit: {joined(ended)}.",
            *((f"Only single images were run on {joined(single)}.",) if single else ()),
            *bars.cut(chart.shown, rows),
        ),
        table=Table(
            ("model", *(word for look in looks for word in (look.name, "ended by"))),
            tuple(
                (m.name, *(cell for b in found for cell in _largest_cells(b.get(key_of(m)))))
                for m in rows
            ),
            (False, *(right for _ in looks for right in (True, False))),
        ),
    )


def _batch(largest: Largest | None) -> float | None:
    return None if largest is None else float(largest.batch)


def _largest_cells(largest: Largest | None) -> tuple[str, str]:
    if largest is None:
        return UNKNOWN, UNKNOWN
    return str(largest.batch), largest.ended or "largest tried"


def by_device(results: Sequence[Results], looks: Sequence[Look]) -> Figure:
    """Images per second of the models that several boards ran, at one batch.

    Args:
        results: Of all boards.
        looks: Theirs.
    """
    title = "Throughput by device"
    batch = _shared_batch(results)
    if batch is None:
        return Figure(
            "throughput-by-device",
            title,
            missing="it needs two boards or sessions that ran the same model at the same batch"
            + ("; there is only one here" if len(results) < 2 else ""),
        )
    found = [fastest(at_batch(item, batch)) for item in results]
    shared = [m for m in models(results) if sum(key_of(m) in board for board in found) > 1]
    odd = [m.name for m in shared if not _same_graph([b.get(key_of(m)) for b in found])]
    rows = [model for model in shared if model.name not in odd]
    rows.sort(key=lambda m: -max(_fps(board.get(key_of(m))) or 0 for board in found))
    if not rows:
        return Figure(
            "throughput-by-device", title, missing=f"no model is shared. {' '.join(_odd(odd))}"
        )
    values = [fps for board in found for m in rows if (fps := _fps(board.get(key_of(m))))]
    chart = bars.grouped(
        [bars.Row(m.name, tuple(_fps(board.get(key_of(m))) for board in found)) for m in rows],
        looks,
        draw.log_axis(
            f"images per second at batch {batch}",
            values,
            range=_log_range(min(values) / 2, max(values)),
        ),
        " FPS",
    )
    conditions = [
        f"{look.name}: {words}"
        for board, look in zip(found, looks, strict=True)
        if (words := condition_words([board[key_of(m)] for m in rows if key_of(m) in board]))
    ]
    return Figure(
        "throughput-by-device",
        title,
        says=f"Images per second at batch {batch} of the {len(rows)} models that more than one "
        "board ran, the quickest conditions of each. Boards were measured with different "
        f"software: compare orders of magnitude. The axis is logarithmic. {_few(conditions)}.",
        traces=chart.traces,
        layout=chart.layout,
        height_px=chart.height_px,
        legend=chart.legend,
        findings=(*bars.cut(chart.shown, rows), *_odd(odd)),
        table=Table(
            ("model", *(f"{look.name}, FPS" for look in looks)),
            tuple((m.name, *(number(_fps(b.get(key_of(m)))) for b in found)) for m in rows),
        ),
    )


def _few(conditions: Sequence[str]) -> str:
    more = len(conditions) - _MOST_TOLD
    told = ". ".join(conditions[:_MOST_TOLD])
    return f"{told}. {more} more are told under Conditions" if more > 0 else told


def _same_graph(points: Sequence[Point | None]) -> bool:
    """What bears one name is one network: its operations are within 2 % wherever they are known."""
    gmacs = [p.model.gmacs for p in points if p is not None and positive(p.model.gmacs)]
    known = [value for value in gmacs if value is not None]
    return not known or max(known) <= (1 + _SAME) * min(known)


def _odd(names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    return (f"Left out, the boards ran different graphs under one name: {joined(names)}.",)


def _shared_batch(results: Sequence[Results]) -> int | None:
    """The smallest batch at which two boards ran one model; None without."""
    for batch in sorted({point.batch for item in results for point in item.points}):
        keys = [key for item in results for key in fastest(at_batch(item, batch))]
        if len(keys) > len(set(keys)):
            return batch
    return None


def _fps(point: Point | None) -> float | None:
    if point is None:
        return None
    time = positive(point.ms_per_image)
    return positive(point.fps) or (1000 / time if time else None)


def _log_range(low: float, high: float) -> list[float]:
    """Of an axis of bars: on a logarithmic one they begin where it does, and none may be empty."""
    return [math.log10(low), math.log10(high * 1.15)]
