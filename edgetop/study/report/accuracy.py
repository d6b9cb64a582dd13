"""What accuracy costs in operations and parameters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from edgetop.study.report import draw
from edgetop.study.report.bars import HOVER_BAR, rows_layout, short
from edgetop.study.report.figure import (
    Figure,
    Key,
    Table,
    axis,
    joined,
    number,
    positive,
    rounded,
)
from edgetop.study.report.points import TOP1, key_of, models, top1_pct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Model, Results
    from edgetop.study.report.look import Look

    _Group = tuple[str, str, list[Model]]

_NEUTRAL = "#8A8F98"
_LARGEST_BALL_PX = 56
_MOST_BARS = 60


def ball_chart(results: Sequence[Results], looks: Sequence[Look]) -> Figure:
    """Top-1 against operations, each model a ball as large as its parameters.

    Args:
        results: Of all boards.
        looks: Theirs; models of the highlighted ones stand out.
    """
    title = "Accuracy, operations and parameters"
    known = [
        m for m in models(results) if top1_pct(m) and positive(m.gmacs) and positive(m.params_m)
    ]
    if not known:
        return Figure(
            "ball-chart",
            title,
            missing="it needs models whose accuracy, operations and parameters are all known",
        )
    largest = max(model.params_m or 0.0 for model in known)
    known.sort(key=lambda model: -(model.params_m or 0.0))  # small balls lie on large ones
    groups = _groups(known, results, looks)
    traces = [
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": rounded(model.gmacs for model in group),
            "y": rounded(model.top1_pct for model in group),
            "text": [model.name for model in group],
            "textposition": "top center",
            "customdata": [[model.name, f"{number(model.params_m)} M"] for model in group],
            "hovertemplate": "<b>%{customdata[0]}</b><br>%{y:.4~g} % top-1<br>%{x:.4~g} GMACs"
            "<br>%{customdata[1]} parameters",
            "name": name,
            "legendgroup": name,
            "marker": {
                "size": rounded(model.params_m for model in group),
                "sizemode": "area",
                "sizeref": 2 * largest / _LARGEST_BALL_PX**2,
                "sizemin": 3,
                "color": colour,
                "opacity": 0.65,
                "line": {"width": 1, "color": colour},
            },
        }
        for name, colour, group in groups
    ]
    return Figure(
        "ball-chart",
        title,
        says="Each ball is a model, its area the parameters "
        f"(the largest has {number(largest)} million): higher is more accurate, further left is "
        f"less work. Accuracy as published: {_sources(known)}.",
        traces=tuple(traces),
        legend=_legend(groups, "mark", "circle"),
        layout={
            "xaxis": draw.log_axis("operations of an image, GMACs", [m.gmacs for m in known]),
            "yaxis": axis(TOP1),
        },
        height_px=560,
        findings=_left_out(results, known, "accuracy, operations or parameters"),
        table=Table(
            ("model", TOP1, "GMACs", "parameters, M", "accuracy from"),
            tuple(
                (m.name, number(m.top1_pct, 4), number(m.gmacs), number(m.params_m), m.top1_source)
                for m in known
            ),
            (False, True, True, True, False),
        ),
    )


def density(results: Sequence[Results], looks: Sequence[Look]) -> Figure:
    """Bars of top-1 for each million of parameters.

    Args:
        results: Of all boards.
        looks: Theirs; models of the highlighted ones stand out.
    """
    title = "Accuracy density"
    known = [model for model in models(results) if top1_pct(model) and positive(model.params_m)]
    if not known:
        return Figure(
            "accuracy-density",
            title,
            missing="it needs models whose accuracy and parameters are both known",
        )
    ranked = sorted(known, key=_density, reverse=True)
    shown = ranked[:_MOST_BARS]
    place = {id(model): number for number, model in enumerate(shown)}
    groups = _groups(shown, results, looks)
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": rounded(_density(model) for model in group),
            "y": [place[id(model)] for model in group],
            "customdata": [model.name for model in group],
            "hovertemplate": HOVER_BAR + " % for each million of parameters",
            "name": name,
            "legendgroup": name,
            "marker": {"color": colour},
        }
        for name, colour, group in groups
    ]
    cut = (f"Shown: the first {len(shown)} of {len(ranked)}; the table has all.",)
    return Figure(
        "accuracy-density",
        title,
        says="Top-1 accuracy divided by the millions of parameters: how well a model uses its "
        f"weights, not how accurate it is. Accuracy as published: {_sources(known)}.",
        traces=tuple(traces),
        legend=_legend(groups, "bar"),
        layout=rows_layout(
            [model.name for model in shown],
            axis("top-1 % per million parameters"),
            range(len(shown)),
            len(shown),
        ),
        height_px=110 + 17 * len(shown),
        findings=(cut if len(shown) < len(ranked) else ())
        + _left_out(results, known, "accuracy or parameters"),
        table=Table(
            ("model", "top-1 % per M", TOP1, "parameters, M"),
            tuple(
                (m.name, number(_density(m)), number(m.top1_pct, 4), number(m.params_m))
                for m in ranked
            ),
        ),
    )


def _density(model: Model) -> float:
    return (model.top1_pct or 0.0) / (model.params_m or math.inf)


def _sources(known: Sequence[Model]) -> str:
    names = [name for name in dict.fromkeys(model.top1_source for model in known) if name]
    return joined(names, most=3) or "source not told"


def _groups(
    known: Sequence[Model], results: Sequence[Results], looks: Sequence[Look]
) -> list[_Group]:
    """Models that only others ran, and those of each highlighted board, with name and colour."""
    rest, groups = list(known), []
    for item, look in zip(results, looks, strict=True):
        if look.highlighted:
            ran = {key_of(point.model) for point in item.points}
            mine = [model for model in rest if key_of(model) in ran]
            rest = [model for model in rest if key_of(model) not in ran]
            groups.append((look.name, look.colour, mine))
    others = [("other models" if groups else "models", _NEUTRAL, rest)]
    return [group for group in (*others, *groups) if group[2]]


def _legend(groups: Sequence[_Group], kind: str, shape: str = "") -> tuple[Key, ...]:
    """Needed only where there is something to tell apart."""
    if len(groups) < 2:
        return ()
    return tuple(Key(name, colour, kind, shape) for name, colour, _ in groups)


def _left_out(results: Sequence[Results], known: Sequence[Model], what: str) -> tuple[str, ...]:
    shown = {key_of(model) for model in known}
    names = [short(m.name) for m in models(results) if key_of(m) not in shown]
    return (f"Left out, their {what} is not known: {joined(names, 8)}.",) if names else ()
