"""Figures of bars: the largest batch of each model, and shared models on several boards."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from edgetop.study.report import draw
from edgetop.study.report.by_batch import reason_of
from edgetop.study.report.figure import (
    UNKNOWN,
    Figure,
    Key,
    Table,
    joined,
    number,
    positive,
    rounded,
)
from edgetop.study.report.points import at_batch, condition_words, fastest, key_of, models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Point, Results
    from edgetop.study.report.look import Look

HOVER_BAR = "<b>%{customdata}</b><br>%{x:.4~g}"
_LONGEST_NAME = 24
_BAR_PX = 11
_MOST_BARS = 300
_FEWEST_ROWS = 6
_MOST_TOLD = 6
_SAME = 0.02
"""How far the operations of one graph may differ: implementations pad differently."""


def short(name: str) -> str:
    """A name that leaves room for the bars, its end kept: it is what tells variants apart."""
    if len(name) <= _LONGEST_NAME:
        return name
    tail = _LONGEST_NAME // 2
    return f"{name[: _LONGEST_NAME - tail - 1]}…{name[-tail:]}"


def rows_layout(names: Sequence[str], x: dict[str, Any]) -> dict[str, Any]:
    """Axes of horizontal bars, the first row on top.

    The rows are numbers with the names as their labels: as categories, names such as 2017-01-01
    or equal ones would be read as something else.

    Args:
        names: Of the rows.
        x: The axis of values.
    """
    return {
        "xaxis": {**x, "side": "top", "tickangle": 0},
        "yaxis": {
            "tickvals": list(range(len(names))),
            "ticktext": [short(name) for name in names],
            "range": [len(names) - 0.4, -0.6],
            "automargin": True,
            "fixedrange": True,
            "zeroline": False,
            "showgrid": False,
        },
        "bargap": 0.2,
    }


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
    ended = [f"{look.name} ({sum(bool(i.ended) for i in b.values())} of {len(b)} models)"
             for b, look in zip(found, looks, strict=True)]  # fmt: skip
    shown = rows[: _most_rows(looks)]
    return Figure(
        "largest-batch",
        title,
        says="The largest batch at which each model ran. Where the table says why it ended the "
        "board is at its limit; elsewhere nothing larger was tried.",
        traces=tuple(
            _bars(
                look,
                [
                    (n, float(b[key_of(m)].batch), m.name)
                    for n, m in enumerate(shown)
                    if key_of(m) in b
                ],
                HOVER_BAR + " images",
            )
            for b, look in zip(found, looks, strict=True)
        ),
        layout=rows_layout(
            [m.name for m in shown],
            draw.batch_axis({1, *batches}, range=_log_range(0.7, max(batches))),
        ),
        height_px=_height(len(shown), len(looks)),
        legend=_legend(looks),
        findings=(
            f"A limit was reached on {joined(ended)}.",
            *((f"Only single images were run on {joined(single)}.",) if single else ()),
            *_cut(shown, rows),
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
    shown = rows[: _most_rows(results)]
    values = [fps for board in found for m in rows if (fps := _fps(board.get(key_of(m))))]
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
        traces=tuple(
            _bars(
                look,
                [(n, fps, m.name) for n, m in enumerate(shown) if (fps := _fps(b.get(key_of(m))))],
                HOVER_BAR + " FPS",
            )
            for b, look in zip(found, looks, strict=True)
        ),
        layout=rows_layout(
            [m.name for m in shown],
            draw.log_axis(
                f"images per second at batch {batch}",
                values,
                range=_log_range(min(values) / 2, max(values)),
            ),
        ),
        height_px=_height(len(shown), len(results)),
        legend=_legend(looks),
        findings=(*_cut(shown, rows), *_odd(odd)),
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


def _bars(look: Look, rows: Sequence[tuple[int, float, str]], hover: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": rounded(value for _, value, _ in rows),
        "y": [place for place, _, _ in rows],
        "customdata": [name for *_, name in rows],
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


def _legend(looks: Sequence[Look]) -> tuple[Key, ...]:
    return tuple(Key(look.name, look.colour, "bar", look.hatch) for look in looks)


def _most_rows(boards: Sequence[object]) -> int:
    """As many as a reader may scroll through."""
    return max(_FEWEST_ROWS, _MOST_BARS // len(boards))


def _height(rows: int, boards: int) -> int:
    return 140 + rows * (_BAR_PX * boards + 7)


def _cut(shown: Sequence[object], rows: Sequence[object]) -> tuple[str, ...]:
    if len(shown) == len(rows):
        return ()
    return (f"Shown: the first {len(shown)} of {len(rows)} models; the table has all.",)
