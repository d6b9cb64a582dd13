"""Axis limits are round and stand still while the data move a little."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgetop.paint.scale import nice_ceiling, nice_floor, steady_ceiling


@pytest.mark.parametrize(
    ("value", "ceiling", "floor"),
    [(247.3, 250, 200), (1000, 1000, 1000), (0.0123, 0.015, 0.012), (9.1, 10, 8), (1, 1, 1)],
)
def test_limits_are_the_next_round_numbers(value: float, ceiling: float, floor: float) -> None:
    assert nice_ceiling(value) == ceiling
    assert nice_floor(value) == floor


@pytest.mark.parametrize("value", [0.0, -5.0, math.nan, math.inf, -math.inf])
def test_what_cannot_be_an_axis_gives_zero(value: float) -> None:
    assert nice_ceiling(value) == nice_floor(value) == 0


@settings(deadline=None)
@given(st.floats(1e-12, 1e15))
def test_limits_enclose_the_value_and_stay_near(value: float) -> None:
    assert nice_floor(value) <= value <= nice_ceiling(value)
    assert nice_ceiling(value) / nice_floor(value) <= 1.34


def test_a_ceiling_is_kept_while_the_data_fill_half_of_it() -> None:
    assert steady_ceiling(247, None) == 250
    assert steady_ceiling(180, 250) == 250
    assert steady_ceiling(120, 250) == 120
    assert steady_ceiling(251, 250) == 300


def test_a_ceiling_outlives_a_gap_in_the_data() -> None:
    assert steady_ceiling(None, 250) == 250
    assert steady_ceiling(math.nan, 250) == 250
    assert steady_ceiling(0, None) is None
