"""Limits of what a sensor can really say."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.readings import Kind, Reason
from edgetop.sensors.plausibility import checked


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEMPERATURE, 200.0),
        (Kind.TEMPERATURE, -99.9),
        (Kind.POWER, 2000.0),
        (Kind.POWER, -0.392),
        (Kind.UTILIZATION, 0.0),
        (Kind.CLOCK, 0.0),
    ],
)
def test_the_edges_of_the_plausible_are_values(kind, value):
    assert checked(kind, value, 1.0).value == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEMPERATURE, 200.1),
        (Kind.TEMPERATURE, -100.0),
        (Kind.POWER, 2000.1),
        (Kind.UTILIZATION, 100.6),
        (Kind.UTILIZATION, -0.1),
        (Kind.MEMORY, -1.0),
        (Kind.CLOCK, math.nan),
        (Kind.ENERGY, math.inf),
    ],
)
def test_beyond_them_there_is_no_value_but_a_reason(kind, value):
    reading = checked(kind, value, 1.0)
    assert (reading.value, reading.reason) == (None, Reason.IMPLAUSIBLE)
    assert reading.detail.startswith("implausible value")


def test_a_utilisation_just_above_full_is_full():
    assert checked(Kind.UTILIZATION, 100.4, 1.0).value == 100.0


@given(st.sampled_from(Kind), st.floats())
def test_every_kind_has_limits_and_a_value_is_always_finite(kind, value):
    reading = checked(kind, value, 1.0)
    assert (reading.value is None) == (reading.reason is not Reason.OK)
    assert reading.value is None or math.isfinite(reading.value)
