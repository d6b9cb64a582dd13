"""Medians of several visits, and how honest their intervals are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edgetop.stats.interval import LEAST_BLOCKS, of_visits
from edgetop.stats.student import student


@pytest.mark.parametrize(
    ("df", "exact"),
    [
        (1, 12.7062), (2, 4.30265), (3, 3.18245), (4, 2.77645),
        (5, 2.57058), (10, 2.22814), (30, 2.04227), (1e6, 1.95996),
    ],
)  # fmt: skip
def test_the_points_of_students_distribution(df: float, exact: float) -> None:
    """As printed in tables of the distribution."""
    assert student(df) == pytest.approx(exact, rel=0.003)


def test_between_whole_degrees_the_interval_is_too_wide_rather_than_too_narrow() -> None:
    assert student(2.7) == student(2)
    assert student(0.3) == student(1)


def test_nothing_measured_has_no_median() -> None:
    assert of_visits([]) is None
    assert of_visits([[], [math.nan, 0.0, -1.0]]) is None


def test_few_blocks_of_one_visit_tell_nothing_of_the_spread() -> None:
    found = of_visits([[2.0] * (LEAST_BLOCKS - 1)])
    assert found is not None
    assert (found.value, found.low, found.high) == (pytest.approx(2.0), None, None)
    assert math.isinf(found.relative)


def test_the_value_is_the_median_and_lies_in_its_interval() -> None:
    found = of_visits([[4.0, 4.1, 3.9, 4.0, 4.2, 40.0, 4.0]])
    assert found is not None
    assert found.value == pytest.approx(4.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 4.0 < found.high


def test_visits_that_differ_widen_the_interval_however_many_blocks_they_have() -> None:
    """A machine with two speeds: each visit is quiet within itself."""
    found = of_visits([[4.0, 4.01] * 50, [6.3, 6.31] * 50, [4.0, 4.01] * 50])
    assert found is not None
    assert found.value == pytest.approx(4.0, rel=0.01)
    assert found.high is not None
    assert found.high > 6.3


def test_blocks_that_hang_together_count_less() -> None:
    apart = of_visits([[1.0, 1.1] * 20])
    together = of_visits([[1.0] * 20 + [1.1] * 20])
    assert apart is not None
    assert together is not None
    assert together.relative > 3 * apart.relative


def covered(visits: int, slow: float, seed: int) -> bool:
    """Whether the interval holds the truth of a machine whose visits differ by chance."""
    random = np.random.default_rng(seed)
    found = of_visits(
        [np.exp(random.normal(0, slow) + random.normal(0, 0.02, 8)).tolist() for _ in range(visits)]
    )
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    return found.low <= 1.0 <= found.high


@pytest.mark.parametrize(("visits", "slow"), [(1, 0.0), (3, 0.0), (3, 0.05), (5, 0.05)])
def test_the_interval_holds_the_truth_as_often_as_it_says(visits: int, slow: float) -> None:
    held = sum(covered(visits, slow, seed) for seed in range(400))
    assert held >= 0.93 * 400
