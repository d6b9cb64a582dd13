"""What Tryolabs' report on edge devices of 2019 says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop import reference
from edgetop.study.claims.claim import CannotTest, Claim, Finding
from edgetop.study.claims.evidence import Evidence, ms_of, top1_of
from edgetop.study.plausible import IMPOSSIBLE, peak_words, share_of_peak

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
"""Top-1 on all of ImageNetV2 MatchedFrequency: the best weights of each network that
huggingface/pytorch-image-models lists (results-imagenetv2-matched-frequency.csv, commit aa4b585)."""


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
    impossible = [point.model.name for share, point in shares if share > IMPOSSIBLE]
    return Finding(
        share <= IMPOSSIBLE,
        f"{point.model.name} at batch {point.batch}, {ms_of(point):.4g} ms "
        f"({point.conditions.words()}) would take {share * 100:.0f} % of {peak_words(results)}",
        {
            "highest_share_of_peak": share,
            "model": point.model.name,
            "batch": point.batch,
            "ms_per_image": point.ms_per_image,
            "peak_tflops": 2 * (results.peak_tmacs or 0.0),
            "impossible": impossible,
        },
    )


def vendor_keeps_promise(evidence: Evidence) -> Finding:
    """T2: times beside those that the vendor of the board publishes."""
    results = evidence.results
    if results.id.startswith(_VENDORS):
        raise CannotTest("these are the vendor's own figures")
    vendor = _vendor_of(results)
    if vendor is None:
        raise CannotTest("no vendor's figures are known for this board")
    promised = {
        point.model.canonical_name: ms_of(point)
        for point in vendor.points
        if point.model.canonical_name and point.ms_per_image and point.batch == 1
    }
    ratios = {
        point.model.name: ms_of(point) / promised[point.model.canonical_name]
        for point in evidence.points
        if point.batch == 1 and point.model.canonical_name in promised
    }
    if not ratios:
        raise CannotTest(f"it has no network at batch 1 in common with {vendor.id}")
    words = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
    return Finding(
        all(ratio <= _KEPT for ratio in ratios.values()),
        f"time by that of {vendor.id}: {words}",
        {"ratio": ratios, "vendor": vendor.id},
    )


def _vendor_of(results: Results) -> Results | None:
    for name in reference.boards():
        if name.startswith(_VENDORS):
            vendor = reference.load(name)
            if vendor.board.lower() in results.board.lower():
                return vendor
    return None


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
    return f"{point.model.name} ({point.conditions.runtime})"


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
