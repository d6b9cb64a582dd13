"""The latency histogram has a legible axis that stands still, and hides no outlier."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgetop.paint.histogram import histogram
from edgetop.paint.rows import width_of
from edgetop.paint.symbols import ASCII, TIERS, UNICODE
from edgetop.sample import Histogram

TIER = st.sampled_from(list(TIERS.values()))


def of(*latencies_ms: float) -> Histogram:
    """Latencies in bins one percent wide."""
    bins = [math.floor(math.log(value) / math.log(1.01)) for value in latencies_ms]
    low, high = min(bins), max(bins)
    counts = tuple(bins.count(number) for number in range(low, high + 1))
    return Histogram(tuple(1.01**number for number in range(low, high + 2)), counts)


def lines(data: Histogram, width: int, height: int, **options) -> list[str]:
    rows = histogram(data, width, height, UNICODE, **options)
    return ["".join(text for text, _ in row) for row in rows]


def test_the_tallest_cell_fills_the_height_and_the_axis_is_below() -> None:
    *bars, axis = lines(of(*[4.0] * 80, *[5.0] * 40, *[8.0] * 10), 40, 4)
    assert len(bars) == 3
    column = bars[0].index("█")
    assert [row[column] for row in bars] == ["█", "█", "█"]
    assert axis.split() == ["4", "5", "6", "7", "8", "ms"]


def test_heights_are_in_proportion_to_counts() -> None:
    edges = (1.0, 2.0, 4.0, 8.0, 16.0)
    *bars, _ = lines(Histogram(edges, (16, 8, 4, 2)), 40, 3)
    heights = [sum(" ▁▂▃▄▅▆▇█".index(row[cell]) for row in bars) for cell in (5, 15, 25, 35)]
    assert heights == [16, 8, 4, 2]


def test_a_single_outlier_among_a_million_shows_as_one_step() -> None:
    data = Histogram((4.0, 4.04, 15.0, 15.2, 30.0, 30.3), (1_000_000, 0, 1, 0, 1))
    *_, bottom, axis = lines(data, 50, 5)
    assert bottom.count("▁") == 2
    assert "15" in axis[bottom.index("▁") - 2 : bottom.index("▁") + 3]


def test_a_tail_far_beyond_the_median_is_gathered_in_the_last_cell() -> None:
    *_, bottom, axis = lines(of(*[4.0] * 100, 900.0), 50, 4)
    assert axis.endswith("ms+")
    assert bottom[-1] == "▁"
    assert "900" not in axis
    assert not lines(of(*[4.0] * 100, 90.0), 50, 4)[-1].endswith("+")


def test_the_tail_can_be_cut_earlier() -> None:
    assert lines(of(*[4.0] * 100, 90.0), 50, 4, tail_ratio=4)[-1].endswith("ms+")


def test_the_axis_stands_still_while_the_extremes_move_a_little() -> None:
    axes = {lines(of(3.62 + n * 0.01, *[4.0] * 50, 29.0 + n * 0.3), 56, 4)[-1] for n in range(8)}
    assert len(axes) == 1


@pytest.mark.parametrize(("centre_ms", "unit"), [(0.05, "µs"), (5, "ms"), (50_000, "s")])
def test_the_unit_suits_the_model(centre_ms: float, unit: str) -> None:
    assert lines(of(centre_ms, centre_ms * 2), 50, 3)[-1].split()[-1] == unit


def test_the_micro_sign_is_ascii_where_it_must_be() -> None:
    axis = histogram(of(0.05, 0.1), 50, 3, ASCII)[-1]
    assert all(text.isascii() for text, _ in axis)
    assert axis[0][0].endswith("us")


def test_a_spike_still_gets_an_axis() -> None:
    bars, axis = lines(of(4.0), 40, 2)
    assert "█" in bars
    assert len(bars.strip()) <= 2
    assert len(axis.split()) >= 2


def test_each_row_has_one_ink_and_the_gradient_rises() -> None:
    rows = histogram(of(4.0, 4.5, 5.0), 40, 4, UNICODE)
    assert [row[0][1] for row in rows[:-1]] == [
        "chart.latency.7",
        "chart.latency.4",
        "chart.latency.0",
    ]
    assert all(len(row) == 1 for row in rows)


def test_one_row_has_no_axis() -> None:
    (row,) = lines(of(4.0, 5.0, 6.0), 20, 1)
    assert "█" in row
    assert "m" not in row


def test_an_empty_histogram_is_blank() -> None:
    assert lines(Histogram(), 5, 2) == ["     ", "     "]
    assert lines(Histogram((1.0, 2.0), (0,)), 5, 1) == ["     "]


@settings(deadline=None)
@given(st.floats(0.001, 1e5), st.floats(1, 1e4), st.integers(8, 120))
def test_tick_labels_never_touch_and_lie_where_they_say(low, ratio, width) -> None:
    edges = (low, low * 1.01, low * ratio * 1.01, low * ratio * 1.03)
    axis = lines(Histogram(edges, (3, 0, 5)), width, 2)[-1]
    *ticks, unit = axis.split()
    assert unit.rstrip("+") in ("µs", "ms", "s")
    values = [float(tick) for tick in ticks]
    assert values == sorted(set(values))


@settings(deadline=None)
@given(
    st.lists(st.floats(), max_size=20),
    st.lists(st.integers(-5, 10**9) | st.just(10**400), max_size=20),
    st.integers(-2, 60),
    st.integers(-2, 8),
    TIER,
    st.floats(),
)
def test_any_bins_give_exactly_the_size(edges, counts, width, height, tier, tail_ratio) -> None:
    data = Histogram(tuple(edges), tuple(counts))
    rows = histogram(data, width, height, tier, tail_ratio=tail_ratio)
    assert [width_of(row) for row in rows] == [max(0, width)] * max(0, height)


@settings(deadline=None)
@given(st.lists(st.floats(1e-6, 1e7), min_size=1, max_size=30, unique=True).map(sorted), st.data())
def test_sorted_bins_give_exactly_the_size_and_show_something(edges, data) -> None:
    count = len(edges) - 1
    counts = data.draw(st.lists(st.integers(0, 10**6), min_size=count, max_size=count))
    rows = histogram(Histogram(tuple(edges), tuple(counts)), 40, 4, UNICODE)
    assert [width_of(row) for row in rows] == [40] * 4
    assert ("█" in "".join(text for row in rows for text, _ in row)) == any(counts)
