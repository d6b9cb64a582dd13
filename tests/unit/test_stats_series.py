"""`edgetop.stats.series`: buckets, unknown values, alignment, marks."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.stats.series import TimeSeries


def filled(*values: float | None, start_s: float = 0.0, **options) -> TimeSeries:
    series = TimeSeries(**options)
    for number, value in enumerate(values):
        series.add(start_s + number * series.bucket_s, value)
    return series


def test_an_empty_series_is_unknown_throughout() -> None:
    assert TimeSeries().tail(4) == [None] * 4
    assert TimeSeries().marks_in(4) == []


def test_the_newest_character_may_be_half_filled() -> None:
    assert filled(1, 2, 3).tail(4) == [1, 2, 3, None]
    assert filled(1, 2, 3, 4).tail(4) == [1, 2, 3, 4]
    assert filled(1, 2, 3, 4, 5).tail(4) == [3, 4, 5, None]


def test_values_in_one_bucket_become_their_mean() -> None:
    series = TimeSeries()
    for time_s, value in ((10.0, 1), (10.5, 2), (10.9, 6), (11.0, 7)):
        series.add(time_s, value)
    assert series.tail(2) == [3, 7]


@pytest.mark.parametrize("unknown", [None, math.nan, math.inf])
def test_unknown_is_not_zero_and_time_goes_on(unknown: float | None) -> None:
    assert filled(1, unknown, 3, unknown).tail(4) == [1, None, 3, None]


def test_an_unknown_value_does_not_change_its_bucket_s_mean() -> None:
    series = filled(4)
    series.add(0.5, None)
    assert series.tail(2) == [4, None]


def test_time_without_samples_is_unknown() -> None:
    series = filled(1, 2)
    series.add(5.0, 6)
    assert series.tail(6) == [1, 2, None, None, None, 6]


def test_a_value_with_a_span_leaves_no_holes() -> None:
    series = TimeSeries()
    for time_s in (3.9, 8.1, 12.0):
        series.add(time_s, 7.0, span_s=4.0)
    assert series.tail(12) == pytest.approx([7.0] * 12)


def test_a_span_weighs_each_bucket_by_the_time_they_share() -> None:
    series = TimeSeries()
    series.add(1.25, 8.0, span_s=1.25)
    series.add(2.0, 4.0, span_s=0.75)
    # The second bucket: a quarter of 8, three quarters of 4.
    assert series.tail(2) == pytest.approx([8.0, 5.0])


def test_a_bucket_may_be_shorter_or_longer_than_a_second() -> None:
    assert filled(1, 2, 3, 4, bucket_s=0.1).tail(4) == [1, 2, 3, 4]
    assert filled(1, 2, bucket_s=60.0).tail(2) == [1, 2]


def test_a_time_on_a_bucket_s_edge_belongs_to_that_bucket_despite_rounding() -> None:
    series = TimeSeries(bucket_s=0.1)
    series.add(0.3, 1)
    series.add(0.7, 2)
    assert series.tail(8) == [None, None, None, 1, None, None, None, 2]


def test_only_the_capacity_is_kept() -> None:
    series = filled(*range(10), capacity=4)
    assert series.tail(8) == [None, None, None, None, 6, 7, 8, 9]
    series.add(2.0, 99.0)
    assert series.tail(8) == [None, None, None, None, 6, 7, 8, 9]


def test_a_jump_longer_than_the_capacity_leaves_only_the_new_value() -> None:
    series = filled(1, 2, 3, 4, capacity=4)
    series.add(1001.0, 5)
    assert series.tail(4) == [None, None, None, 5]


def test_a_late_value_joins_its_bucket() -> None:
    series = filled(1, 2, 3)
    series.add(1.5, 4)
    assert series.tail(4) == [1, 3, 3, None]


def test_marks_are_at_the_position_of_their_bucket() -> None:
    series = filled(1, 2, 3, 4, 5)
    series.mark(0.0, "old")
    series.mark(3.5, "batch 4")
    series.mark(4.0, "reset")
    assert series.tail(4) == [3, 4, 5, None]
    assert series.marks_in(4) == [(1, "batch 4"), (2, "reset")]


def test_marks_older_than_the_values_are_forgotten() -> None:
    series = filled(1, 2, capacity=4)
    series.mark(0.0, "start")
    assert series.marks_in(8) == [(6, "start")]
    series.add(4.0, 5)
    assert series.marks_in(8) == []


@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=60),
    st.integers(1, 4),
    st.integers(1, 12),
    st.integers(-50, 50),
)
def test_a_tail_only_ever_moves_by_whole_groups(
    gaps: list[int], align: int, groups: int, start: int
) -> None:
    """The value of bucket i is i: position 0 must stay at a multiple of the group's length."""
    series, now = TimeSeries(capacity=1000), start
    count = groups * align
    for gap in gaps:
        now += gap
        series.add(now + 0.5, float(now))
        tail = series.tail(count, align)
        assert len(tail) == count
        known = [(position, value) for position, value in enumerate(tail) if value is not None]
        assert known[-1][1] == now
        assert count - known[-1][0] <= align
        assert all((value - position) % align == 0 for position, value in known)
        assert len({value - position for position, value in known}) == 1


@given(st.lists(st.floats(-1000, 1000), min_size=1, max_size=50), st.integers(1, 80))
def test_a_longer_tail_only_adds_at_the_front(values: list[float], count: int) -> None:
    series = filled(*values)
    assert series.tail(count + 2)[2:] == series.tail(count)
