"""When samples are taken, and how long the sampler sleeps."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.session.moments import longest_wait_s, moment_after


@given(st.floats(0, 1e7), st.sampled_from([0.1, 0.25, 0.5, 1.0, 5.0, 60.0]))
def test_samples_come_on_a_grid_of_the_interval(now_s: float, interval_s: float) -> None:
    """Half an interval to one and a half away, and from then on exactly one."""
    first = moment_after(now_s, interval_s)
    assert 0.5 * interval_s - 1e-6 <= first - now_s <= 1.5 * interval_s + 1e-6
    assert moment_after(first, interval_s) == pytest.approx(first + interval_s, abs=1e-6)


def test_a_late_sampler_leaves_moments_out() -> None:
    """Three seconds of a suspended machine are not made up."""
    assert moment_after(10.004, 1.0) == pytest.approx(11.004)
    assert moment_after(13.3, 1.0) == pytest.approx(14.004)


def test_samples_are_taken_behind_the_sensors() -> None:
    """Sensors are read at whole multiples of the interval."""
    assert 0.001 < moment_after(7.2, 0.5) % 0.5 < 0.02


@pytest.mark.parametrize(("room_s", "expected_s"), [(1.3, 0.5), (400.0, 1.0)])
def test_a_ring_that_fills_is_drained_more_often(room_s: float, expected_s: float) -> None:
    """At 200 000 inferences a second it holds little more than a second."""
    assert longest_wait_s(cast("Any", SimpleNamespace(room_s=room_s))) == expected_s


def test_an_unknown_pace_may_be_any() -> None:
    """Before a run has been seen."""
    assert longest_wait_s(None) == 0.5
