"""Which cells of a row are written again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from edgetop.paint.changes import changed_part
from edgetop.paint.rows import Row, fit, join, width_of

CHARACTERS = st.sampled_from([*"ab1 \u00e9⣿█漢", "e\u0301"])
TEXTS = st.lists(CHARACTERS, max_size=6).map("".join)
SPANS = st.tuples(TEXTS, st.sampled_from(["text", "dim", "key"]))
ROWS = st.lists(SPANS, max_size=5).map(lambda spans: fit(join(*spans), 12))


def cells(row: Row) -> list[tuple[str, str]]:
    """Each cell with its ink: a wide character and its second half, accents with their letter."""
    placed: list[tuple[str, str]] = []
    for text, ink in row:
        for char in text:
            if not cell_len(char) and placed:
                placed[-1] = (placed[-1][0] + char, ink)
                continue
            placed.append((char, ink))
            placed.extend([("", ink)] * (cell_len(char) - 1))
    return placed


def test_only_the_digits_that_changed() -> None:
    """Of one span its common beginning and end stay."""
    before = (("  12.31 ms  ", "number"),)
    after = (("  12.45 ms  ", "number"),)
    assert changed_part(before, after) == (5, (("45", "number"),))


def test_equal_spans_at_both_ends_stay() -> None:
    """A value between a label and a unit."""
    before = (("p50 ", "dim"), ("9.9", "number"), (" ms", "dim"))
    after = (("p50 ", "dim"), ("1.2", "number"), (" ms", "dim"))
    assert changed_part(before, after) == (4, (("1.2", "number"),))


def test_another_ink_is_a_change() -> None:
    """The same text in another colour is written again."""
    assert changed_part((("hot", "text"),), (("hot", "warn"),)) == (0, (("hot", "warn"),))


def test_a_change_before_and_behind_takes_what_is_between() -> None:
    """One stretch: a jump of the cursor costs as much as some cells."""
    assert changed_part((("a--b", "text"),), (("c--d", "text"),)) == (0, (("c--d", "text"),))


def test_a_wide_character_beside_an_accent_is_never_halved() -> None:
    """Such a text has as many characters as cells, yet not one for each."""
    before, after = (("漢ae\u0301", "text"),), (("漢be\u0301", "text"),)
    assert changed_part(before, after) == (0, after)


def test_a_sign_that_a_selector_widens_is_never_halved() -> None:
    """The heart alone is one cell, as a picture it is two."""
    before, after = (("❤\ufe0f|", "text"),), (("❤ |", "text"),)
    start, part = changed_part(before, after)
    assert (start, part[0][0][0]) == (0, "❤")


@given(ROWS, ROWS)
def test_the_part_makes_the_old_row_the_new_one(before: Row, after: Row) -> None:
    """Whatever the characters and inks."""
    if before == after:
        return
    start, part = changed_part(before, after)
    old, new = cells(before), cells(after)
    assert [*old[:start], *cells(part), *old[start + width_of(part) :]] == new
