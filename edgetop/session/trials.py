"""The trial of two configurations within a live session: begun, followed, ended."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from edgetop.session.marks import title_of

if TYPE_CHECKING:
    from edgetop.engine.spec import RunSpec
    from edgetop.sample import Run
    from edgetop.session.chronicle import Chronicle
    from edgetop.session.runs import Runs
    from edgetop.session.sampler import Sampler
    from edgetop.session.trace import Trace
    from edgetop.session.trial import TrialRuns


class Trials:
    """The trial in progress, if there is one.

    Args:
        runs: The runs of the session; their present configuration is B, and the next run after
            the trial.
        chronicle: Where samples and events go.
        trace: Takes every inference.
    """

    def __init__(self, runs: Runs, chronicle: Chronicle, trace: Trace | None) -> None:
        self._runs = runs
        self._chronicle = chronicle
        self._trace = trace
        self.running: TrialRuns | None = None
        """The trial in progress."""
        self._counted_s = 0.0
        self._since_s = 0.0

    @property
    def present(self) -> Runs | TrialRuns:
        """What is in progress: a run, or two in turn."""
        return self._runs if self.running is None else self.running

    def wait_s(self) -> float:
        """Time until the trial has something to do; infinite without one."""
        return math.inf if self.running is None else self.running.wait_s()

    @property
    def counted_s(self) -> float:
        """What counts of the session's duration besides the measured time of the present run.

        A trial counts with all of its wall time: while one side is measured the other waits, and
        a session must end although neither gets ready. It goes on from the run that it
        interrupted, whose measured time counts with it until something is changed.
        """
        going_on_s = 0.0 if self.running is None else time.monotonic() - self._since_s
        return self._counted_s + going_on_s

    def forget(self) -> None:
        """Something is changed: what the last trial found and took is of the past."""
        self._chronicle.trial = None
        self._counted_s = 0.0

    def refuses(self) -> bool:
        """Whether a trial goes on, in which this cannot be done; an event says so."""
        if self.running is None:
            return False
        self._chronicle.say("not during a trial: A ends it", "warning")
        return True

    def possible(self, marked: RunSpec | None) -> bool:
        """Whether A and the present configuration can run in turn; an event says why not."""
        reason = ""
        if marked is None:
            reason = "nothing is marked A yet: key a"
        elif marked == self._runs.spec:
            reason = "A is what runs now: change something first"
        elif self._runs.failure is not None or self._runs.monitor is None:
            reason = "the present configuration does not run"
        if reason:
            self._chronicle.say(reason, "warning")
        return not reason

    def begin(self, marked: RunSpec | None) -> None:
        """Start both; the run before must have been ended."""
        from edgetop.session.trial import TrialRuns  # brings numpy

        mark, last = self._chronicle.marks.mark, self._chronicle.last
        assert marked is not None
        assert mark is not None
        present: Run | RunSpec = self._runs.spec
        if last is not None and last.run.number == self._runs.number:
            present = last.run
            self._counted_s += last.run_elapsed_s
        self._since_s = time.monotonic()
        self.running = TrialRuns(
            marked,
            self._runs.spec,
            self._runs.number,
            self._chronicle.say,
            self._trace,
            titles=(mark.title, title_of(present)),
        )

    def follow(self) -> bool:
        """Take what is new; whether the trial has come to its end."""
        assert self.running is not None
        self.running.follow()
        return self.running.done

    def end(self, sampler: Sampler) -> None:
        """End both processes and keep their last figures."""
        trial = self.running
        assert trial is not None
        trial.stop_early()
        for monitor in trial.monitors:
            monitor.drain()
            sampler.look_before_end(monitor, time.monotonic())
        trial.halt()
        for monitor in trial.monitors:
            if monitor.total().inferences:
                self._chronicle.publish(sampler.take_trial(time.monotonic(), trial, monitor))
                self._chronicle.keep_run()
            sampler.end_run(monitor)
        self._counted_s = self.counted_s
        self.running = None
        self._runs.number = trial.number

    def close(self) -> None:
        """Leave no process behind; for a session that broke off."""
        if self.running is not None:
            self.running.close()
