"""Whether a time can be true: the operations it stands for against what the board can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.results import Point, Results

DOUBTFUL = 0.8
"""Of the peak. Networks reach about half of it, a large matrix product a little less than all."""

IMPOSSIBLE = 1.0
HEADROOM = 1.25
"""A peak that was measured is what one program reached in one minute: good convolutions come as
near to it, and another minute may be faster. The true one is taken to be a quarter higher."""

WINOGRAD = 2.25
"""So many times fewer multiplications a 3x3 convolution takes by Winograd's method in tiles of
2x2 (Lavin and Gray 2015, arXiv:1509.09308); VGG-19 on a Titan Xp reaches 1.31 of the peak by it."""

DEPTHWISE = frozenset({"MobileNet", "ShuffleNet", "Xception", "NASNet", "EfficientNet"})
"""Families of 1x1 and depthwise convolutions, which Winograd's method does not help."""

_BITS = {"fp64": 64, "fp32": 32, "tf32": 19, "fp16": 16, "bf16": 16, "int8": 8, "int4": 4}


def share_of_peak(point: Point, results: Results) -> float | None:
    """Multiply-adds a second of a point by the most that its board can do.

    For TFLOPS as vendors print them this is 2 x MACs / time / peak.

    Returns:
        None where the time, the operations or the peak is unknown, and where the point is of
        fewer bits than the peak: int8 may do more than the peak of fp32.
    """
    gmacs, ms, peak = point.model.gmacs, point.ms_per_image, results.peak_tmacs
    if not gmacs or not ms or not peak:
        return None
    bits, peak_bits = _BITS.get(point.conditions.precision), _BITS.get(results.peak_precision)
    if bits and peak_bits and bits < peak_bits:
        return None
    return gmacs / ms / peak


def flag(point: Point, results: Results) -> str:
    """Why nobody should believe the time of a point, in words; empty if nothing speaks against it.

    Above all of the peak it is ``impossible``, above four fifths ``doubtful``. Up to 2.25 times
    the peak it is impossible only by direct convolution, if the network may have 3x3 ones. A
    peak that was measured here counts a quarter higher.
    """
    share = share_of_peak(point, results)
    if share is None or share <= DOUBTFUL * _headroom(results):
        return ""
    word = "doubtful"
    if share > IMPOSSIBLE * _headroom(results):
        word = "impossible"
        if not is_impossible(point, results):
            word = "impossible without fast (Winograd) convolution"
    return f"{word}: {share * 100:.0f} % of the board's peak, {peak_words(results)}"


def is_impossible(point: Point, results: Results) -> bool:
    """No method that is known could do it, not even fast convolution."""
    share = share_of_peak(point, results)
    limit = IMPOSSIBLE if point.model.family in DEPTHWISE else WINOGRAD
    return share is not None and share > limit * _headroom(results)


def _headroom(results: Results) -> float:
    return 1.0 if results.published else HEADROOM


def peak_words(results: Results) -> str:
    """The peak with its unit and origin: ``0.2 TMAC/s (fp32, measured ...)``; empty if unknown."""
    if not results.peak_tmacs:
        return ""
    origin = ", ".join(part for part in (results.peak_precision, results.peak_source) if part)
    return f"{results.peak_tmacs:.3g} TMAC/s" + (f" ({origin})" if origin else "")
