"""The batch sweep of the live screen: the present model at 1, 2, 4, ... images, then back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from edgetop.results import Model
from edgetop.study.course import Course
from edgetop.study.plan import Plan, Setup
from edgetop.study.sweep import Sweep

if TYPE_CHECKING:
    from edgetop.engine.spec import RunSpec
    from edgetop.session.live import LiveSession

_MAX_BATCH = 32
_MEASURE_S = 3.0
_TIMEOUT_S = 60.0


class BatchSweep:
    """A sweep over the batches of what the session runs; at its end that runs again.

    Args:
        session: What runs; it is changed at once.
    """

    def __init__(self, session: LiveSession) -> None:
        self._session = session
        self._before = session.spec
        spec = self._before.with_(batch=1, rate_fps=None)
        plan = Plan(
            (Setup(spec, Model(spec.title)),),
            max_batch=_MAX_BATCH,
            rounds=1,
            measure_s=_MEASURE_S,
            timeout_s=_TIMEOUT_S,
        )
        self._course = Course(plan)
        self._sweep = Sweep(
            session, self._course,
            keep=lambda _visit: None, session_id=lambda: None, over=self._over,
        )  # fmt: skip
        place = self._course.next()
        assert place is not None
        session.note("batch sweep begins")
        self._sweep.take_over(place)

    @property
    def goes_on(self) -> bool:
        """It is not over."""
        return self._sweep.goes_on

    @property
    def words(self) -> str:
        """What it does now; empty when it is over."""
        watch = self._sweep.watch
        if watch is None:
            return ""
        if self._sweep.cooling:
            return "sweep: the board cools down"
        total = self._course.count + len(self._course.left())
        what = "searching the largest batch" if watch.place.search else "measuring"
        return f"sweep: {what}, batch {watch.place.batch} ({self._course.count + 1} of {total})"

    def stop(self) -> None:
        """End it early."""
        self._sweep.stop()

    def _over(self) -> None:
        """What ran before runs again, unless somebody has chosen something else meanwhile."""
        self._session.note("batch sweep ended")
        if self._is_ours(self._session.spec):
            fields = dataclasses.fields(self._before)
            self._session.change(
                **{field.name: getattr(self._before, field.name) for field in fields}
            )

    def _is_ours(self, spec: RunSpec) -> bool:
        return spec.with_(batch=1) == self._course.plan.spec(0, 1)
