"""Latencies of a stretch of a run from its samples, which have those of the whole run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from edgetop.sample import Histogram
from edgetop.stats.latency import samples_needed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgetop.sample import Sample

Bins = dict[tuple[float, float], int]
"""Counts by the edges of their bins in milliseconds."""


class NewLatencies:
    """What of a run's histogram came with each sample."""

    __slots__ = ("_before", "_run")

    def __init__(self) -> None:
        self._run = -1
        self._before = Histogram()

    def add(self, sample: Sample) -> Bins:
        """Counts since the sample before; nothing if it cannot be told what is new."""
        now, before, run = sample.histogram, self._before, sample.run.number
        if now == before and run == self._run:
            return {}
        known = run == self._run or sample.total.inferences == sample.window.inferences
        if run != self._run or sum(now.counts) < sum(before.counts):  # a run or a reset
            before = Histogram()
        self._run, self._before = run, now
        if not known:
            return {}
        counted = dict(zip(before.edges_ms, before.counts, strict=False))
        bins = zip(now.edges_ms, now.edges_ms[1:], now.counts, strict=False)
        news = {(low, high): count - counted.get(low, 0) for low, high, count in bins}
        return {edges: count for edges, count in news.items() if count > 0}


def percentile_ms(bins: Bins, q: float) -> float | None:
    """Middle of the bin that holds the nearest rank; None with too few to tell."""
    total = sum(bins.values())
    if total < samples_needed(q):
        return None
    rank, reached = math.ceil(round(q * total / 100, 6)), 0
    for (low, high), count in sorted(bins.items()):
        reached += count
        if reached >= rank:
            middle = (low + high) / 2
            return middle if math.isfinite(middle) else None
    return None


def weighted_median(pairs: Iterable[tuple[float, int]]) -> float | None:
    """The value that half of the weight does not exceed."""
    ordered = sorted(pairs)
    half, reached = sum(weight for _, weight in ordered) / 2, 0
    for value, weight in ordered:
        reached += weight
        if reached >= half:
            return value
    return None
