"""Which visit of a sweep comes next, given those that are over.

It follows from the plan and the visits alone: a sweep that was interrupted at any moment goes on
as if nothing had happened.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from edgetop.errors import ExitCode
from edgetop.sample import State
from edgetop.session.store.sweeps import KILLED, OUT_OF_MEMORY, TIMEOUT
from edgetop.stats.interval import of_visits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgetop.session.store.sweeps import Visit
    from edgetop.study.plan import Plan

_TOO_LARGE = (OUT_OF_MEMORY, KILLED, TIMEOUT)
"""Reasons that a smaller batch may not have."""
_MOST_OTHER_PERCENT = 10.0
"""Of all processors: two threads on two cores that wait for each other feel less than that."""


def disturbed(visit: Visit) -> bool:
    """The board held itself back, or others used more of its processors than a sweep may share."""
    busy = (visit.other_load_percent or 0.0) > _MOST_OTHER_PERCENT
    return busy or visit.state == State.THROTTLED.value


def _died(visit: Visit) -> bool:
    """Its process ended without being asked to; a hang has cost its time already."""
    return visit.exit_code == ExitCode.WORKER_DIED and not visit.error.startswith(TIMEOUT)


class Place(NamedTuple):
    """A point of the sweep, to be visited."""

    setup: int
    """Which of the plan's."""
    batch: int
    search: bool = False
    """Only to find out whether this batch runs."""


class Course:
    """The way through a sweep.

    First every point is visited once, the batches ascending and the models of each batch in
    random order, so that what is too large ends a ladder early. Where a ladder ended, the
    largest batch is searched by bisection. Then the points are visited again, each round in
    another order, until each has its visits or is known well enough: neighbouring visits share
    the state of the machine, and it changes.

    Args:
        plan: What is to be found out.
        visits: What is over, in order.
    """

    def __init__(self, plan: Plan, visits: Iterable[Visit] = ()) -> None:
        self.plan = plan
        self._visits: dict[tuple[int, int], list[Visit]] = {}
        self.history: list[Visit] = []
        """Visits that are over, in order."""
        for visit in visits:
            self.add(visit)

    def add(self, visit: Visit) -> None:
        """A visit is over."""
        self._visits.setdefault((visit.setup, visit.batch), []).append(visit)
        self.history.append(visit)

    @property
    def count(self) -> int:
        """Visits that are over."""
        return len(self.history)

    def visits(self, setup: int, batch: int) -> list[Visit]:
        """The visits of a point, in order."""
        return self._visits.get((setup, batch), [])

    def visited(self) -> list[tuple[int, int]]:
        """Setup and batch of every point with a visit, by setup, then by batch."""
        return sorted(self._visits)

    def next(self) -> Place | None:
        """The next point to visit; None when all is found out."""
        return next(self._first_round(), None) or self._next_search() or self._next_round()

    def left(self) -> list[Place]:
        """All visits that are still to come, as far as can be told now."""
        found = list(self._first_round())
        again = [(setup, batch) for setup, batch, _ in found]
        again += self._measured()
        for point in again:
            wanted = self.plan.rounds - (self._done(*point) if self.visits(*point) else 1)
            found += [Place(*point)] * (0 if self._known_well(*point) else max(0, wanted))
        return found

    def ended_by(self, setup: int, batch: int) -> Visit | None:
        """The failed visit of a smaller batch that kept this one from being tried.

        The batch that is fixed in the graph is tried though it has no smaller one.
        """
        failed = [
            visits[0]
            for (number, size), visits in self._visits.items()
            if number == setup
            and size < batch
            and all(visit.error and visit.fixed_batch != batch for visit in visits)
        ]
        return min(failed, key=lambda visit: visit.batch, default=None)

    def largest(self, setup: int) -> int | None:
        """The largest batch that ran; None if none did."""
        return max(
            (batch for batch in self._batches(setup) if self._runs(setup, batch)), default=None
        )

    def largest_is_final(self, setup: int) -> bool:
        """The next larger batch is known not to run, by more than its own refusal."""
        found, limit = self.largest(setup), self._limit(setup)
        if found is None or limit is None or limit != found + 1:
            return False
        return self.visits(setup, limit)[0].error.startswith(_TOO_LARGE)

    # -- the first round -------------------------------------------------------------------

    def _first_round(self) -> Iterator[Place]:
        """What the first round has not seen yet, in its order."""
        for batch in self.plan.ladder:
            order = list(range(len(self.plan.setups)))
            random.Random(f"{self.plan.seed} batch {batch}").shuffle(order)  # noqa: S311
            for setup in order:
                if self._is_open(setup, batch):
                    yield Place(setup, batch)

    def _is_open(self, setup: int, batch: int) -> bool:
        """It was not visited, or its process died once: that may have been bad luck."""
        visits = self.visits(setup, batch)
        if len(visits) == 1 and _died(visits[0]):
            return True
        return not visits and self.ended_by(setup, batch) is None

    def _runs(self, setup: int, batch: int) -> bool:
        return any(not visit.error for visit in self.visits(setup, batch))

    def _batches(self, setup: int) -> list[int]:
        return [batch for number, batch in self._visits if number == setup]

    # -- the largest batch -----------------------------------------------------------------

    def _limit(self, setup: int) -> int | None:
        """The smallest batch that was too large, or that the search found not to run at all."""
        failed = [
            self.visits(setup, batch)[0]
            for batch in self._batches(setup)
            if not self._runs(setup, batch)
        ]
        limits = [v.batch for v in failed if v.search or v.error.startswith(_TOO_LARGE)]
        return min(limits, default=None)

    def _next_search(self) -> Place | None:
        """The middle between the largest batch that runs and the smallest that does not."""
        if not self.plan.doubles:
            return None
        for setup in range(len(self.plan.setups)):
            largest, limit = self.largest(setup), self._limit(setup)
            if largest is not None and limit is not None and limit - largest > 1:
                return Place(setup, (largest + limit) // 2, search=True)
        return None

    # -- further rounds --------------------------------------------------------------------

    def _measured(self) -> list[tuple[int, int]]:
        """Points with figures that are to be visited in every round."""
        return [
            point
            for point, visits in sorted(self._visits.items())
            if any(not visit.error and not visit.search for visit in visits)
        ]

    def _done(self, setup: int, batch: int) -> int:
        """Visits that count towards the rounds; one that was disturbed is made up for, once."""
        visits = [visit for visit in self.visits(setup, batch) if not visit.search]
        return len(visits) - any(disturbed(visit) for visit in visits)

    def _known_well(self, setup: int, batch: int) -> bool:
        visits = self.visits(setup, batch)
        medians = [v.medians_ms for v in visits if not v.error and not disturbed(v)]
        found = of_visits(medians) if len(medians) > 1 else None
        return found is not None and found.relative <= self.plan.within

    def _next_round(self) -> Place | None:
        open_points = [
            (self._done(*point), point)
            for point in self._measured()
            if not self._known_well(*point)
        ]
        short = [(done, point) for done, point in open_points if done < self.plan.rounds]
        if not short:
            return None
        fewest = min(done for done, _ in short)
        order = random.Random(f"{self.plan.seed} {fewest}")  # noqa: S311  an order, no secret
        ranks = {point: order.random() for point in self._measured()}
        return Place(
            *min((point for done, point in short if done == fewest), key=ranks.__getitem__)
        )
