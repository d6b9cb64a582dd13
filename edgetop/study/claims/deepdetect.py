"""What DeepDetect's report of 2017/18 says (github.com/jolibrain/dd_performances)."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt
from statistics import median
from typing import TYPE_CHECKING

from edgetop.stats.lines import spearman
from edgetop.study.claims.claim import MOST, CannotTest, Claim, Finding
from edgetop.study.claims.evidence import (
    ORDINARY,
    Evidence,
    board_is,
    fps_of,
    is_model,
    ms_of,
    speed_ratio,
)
from edgetop.study.plausible import DEPTHWISE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Point

_ORDER = (10 / sqrt(10), 10 * sqrt(10))
"""An order of magnitude: nearer to 10 than to 1 or 100 on a logarithmic scale."""

_NO_GAIN = (0.8, 1.25)
"""Between these factors there is no gain to speak of."""

_NOISE = 1.05
"""What differs by less than 5 % may be noise."""

_USUAL_FPS = 25.0


def neighbours_apart(evidence: Evidence) -> Finding:
    """D1: an order of magnitude to the next faster and to the next slower board."""
    if not evidence.others:
        raise CannotTest("it takes two boards at least: give more with --board or --session")
    ratios: dict[str, float] = {}
    for other in evidence.others:
        found = speed_ratio(Evidence(other), evidence)
        if found is not None:
            ratios[other.id] = found[0]
    if not ratios:
        raise CannotTest("it has fewer than three models and batches in common with each other")
    slower = min((item for item in ratios.items() if item[1] >= 1), key=_size, default=None)
    faster = max((item for item in ratios.items() if item[1] < 1), key=_size, default=None)
    steps = {}
    if faster:
        steps[f"{faster[0]} is faster by"] = 1 / faster[1]
    if slower:
        steps[f"{slower[0]} is slower by"] = slower[1]
    apart = [_ORDER[0] <= step <= _ORDER[1] for step in steps.values()]
    words = ", ".join(f"{name} {step:.1f}" for name, step in steps.items())
    return Finding(all(apart), f"median over shared models and batches: {words}", {"ratio": steps})


def _size(item: tuple[str, float]) -> float:
    return item[1]


def squeezenet_wins(evidence: Evidence) -> Finding:
    """D2: SqueezeNet 1.1 is the fastest of all, each network at its best batch."""
    mine = [point for point in evidence.points if is_model(point, "SqueezeNet 1.1")]
    others = {point.model.name for point in evidence.points if point not in mine}
    if not mine or len(others) < 2:
        raise CannotTest("it takes SqueezeNet 1.1 and two other networks")
    fastest = min(evidence.points, key=ms_of)
    winners: dict[str, str] = {}
    for batch in sorted({point.batch for point in mine}):
        ran = evidence.at(batch)
        if len(ran) >= 3:
            winners[str(batch)] = min(ran, key=ms_of).model.name
    first = sum(name == mine[0].model.name for name in winners.values())
    return Finding(
        fastest in mine,
        f"fastest of all is {fastest.model.name} at batch {fastest.batch}, "
        f"{fps_of(fastest):.4g} FPS; SqueezeNet 1.1 is first at {first} of {len(winners)} batches"
        f" (the report says this of embedded boards){evidence.doubts(fastest)}",
        {
            "fastest": fastest.model.name,
            "fastest_fps": fps_of(fastest),
            "squeezenet_1_1_best_fps": max(map(fps_of, mine)),
            "fastest_by_batch": winners,
        },
    )


def depthwise_layer(evidence: Evidence) -> Finding:
    """D3: MobileNet without and with a dedicated layer, by batch."""
    plain, dedicated = (_named(evidence, name) for name in ("mobilenet", "mobilenet_depthwise"))
    ratios = {
        batch: ms_of(plain[batch]) / ms_of(dedicated[batch])
        for batch in sorted(plain.keys() & dedicated.keys())
    }
    if len(ratios) < 2:
        raise CannotTest(
            "it takes MobileNet with and without the dedicated layer at two batches",
            _rates(evidence),
        )
    figures = {"ratio": {str(batch): ratio for batch, ratio in ratios.items()}}
    values = list(ratios.values())
    words = f"{min(values):.2f} to {max(values):.2f} times"
    if evidence.conditions.provider == "cpu":
        holds = _NO_GAIN[0] <= median(values) <= _NO_GAIN[1]
        return Finding(holds, f"on this CPU {words} as fast; the report says no gain", figures)
    growth = spearman(list(ratios), values) if len(values) > 2 else values[-1] - values[0]
    grows = growth is not None and growth > 0 and values[-1] > values[0]
    holds = _ORDER[0] <= max(values) <= _ORDER[1] and grows
    return Finding(holds, f"{words}, {'' if grows else 'not '}growing with batch", figures)


def _named(evidence: Evidence, name: str) -> dict[int, Point]:
    return {point.batch: point for point in evidence.points if point.model.name.lower() == name}


def _rates(evidence: Evidence) -> dict[str, float | None]:
    """Multiply-adds a second of depthwise and of ordinary networks: what a layer costs here."""
    rates = {}
    for kind, families in (("depthwise", DEPTHWISE), ("ordinary", ORDINARY)):
        found = [
            point.model.gmacs / ms_of(point) * 1000
            for point in evidence.points
            if point.model.family in families and point.model.gmacs
        ]
        rates[f"{kind}_gmacs_per_s"] = median(found) if found else None
    return rates


def tx1_above_25_fps(evidence: Evidence) -> Finding:
    """D4: which networks reach 25 FPS on a Jetson TX1."""
    if not board_is(evidence.results, "TX1"):
        raise CannotTest("it is about the Jetson TX1")
    named = [
        point
        for point in evidence.points
        if is_model(point, "SqueezeNet 1.0", "SqueezeNet 1.1", "GoogLeNet")
        or point.model.name == "mobilenet_depthwise"
        or "shufflenet" in point.model.name.lower()
    ]
    best: dict[str, float] = {}
    for point in named:
        best[point.model.name] = max(best.get(point.model.name, 0.0), fps_of(point))
    large = [
        fps_of(point) for point in named if is_model(point, "SqueezeNet 1.1") and point.batch >= 16
    ]
    if len(best) < 3 or not large:
        raise CannotTest("it takes three of the networks and SqueezeNet 1.1 at batch 16")
    slow = [name for name, fps in best.items() if fps < _USUAL_FPS]
    reached = max(large) >= 85 / _NOISE
    return Finding(
        not slow and reached,
        f"{len(best) - len(slow)} of {len(best)} networks reach 25 FPS; SqueezeNet 1.1 at batch "
        f"16 and more: {max(large):.1f} FPS (85 in the report){evidence.doubts(*named)}",
        {"best_fps": best, "squeezenet_1_1_fps_from_batch_16": max(large), "below_25_fps": slow},
    )


def larger_batches_pay(evidence: Evidence) -> Finding:
    """D5: time per image against batch, step by step."""
    steps = slower = 0
    worst: dict[str, float] = {}
    gains: dict[str, float] = {}
    for name, points in evidence.series.items():
        times = [ms_of(point) for point in points]
        if len(times) < 2:
            continue
        gains[name] = times[0] / times[-1]
        for small, large in pairwise(points):
            steps += 1
            if ms_of(large) > _NOISE * ms_of(small):
                slower += 1
                worst[f"{name} {small.batch} to {large.batch}"] = ms_of(large) / ms_of(small)
    if steps < 3:
        raise CannotTest("it takes models at several batches, three steps in all")
    gaining = sum(gain >= _NOISE for gain in gains.values())
    holds = slower <= (1 - MOST) * steps and gaining >= MOST * len(gains)
    return Finding(
        holds,
        f"{gaining} of {len(gains)} models are faster at their largest batch (median "
        f"{median(gains.values()):.2f} times); {slower} of {steps} steps are slower by over 5 %",
        {
            "median_gain": median(gains.values()),
            "models_gaining": gaining,
            "models": len(gains),
            "steps": steps,
            "slower_steps": worst,
            "largest_batch": _ends(evidence, evidence.results.points),
        },
    )


def _ends(evidence: Evidence, points: Sequence[Point]) -> dict[str, float]:
    """The largest batch that ran, of each model that failed at a larger one."""
    failed = {point.model.name for point in points if point.error}
    return {name: series[-1].batch for name, series in evidence.series.items() if name in failed}


_REPORT = "DeepDetect 2018, dd_performances"

CLAIMS = (
    Claim(
        "D1",
        "From each board to the next the speed changes by about an order of magnitude.",
        f"{_REPORT}, text on the platforms",
        neighbours_apart,
    ),
    Claim(
        "D2",
        "SqueezeNet 1.1 is the fastest network on embedded boards.",
        f"{_REPORT}, conclusions",
        squeezenet_wins,
    ),
    Claim(
        "D3",
        "A layer made for depthwise convolutions speeds MobileNet up by an order of magnitude on "
        "GPUs, more so at larger batches, and not at all on a CPU.",
        f"{_REPORT}, text on MobileNet",
        depthwise_layer,
    ),
    Claim(
        "D4",
        "On a Jetson TX1 SqueezeNet, GoogLeNet, ShuffleNet and MobileNet with the depthwise layer "
        "pass 25 FPS, SqueezeNet 1.1 reaches 85 FPS from batch 16 on.",
        f"{_REPORT}, text on the Jetson TX1",
        tx1_above_25_fps,
    ),
    Claim(
        "D5",
        "Larger batches take less time per image until memory ends.",
        f"{_REPORT}, tables",
        larger_batches_pay,
    ),
)
