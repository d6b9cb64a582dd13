"""How long a sweep will take, from what has been measured so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.stats.fit import TimeFit, time_on_operations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgetop.session.store.measured import MeasuredRun
    from edgetop.study.course import Course

_START_S = 1.5
"""To start a process and load a model."""
_WARMUP_INFERENCES, _WARMUP_LEAST_S = 8, 1.0
_MEASURED_INFERENCES = 3
_GUESSED_MS_PER_GMAC = 50.0
"""Of a board of which nothing is known: a few cores of a small processor."""
_UNKNOWN_GMACS = 1.0


class Estimate:
    """The time that visits take.

    Args:
        course: The sweep.
        history: Earlier runs on this board.
    """

    def __init__(self, course: Course, history: Iterable[MeasuredRun] = ()) -> None:
        self._course = course
        gmacs = {setup.spec.title: setup.model.gmacs for setup in course.plan.setups}
        points = [
            (gmacs[run.model] or 0.0, latency_ms / run.batch)
            for run, latency_ms in history
            if latency_ms is not None and run.model in gmacs
        ]
        fit = time_on_operations([x for x, _ in points], [y for _, y in points])
        self._fit = fit or TimeFit(0.0, _GUESSED_MS_PER_GMAC, 0)

    def left_s(self) -> float:
        """Of all visits still to come, as far as they can be told now.

        A point that has been visited takes as long as it took; others take what is guessed of
        them, corrected by how far off the guesses were so far.
        """
        course = self._course
        visited = [
            (visit, self._guess_s(setup, batch))
            for setup, batch in course.visited()
            for visit in course.visits(setup, batch)
            if not visit.error and not visit.search
        ]
        guessed = sum(guess for _, guess in visited)
        correction = sum(visit.spent_s for visit, _ in visited) / guessed if guessed else 1.0
        known: dict[tuple[int, int], float] = {
            (visit.setup, visit.batch): visit.spent_s for visit, _ in visited
        }
        return sum(
            known.get((setup, batch), self._guess_s(setup, batch) * correction)
            for setup, batch, _ in course.left()
        )

    def _guess_s(self, setup: int, batch: int) -> float:
        plan = self._course.plan
        gmacs = plan.setups[setup].model.gmacs or _UNKNOWN_GMACS
        batch_s = self._fit.time_ms(gmacs) * batch / 1000
        warmup_s = max(_WARMUP_LEAST_S, _WARMUP_INFERENCES * batch_s)
        measure_s = max(plan.visit_s, _MEASURED_INFERENCES * batch_s)
        return min(plan.timeout_s, _START_S + warmup_s + measure_s)
