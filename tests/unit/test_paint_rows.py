"""Rows are exactly as wide as asked, whatever is in them."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from edgetop.paint.rows import beside, fit, join, width_of

ANY_ROW = st.lists(st.tuples(st.text(max_size=12), st.sampled_from(["text", "dim", "good"])))


def test_a_short_row_is_padded_with_text_ink() -> None:
    assert fit((("ab", "good"),), 5) == (("ab", "good"), ("   ", "text"))


def test_a_long_row_is_cut_with_an_ellipsis_in_the_ink_of_the_cut() -> None:
    assert fit((("abc", "dim"), ("defgh", "good")), 5) == (("abc", "dim"), ("d…", "good"))


def test_an_ellipsis_can_be_ascii() -> None:
    assert fit((("abcdef", "dim"),), 4, "~") == (("abc~", "dim"),)


def test_lost_blanks_earn_no_ellipsis() -> None:
    assert fit((("abc    ", "text"),), 4) == (("abc ", "text"),)


def test_half_of_a_wide_character_is_never_shown() -> None:
    assert fit((("日本語", "text"),), 4) == (("日… ", "text"),)
    assert fit((("日本", "text"),), 1) == ((" ", "text"),)


def test_a_row_of_exactly_the_width_stays_as_it_is() -> None:
    assert fit((("日本", "key"),), 4) == (("日本", "key"),)


def test_no_width_gives_an_empty_row() -> None:
    assert fit((("abc", "text"),), 0) == ()
    assert fit((("abc", "text"),), -3) == ()


def test_characters_that_move_the_cursor_become_blanks() -> None:
    assert fit((("a\nb\x1bc\td", "text"),), 7) == (("a b c d", "text"),)


def test_neighbours_of_one_ink_are_merged_and_empty_text_vanishes() -> None:
    parts = join(("a", "dim"), (("b", "dim"), ("", "good")), (), ("c", "dim"), ("d", "text"))
    assert parts == (("abc", "dim"), ("d", "text"))


def test_a_row_of_two_spans_is_not_taken_for_a_span() -> None:
    assert join((("a", "x"), ("b", "y"))) == (("a", "x"), ("b", "y"))


def test_blocks_stand_side_by_side_and_the_shorter_is_padded() -> None:
    left = [(("L1", "dim"),), (("L2", "dim"),)]
    rows = beside(left, [(("right", "good"),)], 3, 2, 10)
    assert ["".join(text for text, _ in row) for row in rows] == ["L1   right", "L2        "]


@settings(deadline=None)
@given(ANY_ROW, st.integers(-2, 40))
def test_fit_gives_exactly_the_width(spans: list[tuple[str, str]], width: int) -> None:
    row = fit(tuple(spans), width)
    assert width_of(row) == max(0, width)
    assert all(first[1] != second[1] for first, second in itertools.pairwise(row))


@settings(deadline=None)
@given(ANY_ROW, ANY_ROW, st.integers(-2, 30), st.integers(-2, 5), st.integers(-2, 50))
def test_beside_gives_exactly_the_width(
    left: list[tuple[str, str]],
    right: list[tuple[str, str]],
    left_width: int,
    gap: int,
    width: int,
) -> None:
    rows = beside([tuple(left)] * 2, [tuple(right)] * 3, left_width, gap, width)
    assert len(rows) == 3
    assert all(width_of(row) == max(0, width) for row in rows)
