"""The points of a sweep: what all visits of each come to."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from edgetop.results import Conditions, Point
from edgetop.sample import State
from edgetop.stats.interval import of_visits
from edgetop.study import graphs
from edgetop.study.course import disturbed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from edgetop.session.store.sweeps import Visit
    from edgetop.study.course import Course
    from edgetop.study.plan import Setup

MEMORY_SCOPE = "process RSS"


def points(course: Course, power_mode: str = "") -> tuple[Point, ...]:
    """Every point of a sweep that has been visited, or that a smaller batch kept from it.

    Args:
        course: With all visits so far.
        power_mode: Clocks, governor or power mode of the board, in words.
    """
    plan = course.plan
    found = []
    for number, setup in enumerate(plan.setups):
        visited = {batch for index, batch in course.visited() if index == number}
        told = [visit for batch in visited for visit in course.visits(number, batch)]
        for batch in sorted(visited | set(plan.ladder)):
            visits = course.visits(number, batch)
            if visits:
                found.append(point(setup, batch, visits, power_mode))
            elif (before := course.ended_by(number, batch)) is not None:
                reason = f"not tried: batch {before.batch} did not run ({before.error})"
                conditions = _conditions(setup, told, power_mode)
                found.append(
                    Point(
                        graphs.at_precision(setup.model, setup.spec.precision),
                        batch,
                        conditions,
                        error=reason,
                    )
                )
    return tuple(found)


def point(setup: Setup, batch: int, visits: Sequence[Visit], power_mode: str = "") -> Point:
    """What the visits of a point come to, without those that were disturbed if enough were not."""
    used = _used(visits)
    model = graphs.at_precision(setup.model, setup.spec.precision)
    conditions = _conditions(setup, used or visits, power_mode)
    found = of_visits([visit.medians_ms for visit in used])
    if found is None:
        return Point(model, batch, conditions, error=visits[0].error or "nothing measured")
    last = used[-1]
    memory_mib = _middle(used, lambda visit: visit.memory_mib)
    scopes = dict.fromkeys(visit.power_scope for visit in used if visit.power_w is not None)
    return Point(
        model,
        batch,
        conditions,
        ms_per_image=found.value / batch,
        ms_low=None if found.low is None else found.low / batch,
        ms_high=None if found.high is None else found.high / batch,
        fps=_middle(used, lambda visit: visit.fps),
        latency=last.latency,
        inferences=sum(visit.inferences for visit in used),
        memory_mib=memory_mib,
        memory_scope="" if memory_mib is None else MEMORY_SCOPE,
        baseline_mib=_middle(used, lambda visit: visit.baseline_mib),
        gpu_used_mib=_middle(used, lambda visit: visit.gpu_memory_mib),
        power_w=_middle(used, lambda visit: visit.power_w),
        power_scope=" and ".join(scopes),
        j_per_image=_middle(used, lambda visit: visit.j_per_image),
        temperature_c=_middle(used, lambda visit: visit.temperature_c),
        state=last.state,
        note="; ".join(_notes(visits, used)),
    )


def _used(visits: Sequence[Visit]) -> list[Visit]:
    """The visits that count.

    What was throttled counts only where there is nothing else. What shared the processors with
    others is left out where two visits remain: one alone would tell nothing of the spread.
    """
    good = [visit for visit in visits if not visit.error and visit.medians_ms]
    whole = [visit for visit in good if not visit.search] or good
    cool = [visit for visit in whole if visit.state != State.THROTTLED.value] or whole
    quiet = [visit for visit in cool if not disturbed(visit)]
    return quiet if len(quiet) > 1 else cool


def mode_words(power_mode: str, governor: str) -> str:
    """What the board was set to, for people: ``15W, governor schedutil``."""
    words = (power_mode, f"governor {governor}" if governor else "")
    return ", ".join(word for word in words if word)


def _conditions(setup: Setup, visits: Iterable[Visit], power_mode: str) -> Conditions:
    """Under which the last visit ran; before any, what was asked for."""
    told = [visit for visit in visits if visit.runtime]
    if not told:
        spec = setup.spec
        return Conditions("", spec.provider, spec.threads or None, spec.precision, power_mode)
    last = told[-1]
    return Conditions(last.runtime, last.provider, last.threads, last.precision, power_mode)


def _middle(visits: Sequence[Visit], value_of: Callable[[Visit], float | None]) -> float | None:
    values = [value for visit in visits if (value := value_of(visit)) is not None]
    return median(values) if values else None


def _notes(visits: Sequence[Visit], used: Sequence[Visit]) -> list[str]:
    """What a reader must know of the figures."""
    notes = []
    failed = [visit for visit in visits if visit.error]
    if failed:
        notes.append(f"{len(failed)} of {len(visits)} visits failed: {failed[-1].error}")
    if all(visit.state == State.THROTTLED.value for visit in used):
        notes.append("throttled")
    elif any(visit.state == State.DRIFTING.value for visit in used):
        notes.append("drifting")
    busy = [visit.other_load_percent for visit in used if visit.other_load_percent]
    if any(disturbed(visit) for visit in used) and busy:
        notes.append(f"others used up to {max(busy):.0f} % of the processors")
    runtimes = dict.fromkeys(visit.runtime for visit in used if visit.runtime)
    if len(runtimes) > 1:
        notes.append(f"visits ran under {' and '.join(runtimes)}")
    if all(visit.search for visit in used):
        notes.append("a short look only")
    return notes
