"""What the page of dlmark says of Gluon's networks (2018)."""

from __future__ import annotations

from collections import Counter
from math import log2
from statistics import median
from typing import TYPE_CHECKING

from edgetop.stats.lines import least_squares, spearman
from edgetop.study.claims.claim import LINEAR_R2, MOST, CannotTest, Claim, Finding
from edgetop.study.claims.evidence import Evidence, accurate, fps_of, memory_of, top1_of
from edgetop.study.neighbours import with_memory

if TYPE_CHECKING:
    from edgetop.results import Point

_BATCH = 64
_RISES = 0.8
"""Rank correlation of what rises all but steadily."""


def throughput_grows(evidence: Evidence) -> Finding:
    """G1: images per second against batch, on a logarithmic scale of batches."""
    rising: list[str] = []
    saturating: list[str] = []
    doublings: list[float] = []
    series_of = {name: found for name, found in evidence.series.items() if len(found) > 2}
    for name, series in series_of.items():
        fps = [fps_of(point) for point in series]
        batches = [log2(point.batch) for point in series]
        if (spearman(batches, fps) or 0.0) >= _RISES and fps[-1] > fps[0]:
            rising.append(name)
        first = (fps[1] / fps[0]) ** (1 / (batches[1] - batches[0]))
        last = (fps[-1] / fps[-2]) ** (1 / (batches[-1] - batches[-2]))
        if last < first:
            saturating.append(name)
        doublings.append((fps[-1] / fps[0]) ** (1 / (batches[-1] - batches[0])))
    if not series_of:
        raise CannotTest("it takes a model at three batches")
    number = len(series_of)
    return Finding(
        len(rising) >= MOST * number,
        f"it rises for {len(rising)} of {number} models, by {median(doublings):.2f} times for each "
        f"doubling (median); the last doubling gives less than the first for {len(saturating)}",
        {
            "models": number,
            "rising": len(rising),
            "not_rising": [name for name in series_of if name not in rising],
            "saturating": len(saturating),
            "median_gain_per_doubling": median(doublings),
        },
    )


def memory_grows(evidence: Evidence) -> Finding:
    """G2: linear fit of memory on batch, model by model."""
    lines = {
        name: line
        for name, series in _with_memory(evidence).items()
        if (line := least_squares([point.batch for point in series], [*map(memory_of, series)]))
    }
    if not lines:
        raise CannotTest("no model has a known memory at three batches")
    linear = [name for name, line in lines.items() if line.slope > 0 and line.r2 >= LINEAR_R2]
    per_image = {name: line.slope for name, line in lines.items()}
    return Finding(
        len(linear) >= MOST * len(lines),
        f"linear for {len(linear)} of {len(lines)} models, {median(per_image.values()):.3g} MiB "
        "for each image of a batch (median)",
        {
            "models": len(lines),
            "linear": len(linear),
            "not_linear": [name for name in lines if name not in linear],
            "median_mib_per_image": median(per_image.values()),
            "median_r2": median(line.r2 for line in lines.values()),
        },
    )


def _with_memory(evidence: Evidence) -> dict[str, list[Point]]:
    """Three and more points with a memory figure of each model, by batch."""
    found = {
        name: [point for point in series if point.memory_mib is not None]
        for name, series in evidence.series.items()
    }
    return {name: series for name, series in found.items() if len(series) > 2}


def largest_batch_tells_memory(evidence: Evidence) -> Finding:
    """G3: the largest batch before memory ends against the memory of the model at one batch."""
    results = evidence.results
    lent = Evidence(with_memory(results), evidence.others)
    fullest = _largest_common([point for point in lent.points if point.memory_mib is not None])
    needs = {
        point.model.name: memory_of(point)
        for point in lent.points
        if point.batch == fullest and point.memory_mib is not None
    }
    ended = {point.model.name for point in results.points if _ran_out(point)}
    largest: dict[str, float] = {
        name: series[-1].batch
        for name, series in evidence.series.items()
        if name in needs and name in ended
    }
    # A model that never ran out has a largest batch above all that were tried.
    for name, series in evidence.series.items():
        if name in needs and name not in ended and ended:
            largest[name] = 2 * series[-1].batch
    if not largest:
        raise CannotTest("no model with a known memory ran out of it")
    rho = spearman([needs[name] for name in largest], list(largest.values()))
    if rho is None:
        raise CannotTest("all models end at the same batch", {"largest_batch": largest})
    scopes = [point.memory_scope for point in lent.points if point.memory_scope]
    scope = scopes[0] if scopes else "scope unknown"
    return Finding(
        rho <= -_RISES,
        f"rank correlation {rho:.2f} of the largest batch with the memory at batch {fullest} "
        f"({scope}) over {len(largest)} models",
        {"spearman": rho, "largest_batch": largest, "models": len(largest)},
    )


def _largest_common(points: list[Point]) -> int:
    """The largest batch at which as many models have a figure as at any."""
    number = Counter(point.batch for point in points)
    return max(number, key=lambda batch: (number[batch], batch), default=1)


def _ran_out(point: Point) -> bool:
    return "memory" in point.error or "killed" in point.error


def families_trade(evidence: Evidence) -> Finding:
    """G4: accuracy against throughput at one batch, family by family."""
    batch = evidence.usual_batch(_BATCH)
    families: dict[str, list[Point]] = {}
    for point in accurate(evidence.at(batch)):
        families.setdefault(_family(point), []).append(point)
    rho = {
        name: value
        for name, points in families.items()
        if len(points) > 2
        and (value := spearman([*map(fps_of, points)], [*map(top1_of, points)])) is not None
    }
    if not rho:
        raise CannotTest(f"no family has three models of known accuracy at batch {batch}")
    trading = [name for name, value in rho.items() if value < 0]
    words = ", ".join(f"{name} {value:.2f}" for name, value in rho.items())
    return Finding(
        len(trading) >= MOST * len(rho),
        f"batch {batch}, rank correlation of accuracy with FPS: {words}",
        {"batch": batch, "spearman": rho, "families": len(rho), "trading": len(trading)},
    )


def _family(point: Point) -> str:
    """The catalogue's family; for other networks the name up to its last dash or digit."""
    return (
        point.model.family
        or point.model.name.rstrip("0123456789.").rpartition("-")[0]
        or (point.model.name.rstrip("0123456789."))
    )


_PAGE = "dlmark 2018, Gluon CNN page"

CLAIMS = (
    Claim(
        "G1",
        "Throughput rises with the logarithm of the batch.",
        f"{_PAGE}, throughput by batch",
        throughput_grows,
    ),
    Claim(
        "G2",
        "Memory rises linearly with the batch.",
        f"{_PAGE}, memory by batch",
        memory_grows,
    ),
    Claim(
        "G3",
        "The largest batch that runs tells how much memory a model needs.",
        f"{_PAGE}, largest batch",
        largest_batch_tells_memory,
    ),
    Claim(
        "G4",
        "Within a family of networks accuracy is paid for with throughput.",
        f"{_PAGE}, accuracy against throughput",
        families_trade,
    ),
)
