"""Bars are exactly as wide as asked; unknown leaves no track that reads as zero."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgetop.paint.bars import bar, cores, gauge
from edgetop.paint.rows import width_of
from edgetop.paint.symbols import ASCII, BLOCK, CONSOLE, TIERS, UNICODE

TIER = st.sampled_from(list(TIERS.values()))


def test_a_bar_is_filled_from_the_left_to_half_a_cell() -> None:
    assert bar(0.5, 4, UNICODE) == "━━──"
    assert bar(0.625, 4, UNICODE) == "━━╸─"
    assert bar(1, 4, UNICODE) == "━━━━"
    assert bar(0, 4, UNICODE) == "────"
    assert bar(0.5, 4, CONSOLE) == "■■··"
    assert bar(0.5, 4, ASCII) == "##--"


def test_a_fraction_beyond_the_ends_is_cut() -> None:
    assert bar(-3, 4, UNICODE) == "────"
    assert bar(7, 4, UNICODE) == "━━━━"


@pytest.mark.parametrize("unknown", [None, math.nan, math.inf])
def test_an_unknown_fraction_is_blank(unknown: float | None) -> None:
    assert bar(unknown, 4, UNICODE) == "    "


def test_a_little_still_shows() -> None:
    assert bar(0.0001, 10, UNICODE).startswith("╸─")


def test_the_track_of_a_gauge_has_a_quieter_ink() -> None:
    row = gauge(0.5, 4, UNICODE, "chart.cpu.5")
    assert row == (("━━", "chart.cpu.5"), ("──", "border"))


def test_cores_are_one_column_each() -> None:
    assert cores([100, 50, 0, None], 6, BLOCK) == "█▄▁–  "


def test_more_cores_than_cells_are_grouped() -> None:
    assert cores([100, 0, 50, 50, None, None, 100, 100], 4, BLOCK) == "▄▄–█"
    assert cores([100] * 9, 4, BLOCK) == "███ "


@settings(deadline=None)
@given(st.none() | st.floats(), st.integers(-2, 40), TIER)
def test_a_bar_has_exactly_its_width(fraction, width, tier) -> None:
    assert len(bar(fraction, width, tier)) == max(0, width)
    assert width_of(gauge(fraction, width, tier, "text")) == max(0, width)


@settings(deadline=None)
@given(st.lists(st.none() | st.floats(), max_size=300), st.integers(-2, 40), TIER)
def test_cores_have_exactly_their_width(percents, width, tier) -> None:
    assert len(cores(percents, width, tier)) == max(0, width)
