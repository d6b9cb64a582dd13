"""Leads a live session through a sweep: one visit after the other, each in a fresh process."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

from edgetop.study.watch import Verdict, Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgetop.sample import Sample
    from edgetop.session.live import LiveSession
    from edgetop.session.store.sweeps import Visit
    from edgetop.study.course import Course, Place

_COOL_LOOK_S = 5.0
"""A pause after throttling goes on until the board has been free of it for so long."""


class Sweep:
    """A sweep that goes on in a live session; it works in the sampler's thread.

    The session records every visit as a run. `keep` gets each visit when it is over, before the
    next begins, so that whatever ends the process costs no more than the visit in progress.

    Args:
        session: What runs the models.
        course: Which visit comes next.
        keep: Takes each visit.
        session_id: Where the visits are recorded; empty while that has no ID.
        over: Called once when all is found out, or somebody else has changed what runs.
    """

    def __init__(
        self,
        session: LiveSession,
        course: Course,
        *,
        keep: Callable[[Visit], None],
        session_id: Callable[[], str | None],
        over: Callable[[], None],
    ) -> None:
        self._session = session
        self._course = course
        self._keep = keep
        self._session_id = session_id
        self._over = over
        self._run = 0
        """Runs up to this number belong to earlier visits."""
        self._cooling_since_s: float | None = None
        self._cool_since_s: float | None = None
        self._never_cools = False
        self.watch: Watch | None = None
        """The visit in progress."""

    @property
    def cooling(self) -> bool:
        """The sweep waits for the board to cool down."""
        return self._cooling_since_s is not None

    @property
    def goes_on(self) -> bool:
        """It is neither at its end nor stopped."""
        return self.watch is not None

    def begin(self, place: Place) -> None:
        """The session's first run, which is about to start, is the first visit."""
        self._session.restart_runs(wanted=False)
        self.watch = Watch(self._course.plan, place, time.monotonic())
        self._session.subscribe(self._receive)

    def take_over(self, place: Place) -> None:
        """End what the session runs, and begin."""
        last = self._session.last
        self._run = last.run.number if last is not None else 0
        self.begin(place)
        self._change()

    def stop(self) -> None:
        """Leave the session as it is; the visit in progress counts for nothing."""
        if self.watch is not None:
            self.watch = None
            self._session.restart_runs(wanted=True)
            self._over()

    def _change(self) -> None:
        assert self.watch is not None
        spec = self.watch.spec
        fields = dataclasses.fields(spec)
        self._session.change(**{field.name: getattr(spec, field.name) for field in fields})

    def _receive(self, sample: Sample) -> None:
        watch = self.watch
        if watch is None or sample.run.number <= self._run:
            return
        now_s = time.monotonic()
        if self._cooling_since_s is not None:
            self._cool(sample, now_s)
        elif self._session.spec != watch.spec:
            self.stop()
        elif watch.see(sample, self._session.failure, now_s) is Verdict.OVER:
            self._visit_over(sample, now_s)

    def _visit_over(self, sample: Sample, now_s: float) -> None:
        assert self.watch is not None
        visit = self.watch.visit(self._session_id() or "", now_s)
        self._course.add(visit)
        self._keep(visit)
        if self.watch.throttled and not self._never_cools and self._course.plan.cooldown_s:
            self._session.toggle_pause()
            self._session.note("throttled: the sweep waits for the board to cool down", "warning")
            self._cooling_since_s, self._cool_since_s = now_s, None
        else:
            self._go_on(sample.run.number, now_s)

    def _cool(self, sample: Sample, now_s: float) -> None:
        """Wait until nothing holds the board back, but not for ever."""
        assert self._cooling_since_s is not None
        if sample.board.throttle:
            self._cool_since_s = None
        elif self._cool_since_s is None:
            self._cool_since_s = now_s
        is_cool = self._cool_since_s is not None and now_s - self._cool_since_s >= _COOL_LOOK_S
        spent_s = now_s - self._cooling_since_s
        if not is_cool and spent_s < self._course.plan.cooldown_s:
            return
        self._never_cools = not is_cool  # a board on a weak supply never does
        self._cooling_since_s = None
        self._go_on(sample.run.number, now_s)

    def _go_on(self, run: int, now_s: float) -> None:
        self._run = run
        place = self._course.next()
        if place is None:
            self.stop()
            return
        self.watch = Watch(self._course.plan, place, now_s)
        self._change()
