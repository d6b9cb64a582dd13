"""What pairs of slices say: the ratio to the bare loop with its interval, and what edgetop used."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgetop.stats.latency import samples_needed
from edgetop.stats.ratio import LEAST_PAIRS, median, paired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgetop.sample import Ratio
    from edgetop.selftest.slices import Comparison, Slice


@dataclass(frozen=True, slots=True)
class Figures:
    """One variant against the bare loop; None where too little was measured."""

    name: str
    pairs: int
    """That were kept."""
    dropped: int
    ratio: float | None = None
    """Throughput by that of the bare loop: the median of the pairs."""
    quartiles: tuple[float, float] | None = None
    """First and third, of the pairs."""
    interval: Ratio | None = None
    """The ratio with its 95 % interval."""
    bare_per_s: float | None = None
    """Inferences per second of the bare loop: the median of its slices."""
    bare_p99_ms: float | None = None
    """From the end of one inference to the end of the next."""
    p99_ratio: float | None = None
    """That of the variant by that of the bare loop."""
    cpu_percent: float | None = None
    """Of one core: edgetop without the model's process."""
    bytes_per_s: float | None = None
    """To the terminal."""

    @property
    def enough(self) -> bool:
        """The pairs are enough for an interval."""
        return self.pairs >= LEAST_PAIRS


def of(comparison: Comparison) -> Figures:
    """The figures of what was measured so far."""
    pairs = [pair for pair in comparison.pairs if all(_usable(one.per_s) for one in pair)]
    variant = [pair[0] for pair in pairs]
    bare = [pair[1] for pair in pairs]
    ratios = [ours.per_s / theirs.per_s for ours, theirs in pairs]
    p99_ms, bare_p99_ms = (pooled_ms(slices, 99) for slices in (variant, bare))
    return Figures(
        name=comparison.variant.name,
        pairs=len(pairs),
        dropped=comparison.dropped + len(comparison.pairs) - len(pairs),
        ratio=median(ratios),
        quartiles=quartiles(ratios),
        interval=paired([one.per_s for one in bare], [one.per_s for one in variant]),
        bare_per_s=median([one.per_s for one in bare]),
        bare_p99_ms=bare_p99_ms,
        p99_ratio=p99_ms / bare_p99_ms if p99_ms and bare_p99_ms else None,
        cpu_percent=_cpu_percent(variant) if comparison.variant.own_pids else None,
        bytes_per_s=_bytes_per_s(variant),
    )


def quartiles(values: Sequence[float]) -> tuple[float, float] | None:
    """First and third quartile, interpolated; None of nothing."""
    if not values:
        return None
    low, high = np.percentile(values, (25, 75))
    return float(low), float(high)


def pooled_ms(slices: Sequence[Slice], q: float) -> float | None:
    """A percentile over the inferences of all slices, by nearest rank; None of too few."""
    return percentile_ms([one.cycles_ns for one in slices], q)


def percentile_ms(times_ns: Sequence[NDArray[np.int64]], q: float) -> float | None:
    """A percentile over all of these, by nearest rank; None of too few."""
    together = np.concatenate(times_ns) if times_ns else np.zeros(0, dtype=np.int64)
    if len(together) < samples_needed(q):
        return None
    return float(np.percentile(together, q, method="inverted_cdf")) / 1e6


def _usable(per_s: float) -> bool:
    return math.isfinite(per_s) and per_s > 0


def _cpu_percent(slices: Sequence[Slice]) -> float | None:
    seconds = sum(one.seconds for one in slices)
    return 100 * sum(one.own_cpu_s for one in slices) / seconds if seconds else None


def _bytes_per_s(slices: Sequence[Slice]) -> float | None:
    told = [(one.written, one.seconds) for one in slices if one.written is not None]
    seconds = sum(span for _, span in told)
    return sum(written for written, _ in told) / seconds if seconds else None
