"""`edgetop.stats.latency`: percentiles, exact figures, merging and the coarse histogram."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from edgetop.sample import Histogram, LatencyStats
from edgetop.stats.latency import LatencyHistogram, samples_needed

MS = 1_000_000
in_range = hnp.arrays(np.int64, st.integers(1, 300), elements=st.integers(1000, 10**12))
any_latency = hnp.arrays(np.int64, st.integers(0, 50), elements=st.integers(0, 2**62))


def of(*latencies_ns: int) -> LatencyHistogram:
    histogram = LatencyHistogram()
    histogram.add(np.array(latencies_ns, dtype=np.int64))
    return histogram


def nearest_rank(values: np.ndarray, q: int) -> int:
    return int(np.sort(values)[max(1, math.ceil(q * len(values) / 100)) - 1])


@pytest.mark.parametrize(("q", "needed"), [(90, 64), (95, 130), (99, 662), (99.9, 6636)])
def test_percentiles_need_as_many_samples_as_loadgen_asks_for(q: float, needed: int) -> None:
    assert samples_needed(q) == needed


def test_percentiles_below_p90_and_the_maximum_need_one_sample() -> None:
    assert [samples_needed(q) for q in (0, 50, 89.9, 100)] == [1, 1, 1, 1]


@pytest.mark.parametrize("q", [-0.1, 100.1, float("nan")])
def test_a_percentile_outside_0_to_100_is_refused(q: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        samples_needed(q)


@given(in_range, st.integers(0, 89))
def test_a_percentile_is_within_a_fifth_of_a_percent_of_the_nearest_rank(
    values: np.ndarray, q: int
) -> None:
    histogram = LatencyHistogram()
    histogram.add(values)
    measured = histogram.percentile_ms(q)
    assert measured is not None
    assert measured * MS == pytest.approx(nearest_rank(values, q), rel=0.002)


@given(st.integers(0, 2**32 - 1), st.sampled_from([90, 95, 99]))
def test_high_percentiles_are_within_a_fifth_of_a_percent_too(seed: int, q: int) -> None:
    values = np.random.default_rng(seed).lognormal(15, 1, 700).astype(np.int64)
    histogram = LatencyHistogram()
    histogram.add(values)
    measured = histogram.percentile_ms(q)
    assert measured is not None
    assert measured * MS == pytest.approx(nearest_rank(values, q), rel=0.002)


@given(any_latency)
def test_count_mean_and_extremes_are_exact_whatever_the_latency(values: np.ndarray) -> None:
    histogram = LatencyHistogram()
    histogram.add(values)
    stats = histogram.stats()
    assert stats.count == len(values)
    if len(values):
        assert stats.mean_ms == sum(values.tolist()) / len(values) / MS
        assert (stats.min_ms, stats.max_ms) == (values.min() / MS, values.max() / MS)


@given(any_latency, st.sampled_from([0, 10, 50, 80, 100]))
def test_a_percentile_never_leaves_the_range_of_the_latencies(values: np.ndarray, q: int) -> None:
    histogram = LatencyHistogram()
    histogram.add(values)
    measured = histogram.percentile_ms(q)
    if len(values):
        assert measured is not None
        assert values.min() / MS <= measured <= values.max() / MS
    else:
        assert measured is None


@given(any_latency, st.sampled_from([1, 2, 16, 256]))
def test_the_coarse_histogram_keeps_every_inference_and_no_empty_ends(
    values: np.ndarray, bins_per_octave: int
) -> None:
    histogram = LatencyHistogram()
    histogram.add(values)
    coarse = histogram.histogram(bins_per_octave)
    assert sum(coarse.counts) == len(values)
    if len(values):
        assert len(coarse.edges_ms) == len(coarse.counts) + 1
        assert coarse.counts[0] > 0
        assert coarse.counts[-1] > 0
        assert list(coarse.edges_ms) == sorted(set(coarse.edges_ms))


@given(in_range)
def test_every_latency_lies_within_the_edges_of_the_coarse_histogram(values: np.ndarray) -> None:
    histogram = LatencyHistogram()
    histogram.add(values)
    coarse = histogram.histogram()
    expected, _ = np.histogram(values, np.array(coarse.edges_ms) * MS)
    assert coarse.counts == tuple(expected.tolist())


def test_ten_equal_latencies_show_that_latency_and_no_tail_percentile() -> None:
    stats = of(*[4 * MS] * 10).stats()
    assert stats == LatencyStats(
        count=10, mean_ms=4.0, min_ms=4.0, p50_ms=4.0, p90_ms=None, max_ms=4.0
    )


def test_p90_appears_with_the_64th_sample() -> None:
    histogram = of(*range(MS, 64 * MS, MS))
    assert histogram.stats().p90_ms is None
    histogram.add(np.array([64 * MS]))
    # ceil(0.9 * 64) = 58th of 1..64 ms
    assert histogram.stats().p90_ms == pytest.approx(58.0, rel=0.002)


def test_a_rank_that_is_a_whole_number_is_not_rounded_up() -> None:
    """99.9 % of 10000 is the 9990th: nine thousand nine hundred and ninety of 1 ms, ten of 9."""
    histogram = of(*[MS] * 9990, *[9 * MS] * 10)
    assert histogram.percentile_ms(99.9) == pytest.approx(1.0, rel=0.002)


def test_coarse_bins_have_edges_at_sixteenths_of_an_octave() -> None:
    # 2^20 ns = 1.048576 ms; the 16ths of that octave are 65536 ns wide.
    coarse = of(2**20, 2**20 + 65535, 2**20 + 2 * 65536).histogram()
    assert coarse.counts == (2, 0, 1)
    assert coarse.edges_ms == (1.048576, 1.114112, 1.179648, 1.245184)


def test_no_latency_gives_no_figure() -> None:
    histogram = of()
    assert histogram.stats() == LatencyStats()
    assert histogram.histogram() == Histogram()
    assert histogram.percentile_ms(50) is None


def test_clearing_forgets_everything() -> None:
    histogram = of(5 * MS, 900 * MS)
    histogram.clear()
    assert histogram.stats() == LatencyStats()
    histogram.add(np.array([7 * MS]))
    assert histogram.stats() == of(7 * MS).stats()


def test_a_negative_latency_is_refused_and_not_counted() -> None:
    histogram = of(MS)
    with pytest.raises(ValueError, match="negative"):
        histogram.add(np.array([MS, -1]))
    assert histogram.count == 1


@pytest.mark.parametrize("bins", [0, -1, 3, 512])
def test_bins_that_do_not_join_evenly_are_refused(bins: int) -> None:
    with pytest.raises(ValueError, match="256 bins per octave"):
        of(MS).histogram(bins)
