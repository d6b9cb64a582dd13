"""`edgetop.stats.energy`: only what the sensor covered, and the images of exactly that."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.sample import Energy
from edgetop.stats.energy import EnergyIntegral

Reading = tuple[float, "float | None", "float | None", int]


def over(readings: list[Reading], max_gap_s: float = 3.0) -> Energy:
    integral = EnergyIntegral(max_gap_s)
    for reading in readings:
        integral.add(*reading)
    return integral.result()


def test_no_reading_and_one_reading_are_no_energy() -> None:
    assert over([]) == Energy()
    assert over([(0, 10.0, None, 0)]) == Energy()


def test_power_readings_are_joined_by_trapezoids() -> None:
    # A second at 15 W on average, then two at 20 W.
    assert over([(0, 10, None, 0), (1, 20, None, 4), (3, 20, None, 9)]) == Energy(55, 3, 9)


def test_the_hardware_counter_comes_before_the_power_reading() -> None:
    assert over([(0, 10, 100, 0), (1, 10, 112, 5)]) == Energy(12, 1, 5)


def test_a_counter_that_starts_late_leaves_the_first_interval_to_power() -> None:
    assert over([(0, 10, None, 0), (1, 10, 100, 5), (2, 10, 112, 9)]) == Energy(22, 2, 9)


def test_a_counter_that_went_back_leaves_its_interval_and_images_out() -> None:
    readings = [(0, 9, 500, 0), (1, 9, 510, 5), (2, 9, 3, 10), (3, 9, 13, 17)]
    assert over(readings) == Energy(20, 2, 12)


def test_a_gap_is_not_bridged_and_its_images_do_not_count() -> None:
    readings = [(0, 10, None, 0), (1, 10, None, 5), (4.5, 10, None, 50), (5.5, 10, None, 60)]
    assert over(readings) == Energy(20, 2, 15)
    assert over([(0, 1, 10, 0), (3.5, 1, 20, 9)]) == Energy()


@pytest.mark.parametrize("unknown", [None, math.nan, math.inf])
def test_an_unknown_reading_is_not_bridged(unknown: float | None) -> None:
    readings = [(0, 10, None, 0), (1, 10, None, 5), (2, unknown, None, 10), (3, 10, None, 15)]
    assert over([*readings, (4, 10, None, 20)]) == Energy(20, 2, 10)


def test_a_reading_without_a_time_is_unknown() -> None:
    assert over([(0, 10, None, 0), (math.nan, 10, None, 2), (1, 10, None, 5)]) == Energy()


def test_a_reading_seen_again_adds_nothing() -> None:
    once = [(0, 10, None, 0), (1, 30, None, 5), (2, 10, None, 9)]
    again = [(0, 10, None, 0), (0, 10, None, 2), (1, 30, None, 5), (1, 30, None, 7)]
    assert over([*again, (2, 10, None, 9)]) == over(once)


def test_paused_time_does_not_count() -> None:
    integral = EnergyIntegral(3.0)
    for second in (0, 1, 2):
        integral.add(second, 10, None, second)
    integral.interrupt()
    integral.add(2, 10, None, 2)
    for second in (4, 5):
        integral.add(second, 10, None, second)
    assert integral.result() == Energy(30, 3, 3)


def test_a_reading_from_within_the_pause_opens_nothing() -> None:
    integral = EnergyIntegral(3.0)
    integral.interrupt(since_s=10.0)
    for time_s in (9.5, 10.5, 11.5):
        integral.add(time_s, 10, None, round(time_s))
    assert integral.result().covered_s == 1.0


def test_energy_per_image_needs_five_sensor_updates() -> None:
    readings: list[Reading] = [(second, 10, None, 5 * second) for second in range(6)]
    assert over(readings[:5]) == Energy(40, 4, 20, None)
    assert over(readings) == Energy(50, 5, 25, 2.0)


def test_energy_per_image_needs_an_image() -> None:
    assert over([(second, 10, None, 0) for second in range(8)]) == Energy(70, 7, 0, None)


def test_an_image_count_that_went_back_leaves_its_interval_out() -> None:
    assert over([(0, 10, None, 50), (1, 10, None, 2), (2, 10, None, 4)]) == Energy(10, 1, 2)


def test_clearing_starts_over() -> None:
    integral = EnergyIntegral(3.0)
    for second in range(8):
        integral.add(second, 10, None, second)
    integral.clear()
    assert integral.result() == Energy()
    integral.add(8, 10, None, 0)
    integral.add(9, 10, None, 3)
    assert integral.result() == Energy(10, 1, 3)


steps = st.lists(
    st.tuples(st.integers(0, 80), st.one_of(st.none(), st.integers(0, 100)), st.integers(0, 50)),
    max_size=40,
)


@given(steps)
def test_energy_is_never_bridged_and_images_are_those_of_the_covered_time(
    steps: list[tuple[int, int | None, int]],
) -> None:
    """Times in tenths of a second; an interval counts if both ends are known and near."""
    integral = EnergyIntegral(3.0)
    time, images, before = 0, 0, None
    joules, covered, counted = 0.0, 0, 0
    seen = -1
    for step, power_w, new_images in steps:
        time, images = time + step, images + new_images
        integral.add(time / 10, power_w, None, images)
        if power_w is None:
            before = None
        elif time > seen:
            if before is not None and time / 10 - before[0] / 10 <= 3.0:
                joules += (power_w + before[1]) / 2 * (time - before[0]) / 10
                covered, counted = covered + time - before[0], counted + images - before[2]
            before, seen = (time, power_w, images), time
    result = integral.result()
    assert (result.energy_j or 0.0) == pytest.approx(joules)
    assert (result.covered_s or 0.0) == pytest.approx(covered / 10)
    assert result.images == counted
    assert (result.covered_s or 0.0) <= time / 10 + 1e-9


@given(st.lists(st.floats(0.5, 2.5), min_size=6, max_size=40), st.floats(0.1, 500))
def test_constant_power_gives_power_times_time(gaps: list[float], power_w: float) -> None:
    integral, time_s = EnergyIntegral(3.0), 0.0
    integral.add(time_s, power_w, None, 0)
    for number, gap_s in enumerate(gaps, start=1):
        time_s += gap_s
        integral.add(time_s, power_w, None, number)
    result = integral.result()
    assert result.energy_j == pytest.approx(power_w * time_s)
    assert result.j_per_image == pytest.approx(power_w * time_s / len(gaps))


def test_a_counter_that_stands_still_under_power_is_not_believed() -> None:
    """A broken counter must not make energy free: the power readings tell instead."""
    integral = EnergyIntegral(max_gap_s=3.0)
    for second in range(7):
        integral.add(float(second), 20.0, 5000.0, 10 * second)
    result = integral.result()
    assert result.energy_j == pytest.approx(120.0)
    assert result.j_per_image == pytest.approx(2.0)


def test_a_counter_that_stands_still_without_power_says_zero() -> None:
    """No power reading contradicts it."""
    integral = EnergyIntegral(max_gap_s=3.0)
    for second in range(7):
        integral.add(float(second), 0.0, 5000.0, 10 * second)
    assert integral.result().energy_j == 0.0
