"""Lines through points, and rank correlation."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.stats.lines import least_squares, spearman, theil_sen, variation

FITS = [least_squares, theil_sen]


@pytest.mark.parametrize("fit", FITS)
def test_a_line_is_found_again(fit) -> None:
    line = fit([0.0, 1.0, 5.0, 2.0], [3.0, 1.0, -7.0, -1.0])
    assert line == pytest.approx((-2.0, 3.0, 1.0, 4))
    assert line.at(10.0) == pytest.approx(-17.0)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(("x", "y"), [([], []), ([1, 2], [1, 2]), ([3, 3, 3], [1, 2, 3])])
def test_there_is_no_line_without_three_points_at_two_places(fit, x, y) -> None:
    assert fit(x, y) is None


def test_least_squares_by_hand() -> None:
    """Mean x 2, mean y 3; sum of products 5, of squares 5; residuals 0.5 of a total of 6."""
    line = least_squares([0.5, 1.5, 2.5, 3.5], [1.5, 2.5, 3.0, 5.0])
    assert line is not None
    assert line.slope == pytest.approx(1.1)
    assert line.intercept == pytest.approx(0.8)
    assert line.r2 == pytest.approx(1 - 0.45 / 6.5)


def test_one_odd_point_moves_least_squares_only() -> None:
    x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    y = [2.0, 4.0, 6.0, 8.0, 10.0, 500.0]
    robust, squares = theil_sen(x, y), least_squares(x, y)
    assert robust is not None and squares is not None
    assert robust.slope == pytest.approx(2.0)
    assert robust.intercept == pytest.approx(0.0)
    assert squares.slope > 20
    assert robust.r2 < squares.r2 < 1


def test_a_flat_line_explains_what_does_not_vary() -> None:
    line = least_squares([1, 2, 3], [4, 4, 4])
    assert line == (0.0, 4.0, 1.0, 3)


def test_different_lengths_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 x and 3 y"):
        spearman([1, 2], [1, 2, 3])


@pytest.mark.parametrize(
    ("x", "y", "rho"),
    [
        ([1, 2, 3], [10, 100, 1000], 1.0),
        ([1, 2, 3], [3, 2, 1], -1.0),
        ([1, 2, 3, 4], [1, 3, 2, 4], 0.8),  # 1 - 6 * 2 / (4 * 15)
        ([1, 1, 2], [1, 2, 3], math.sqrt(3) / 2),  # tied ranks 1.5, 1.5, 3
    ],
)
def test_rank_correlation_by_hand(x, y, rho) -> None:
    assert spearman(x, y) == pytest.approx(rho)


@pytest.mark.parametrize(
    ("x", "y"), [([1, 2], [1, 2]), ([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [5] * 3)]
)
def test_what_does_not_vary_has_no_rank_correlation(x, y) -> None:
    assert spearman(x, y) is None


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=20))
def test_ranks_do_not_care_for_the_scale(points) -> None:
    x, y = zip(*points, strict=True)
    rho = spearman(x, y)
    if rho is not None:
        assert spearman([math.exp(value / 10) for value in x], y) == pytest.approx(rho)
        assert spearman(y, x) == pytest.approx(rho)
        assert -1.0000001 <= rho <= 1.0000001


def test_variation_is_spread_by_mean() -> None:
    assert variation([9.0, 11.0]) == pytest.approx(math.sqrt(2) / 10)
    assert variation([5.0]) is None
    assert variation([-1.0, 1.0]) is None
