"""Area charts are exact to the dot, show gaps as gaps and have one ink per row."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgetop.paint.chart import SERIES, area, chart, chart_ink, time_axis
from edgetop.paint.rows import width_of
from edgetop.paint.symbols import ASCII, BLOCK, TIERS, UNICODE

VALUES = st.lists(st.none() | st.floats(), max_size=60)
SIZES = st.integers(-2, 30)
TIER = st.sampled_from(list(TIERS.values()))


def text_of(row) -> str:
    return "".join(text for text, _ in row)


def test_braille_shows_two_values_to_a_cell_and_four_levels_to_a_row() -> None:
    assert area([1, 2, 3, 4], 2, 1, 4, UNICODE) == ["⣠⣾"]
    assert area([5, 8], 1, 2, 8, UNICODE) == ["⣸", "⣿"]


def test_blocks_show_the_mean_of_two_values_in_eight_levels() -> None:
    assert area([1, 1, 3, 5, 8, 8], 3, 1, 8, BLOCK) == ["▁▄█"]
    assert area([12, 12], 1, 2, 16, BLOCK) == ["▄", "█"]


def test_ascii_charts_are_ascii() -> None:
    assert area([1, 1, 4, 4, 8, 8], 3, 1, 8, ASCII) == [".:#"]


def test_the_newest_value_is_at_the_right_and_the_oldest_fall_off() -> None:
    assert area([8], 3, 1, 8, UNICODE) == ["  ⢸"]
    assert area([8, 8, 8, 8, 0, 0], 2, 1, 8, UNICODE) == ["⣿ "]


@pytest.mark.parametrize("unknown", [None, math.nan, math.inf, -math.inf])
def test_unknown_is_a_gap(unknown: float | None) -> None:
    assert area([4, 4, unknown, unknown, 4, 4], 3, 1, 4, UNICODE) == ["⣿ ⣿"]
    assert area([4, 4, unknown, 4, 4, 4], 3, 1, 4, BLOCK) == ["███"]
    assert area([4, 4, unknown, unknown, 4, 4], 3, 1, 4, BLOCK) == ["█ █"]


@pytest.mark.parametrize("tier", TIERS.values(), ids=lambda tier: tier.name)
def test_a_value_above_zero_always_shows(tier) -> None:
    top, bottom = area([1e-9, 1e-9], 1, 2, 1000, tier)
    assert top == " "
    assert bottom != " "


def test_a_value_above_the_maximum_is_cut_there() -> None:
    assert area([99, 99], 1, 2, 8, UNICODE) == ["⣿", "⣿"]


@pytest.mark.parametrize("maximum", [None, 0, -1, math.nan, math.inf])
def test_without_a_maximum_nothing_is_drawn(maximum: float | None) -> None:
    assert area([1, 2], 1, 2, maximum, UNICODE) == [" ", " "]


def test_a_chart_has_its_maximum_at_the_top_and_zero_at_the_bottom() -> None:
    rows = chart([250] * 8, 9, 3, 250, UNICODE, "throughput")
    assert [text_of(row) for row in rows] == [" 250 ⣿⣿⣿⣿", "     ⣿⣿⣿⣿", "   0 ⣿⣿⣿⣿"]


def test_a_chart_row_has_one_chart_ink_and_the_gradient_rises() -> None:
    rows = chart([250] * 8, 9, 3, 250, UNICODE, "power")
    assert [row[-1][1] for row in rows] == ["chart.power.7", "chart.power.4", "chart.power.0"]
    assert len(rows[1]) == 1


@pytest.mark.parametrize(
    ("maximum", "label"),
    [(250, " 250 "), (12.5, "12.5 "), (4, "   4 "), (120_000, "120k "), (None, "   – ")],
)
def test_axis_labels_keep_their_width(maximum: float | None, label: str) -> None:
    assert chart([], 12, 2, maximum, UNICODE, "cpu")[0][0][0].startswith(label)


def test_labels_can_be_left_out() -> None:
    assert chart([4] * 4, 2, 1, 4, UNICODE, "cpu", label_width=0) == [(("⣿⣿", "chart.cpu.5"),)]


def test_a_mark_crosses_the_whole_chart_in_the_inks_of_its_rows() -> None:
    rows = chart([8] * 8, 4, 2, 16, UNICODE, "cpu", label_width=0, marks=[1, 9, -1])
    assert rows == [((" ▏  ", "chart.cpu.7"),), (("⣿▏⣿⣿", "chart.cpu.0"),)]


def test_the_time_axis_names_its_ends_and_what_happened() -> None:
    axis = time_axis(40, 60, [(20, "batch 4")], UNICODE, indent=5)
    assert axis == (("     -60 s        batch 4▏           now", "dim"),)


def test_a_mark_without_room_before_it_is_named_behind_it() -> None:
    axis = text_of(time_axis(30, 60, [(6, "batch 4")], UNICODE))
    assert axis == "-60 s ▏batch 4             now"


def test_of_two_marks_that_collide_the_later_keeps_its_text() -> None:
    axis = text_of(time_axis(40, 60, [(24, "batch 2"), (26, "batch 4")], UNICODE))
    assert "batch 4▏" in axis
    assert "batch 2" not in axis


@pytest.mark.parametrize(
    ("seconds", "text"), [(60, "-60 s"), (300, "-5 min"), (7200, "-2 h"), (150, "-2.5 min")]
)
def test_the_age_of_the_left_edge_has_a_unit_that_suits(seconds: float, text: str) -> None:
    assert text_of(time_axis(30, seconds, [], UNICODE)).split("  ")[0] == text


@settings(deadline=None)
@given(VALUES, SIZES, SIZES, st.none() | st.floats(), TIER)
def test_an_area_has_exactly_its_size(values, width, height, maximum, tier) -> None:
    rows = area(values, width, height, maximum, tier)
    assert [len(row) for row in rows] == [max(0, width)] * max(0, height)


@settings(deadline=None)
@given(
    VALUES,
    SIZES,
    SIZES,
    st.none() | st.floats(),
    TIER,
    st.integers(-2, 9),
    st.lists(st.integers(-5, 40)),
)
def test_a_chart_has_exactly_its_size(values, width, height, maximum, tier, labels, marks) -> None:
    rows = chart(values, width, height, maximum, tier, "gpu", label_width=labels, marks=marks)
    assert [width_of(row) for row in rows] == [max(0, width)] * max(0, height)
    assert all(len(row) <= 3 for row in rows)


@settings(deadline=None)
@given(
    SIZES,
    st.floats(),
    st.lists(st.tuples(st.integers(-5, 40), st.text(max_size=9))),
    TIER,
    st.integers(-3, 20),
)
def test_a_time_axis_has_exactly_its_width(width, seconds, marks, tier, indent) -> None:
    assert width_of(time_axis(width, seconds, marks, tier, indent=indent)) == max(0, width)


@settings(deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.integers(1, 6))
def test_the_dots_of_a_column_are_its_share_of_the_maximum(values, height) -> None:
    rows = area(values, 20, height, 100, UNICODE)
    columns = [0] * 40
    for row in rows:
        for cell, char in enumerate(row):
            bits = 0 if char == " " else ord(char) - 0x2800
            columns[2 * cell] += (bits & 0x47).bit_count()
            columns[2 * cell + 1] += (bits & 0xB8).bit_count()
    for value, dots in zip(values[::-1], columns[::-1], strict=False):
        assert abs(dots - value / 100 * 4 * height) <= (1 if dots == 1 else 0.5 + 1e-9)


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 30))
def test_inks_stay_within_the_gradient(row, height) -> None:
    assert chart_ink(SERIES[0], row, height) in {f"chart.throughput.{n}" for n in range(8)}
