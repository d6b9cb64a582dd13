"""Big digits are three rows of equal width in which nothing jumps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgetop.paint.digits import ROWS, big
from edgetop.paint.symbols import ASCII, TIERS, UNICODE

GLYPHS = "0123456789kM- "


def test_a_number_in_half_blocks() -> None:
    assert big("47.3", UNICODE) == [
        "█ █ ▀▀█   ▀▀█",
        "▀▀█   █    ▀█",
        "  ▀   ▀ ▀ ▀▀▀",
    ]


def test_a_number_in_seven_segments() -> None:
    assert big("47.3", ASCII) == [
        "     _     _ ",
        "|_|   |    _|",
        "  |   | .  _|",
    ]


@pytest.mark.parametrize("tier", TIERS.values(), ids=lambda tier: tier.name)
def test_all_glyphs_differ_and_are_three_cells_wide(tier) -> None:
    drawn = {glyph: tuple(big(glyph, tier)) for glyph in GLYPHS}
    assert len(set(drawn.values())) == len(GLYPHS)
    assert {len(row) for rows in drawn.values() for row in rows} == {3}


@pytest.mark.parametrize("tier", TIERS.values(), ids=lambda tier: tier.name)
def test_the_dash_of_the_tier_is_drawn(tier) -> None:
    assert big(tier.dash, tier) == big("-", tier) != big(" ", tier)


def test_the_last_digit_stays_in_place_when_the_point_goes() -> None:
    with_point, without = big("99.7", UNICODE, 20), big("1007", UNICODE, 20)
    assert [row[-3:] for row in with_point] == [row[-3:] for row in without]


def test_the_ascii_tier_stays_ascii() -> None:
    assert all(row.isascii() for row in big("0123456789kM.-", ASCII))


@settings(deadline=None)
@given(st.text(max_size=12), st.integers(-2, 60), st.sampled_from(list(TIERS.values())))
def test_any_text_gives_three_rows_of_the_width(text: str, width: int, tier) -> None:
    assert [len(row) for row in big(text, tier, width)] == [max(0, width)] * ROWS
    assert len({len(row) for row in big(text, tier)}) == 1
