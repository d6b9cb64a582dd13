"""How many images were finished by a moment of the recent past."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.stats.progress import Progress

S = 1_000_000_000
MS = 1_000_000


def of(*batches, images_each=1):
    """A progress that has heard of the ends of some batches of inferences."""
    progress = Progress()
    for ends in batches:
        progress.add(np.array(ends, dtype=np.int64), images_each)
    return progress


def test_nothing_is_finished_before_anything_is_heard() -> None:
    assert Progress().at(5 * S) == 0
    assert of([]).at(5 * S) == 0


def test_an_inference_counts_from_its_end_on() -> None:
    progress = of([10, 20, 30])
    assert [progress.at(time) for time in (9, 10, 19, 20, 29, 30, 1000)] == [0, 1, 1, 2, 2, 3, 3]


def test_an_inference_counts_all_its_images() -> None:
    progress = of([10, 20], [30], images_each=8)
    assert [progress.at(time) for time in (9, 15, 20, 30)] == [0, 8, 16, 24]


def test_the_past_can_be_asked_for_after_newer_batches_came() -> None:
    progress = of([10, 20], [30, 40], [50])
    assert [progress.at(time) for time in (15, 25, 35, 45, 55)] == [1, 2, 3, 4, 5]


def test_ends_may_come_in_any_order_within_a_batch() -> None:
    progress = of([30, 10, 20])
    assert [progress.at(time) for time in (10, 20, 30)] == [1, 2, 3]


def test_inferences_whose_records_were_lost_count_with_the_last() -> None:
    progress = Progress()
    progress.add(np.array([10, 20]), 2, lost=5)
    progress.add(np.array([30]), 2)
    assert [progress.at(time) for time in (10, 19, 20, 30)] == [2, 2, 14, 16]


def test_clearing_begins_anew() -> None:
    progress = of([10, 20])
    progress.clear()
    assert progress.at(100) == 0
    progress.add(np.array([110]), 1)
    assert progress.at(200) == 1


BATCHES = st.lists(st.lists(st.integers(1, 50 * MS), min_size=1, max_size=40), max_size=12)
"""Nanoseconds from one end to the next."""


@given(BATCHES, st.integers(1, 16), st.lists(st.integers(0, 25 * S), min_size=1, max_size=20))
def test_small_batches_give_the_exact_count_at_any_moment(
    batches: list[list[int]], images_each: int, moments: list[int]
) -> None:
    progress, ends, now = Progress(), [], 0
    for gaps in batches:
        batch = []
        for gap in gaps:
            now += gap
            batch.append(now)
        ends += batch
        progress.add(np.array(batch, dtype=np.int64), images_each)
    for moment in (*moments, *ends):
        assert progress.at(moment) == images_each * sum(end <= moment for end in ends)


@given(
    st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 3)), min_size=1, max_size=5),
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=10),
)
def test_of_a_large_batch_the_count_is_a_little_behind_but_never_ahead(
    batches: list[tuple[int, int]], places: list[float]
) -> None:
    progress, ends, lost_at = Progress(), np.empty(0, np.int64), []
    for size, lost in batches:
        begin = ends[-1] if len(ends) else 0
        batch = begin + np.arange(1, size + 1) * MS
        progress.add(batch, 1, lost)
        ends = np.append(ends, batch)
        lost_at.append((int(batch[-1]), lost))
    coarsest = max(-(-size // 512) for size, _ in batches)
    for place in places:
        moment = int(place * ends[-1])
        true = int(np.searchsorted(ends, moment, side="right"))
        true += sum(lost for end, lost in lost_at if end <= moment)
        assert true - coarsest < progress.at(moment) <= true
    assert progress.at(int(ends[-1])) == len(ends) + sum(lost for _, lost in lost_at)


def test_a_large_batch_takes_little_room() -> None:
    progress = Progress()
    progress.add(np.arange(1, 1_000_001), 1)
    assert sum(len(ends) for ends, _ in progress._steps) <= 512


def test_of_the_last_minute_the_count_stays_exact() -> None:
    progress = Progress()
    for second in range(1, 301):
        progress.add(np.array([second * S]), 3)
    for second in range(241, 301):
        assert progress.at(second * S) == 3 * second


def test_what_is_older_than_a_minute_is_forgotten_but_still_counted() -> None:
    progress = Progress()
    for second in range(1, 301):
        progress.add(np.array([second * S]), 1)
    assert len(progress._steps) <= 62
    oldest = progress.at(0)
    assert 0 < oldest <= 240
    assert progress.at(300 * S) == 300


@pytest.mark.parametrize("pause_s", [61, 3600])
def test_after_a_long_pause_the_earlier_images_are_still_there(pause_s: int) -> None:
    progress = of([S, 2 * S], [(2 + pause_s) * S])
    assert progress.at((1 + pause_s) * S) == 2
    assert progress.at((2 + pause_s) * S) == 3


def test_a_minute_at_the_highest_rate_stays_small() -> None:
    """200 000 inferences a second, taken twice a second: 512 steps of each half are kept."""
    tracemalloc.start()
    progress = Progress()
    for half in range(130):
        ends = np.arange(100_000, dtype=np.int64) * 5_000 + half * 500_000_000
        progress.add(ends, 1)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 4 << 20
