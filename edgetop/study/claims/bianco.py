"""What Bianco and others found in 2018 (IEEE Access 6, 64270; arXiv:1810.00736)."""

from __future__ import annotations

import contextlib
from statistics import median
from typing import TYPE_CHECKING

from edgetop.stats.bounds import Bound, bound
from edgetop.stats.lines import least_squares, spearman
from edgetop.study import best
from edgetop.study.claims.bianco_memory import MEMORY_CLAIMS
from edgetop.study.claims.claim import (
    EXPLAINS_R2,
    MOST,
    CannotTest,
    Claim,
    Figure,
    Finding,
)
from edgetop.study.claims.evidence import (
    Evidence,
    accurate,
    fps_of,
    gmacs_of,
    known,
    ms_of,
    params_of,
    top1_of,
)
from edgetop.study.neighbours import with_memory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgetop.results import Point

REAL_TIME_FPS = (15.0, 30.0, 60.0)
_FEW = 1 / 3
"""What is said of few is true of less than a third."""

_SEVERAL = 5
"""Models that it takes to speak of nearly all and of few."""

_PAPERS_BOUNDS = {"titan-xp": (83.3, -0.0244), "jetson-tx1": (83.0, -0.2025)}
"""Intercept in percent and slope in percent by FPS as printed, by the end of the board's ID."""

_WIDE = 0.5
"""One straight edge bounds the accuracy if it reaches over more than half of the throughputs."""

_SMALL = frozenset({"SqueezeNet", "ShuffleNet", "MobileNet"})
_TABLE_3 = "paper Table 3"
"""In the source of an accuracy that the paper prints: only models of its Table 3 have one."""


def operations_explain_accuracy(evidence: Evidence) -> Finding:
    """B1: rank correlation of accuracy and operations."""
    points = known(_models(evidence), lambda point: point.model.gmacs, "operation count", 5)
    rho = spearman([*map(gmacs_of, points)], [*map(top1_of, points)])
    if rho is None:
        raise CannotTest("all models have the same accuracy or the same operations")
    line = least_squares([*map(gmacs_of, points)], [*map(top1_of, points)])
    return Finding(
        rho**2 < EXPLAINS_R2,
        f"rank correlation {rho:.2f} over {len(points)} models: operations account for "
        f"{rho**2 * 100:.0f} % of the ranks of accuracy",
        {"spearman": rho, "r2_linear": line.r2 if line else None, "models": len(points)},
    )


def size_explains_accuracy(evidence: Evidence) -> Finding:
    """B2: linear fit of accuracy on parameters."""
    points = known(_models(evidence), lambda point: point.model.params_m, "size", 5)
    sizes, accuracies = [params_of(point) for point in points], [top1_of(point) for point in points]
    line = least_squares(sizes, accuracies)
    if line is None:
        raise CannotTest("all models have the same size")
    return Finding(
        line.r2 < EXPLAINS_R2,
        f"R2 {line.r2:.2f} over {len(points)} models",
        {"r2": line.r2, "spearman": spearman(sizes, accuracies), "models": len(points)},
    )


def _models(evidence: Evidence) -> list[Point]:
    """One point of each model whose accuracy is known."""
    return accurate([series[0] for series in evidence.series.values()], 5)


def throughput_bound(evidence: Evidence) -> tuple[list[Point], Bound]:
    """The points of known accuracy at batch 1 and the line that bounds it by throughput.

    Raises:
        CannotTest: There are fewer than five, or one is the best in both.
    """
    points = accurate(evidence.at(1), 5)
    line = bound([fps_of(point) for point in points], [top1_of(point) for point in points])
    if line is None:
        raise CannotTest("one model is both the most accurate and the fastest: there is no bound")
    return points, line


def throughput_bounds_accuracy(evidence: Evidence) -> Finding:
    """B3: the longest edge of the upper concave hull of throughput and accuracy."""
    points, line = throughput_bound(evidence)
    ends = [points[line.first].model.name, points[line.last].model.name]
    figures: dict[str, Figure] = {
        "intercept_pct": line.intercept,
        "slope_pct_per_fps": line.slope,
        "share_of_fps_range": line.share,
        "from_to": ends,
        "models": len(points),
    }
    holds = line.share > _WIDE
    why = (
        f"{line.intercept:.2f} - {-line.slope:.4g} FPS, from {ends[0]} to {ends[1]}, over "
        f"{line.share * 100:.0f} % of the range of throughput"
    )
    published = evidence.results.id.startswith("bianco/")
    paper = _PAPERS_BOUNDS.get(evidence.results.id.partition("/")[2]) if published else None
    if paper:
        # The paper prints three and four digits.
        agrees = abs(line.intercept - paper[0]) <= 0.05 and abs(line.slope / paper[1] - 1) <= 0.005
        figures |= {
            "paper_intercept_pct": paper[0],
            "paper_slope_pct_per_fps": paper[1],
            "agrees_with_paper": agrees,
        }
        why += f"; the paper prints {paper[0]} - {-paper[1]} FPS"
        holds = holds and agrees
    why += evidence.doubts(points[line.first], points[line.last])
    return Finding(holds, why, figures)


