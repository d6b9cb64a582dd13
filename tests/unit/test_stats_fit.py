"""Time on operations: the line through what was measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.stats.fit import time_on_operations


def test_a_line_is_found_again() -> None:
    gmacs = [0.35, 0.8, 4.1, 15.5]
    fit = time_on_operations(gmacs, [1.5 + 8 * value for value in gmacs])
    assert fit is not None
    assert fit.base_ms == pytest.approx(1.5)
    assert fit.ms_per_gmac == pytest.approx(8)
    assert fit.points == 4


def test_a_slow_model_does_not_drown_the_fast_ones() -> None:
    """Least squares of milliseconds would put 0.3 GMACs far off to serve 20 GMACs."""
    fit = time_on_operations([0.3, 0.6, 20.0], [3.0, 6.0, 400.0])
    assert fit is not None
    assert fit.time_ms(0.3) == pytest.approx(3.0, rel=0.3)


def test_one_model_gives_a_line_through_zero() -> None:
    fit = time_on_operations([2.0], [10.0])
    assert fit is not None
    assert (fit.base_ms, fit.time_ms(4.0), fit.points) == (0.0, pytest.approx(20.0), 1)


def test_neither_term_is_negative() -> None:
    for times_ms in ([1.0, 100.0], [100.0, 1.0]):
        fit = time_on_operations([1.0, 2.0], times_ms)
        assert fit is not None
        assert fit.base_ms >= 0
        assert fit.ms_per_gmac >= 0


@pytest.mark.parametrize(("gmacs", "times_ms"), [([], []), ([0.0], [1.0]), ([1.0], [0.0])])
def test_without_a_usable_point_there_is_no_line(gmacs: list[float], times_ms: list[float]) -> None:
    assert time_on_operations(gmacs, times_ms) is None


@given(st.lists(st.tuples(st.floats(1e-3, 1e3), st.floats(1e-3, 1e6)), min_size=1, max_size=20))
def test_every_estimate_is_a_time(points: list[tuple[float, float]]) -> None:
    fit = time_on_operations(*zip(*points, strict=True))
    assert fit is not None
    assert fit.time_ms(1.0) > 0
