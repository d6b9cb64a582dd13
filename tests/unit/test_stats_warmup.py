"""`edgetop.stats.warmup`: what ends a warm-up."""

from __future__ import annotations

from itertools import chain, repeat

from hypothesis import given
from hypothesis import strategies as st

from edgetop.stats.warmup import WarmUp

MS = 1_000_000


def warmed(durations_ms, limit_s: float = 5.0) -> WarmUp:
    warm_up = WarmUp(limit_s)
    for duration_ms in durations_ms:
        if warm_up.add(round(duration_ms * MS)):
            break
    return warm_up


def test_an_even_fast_model_is_warm_after_300_ms_of_blocks() -> None:
    warm_up = warmed(chain([500], repeat(10)))
    assert warm_up.settled
    # The first run, then six blocks of five runs.
    assert warm_up.runs == 31
    assert warm_up.elapsed_s == 0.8


def test_a_model_of_100_ms_needs_three_blocks_of_three_runs() -> None:
    warm_up = warmed(repeat(100))
    assert warm_up.settled
    assert warm_up.runs == 10


def test_a_model_that_is_still_getting_faster_is_not_warm() -> None:
    """Every three runs are 6 % faster: three blocks differ by more than 10 %."""
    ramp = [20 * 0.94 ** (run // 3) for run in range(1, 31)]
    warm_up = warmed(chain([20], ramp, repeat(ramp[-1])))
    assert warm_up.settled
    assert warm_up.runs > 31


def test_one_disturbed_run_does_not_keep_a_model_from_being_warm() -> None:
    warm_up = warmed(chain(repeat(20, 12), [200], repeat(20)))
    assert warm_up.settled
    assert warm_up.runs < 20


def test_the_limit_ends_a_restless_model_unsettled() -> None:
    restless = (duration for _ in range(1000) for duration in (50, 50, 50, 90, 90, 90))
    warm_up = warmed(restless, limit_s=2.0)
    assert warm_up.done
    assert not warm_up.settled
    assert 2.0 <= warm_up.elapsed_s < 2.1


def test_a_run_longer_than_the_limit_is_the_whole_warm_up() -> None:
    warm_up = warmed([10_000, 10_000])
    assert (warm_up.runs, warm_up.done, warm_up.settled) == (1, True, False)


def test_no_time_for_warming_up_still_means_one_run() -> None:
    warm_up = WarmUp(limit_s=0)
    assert not warm_up.done
    assert warm_up.add(1000)
    assert not warm_up.settled


def test_what_ended_the_warm_up_does_not_change_afterwards() -> None:
    warm_up = warmed(repeat(10), limit_s=0.05)
    assert warm_up.done
    for _ in range(200):
        assert warm_up.add(10 * MS)
    assert not warm_up.settled


@given(st.lists(st.integers(1, 10_000 * MS), min_size=1, max_size=200), st.floats(0, 20))
def test_it_ends_by_the_test_or_not_before_the_limit(runs_ns: list[int], limit_s: float) -> None:
    warm_up = WarmUp(limit_s)
    for number, run_ns in enumerate(runs_ns, start=1):
        if warm_up.add(run_ns):
            assert warm_up.settled or sum(runs_ns[:number]) >= limit_s * 1e9
            return
        assert sum(runs_ns[:number]) < limit_s * 1e9
    assert not warm_up.done
