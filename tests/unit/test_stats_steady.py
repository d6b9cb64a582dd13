"""`edgetop.stats.steady`: the badge and its reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.sample import State
from edgetop.stats.steady import SteadyTest
from edgetop.stats.throughput import RecentThroughput


def fed(fps_values, *, p50_ms=None, step_s: float = 1.0, inferences: int = 100) -> SteadyTest:
    test = SteadyTest()
    test.clear(0.0)
    for number, fps in enumerate(fps_values):
        latency = 1000 / fps if p50_ms is None else p50_ms[number]
        test.add((number + 1) * step_s, fps, latency, inferences)
    return test


def test_three_seconds_of_data_are_needed() -> None:
    assert SteadyTest().verdict() == (State.WARMING, "needs 3 s of data")
    assert fed([200, 200]).verdict() == (State.WARMING, "needs 3 s of data")
    assert fed([200, 200, 200]).verdict()[0] is State.STEADY


def test_without_a_start_the_first_sample_only_opens_the_first_window() -> None:
    test = SteadyTest()
    for second in range(3):
        test.add(second, 200, 5, 200)
    assert test.verdict()[0] is State.WARMING
    test.add(3, 200, 5, 200)
    assert test.verdict()[0] is State.STEADY


@pytest.mark.parametrize("step_s", [0.25, 0.5, 1.0, 4.0])
def test_an_even_model_is_steady_at_every_sampling_rate(step_s: float) -> None:
    assert fed([200] * 60, step_s=step_s).verdict()[0] is State.STEADY


def test_steady_says_how_closely_and_for_how_long() -> None:
    assert fed([200, 204, 200]).verdict() == (State.STEADY, "within 3 % for 3 s")


def test_throughput_that_changes_by_more_than_a_tenth_is_drifting() -> None:
    state, why = fed([228, 200, 210], p50_ms=[5, 5, 5]).verdict()
    assert (state, why) == (State.DRIFTING, "throughput changed 14 % in 3 s")


def test_latency_that_changes_by_more_than_a_tenth_is_drifting() -> None:
    state, why = fed([30, 30, 30], p50_ms=[10.0, 11.5, 10.0]).verdict()
    assert (state, why) == (State.DRIFTING, "latency changed 15 % in 3 s")


def test_only_the_last_three_windows_are_compared() -> None:
    assert fed([100, 100, 200, 200]).verdict()[0] is State.DRIFTING
    assert fed([100, 200, 200, 200]).verdict()[0] is State.STEADY


def test_samples_are_pooled_into_windows_of_a_second() -> None:
    """Four samples that differ by 30 % average out to even seconds."""
    assert fed([180, 234, 180, 234] * 3, step_s=0.25).verdict()[0] is State.STEADY


def test_a_slow_slide_shows_over_the_last_minute() -> None:
    slide = [200 - 20 * second / 60 for second in range(61)]
    assert fed(slide).verdict() == (State.DRIFTING, "slower by 10 % over the last minute")
    assert fed(slide[::-1]).verdict() == (State.DRIFTING, "faster by 11 % over the last minute")


def test_at_a_fixed_rate_the_slide_shows_in_the_latency() -> None:
    latency = [10 + second / 60 for second in range(61)]
    state, why = fed([30] * 61, p50_ms=latency).verdict()
    assert (state, why) == (State.DRIFTING, "latency up 10 % over the last minute")


def test_a_slide_is_not_called_before_half_a_minute() -> None:
    slide = [200 - 20 * second / 60 for second in range(61)]
    assert fed(slide[:25]).verdict()[0] is State.STEADY
    assert fed(slide[:40]).verdict()[1].endswith("over the last 40 s")


def test_a_change_of_less_than_five_percent_a_minute_is_steady() -> None:
    assert fed([200 - 8 * second / 60 for second in range(61)]).verdict()[0] is State.STEADY


def test_what_happened_more_than_a_minute_ago_is_forgotten() -> None:
    assert fed([150] * 20 + [200] * 70).verdict()[0] is State.STEADY


@pytest.mark.parametrize(("windows", "step_s"), [(60, 1.0), (12, 5.0)])
def test_scatter_alone_is_called_a_slide_in_less_than_one_minute_of_a_hundred(
    windows: int, step_s: float
) -> None:
    random = np.random.default_rng(7)
    drifting = 0
    for _ in range(500):
        fps = 200 * random.uniform(0.956, 1.044, windows)
        test = fed(fps.tolist(), p50_ms=[5] * windows, step_s=step_s)
        drifting += test.verdict()[0] is State.DRIFTING
    assert drifting < 5


@given(st.floats(0.2, 4.0), st.sampled_from([0.25, 0.5, 1.0, 4.0]))
def test_counting_noise_of_a_slow_even_model_is_not_drift(gap_s: float, step_s: float) -> None:
    """Inferences of 0.2 to 4 s, sampled without regard to where they end."""
    test, recent = SteadyTest(), RecentThroughput()
    test.clear(0.0)
    recent.clear(0)
    ends_s = np.arange(gap_s, max(30 * gap_s, 6 * step_s), gap_s)
    seen = set()
    for time_s in np.arange(step_s, ends_s[-1], step_s).tolist():
        new = ends_s[(ends_s > time_s - step_s) & (ends_s <= time_s)]
        recent.add((new * 1e9).astype(np.int64))
        p50_ms = gap_s * 1000 if len(new) else None
        test.add(time_s, recent.fps(round(time_s * 1e9)), p50_ms, len(new))
        seen.add(test.verdict()[0])
    assert seen == {State.WARMING, State.STEADY}


def test_throughput_counted_per_window_is_not_drift_either() -> None:
    """Twenty images a second seen as 19, 21 and 20: one more or less is the counting."""
    test = SteadyTest()
    test.clear(0.0)
    for second, images in enumerate([19, 21, 20], start=1):
        test.add(second, images, 50.0, images)
    assert test.verdict()[0] is State.STEADY


def test_a_slow_model_is_told_to_wait_for_inferences() -> None:
    assert fed([0.5] * 6, inferences=1).verdict() == (State.WARMING, "needs 15 inferences")


def test_a_model_that_hangs_is_drifting_although_no_window_fills() -> None:
    test = fed([200] * 10)
    for second in (11, 12, 13):
        test.add(second, 0.0, None, 0)
    assert test.verdict() == (State.DRIFTING, "throughput fell to nothing in 5 s")


def test_unknown_figures_are_not_zero() -> None:
    test = SteadyTest()
    test.clear(0.0)
    for second, fps in enumerate([200, None, 200, 200, None, 200], start=1):
        test.add(second, fps, 5.0, 200)
    assert test.verdict()[0] is State.STEADY


def test_a_repeated_time_adds_nothing() -> None:
    test = fed([200, 200])
    test.add(2.0, 200, 5, 200)
    assert test.verdict()[0] is State.WARMING


def test_clearing_starts_over() -> None:
    test = fed([200] * 10)
    test.clear()
    assert test.verdict()[0] is State.WARMING
