"""Latency of every inference in constant memory, with the samples each percentile needs."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from edgetop.sample import Histogram, LatencyStats

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS = 8
_BINS_PER_OCTAVE = 1 << _BITS
_FIRST_OCTAVE, _END_OCTAVE = 9, 40
_BINS = (_END_OCTAVE - _FIRST_OCTAVE) * _BINS_PER_OCTAVE
# A float64 is exponent (bias 1023) then 52 bits of mantissa: its leading bits count octaves
# and, linearly within each, 256ths of it.
_SHIFT = 52 - _BITS
_OFFSET = (1023 + _FIRST_OCTAVE) << _BITS
_NS_PER_MS = 1e6


@cache
def samples_needed(q: float) -> int:
    """Samples that a percentile needs before it may be shown: 64 for p90, 662 for p99.

    The smallest n for which at most one of n independent inferences beyond the true
    percentile has a probability of 1 % or less: P(Binomial(n, 1 - q/100) <= 1) <= 0.01.
    That is the least number of queries for MLPerf LoadGen's early-stopping estimate at 99 %
    confidence with one over-latency query (``loadgen/early_stopping.cc``): 64, 130, 662 and
    6636 for p90, p95, p99 and p99.9. Below p90, and for the maximum (100), one will do.

    Args:
        q: The percentile in percent, 0 to 100.

    Raises:
        ValueError: q is outside 0 to 100.
    """
    if not 0 <= q <= 100:
        raise ValueError(f"a percentile lies between 0 and 100, not at {q}")
    if q < 90 or q == 100:
        return 1
    below = q / 100

    def at_most_one_beyond(n: int) -> float:
        return below ** (n - 1) * (below + n * (1 - below))

    low, high = 1, 2
    while at_most_one_beyond(high) > 0.01:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at_most_one_beyond(middle) <= 0.01 else (middle, high)
    return high


def _bin(latency_ns: int) -> int:
    """The bin of a latency; the first or last one of those outside the range."""
    mantissa, exponent = math.frexp(latency_ns)  # from 0.5 up to 1
    octave = exponent - 1 - _FIRST_OCTAVE
    if octave < 0:
        return 0
    step = int((2 * mantissa - 1) * _BINS_PER_OCTAVE)
    return min(octave * _BINS_PER_OCTAVE + step, _BINS - 1)


def _lower_edge_ns(index: int) -> float:
    octave, step = divmod(index, _BINS_PER_OCTAVE)
    return math.ldexp(_BINS_PER_OCTAVE + step, octave + _FIRST_OCTAVE - _BITS)


class Binned(NamedTuple):
    """A block of latencies in the bins of `LatencyHistogram`, those that it touches."""

    size: int
    """How many latencies."""
    sum_ns: int
    min_ns: int
    max_ns: int
    first: int
    """The bin that the first of `counts` is of."""
    counts: NDArray[np.int64]
    """How many fell into each bin from there on."""

    @classmethod
    def of(cls, latencies_ns: NDArray[np.int64]) -> Binned:
        """Bin latencies in nanoseconds, shape (n,), in any order.

        Raises:
            ValueError: A latency is negative: it ends before it starts.
        """
        size = int(latencies_ns.size)
        if not size:
            return cls(0, 0, 0, 0, 0, latencies_ns)
        low, high = int(latencies_ns.min()), int(latencies_ns.max())
        if low < 0:
            raise ValueError(f"a latency cannot be negative: {low} ns")
        first, last = _bin(low), _bin(high)
        index = (latencies_ns.astype(np.float64).view(np.int64) >> _SHIFT) - (_OFFSET + first)
        if low < 1 << _FIRST_OCTAVE or high >= 1 << _END_OCTAVE:
            np.clip(index, 0, last - first, out=index)
        fits = high < (1 << 63) // size
        total = int(latencies_ns.sum()) if fits else sum(latencies_ns.tolist())
        return cls(size, total, low, high, first, np.bincount(index))


class LatencyHistogram:
    """Counts of latencies in 256 linear bins per octave, from 512 ns to 2^40 ns (18 minutes).

    A bin is at most 1/256 of its lower edge wide and a percentile is the middle of its bin,
    so it lies within 0.2 % (1/512) of the exact nearest rank. Latencies outside the range
    are counted in the first or last bin. Count, mean, minimum and maximum are exact. The
    memory is constant, 62 KiB.
    """

    __slots__ = ("_counts", "_max_ns", "_min_ns", "_sum_ns", "count")

    def __init__(self) -> None:
        self._counts = np.zeros(_BINS, dtype=np.int64)
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._counts.fill(0)
        self.count = 0
        self._sum_ns = 0
        self._min_ns = 0
        self._max_ns = 0

    def add(self, latencies_ns: NDArray[np.int64]) -> None:
        """Count a block of latencies in nanoseconds, shape (n,), in any order.

        Raises:
            ValueError: A latency is negative: it ends before it starts.
        """
        self.take(Binned.of(latencies_ns))

    def take(self, block: Binned) -> None:
        """Count a block of latencies that is binned already."""
        if not block.size:
            return
        self._counts[block.first : block.first + len(block.counts)] += block.counts
        self._min_ns = min(self._min_ns, block.min_ns) if self.count else block.min_ns
        self._max_ns = max(self._max_ns, block.max_ns)
        self._sum_ns += block.sum_ns
        self.count += block.size

    def percentile_ms(self, q: float) -> float | None:
        """The nearest-rank percentile in ms, or None with fewer than `samples_needed(q)`.

        The middle of the bin that holds the rank, but never outside the exact minimum and
        maximum; the lowest and highest rank are those themselves.
        """
        return self._percentiles_ms(q)[0]

    def _percentiles_ms(self, *wanted: float) -> list[float | None]:
        first, last = self._occupied()
        reached = np.cumsum(self._counts[first:last])
        return [self._percentile(q, first, reached) for q in wanted]

    def _percentile(self, q: float, first: int, reached: NDArray[np.int64]) -> float | None:
        if self.count < samples_needed(q):
            return None
        # Rounded, or 99.9 % of 1000 could come out just above 999 and take the next rank.
        rank = max(1, math.ceil(round(q * self.count / 100, 6)))
        if rank == 1:
            return self._min_ns / _NS_PER_MS
        if rank >= self.count:
            return self._max_ns / _NS_PER_MS
        index = first + int(np.searchsorted(reached, rank))
        middle = (_lower_edge_ns(index) + _lower_edge_ns(index + 1)) / 2
        return min(max(middle, self._min_ns), self._max_ns) / _NS_PER_MS

    def _occupied(self) -> tuple[int, int]:
        """The bins from the minimum's to the maximum's, as first and end."""
        return _bin(self._min_ns), _bin(self._max_ns) + 1

    def stats(self) -> LatencyStats:
        """Count, mean, extremes and the percentiles that have enough samples."""
        if not self.count:
            return LatencyStats()
        p50, p90, p95, p99, p99_9 = self._percentiles_ms(50, 90, 95, 99, 99.9)
        return LatencyStats(
            count=self.count,
            mean_ms=self._sum_ns / self.count / _NS_PER_MS,
            min_ms=self._min_ns / _NS_PER_MS,
            p50_ms=p50,
            p90_ms=p90,
            p95_ms=p95,
            p99_ms=p99,
            p99_9_ms=p99_9,
            max_ms=self._max_ns / _NS_PER_MS,
        )

    def histogram(self, bins_per_octave: int = 16) -> Histogram:
        """The counts in coarser bins, from the first to the last that is not empty.

        Args:
            bins_per_octave: A power of two up to 256.

        Raises:
            ValueError: The bins cannot be joined to that many per octave.
        """
        if bins_per_octave < 1 or _BINS_PER_OCTAVE % bins_per_octave:
            raise ValueError(f"256 bins per octave cannot become {bins_per_octave}")
        if not self.count:
            return Histogram()
        joined = _BINS_PER_OCTAVE // bins_per_octave
        first, last = self._occupied()
        first, last = first // joined, (last - 1) // joined + 1
        counts = self._counts[first * joined : last * joined].reshape(-1, joined).sum(axis=1)
        edges = (_lower_edge_ns(index * joined) / _NS_PER_MS for index in range(first, last + 1))
        return Histogram(tuple(edges), tuple(counts.tolist()))