def real_time(evidence: Evidence) -> Finding:
    """B6: how many models are real time on the fastest board and on the slowest."""
    counts = _counts(evidence)
    boards = [(evidence, counts)]
    for other in evidence.others:
        with contextlib.suppress(CannotTest):
            beside = Evidence(other)
            boards.append((beside, _counts(beside)))
    boards = [board for board in boards if board[1]["models"] >= _SEVERAL]
    here = f"{evidence.results.id}: {_count_words(counts)}"
    if len(boards) < 2 or boards[0][0] is not evidence:
        why = f"it takes a fast board and an embedded one, with {_SEVERAL} models each; {here}"
        raise CannotTest(why, dict(counts))
    boards.sort(key=lambda board: _typical_ms(board[0]))
    (fast, on_fast), (slow, on_slow) = boards[0], boards[-1]
    holds = (
        on_fast["at_30_fps"] >= MOST * on_fast["models"]
        and on_slow["at_30_fps"] < _FEW * on_slow["models"]
    )
    return Finding(
        holds,
        f"{fast.results.id}: {_count_words(on_fast)}; {slow.results.id}: {_count_words(on_slow)}",
        {fast.results.id: on_fast, slow.results.id: on_slow},
    )


def _counts(evidence: Evidence) -> dict[str, float]:
    points = evidence.at(1)
    counts: dict[str, float] = {
        f"at_{fps:g}_fps": sum(fps_of(point) >= fps for point in points) for fps in REAL_TIME_FPS
    }
    return {"models": len(points)} | counts


def _typical_ms(evidence: Evidence) -> float:
    return median(map(ms_of, evidence.at(1)))


def _count_words(counts: dict[str, float]) -> str:
    reached = ", ".join(f"{counts[f'at_{fps:g}_fps']:g}" for fps in REAL_TIME_FPS)
    return f"{reached} of {counts['models']:g} models at 15, 30, 60 FPS"


def best_depends_on_limits(evidence: Evidence) -> Finding:
    """B7: the grid of limits; on the paper's boards its models must be those of Table 3."""
    results = with_memory(evidence.results)
    known(accurate(Evidence(results).at(1)), lambda point: point.memory_mib, "memory")
    cells, _ = best.grid(results)
    winners = {
        f"<= {cell.max_memory_gb:g} GB, >= {cell.min_fps:g} FPS": cell.points[0].model.name
        for cell in cells
        if cell.points
    }
    if not winners:
        raise CannotTest("no model meets any of the limits")
    different = len(set(winners.values()))
    figures: dict[str, Figure] = {
        "best_by_limits": winners, "fields_with_models": len(winners), "different_best": different,
    }  # fmt: skip
    holds = different > 1
    why = f"best in {len(winners)} fields that some model meets: {_names(winners.values())}"
    if evidence.results.id.startswith("bianco/"):
        papers = [other for other in evidence.others if other.id.startswith("bianco/")]
        grids = [cells, *(best.grid(with_memory(other))[0] for other in papers)]
        picked = {point.model.name for grid in grids for cell in grid for point in cell.points}
        printed = {
            point.model.name for point in results.points if _TABLE_3 in point.model.top1_source
        }
        figures |= {"models_in_grids": len(picked), "models_in_table_3": len(printed)}
        why += (
            f"; the grids of the paper's boards name {len(picked)} models, "
            f"{len(picked & printed)} of the {len(printed)} of its Table 3"
        )
        holds = holds and (picked == printed if papers else picked <= printed)
    return Finding(holds, why, figures)


def _names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def dense_accuracy(evidence: Evidence) -> Finding:
    """B8: top-1 per million parameters; the small networks must come first."""
    points = known(_models(evidence), lambda point: point.model.params_m or None, "size", 5)
    small = [point.model.name for point in points if _is_small(point)]
    if not small or len(points) - len(small) < 3:
        raise CannotTest("it takes a SqueezeNet, ShuffleNet, MobileNet or NASNet-A-Mobile and "
                         "three others")  # fmt: skip
    density = {point.model.name: top1_of(point) / params_of(point) for point in points}
    ranking = sorted(density, key=density.__getitem__, reverse=True)
    first = ranking[: len(small)]
    return Finding(
        set(first) == set(small),
        f"highest: {', '.join(f'{name} {density[name]:.1f} %/M' for name in first[:5])}",
        {"density_pct_per_m": {name: density[name] for name in ranking[:10]}},
    )


def _is_small(point: Point) -> bool:
    return (
        point.model.family in _SMALL
        or point.model.name == "NASNet-A-Mobile"
        or (point.model.canonical_name == "NASNet-A-Mobile")
    )


_PAPER = "Bianco et al. 2018, arXiv:1810.00736v2"

CLAIMS = (
    Claim(
        "B1",
        "The number of operations does not explain the accuracy.",
        f"{_PAPER}, figure 1",
        operations_explain_accuracy,
    ),
    Claim(
        "B2",
        "There is no linear relation between the size of a model and its accuracy.",
        f"{_PAPER}, figure 1",
        size_explains_accuracy,
    ),
    Claim(
        "B3",
        "The throughput that is wanted bounds the accuracy by a straight line: 83.3 - 0.0244 FPS "
        "on a Titan Xp, 83.0 - 0.2025 FPS on a Jetson TX1, batch 1.",
        f"{_PAPER}, figure 3",
        throughput_bounds_accuracy,
    ),
    *MEMORY_CLAIMS,
    Claim(
        "B6",
        "Nearly all models are real time on a large GPU, few on an embedded board.",
        f"{_PAPER}, table 1",
        real_time,
    ),
    Claim(
        "B7",
        "Which model is best depends on the memory and the speed that are asked for.",
        f"{_PAPER}, table 3",
        best_depends_on_limits,
    ),
    Claim(
        "B8",
        "SqueezeNets, ShuffleNet, MobileNets and NASNet-A-Mobile have the most accuracy for each "
        "parameter.",
        f"{_PAPER}, figure 2",
        dense_accuracy,
    ),
)
