"""Numbers keep three significant digits and exactly their width; unknown is a dash."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgetop.paint.numbers import clock, fixed, grouped, mib, si, significant

ANYTHING = st.none() | st.floats() | st.integers(-(10**30), 10**30)
GARBAGE = (None, math.nan, math.inf, -math.inf)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.97, "3.97"),
        (12.5, "12.5"),
        (247.3, "247"),
        (4, "4.00"),
        (9.996, "10.0"),
        (99.96, "100"),
        (0.0506, "0.0506"),
        (184022, "184022"),
        (-3.2, "-3.20"),
        (0, "0.00"),
        (-0.0, "0.00"),
        (0.00001, "1.00e-05"),
        (1.5e20, "1.50e+20"),
    ],
)
def test_significant_digits(value: float, text: str) -> None:
    assert significant(value) == text


@pytest.mark.parametrize(
    ("value", "width", "digits", "text"),
    [
        (3.97, 5, 3, " 3.97"),
        (12.5, 5, 3, " 12.5"),
        (247.3, 5, 3, "  247"),
        (247.3, 6, 4, " 247.3"),
        (31.25, 6, 4, " 31.25"),
        (3.9712, 6, 4, "  3.97"),
        (3.97, 3, 3, "4.0"),
        (12345, 5, 3, "12345"),
        (12345, 4, 3, " 12k"),
        (123456, 5, 3, " 123k"),
        (1_234_567, 5, 3, "1.23M"),
        (999.96, 3, 3, " 1k"),
        (-1234, 4, 3, " -1k"),
        (0.001, 5, 3, "<0.01"),
        (-0.001, 6, 3, ">-0.01"),
        (0.001, 4, 3, "0.00"),
        (0, 5, 3, " 0.00"),
        (123, 2, 3, "##"),
        (5, 0, 3, ""),
    ],
)
def test_fixed_width(value: float, width: int, digits: int, text: str) -> None:
    assert fixed(value, width, digits) == text


def test_decimals_can_be_held_so_that_the_points_of_a_column_line_up() -> None:
    column = [fixed(value, 7, decimals=1) for value in (3.97, 12.5, 247.3, 1234.5)]
    assert column == ["    4.0", "   12.5", "  247.3", " 1234.5"]


@pytest.mark.parametrize("value", GARBAGE)
def test_what_is_not_a_number_is_a_dash(value: float | None) -> None:
    assert significant(value) == "–"
    assert fixed(value, 4) == "   –"
    assert fixed(value, 4, dash="-") == "   -"
    assert grouped(value) == "–"
    assert clock(value) == "       –"
    assert si(value, "J") == ("–", "J")
    assert mib(value) == ("–", "MiB")


def test_counts_are_grouped_in_thousands() -> None:
    assert grouped(184022) == "184 022"
    assert grouped(999) == "999"
    assert grouped(-1234567.4) == "-1 234 567"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "00:00:00"),
        (751.9, "00:12:31"),
        (359_999, "99:59:59"),
        (360_000, "4d 04:00"),
        (12 * 86400 + 3 * 3600, " 12d 03h"),
    ],
)
def test_durations_take_eight_cells(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.0506, "J", ("50.6", "mJ")),
        (0.000012, "J", ("12.0", "µJ")),
        (12.5, "W", ("12.5", "W")),
        (0.9999, "J", ("1.00", "J")),
        (999.4e-6, "s", ("999", "µs")),
        (7200, "s", ("7200", "s")),
        (18400, "J", ("18.4", "kJ")),
        (0, "J", ("0", "J")),
        (-0.5, "W", ("-500", "mW")),
    ],
)
def test_units_get_a_prefix(value: float, unit: str, expected: tuple[str, str]) -> None:
    assert si(value, unit) == expected


def test_the_micro_sign_can_be_ascii() -> None:
    assert si(5e-6, "s", micro="u") == ("5.00", "us")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (82, ("82", "MiB")),
        (8.42, ("8.4", "MiB")),
        (3174, ("3.1", "GiB")),
        (999.6, ("1.0", "GiB")),
        (128 * 1024, ("128", "GiB")),
        (2 * 1024 * 1024, ("2.0", "TiB")),
        (0, ("0.0", "MiB")),
    ],
)
def test_memory_gets_the_unit_that_suits(value: float, expected: tuple[str, str]) -> None:
    assert mib(value) == expected


@settings(deadline=None)
@given(ANYTHING, st.integers(-2, 14), st.integers(0, 6), st.none() | st.integers(-1, 4))
def test_fixed_gives_exactly_the_width(
    value: float | None, width: int, digits: int, decimals: int | None
) -> None:
    assert len(fixed(value, width, digits, decimals=decimals)) == max(0, width)


@settings(deadline=None)
@given(st.floats(0.01, 999.4))
def test_fixed_in_five_cells_is_right_to_half_a_unit_of_its_last_digit(value: float) -> None:
    shown = float(fixed(value, 5))
    assert abs(shown - value) <= max(0.005, value * 0.005) * 1.0001


@settings(deadline=None)
@given(ANYTHING)
def test_no_value_makes_a_number_fail(value: float | None) -> None:
    assert significant(value).isprintable()
    assert grouped(value).isprintable()
    assert len(clock(value)) == 8
    assert all(si(value, "W"))
    assert all(mib(value))
