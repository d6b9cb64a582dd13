"""What becomes of a run whose process died or hangs."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from edgetop.engine.ending import death
from edgetop.errors import EdgetopError, ExitCode, WorkerDiedError
from edgetop.session.restarts import Restarts

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgetop.engine.spec import RunSpec
    from edgetop.session.monitor import RunMonitor
    from edgetop.session.runs import Runs, Say


class Recovery:
    """Starts a run again whose process died or hung, or ends it for good.

    Only a death and a hang may be bad luck. What the model or the provider itself refuses
    would be refused again.

    Args:
        runs: The run in progress.
        say: Where events go.
        begin: Ends the run in progress, keeps its figures and begins another.
    """

    def __init__(self, runs: Runs, say: Say, begin: Callable[[RunSpec], None]) -> None:
        self._runs = runs
        self._say = say
        self._begin = begin
        self._restarts = Restarts()

    @property
    def process_died(self) -> bool:
        """The run has failed with its process, be it started again or not."""
        failure = self._runs.failure
        return failure is not None and failure.code is ExitCode.WORKER_DIED

    def reset(self) -> None:
        """Forget what has happened: the user has changed something."""
        self._restarts.reset()

    def wait_s(self, now_s: float) -> float:
        """Time until the run is to start again; infinite if it is not."""
        return self._restarts.wait_s(now_s)

    def shown_failure(self, now_s: float) -> EdgetopError | None:
        """Why the run failed, with what comes of it as long as anything does."""
        words = self._restarts.words(now_s) if self.process_died else ""
        return WorkerDiedError(words) if words else self._runs.failure

    def end_hung(self, *, at_once: bool) -> None:
        """Let a run that hangs fail, in a session that ends with it.

        Args:
            at_once: The session ends now; in a hang that is no good end, however short it is.
        """
        monitor = self._runs.monitor
        if monitor is None or self._runs.failure is not None:
            return
        if monitor.watchdog.lost or (at_once and monitor.watchdog.hung):
            self._fail(monitor)

    def follow(self, *, failed: bool, now_s: float) -> None:
        """Look at how the run stands, and act.

        Args:
            failed: The run has failed since the last look.
            now_s: CLOCK_MONOTONIC seconds.
        """
        monitor = self._runs.monitor
        if monitor is None:
            return
        if failed:
            self._plan(monitor, now_s)
        elif self._runs.failure is None and monitor.watchdog.lost:
            self._replace(monitor)
        elif not self._restarts.wait_s(now_s):
            self._start_again(monitor)

    def _plan(self, monitor: RunMonitor, now_s: float) -> None:
        """Start the run again in a while if its process died."""
        status = monitor.worker.status
        if status is None or not self.process_died:
            return
        self._restarts.died(
            death(status),
            killed=status == -signal.SIGKILL,
            measured_s=monitor.worked_s,
            now_s=now_s,
        )
        if self._restarts.gave_up:
            self._say(self._restarts.words(now_s), "error")

    def _replace(self, monitor: RunMonitor) -> None:
        """Start the run again that hangs."""
        account = monitor.watchdog.account
        self._restarts.hung(account, measured_s=monitor.worked_s)
        if self._restarts.gave_up:
            self._fail(monitor)
            self._say(self._restarts.words(0.0), "error")
            return
        self._say(f"run {self._runs.number} hung: {account}; restarted", "error", mark="hung")
        self._start_again(monitor)

    def _fail(self, monitor: RunMonitor) -> None:
        self._runs.fail(WorkerDiedError(f"the model hung: {monitor.watchdog.account}"))

    def _start_again(self, monitor: RunMonitor) -> None:
        """The same run in a fresh process; paused if it was."""
        paused = monitor.paused
        self._restarts.started()
        self._begin(self._runs.spec)
        if paused and self._runs.monitor is not None:
            self._runs.monitor.pause()
