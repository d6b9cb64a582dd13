"""What Tryolabs' report on edge devices of 2019 says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop import reference
from edgetop.study.claims.claim import CannotTest, Claim, Finding
from edgetop.study.claims.evidence import Evidence, ms_of, top1_of
from edgetop.study.plausible import flag, is_impossible, peak_words, share_of_peak

if TYPE_CHECKING:
    from edgetop.results import Point, Results

_VENDORS = ("coral/", "nvidia/")
"""Boards whose figures their vendors publish."""

_KEPT = 1.1
"""A promise is kept within 10 %: one decimal of a few milliseconds is not more."""

_IMAGENET_V2 = "imagenetv2"

_FULL_SET_PCT = {
    "ResNet-50 v1": 71.67,
    "EfficientNet-B0": 67.74,
    "EfficientNet-B3": 73.81,
    "EfficientNet-B5": 76.67,
    "EfficientNet-EdgeTPU-S": 63.86,
    "EfficientNet-EdgeTPU-M": 66.06,
    "EfficientNet-EdgeTPU-L": 68.11,
}
"""Top-1 on all of ImageNetV2 MatchedFrequency, of the best weights of each network that
huggingface/pytorch-image-models lists (results/, commit aa4b585)."""


def headline_is_possible(evidence: Evidence) -> Finding:
    """T1: the rate of every point against the board's peak."""
    results = evidence.results
    shares = [
        (share, point)
        for point in results.points
        if (share := share_of_peak(point, results)) is not None
    ]
    if not shares:
        why = "no point has both" if results.peak_tmacs else "the peak of this board is unknown, or"
        raise CannotTest(f"{why} a time and an operation count at the precision of the peak")
    share, point = max(shares, key=lambda item: item[0])
    impossible = [_at(point) for _, point in shares if is_impossible(point, results)]
    doubted = [_at(point) for _, point in shares if flag(point, results)]
    return Finding(
        not impossible,
        f"{_at(point)}, {ms_of(point):.4g} ms, takes {share * 100:.0f} % of the peak, "
        f"{peak_words(results)}; impossible: {len(impossible)} of {len(shares)} points, "
        f"flagged: {len(doubted)}",
        {
            "highest_share_of_peak": share,
            "model": point.model.name,
            "batch": point.batch,
            "ms_per_image": point.ms_per_image,
            "peak_tmacs": results.peak_tmacs,
            "impossible": impossible,
            "flagged": doubted,
        },
    )


def vendor_keeps_promise(evidence: Evidence) -> Finding:
    """T2: times beside those that the vendor of the board publishes."""
    results = evidence.results
    if results.id.startswith(_VENDORS):
        raise CannotTest("these are the vendor's own figures")
    vendors = _vendors_of(results)
    if not vendors:
        raise CannotTest("no vendor's figures are known for this board")
    mine = _fastest(results)
    for vendor in vendors:
        promised = _fastest(vendor)
        shared = [name for name in mine if name in promised]
        if shared:
            break
    else:
        raise CannotTest(f"it has no network at batch 1 in common with {vendors[0].id}")
    ratios = {name: mine[name] / promised[name] for name in shared}
    words = ", ".join(f"{name} {mine[name]:.4g} by {promised[name]:.4g} ms" for name in shared)
    return Finding(
        all(ratio <= _KEPT for ratio in ratios.values()),
        f"times here by those of {vendor.id}: {words}",
        {"ratio": ratios, "vendor": vendor.id},
    )


def _fastest(results: Results) -> dict[str, float]:
    """The least time at batch 1 of each network that the catalogue knows, if it can be true."""
    times: dict[str, float] = {}
    for point in results.points:
        name = point.model.canonical_name
        if name and point.ms_per_image and point.batch == 1 and not is_impossible(point, results):
            times[name] = min(times.get(name, point.ms_per_image), point.ms_per_image)
    return times


def _vendors_of(results: Results) -> list[Results]:
    vendors = [reference.load(name) for name in reference.boards() if name.startswith(_VENDORS)]
    return [vendor for vendor in vendors if vendor.board.lower() in results.board.lower()]


def accuracy_is_possible(evidence: Evidence) -> Finding:
    """T3: accuracies on ImageNetV2 beside the best that any weights reach on all of it."""
    points = [
        point
        for point in evidence.results.points
        if _IMAGENET_V2 in point.model.top1_source.lower().replace(" ", "")
        and point.model.top1_pct is not None
        and point.model.canonical_name in _FULL_SET_PCT
    ]
    if not points:
        raise CannotTest("no accuracy is one on ImageNetV2 of a network whose best is known")
    beyond = {_at(point): top1_of(point) for point in points if top1_of(point) > _best(point)}
    highest = max(points, key=lambda point: top1_of(point) - _best(point))
    return Finding(
        not beyond,
        f"{len(beyond)} of {len(points)} accuracies exceed the best known on the whole set: "
        f"{highest.model.name} {top1_of(highest):.2f} %, best known {_best(highest):.2f} %",
        {
            "beyond_pct": beyond,
            "accuracies": len(points),
            "best_known_pct": {point.model.name: _best(point) for point in points},
        },
    )


def _best(point: Point) -> float:
    return _FULL_SET_PCT[point.model.canonical_name]


def _at(point: Point) -> str:
    words = point.conditions.words()
    return f"{point.model.name}, batch {point.batch}" + (f" ({words})" if words else "")


_REPORT = "Tryolabs 2019, Machine Learning on Edge Devices"

CLAIMS = (
    Claim(
        "T1",
        "The fastest figure of a board is real: 2.67 ms (375 FPS) for ResNet-50 on a Jetson Nano.",
        f"{_REPORT}, table of results",
        headline_is_possible,
    ),
    Claim(
        "T2",
        "A board keeps what its vendor promises: a Coral Dev Board runs EfficientNet-EdgeTPU-S in "
        "5.42 ms, Google prints 5.5.",
        f"{_REPORT}, table of results",
        vendor_keeps_promise,
    ),
    Claim(
        "T3",
        "The accuracies hold on the whole data set: over 85 % for EfficientNet-B3 on a Jetson "
        "Nano, ImageNetV2 MatchedFrequency.",
        f"{_REPORT}, table of results",
        accuracy_is_possible,
    ),
)
