"""What Canziani, Paszke and Culurciello found in 2016 (arXiv:1605.07678)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.stats.bounds import bound
from edgetop.stats.lines import Line, least_squares, spearman, variation
from edgetop.study.claims.bianco import throughput_bounds_accuracy
from edgetop.study.claims.claim import LINEAR_R2, CannotTest, Claim, Figure, Finding
from edgetop.study.claims.evidence import (
    DENSE,
    ORDINARY,
    Evidence,
    accurate,
    board_is,
    gmacs_of,
    is_model,
    known,
    ms_of,
    params_of,
    top1_of,
)
from edgetop.study.plausible import DEPTHWISE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgetop.results import Point

_BATCH = 16
_STEADY = 0.1
"""Power is independent of the network if it varies by less than a tenth about its mean."""

_FIFTH_S = (0.15, 0.25)
_SAME_ORDER = 0.9
"""Rank correlation of two budgets that mean the same."""


def time_follows_operations(evidence: Evidence) -> Finding:
    """C1: linear fit of time on operations at one batch, by kind of network."""
    batch = evidence.usual_batch(_BATCH)
    points = known(evidence.at(batch), lambda point: point.model.gmacs, "operation count", 4)
    kinds = {"ordinary": ORDINARY, "dense": DENSE, "depthwise": DEPTHWISE}
    fits = {"all": _time_line(points)}
    for kind, families in kinds.items():
        fits[kind] = _time_line([point for point in points if point.model.family in families])
    lines = {kind: line for kind, line in fits.items() if line}
    if not lines:
        raise CannotTest("all models have the same number of operations")
    ordinary = lines.get("ordinary")
    judged = ordinary if ordinary and ordinary.points >= 4 else lines["all"]
    figures: dict[str, Figure] = {"batch": batch}
    for kind, line in lines.items():
        figures[kind] = {
            "ms": line.intercept, "ms_per_gmac": line.slope, "r2": line.r2, "models": line.points,
        }  # fmt: skip
    words = "; ".join(
        f"{kind}: {line.intercept:.3g} + {line.slope:.3g} ms/GMAC, R2 {line.r2:.2f}, "
        f"{line.points} models"
        for kind, line in lines.items()
    )
    return Finding(judged.r2 >= LINEAR_R2, f"batch {batch}: {words}", figures)


def _time_line(points: Sequence[Point]) -> Line | None:
    return least_squares([gmacs_of(point) for point in points], [*map(ms_of, points)])


def power_is_constant(evidence: Evidence) -> Finding:
    """C2: mean power of each point, its coefficient of variation."""
    points = known(evidence.points, lambda point: point.power_w, "power")
    watts = [point.power_w or 0.0 for point in points]
    spread = variation(watts)
    if spread is None:
        raise CannotTest("the power figures are all zero")
    least = min(points, key=lambda point: point.power_w or 0.0)
    mean_w = sum(watts) / len(watts)
    return Finding(
        spread < _STEADY,
        f"{mean_w:.3g} W ({points[0].power_scope or 'scope unknown'}), varying by "
        f"{spread * 100:.0f} % over {len(points)} points; least: {least.model.name} at batch "
        f"{least.batch}, {min(watts):.3g} W",
        {
            "mean_w": mean_w, "min_w": min(watts), "max_w": max(watts),
            "coefficient_of_variation": spread, "points": len(points),
        },
    )  # fmt: skip


def time_bounds_accuracy(evidence: Evidence) -> Finding:
    """C3: the straight bound by throughput, read on the axis of time."""
    found = throughput_bounds_accuracy(evidence)
    points = accurate(evidence.at(1))
    top = max(map(top1_of, points))
    intercept, slope = found.figures["intercept_pct"], found.figures["slope_pct_per_fps"]
    assert isinstance(intercept, float)
    assert isinstance(slope, float)
    # On the bound: accuracy = intercept + slope 1000 / ms.
    times = {
        f"{top - less:.1f} %": -slope * 1000 / (intercept - top + less) for less in (10.0, 5.0, 1.0)
    }
    words = ", ".join(f"{accuracy} takes {ms:.3g} ms" for accuracy, ms in times.items())
    return Finding(
        found.holds,
        f"{intercept:.1f} - {-slope * 1000:.4g} / ms at the bound: {words}",
        {
            "intercept_pct": intercept,
            "slope_pct_ms": slope * 1000,
            "ms_for": times,
            "share_of_fps_range": found.figures["share_of_fps_range"],
        },
    )


def energy_bounds_accuracy(evidence: Evidence) -> Finding:
    """C4: the bound on accuracy by images per joule, and whether energy ranks like time."""
    points = accurate(known(evidence.points, lambda point: point.j_per_image, "energy"))
    batch = evidence.usual_batch(1)
    points = [point for point in points if point.batch == batch]
    joules = [point.j_per_image or 0.0 for point in points]
    if len(points) < 3 or not all(value > 0 for value in joules):
        raise CannotTest(f"it takes three models with a known energy at batch {batch}")
    rho = spearman(joules, [*map(ms_of, points)])
    line = bound([1 / value for value in joules], [*map(top1_of, points)])
    figures: dict[str, Figure] = {
        "spearman_of_energy_and_time": rho,
        "batch": batch,
        "models": len(points),
        "power_scope": points[0].power_scope,
    }
    if line is None:
        raise CannotTest("one model is both the most accurate and the most frugal", figures)
    if rho is None:
        raise CannotTest("all models take the same time", figures)
    figures |= {"intercept_pct": line.intercept, "slope_pct_j": line.slope}
    return Finding(
        rho >= _SAME_ORDER,
        f"energy ranks like time with {rho:.2f}; at the bound {line.intercept:.1f} - "
        f"{-line.slope:.3g} / J per image, batch {batch}",
        figures,
    )


def vgg_takes_a_fifth_of_a_second(evidence: Evidence) -> Finding:
    """C5: the time of VGG-16 and VGG-19 at batch 1 on a Jetson TX1."""
    if not board_is(evidence.results, "TX1"):
        raise CannotTest("it is about the Jetson TX1")
    names = ("VGG-16", "VGG-19", "VGG-16-BN", "VGG-19-BN")
    points = [point for point in evidence.at(1) if is_model(point, *names)]
    if not points:
        raise CannotTest("neither VGG-16 nor VGG-19 ran at batch 1")
    times = {point.model.name: ms_of(point) for point in points}
    low, high = (1000 * seconds for seconds in _FIFTH_S)
    return Finding(
        all(low <= ms <= high for ms in times.values()),
        ", ".join(f"{name} {ms:.4g} ms" for name, ms in times.items()) + evidence.doubts(*points),
        {"ms_per_image": times},
    )


def alexnet_gains_most(evidence: Evidence) -> Finding:
    """C6: time at batch 1 by that at the best batch."""
    gains = {
        name: ms_of(series[0]) / min(map(ms_of, series))
        for name, series in evidence.series.items()
        if len(series) > 1 and series[0].batch == 1
    }
    alexnets = [
        name for name in gains if is_model(evidence.series[name][0], "AlexNet", "AlexNet (BVLC)")
    ]
    if not alexnets or len(gains) < 3:
        raise CannotTest("it takes AlexNet and two other networks, each at batch 1 and another")
    ranking = sorted(gains, key=gains.__getitem__, reverse=True)
    place = 1 + min(map(ranking.index, alexnets))
    return Finding(
        place == 1,
        f"AlexNet is number {place} of {len(gains)} with {gains[ranking[place - 1]]:.2f} times; "
        f"most: {ranking[0]} {gains[ranking[0]]:.2f}",
        {"gain": {name: gains[name] for name in ranking[:10]}, "rank_of_alexnet": place},
    )


def vgg_wastes_parameters(evidence: Evidence) -> Finding:
    """C7: top-1 per million parameters of VGG, AlexNet and, where it ran, ENet."""
    points = [
        point
        for point in accurate([series[0] for series in evidence.series.values()])
        if point.model.params_m
    ]
    alexnets = [point for point in points if point.model.family == "AlexNet"]
    vggs = [point for point in points if point.model.family == "VGG"]
    if not alexnets or not vggs:
        raise CannotTest("it takes AlexNet and a VGG of known accuracy")
    density = {point.model.name: _density(point) for point in points}
    holds = max(map(_density, vggs)) < min(map(_density, alexnets))
    enets = [name for name in density if name.lower() == "enet"]
    if enets:
        holds = holds and density[enets[0]] == max(density.values())
    words = ", ".join(
        f"{point.model.name} {_density(point):.2f}" for point in _ends(alexnets, vggs)
    )
    return Finding(
        holds,
        f"percent per million parameters: {words}; "
        + (f"ENet {density[enets[0]]:.1f}" if enets else "ENet is not among the networks"),
        {"density_pct_per_m": {name: density[name] for name in sorted(density)}},
    )


def _density(point: Point) -> float:
    return top1_of(point) / params_of(point)


def _ends(alexnets: Sequence[Point], vggs: Sequence[Point]) -> Iterable[Point]:
    """The two that decide: the least dense AlexNet, the densest VGG."""
    return min(alexnets, key=_density), max(vggs, key=_density)


_PAPER = "Canziani et al. 2016, arXiv:1605.07678"

CLAIMS = (
    Claim(
        "C1",
        "At a fixed batch the time of ordinary networks is linear in their operations.",
        f"{_PAPER}, operations against time, batch 16",
        time_follows_operations,
    ),
    Claim(
        "C2",
        "Power depends neither on the batch nor on the network.",
        f"{_PAPER}, power by batch",
        power_is_constant,
    ),
    Claim(
        "C3",
        "The time that is left bounds the accuracy by a hyperbola: the last percent costs most.",
        f"{_PAPER}, accuracy against time",
        time_bounds_accuracy,
    ),
    Claim(
        "C4",
        "Energy bounds accuracy as time does: at constant power a budget of one is one of both.",
        f"{_PAPER}, accuracy against energy",
        energy_bounds_accuracy,
    ),
    Claim(
        "C5",
        "VGG takes about a fifth of a second for an image on a Jetson TX1.",
        f"{_PAPER}, time by batch",
        vgg_takes_a_fifth_of_a_second,
    ),
    Claim(
        "C6",
        "AlexNet gains most from larger batches.",
        f"{_PAPER}, time by batch",
        alexnet_gains_most,
    ),
    Claim(
        "C7",
        "Parameters are used unequally well: ENet best, VGG worse than AlexNet.",
        f"{_PAPER}, accuracy for each parameter",
        vgg_wastes_parameters,
    ),
)
