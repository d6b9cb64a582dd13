"""The plan of the screen: plain geometry for every size of a terminal."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from edgetop.ui.layout import UPPER, Box, plan
from edgetop.ui.panels import PANELS

NAMES = tuple(kind.name for kind in PANELS)
LOWER = tuple(name for name in NAMES if name not in UPPER)

subsets = st.frozensets(st.sampled_from(NAMES))
strips = st.sampled_from([(), ("trial",), ("timeline",), ("trial", "timeline")])
widths = st.integers(0, 300)
heights = st.integers(0, 100)


def overlap(one: Box, other: Box) -> bool:
    """Two boxes share a cell."""
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def cells(boxes: dict[str, Box]) -> int:
    """Cells that the boxes take together."""
    return sum(box.width * box.height for box in boxes.values())


@given(widths, heights, subsets, subsets, strips, st.integers(0, 49))
def test_boxes_stay_on_the_screen_and_never_overlap(
    width: int,
    height: int,
    shown: frozenset[str],
    quiet: frozenset[str],
    strips: tuple[str, ...],
    corner: int,
) -> None:
    """At any size, whatever is switched on and whatever has nothing to say."""
    boxes = plan(width, height, shown, quiet & shown, strips=strips, status_width=corner)
    for box in boxes.values():
        assert box.width >= 0
        assert box.height >= 0
        assert 0 <= box.x <= box.x + box.width <= width
        assert 0 <= box.y <= box.y + box.height <= height
    for one, other in combinations(boxes.values(), 2):
        assert not overlap(one, other), boxes


@given(widths, heights, subsets, subsets)
def test_only_panels_that_are_switched_on_have_a_place(
    width: int, height: int, shown: frozenset[str], quiet: frozenset[str]
) -> None:
    """The plan invents nothing and forgets no bar."""
    boxes = plan(width, height, shown, quiet & shown)
    bars = {"title", "status", "footer", "compact"}
    assert set(boxes) - bars <= shown
    assert ("title" in boxes) == ("status" in boxes) == ("compact" not in boxes)


@given(st.integers(70, 300), st.integers(20, 100), subsets, subsets)
def test_every_framed_panel_has_room_for_its_frame_and_a_line(
    width: int, height: int, shown: frozenset[str], quiet: frozenset[str]
) -> None:
    """A panel that is drawn is worth drawing."""
    for name, box in plan(width, height, shown, quiet & shown).items():
        if name in NAMES:
            assert box.width >= 14, name
            assert box.height >= (3 if name in quiet else 4), name


@given(st.integers(70, 300), st.integers(20, 100), subsets, subsets)
def test_a_quiet_panel_takes_three_rows(
    width: int, height: int, shown: frozenset[str], quiet: frozenset[str]
) -> None:
    """One line with its frame; the rest is for others."""
    boxes = plan(width, height, shown, quiet & shown)
    for name in quiet & boxes.keys():
        if name in LOWER:
            assert boxes[name].height == 3, boxes


@given(st.integers(70, 300), st.integers(20, 100), subsets, subsets)
def test_what_is_switched_off_or_quiet_leaves_no_hole(
    width: int, height: int, shown: frozenset[str], quiet: frozenset[str]
) -> None:
    """As long as one panel has something to say the whole screen is used."""
    quiet &= frozenset(LOWER)
    boxes = plan(width, height, shown, quiet & shown)
    if (shown - quiet) & boxes.keys():
        assert cells(boxes) == width * height, boxes


@given(st.integers(110, 300), st.integers(38, 100), st.sampled_from(NAMES))
def test_switching_a_panel_off_never_shrinks_another(width: int, height: int, name: str) -> None:
    """The room that becomes free goes to the others."""
    before = plan(width, height, NAMES, ())
    after = plan(width, height, [other for other in NAMES if other != name], ())
    assert set(after) == set(before) - {name}
    for other, box in after.items():
        # Shares are rounded to whole cells, so a panel may lose one where columns move.
        assert box.width * box.height >= (before[other].width - 1) * before[other].height, other


@given(widths, heights, subsets)
def test_the_footer_stands_in_the_last_row_from_seven_rows_on(
    width: int, height: int, shown: frozenset[str]
) -> None:
    """Below that every row is for figures."""
    boxes = plan(width, height, shown, ())
    if height >= 7:
        assert boxes["footer"] == Box(0, height - 1, width, 1)
    else:
        assert "footer" not in boxes


@given(widths, heights, subsets, strips)
def test_strips_stand_above_the_footer_of_a_framed_screen(
    width: int, height: int, shown: frozenset[str], strips: tuple[str, ...]
) -> None:
    """In their order, one row each over the full width; without frames they have no box."""
    boxes = plan(width, height, shown, (), strips=strips)
    if "compact" in boxes:
        assert not {"trial", "timeline"} & set(boxes)
        return
    first = height - 1 - len(strips)
    assert [boxes[name] for name in strips] == [
        Box(0, first + index, width, 1) for index in range(len(strips))
    ]


@given(st.integers(70, 300), st.integers(20, 100), subsets, subsets, strips)
def test_panels_keep_their_rows_beside_strips(
    width: int,
    height: int,
    shown: frozenset[str],
    quiet: frozenset[str],
    strips: tuple[str, ...],
) -> None:
    """A panel that is drawn is worth drawing, on the smallest framed screen too."""
    for name, box in plan(width, height, shown, quiet & shown, strips=strips).items():
        if name in NAMES:
            assert box.height >= (3 if name in quiet else 4), name


def test_everything_is_visible_at_120x40() -> None:
    """The design size has room for every panel and bar."""
    assert set(plan(120, 40, NAMES, ())) == {*NAMES, "title", "status", "footer"}


@given(
    st.integers(110, 300),
    st.integers(38, 100),
    st.frozensets(st.sampled_from(("power", "temperature"))),
)
def test_quiet_panels_stay_visible_on_a_large_screen(
    width: int, height: int, quiet: frozenset[str]
) -> None:
    """A panel with only a reason to show still shows it."""
    assert set(NAMES) <= set(plan(width, height, NAMES, quiet))


def test_all_but_events_and_published_boards_is_visible_at_80x24() -> None:
    """What matters while one watches; the events come back where a panel is quiet."""
    assert {*NAMES} - set(plan(80, 24, NAMES, ())) == {"events", "published"}
    quiet = ("power", "temperature")
    assert {*NAMES} - set(plan(80, 24, NAMES, quiet)) == {"published"}
    assert {*NAMES} - set(plan(80, 24, {*NAMES} - {"events"}, quiet)) == {"events"}


@given(st.integers(70, 109), st.integers(20, 100), subsets)
def test_events_take_the_room_of_a_column_that_is_off(
    width: int, height: int, shown: frozenset[str]
) -> None:
    """On a narrow screen too nothing stays blank that could say something."""
    boxes = plan(width, height, shown | {"events"}, ())
    full = shown & {"processors", "memory"} and shown & {"power", "temperature"}
    assert ("events" in boxes) == (not full)
    assert cells(boxes) == width * height


@given(st.integers(0, 69), heights, subsets)
def test_a_narrow_terminal_gets_one_block_without_frames(
    width: int, height: int, shown: frozenset[str]
) -> None:
    """All rows but the footer's."""
    boxes = plan(width, height, shown, ())
    assert boxes["compact"] == Box(0, 0, width, height - (1 if height >= 7 else 0))
    assert not boxes.keys() & set(NAMES)


def test_events_stay_where_only_quiet_panels_would_be_left() -> None:
    """A column of panels of one line each would leave a hole below them."""
    quiet = {"throughput", "temperature", "processors"}
    boxes = plan(110, 20, NAMES, quiet)
    assert "events" in boxes
    assert cells(boxes) == 110 * 20
