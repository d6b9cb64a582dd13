"""`edgetop.stats.ratio`: intervals that hold what they promise."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.stats.ratio import LEAST_PAIRS, LEAST_VALUES, _rank, independent, paired
from edgetop.stats.student import student

FIGURES = st.floats(0.01, 1e6)
BOTH = pytest.mark.parametrize("compare", [paired, independent])


def noise(n: int, rng: np.random.Generator, *, memory: float, spread: float = 0.03) -> np.ndarray:
    """Throughput that wanders: an autoregressive process of first order around 100."""
    steps = rng.standard_normal(n + 100)
    for index in range(1, steps.size):
        steps[index] += memory * steps[index - 1]
    return 100 * np.exp(spread * math.sqrt(1 - memory**2) * steps[100:])


@BOTH
@given(values=st.lists(FIGURES, min_size=LEAST_VALUES, max_size=80))
def test_a_thing_is_as_fast_as_itself(compare, values: list[float]) -> None:
    found = compare(values, values)
    assert found.value == pytest.approx(1.0)
    assert found.low <= 1 <= found.high
    assert not found.distinguishable
    assert found.count == len(values)


@BOTH
@given(
    values=st.lists(st.tuples(FIGURES, FIGURES), min_size=LEAST_VALUES, max_size=60),
)
def test_b_by_a_is_the_inverse_of_a_by_b(compare, values: list[tuple[float, float]]) -> None:
    a, b = zip(*values, strict=True)
    one, other = compare(a, b), compare(b, a)
    assert one.value == pytest.approx(1 / other.value)
    assert one.low == pytest.approx(1 / other.high)
    assert one.high == pytest.approx(1 / other.low)
    assert one.low <= one.value <= one.high
    assert one == compare(a, b)


@BOTH
@pytest.mark.parametrize("factor", [1.3, 1 / 1.3])
def test_a_difference_of_30_percent_stands_out_of_little_noise(compare, factor: float) -> None:
    rng = np.random.default_rng(4)
    a = noise(30, rng, memory=0.5)
    found = compare(a, factor * noise(30, rng, memory=0.5))
    assert found.distinguishable
    assert found.value == pytest.approx(factor, rel=0.05)
    assert found.low < factor < found.high


@pytest.mark.parametrize(("pairs", "rank"), [(6, 1), (8, 1), (9, 2), (12, 3), (20, 6), (100, 40)])
def test_the_ends_are_those_of_the_tables_of_the_sign_test(pairs: int, rank: int) -> None:
    assert _rank(pairs) == rank


def test_ranks_are_known_for_thousands_of_pairs() -> None:
    assert _rank(10_000) == pytest.approx(5000 - 1.96 * 50, abs=1)


@pytest.mark.parametrize(
    ("freedom", "point"), [(4, 2.7764), (5, 2.5706), (10, 2.2281), (30, 2.0423), (1e6, 1.95997)]
)
def test_student_s_points_are_those_of_the_tables(freedom: float, point: float) -> None:
    assert student(freedom) == pytest.approx(point, rel=0.003)


def test_too_few_figures_tell_nothing() -> None:
    assert paired([100.0] * (LEAST_PAIRS - 1), [100.0] * LEAST_PAIRS) is None
    assert paired([100.0] * LEAST_PAIRS, [100.0] * LEAST_PAIRS) is not None
    assert independent([100.0] * 500, [100.0] * (LEAST_VALUES - 1)) is None
    assert independent([100.0] * 500, [100.0] * LEAST_VALUES) is not None
    assert paired([], []) is None
    assert independent([], []) is None


def test_what_is_no_figure_is_left_out_with_its_pair() -> None:
    a = [1.0, math.nan, 2.0, 0.0, 4.0, -1.0, 8.0, math.inf, 16.0, 1.0, 32.0]
    b = [2.0, 1.0, 4.0, 1.0, 8.0, 1.0, 16.0, 1.0, 32.0, math.nan, 64.0]
    found = paired(a, b)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((2.0, 2.0, 2.0))
    assert found.count == 6


def test_figures_beyond_any_ratio_are_not_compared() -> None:
    assert paired([1e-300] * 6, [1e300] * 6) is None
    assert paired([1e300] * 6, [1e-300] * 6) is None
    assert independent([1e-300] * 20, [1e300] * 20) is None


@given(
    st.lists(st.floats(), max_size=40),
    st.lists(st.floats(), max_size=40),
    st.integers(-3, 50),
)
def test_any_figures_give_an_interval_or_none(a: list[float], b: list[float], block: int) -> None:
    for found in (paired(a, b), independent(a, b, block)):
        if found is not None:
            assert 0 < found.low <= found.value * (1 + 1e-9)
            assert found.value <= found.high * (1 + 1e-9) < math.inf


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("pairs", [6, 20])
def test_pairs_of_one_thing_differ_in_one_of_twenty_trials(memory: float, pairs: int) -> None:
    """The promise is at least 95 %: whole ranks make it more, 96.9 % with 6 pairs."""
    rng = np.random.default_rng(8)
    order = random.Random(8)
    covered = 0
    for _ in range(600):
        slices = noise(2 * pairs, rng, memory=memory).reshape(-1, 2).tolist()
        for pair in slices:
            order.shuffle(pair)
        found = paired(*zip(*slices, strict=True))
        covered += not found.distinguishable
    assert 0.93 < covered / 600 < 0.995


@pytest.mark.parametrize(
    ("memory", "seconds", "least"),
    [(0.0, 30, 0.92), (0.5, 30, 0.89), (0.0, 120, 0.92), (0.5, 120, 0.9), (0.8, 300, 0.88)],
)
def test_runs_of_one_thing_differ_in_about_one_of_twenty_cases(
    memory: float, seconds: int, least: float
) -> None:
    rng = np.random.default_rng(15)
    covered = 0
    for _ in range(200):
        found = independent(noise(seconds, rng, memory=memory), noise(seconds, rng, memory=memory))
        covered += not found.distinguishable
    assert least < covered / 200 <= 1.0


def test_an_hour_s_figures_are_compared_in_bounded_memory() -> None:
    rng = np.random.default_rng(16)
    found = independent(noise(3600, rng, memory=0.5), 1.01 * noise(3600, rng, memory=0.5))
    assert found is not None
    assert found.distinguishable
    assert found.high - found.low < 0.02
