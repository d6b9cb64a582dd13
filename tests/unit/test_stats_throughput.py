"""`edgetop.stats.throughput`: the big number, at any speed, through stalls and losses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.stats.throughput import RecentThroughput

S = 1_000_000_000
MS = 1_000_000


def ends(*seconds: float) -> np.ndarray:
    return np.array([round(second * S) for second in seconds], dtype=np.int64)


def drained(recent: RecentThroughput, gap_ns: int, until_ns: int, step_ns: int) -> list[float]:
    """Completions every `gap_ns` from `gap_ns` on, drained every `step_ns`."""
    shown = []
    for now_ns in range(step_ns, until_ns + 1, step_ns):
        first = (now_ns - step_ns) // gap_ns + 1
        recent.add(np.arange(first, now_ns // gap_ns + 1, dtype=np.int64) * gap_ns)
        fps = recent.fps(now_ns)
        if fps is not None:
            shown.append(fps)
    return shown


def test_nothing_is_shown_before_there_is_an_interval() -> None:
    recent = RecentThroughput()
    assert recent.fps(S) is None
    recent.add(ends(1.0))
    assert recent.fps(S) is None
    recent.add(ends())
    assert recent.fps(S) is None


def test_a_known_start_gives_a_figure_with_the_first_completion() -> None:
    recent = RecentThroughput()
    recent.clear(start_ns=10 * S)
    assert recent.fps(12 * S) is None
    recent.add(ends(14.0), batch=8)
    assert recent.fps(14 * S) == 2.0


@given(st.integers(5_000, 3 * S), st.sampled_from([S // 4, S // 2, S]))
def test_an_even_model_shows_its_rate_and_nothing_else(gap_ns: int, step_ns: int) -> None:
    shown = drained(RecentThroughput(), gap_ns, max(2 * S, 6 * gap_ns), step_ns)
    assert shown
    assert shown == pytest.approx([S / gap_ns] * len(shown), rel=1e-3)


def test_a_model_of_900_ms_shows_1_1_and_not_0_and_2_in_turn() -> None:
    shown = drained(RecentThroughput(), 900 * MS, 20 * S, S // 2)
    assert {round(fps, 2) for fps in shown} == {1.11}


def test_only_about_the_last_second_counts() -> None:
    recent = RecentThroughput()
    recent.add(np.arange(1, 1001) * 10 * MS)
    recent.add(10 * S + np.arange(1, 221) * 5 * MS)
    assert recent.fps(11 * S + 100 * MS) == pytest.approx(200.0)


def test_images_are_counted_not_inferences() -> None:
    recent = RecentThroughput()
    recent.add(ends(0.0, 0.5, 1.0, 1.5, 2.0), batch=16)
    assert recent.fps(2 * S) == 32.0


def test_lost_records_still_count_as_completed() -> None:
    recent = RecentThroughput()
    recent.add(ends(0.0, 0.25, 0.5, 0.75, 1.0))
    recent.add(ends(1.75, 2.0), lost=2)
    assert recent.fps(2 * S) == pytest.approx(4.0)


def test_a_late_completion_within_twice_the_gap_changes_nothing() -> None:
    recent = RecentThroughput()
    recent.add(ends(0.0, 0.5, 1.0, 1.5, 2.0))
    assert recent.fps(3 * S) == 2.0


def test_a_model_that_hangs_falls_towards_zero() -> None:
    recent = RecentThroughput()
    recent.add(np.arange(0, 1001) * 10 * MS)
    # 4 completions from 9.96 s on, until now.
    assert recent.fps(14 * S) == pytest.approx(4 / 4.04)
    shown = [recent.fps((10 + wait) * S) for wait in (0, 1, 2, 10, 100)]
    assert shown == sorted(shown, reverse=True)
    assert shown[-1] < 0.05


def test_instances_that_finish_together_do_not_read_as_a_stall() -> None:
    recent = RecentThroughput(instances=4)
    recent.add(np.repeat(np.arange(0, 9) * S, 4))
    assert recent.fps(9 * S - MS) == pytest.approx(4.0)


def test_clearing_forgets_what_was_before() -> None:
    recent = RecentThroughput()
    recent.add(ends(0.0, 0.1, 0.2))
    recent.clear()
    recent.add(ends(5.0))
    assert recent.fps(5 * S) is None
    recent.add(ends(6.0))
    assert recent.fps(6 * S) == 1.0


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=40))
def test_memory_stays_bounded_however_the_completions_arrive(sizes: list[int]) -> None:
    recent, now_ns = RecentThroughput(), 0
    for size in sizes:
        recent.add(now_ns + np.arange(1, size + 1) * 100_000)
        now_ns += size * 100_000
        assert len(recent._earlier) <= 34
        assert len(recent._recent) <= 5
