"""What accuracy costs in time: top-1 against images per second, with each board's bound."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from edgetop.stats.bounds import bound, upper_hull
from edgetop.study.report import draw
from edgetop.study.report.figure import Figure, Table, axis, joined, number, positive
from edgetop.study.report.points import (
    TOP1,
    at_batch,
    condition_words,
    fastest,
    top1_pct,
    usual_batch,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Point, Results
    from edgetop.study.report.look import Look

_CORNERS = 16
"""Of each edge of a bound, which is a curve on a logarithmic axis."""


def against_throughput(results: Sequence[Results], looks: Sequence[Look]) -> Figure:
    """Top-1 against images per second, with each board's upper bound.

    Args:
        results: Of all boards.
        looks: Theirs.
    """
    title = "Accuracy against throughput"
    boards = [
        (look, batch, points)
        for item, look in zip(results, looks, strict=True)
        if (batch := usual_batch(item, _rated)) is not None
        and (points := list(fastest(p for p in at_batch(item, batch) if _rated(p)).values()))
    ]
    if not boards:
        return Figure(
            "accuracy-throughput",
            title,
            missing="it needs models whose accuracy is known and whose time was measured",
        )
    traces: list[dict[str, Any]] = []
    findings, rows = [], []
    for look, batch, points in boards:
        x, y = [_fps(point) for point in points], [top1_pct(point.model) or 0.0 for point in points]
        hull = upper_hull(x, y)
        marks = draw.Marks()
        # The last have the first claim to a label.
        for place in sorted(range(len(points)), key=lambda place: place in hull):
            point = points[place]
            marks.add(x[place], y[place], about=draw.about(point), label=point.model.name)
        traces.append(draw.trace(marks, look, "%{x:.4~g} FPS, %{y:.4~g} % top-1"))
        if len(hull) > 1:
            curve = _curve([(x[place], y[place]) for place in hull])
            traces.append(draw.fitted(look, *curve, name=f"{look.name}: upper bound"))
        names = joined([points[place].model.name for place in hull], most=12)
        findings.append(f"{look.name}, batch {batch}: on the bound are {names}.{_edge(x, y)}")
        rows += [
            (look.name, p.model.name, str(batch), number(_fps(p)), number(p.model.top1_pct, 4))
            for p in sorted(points, key=_fps)
        ]
    every = [point for *_, points in boards for point in points]
    conditions = condition_words(every)
    return Figure(
        "accuracy-throughput",
        title,
        says="Images per second and accuracy of each model, at batch "
        f"{joined([str(batch) for batch in sorted({batch for _, batch, _ in boards})])}; the line "
        "is the board's upper bound (the concave hull on linear axes), below which every model "
        f"lies.{f' Conditions: {conditions}.' if conditions else ''}",
        traces=tuple(reversed(traces)),  # the first board lies on top
        legend=tuple(draw.key(board[0]) for board in boards),
        layout={
            "xaxis": draw.log_axis("images per second (FPS)", [_fps(p) for p in every]),
            "yaxis": axis(TOP1),
        },
        height_px=560,
        findings=tuple(findings),
        table=Table(
            ("board", "model", "batch", "FPS", TOP1),
            tuple(rows),
            (False, False, True, True, True),
        ),
    )


def _fps(point: Point) -> float:
    time = positive(point.ms_per_image)
    return positive(point.fps) or (1000 / time if time else 0.0)


def _rated(point: Point) -> float | None:
    """Its time, if its accuracy is known too."""
    return point.ms_per_image if top1_pct(point.model) else None


def _edge(x: Sequence[float], y: Sequence[float]) -> str:
    """The bound as a straight line, over most of its range."""
    edge = bound(x, y)
    if edge is None:
        return ""
    return (
        f" Its longest edge is top-1 = {number(edge.intercept)} - {number(-edge.slope)} × FPS, "
        f"over {100 * edge.share:.0f} % of its range."
    )


def _curve(corners: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """A chain of straight lines as it looks on a logarithmic axis."""
    x, y = [corners[0][0]], [corners[0][1]]
    for (x0, y0), (x1, y1) in pairwise(corners):
        for step in range(1, _CORNERS + 1):
            at = x0 * (x1 / x0) ** (step / _CORNERS)
            x.append(at)
            y.append(y0 + (y1 - y0) * (at - x0) / (x1 - x0))
    return x, y
