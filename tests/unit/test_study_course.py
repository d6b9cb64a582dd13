"""Which visit of a sweep comes next: order, ends of ladders, search, rounds, interruptions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.engine.spec import RunSpec
from edgetop.errors import UsageError
from edgetop.results import Model
from edgetop.session.store.sweeps import KILLED, OUT_OF_MEMORY, REFUSED, TIMEOUT, Visit
from edgetop.study.course import Course, Place
from edgetop.study.plan import Plan, Setup

if TYPE_CHECKING:
    from collections.abc import Callable

QUIET = (10.0, 10.01, 10.0, 9.99, 10.0, 10.01, 10.0, 9.99)
NOISY = (10.0, 12.0, 9.0, 14.0, 10.0, 8.0, 11.0, 13.0)


def plan(models: int = 2, batches: tuple[int, ...] = (1, 2, 4), **changes: object) -> Plan:
    """Models a, b, ... at these batches."""
    setups = tuple(
        Setup(RunSpec(f"/{name}.onnx", name), Model(name, gmacs=1.0)) for name in "abcdef"[:models]
    )
    return replace(Plan(setups, batches), **changes)  # type: ignore[arg-type]


def ran(place: Place, medians_ms: tuple[float, ...] = NOISY, **facts: object) -> Visit:
    """A visit with figures."""
    return Visit(place.setup, place.batch, place.search, medians_ms=medians_ms, **facts)  # type: ignore[arg-type]


def failed(place: Place, error: str) -> Visit:
    return Visit(place.setup, place.batch, place.search, error=error)


def walk(course: Course, outcome: Callable[[Place], Visit], most: int = 500) -> list[Place]:
    """All visits, until nothing is left."""
    seen = []
    while (place := course.next()) is not None:
        seen.append(place)
        course.add(outcome(place))
        assert len(seen) < most, "the sweep has no end"
    return seen


def test_every_point_is_visited_once_in_each_round() -> None:
    seen = walk(Course(plan(rounds=3)), ran)
    assert len(seen) == 2 * 3 * 3
    for round_ in range(3):
        assert len(set(seen[6 * round_ : 6 * round_ + 6])) == 6


def test_batches_ascend_in_the_first_round_so_that_small_ones_are_known_first() -> None:
    seen = walk(Course(plan(rounds=1)), ran)
    assert [place.batch for place in seen] == [1, 1, 2, 2, 4, 4]


def test_later_rounds_have_another_order() -> None:
    """Else a clock that falls during each round would always hit the same points."""
    seen = walk(Course(plan(models=6, rounds=3)), ran)
    rounds = [tuple(seen[18 * number : 18 * number + 18]) for number in range(3)]
    assert len(set(rounds)) == 3


@pytest.mark.parametrize("error", [f"{OUT_OF_MEMORY}: a", f"{KILLED}: b", f"{REFUSED}: c"])
def test_what_does_not_run_ends_its_ladder_and_no_other(error: str) -> None:
    course = Course(plan(rounds=1))
    seen = walk(course, lambda p: failed(p, error) if p == Place(0, 2) else ran(p))
    assert Place(0, 4) not in seen
    assert Place(1, 4) in seen
    ended = course.ended_by(0, 4)
    assert ended is not None
    assert ended.error == error
    assert course.ended_by(1, 4) is None


def test_a_failed_point_is_not_visited_again() -> None:
    seen = walk(Course(plan(rounds=3)), lambda p: failed(p, REFUSED) if p.setup == 0 else ran(p))
    assert seen.count(Place(0, 1)) == 1


def died(place: Place, error: str = f"{KILLED}: signal 11") -> Visit:
    return replace(failed(place, error), exit_code=4)


def test_a_process_that_died_once_may_have_been_bad_luck() -> None:
    """Its point is visited again, and the larger batches are tried."""
    course = Course(plan(models=1, rounds=1))
    seen = walk(course, lambda p: died(p) if course.count == 0 else ran(p))
    assert [place.batch for place in seen] == [1, 1, 2, 4]


def test_a_process_that_died_twice_ends_its_ladder() -> None:
    seen = walk(Course(plan(models=1, rounds=3)), died)
    assert seen == [Place(0, 1)] * 2


def test_a_hang_has_cost_its_time_already() -> None:
    seen = walk(Course(plan(models=1)), lambda p: died(p, f"{TIMEOUT}: the model hung"))
    assert seen == [Place(0, 1)]


@pytest.mark.parametrize("limit", range(1, 40))
def test_the_largest_batch_is_found_exactly(limit: int) -> None:
    course = Course(plan(models=1, batches=(), max_batch=64, rounds=1))
    walk(course, lambda p: ran(p) if p.batch <= limit else failed(p, f"{OUT_OF_MEMORY}: x"))
    assert course.largest(0) == limit
    assert course.largest_is_final(0)


def test_a_model_that_never_fails_has_its_largest_batch_open() -> None:
    course = Course(plan(models=1, batches=(), max_batch=24, rounds=1))
    seen = walk(course, ran)
    assert [place.batch for place in seen] == [1, 2, 4, 8, 16, 24]
    assert course.largest(0) == 24
    assert not course.largest_is_final(0)


def test_what_is_refused_for_other_reasons_than_its_size_is_not_searched() -> None:
    course = Course(plan(models=1, batches=(), max_batch=64, rounds=1))
    seen = walk(course, lambda p: ran(p) if p.batch < 8 else failed(p, f"{REFUSED}: fixed"))
    assert [place.batch for place in seen] == [1, 2, 4, 8]


def test_nothing_is_searched_where_the_batches_are_given() -> None:
    seen = walk(
        Course(plan(models=1, batches=(1, 8), rounds=1)),
        lambda p: ran(p) if p.batch < 8 else failed(p, f"{OUT_OF_MEMORY}: x"),
    )
    assert seen == [Place(0, 1), Place(0, 8)]


def test_a_point_that_is_known_well_needs_no_further_visit() -> None:
    """But one visit alone is never enough: the machine changes between visits."""
    seen = walk(Course(plan(rounds=5)), lambda p: ran(p, QUIET if p.setup == 0 else NOISY))
    assert seen.count(Place(0, 1)) == 2
    assert seen.count(Place(1, 1)) == 5


@pytest.mark.parametrize("facts", [{"state": "throttled"}, {"other_load_percent": 30.0}])
def test_a_disturbed_visit_is_made_up_for_once(facts: dict[str, object]) -> None:
    course = Course(plan(models=1, batches=(1,), rounds=2))
    seen = walk(course, lambda p: ran(p, **facts))
    assert len(seen) == 3


@given(st.integers(0, 60), st.integers(1, 20), st.integers(1, 3))
def test_an_interruption_at_any_moment_changes_nothing(cut: int, limit: int, rounds: int) -> None:
    """What is left follows from the visits that are over: nothing is lost or measured twice."""

    def outcome(place: Place) -> Visit:
        fits = place.batch <= limit * (place.setup + 1)
        return ran(place) if fits else failed(place, f"{OUT_OF_MEMORY}: x")

    settled = plan(batches=(), max_batch=16, rounds=rounds)
    whole = Course(settled)
    seen = walk(whole, outcome)
    resumed = Course(settled, whole.history[:cut])
    assert walk(resumed, outcome) == seen[cut:]


@given(st.integers(1, 12), st.integers(1, 3))
def test_what_is_left_is_told_exactly_while_all_goes_well(cut: int, rounds: int) -> None:
    course = Course(plan(rounds=rounds))
    for _ in range(cut):
        place = course.next()
        if place is None:
            break
        course.add(ran(place))
    told = sorted((setup, batch) for setup, batch, _ in course.left())
    assert told == sorted((setup, batch) for setup, batch, _ in walk(course, ran))


@pytest.mark.parametrize(
    "changes",
    [
        {"batches": (0,)},
        {"batches": (1, 1 << 30)},
        {"max_batch": 1 << 30},
        {"max_batch": 0},
        {"rounds": 0},
        {"rounds": 101},
        {"setups": ()},
    ],
)
def test_plans_that_make_no_sense_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        plan(**changes)  # type: ignore[arg-type]


def test_a_plan_is_read_back_as_it_was_written() -> None:
    settled = plan(batches=(4, 1), seed=7, board="a board")
    assert Plan.from_json(settled.to_json()) == settled
    with pytest.raises(ValueError, match="not a Plan"):
        Plan.from_json('{"setups": 3}')


def test_a_search_that_meets_another_reason_comes_to_its_end() -> None:
    """A batch may be refused between one that runs and one that is too large."""
    course = Course(plan(models=1, batches=(), max_batch=16, rounds=1))

    def outcome(place: Place) -> Visit:
        if place.batch >= 16:
            return failed(place, f"{OUT_OF_MEMORY}: x")
        return failed(place, f"{REFUSED}: y") if place.batch > 9 else ran(place)

    walk(course, outcome)
    assert course.largest(0) == 9
    assert not course.largest_is_final(0), "10 was refused, not too large"


def test_the_batch_that_a_graph_has_is_tried_though_smaller_ones_are_refused() -> None:
    course = Course(plan(models=1, batches=(1, 2, 4, 8), rounds=1))
    seen = walk(
        course,
        lambda p: ran(p) if p.batch == 4 else replace(failed(p, REFUSED), fixed_batch=4),
    )
    assert [place.batch for place in seen] == [1, 4]
    assert course.largest(0) == 4
    assert course.ended_by(0, 8) is not None


@pytest.mark.parametrize("facts", [{"state": "throttled"}, {"other_load_percent": 50.0}])
def test_disturbed_visits_that_agree_do_not_make_a_point_known_well(
    facts: dict[str, object],
) -> None:
    course = Course(plan(models=1, batches=(1,), rounds=3))
    seen = walk(course, lambda p: ran(p, QUIET, **facts) if course.count < 2 else ran(p, QUIET))
    assert len(seen) == 4, "two that were disturbed, two that count"


def test_what_is_left_counts_the_visit_that_makes_up_for_a_disturbed_one() -> None:
    course = Course(plan(models=1, batches=(1,), rounds=3))
    course.add(ran(Place(0, 1), state="throttled"))
    left = len(course.left())
    assert left == len(walk(course, ran)) == 3
