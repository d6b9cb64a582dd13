"""Puts together a `Sample`: the run's figures beside what the board says at that moment."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from edgetop.sample import Energy, Histogram, OwnCost, Sample, State, Window, WorkerUse
from edgetop.sensors.process import OwnUse, ProcessUse
from edgetop.session.monitor import RunMonitor, planned_run

if TYPE_CHECKING:
    from edgetop.engine.spec import RunSpec
    from edgetop.errors import EdgetopError
    from edgetop.readings import BoardReadings
    from edgetop.sensors.board import Board
    from edgetop.session.trial import TrialRuns

_OWN_PERIOD_S = 2.0


class Sampler:
    """Takes samples of one session.

    Args:
        board: The sensors; started by whoever owns them.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._started_s = time.monotonic()
        self._own = OwnUse()
        self._own_read_s = -math.inf
        self._own_latest = OwnCost()
        self._workers: dict[int, _Worker] = {}

    def take(
        self,
        now_s: float,
        number: int,
        spec: RunSpec,
        monitor: RunMonitor | None,
        failure: EdgetopError | None,
    ) -> Sample:
        """The sample of this moment, without events.

        Args:
            now_s: CLOCK_MONOTONIC seconds.
            number: Of the run in the session.
            spec: What runs, or is about to.
            monitor: The run in progress; None while its model is being built.
            failure: Why the run failed, if it did.
        """
        board = self._board.read()
        figures = (
            self._planned_figures(spec, number)
            if monitor is None
            else self._figures(monitor, board, now_s)
        )
        if failure is not None:
            figures |= {"state": State.FAILED, "state_reason": failure.message, "fps": None}
            figures["worker"] = WorkerUse()  # the process is gone, and what it used with it
        worker_pids = () if monitor is None else (monitor.worker.pid,)
        return Sample(
            time_unix_s=time.time(),
            monotonic_s=now_s,
            elapsed_s=now_s - self._started_s,
            board=board,
            own=self._own_cost(now_s, worker_pids),
            **figures,
        )

    def take_trial(self, now_s: float, trial: TrialRuns, monitor: RunMonitor) -> Sample:
        """The sample of this moment while two configurations run in turn.

        Args:
            now_s: CLOCK_MONOTONIC seconds.
            trial: The two.
            monitor: The one that the sample is about.
        """
        board = self._board.read()
        state, reason = trial.state
        for other in trial.monitors:
            if other is not monitor:  # so that its next figure does not cover all of its rest
                self._worker_use(other, other.total().inferences, now_s)
        figures = self._figures(monitor, board, now_s)
        figures |= {"state": state, "state_reason": reason, "fps": trial.fps}
        return Sample(
            time_unix_s=time.time(),
            monotonic_s=now_s,
            elapsed_s=now_s - self._started_s,
            board=board,
            own=self._own_cost(now_s, tuple(item.worker.pid for item in trial.monitors)),
            trial=trial.trial,
            **figures,
        )

    def _own_cost(self, now_s: float, worker_pids: tuple[int, ...]) -> OwnCost:
        """What edgetop costs, over at least `_OWN_PERIOD_S`: a tick is too short to judge by."""
        unknown = self._own_latest.cpu_percent is None
        if unknown or now_s - self._own_read_s >= _OWN_PERIOD_S:
            self._own_read_s = now_s
            self._own_latest = self._own.read(now_s, worker_pids)
        return self._own_latest

    def _figures(self, monitor: RunMonitor, board: BoardReadings, now_s: float) -> dict[str, Any]:
        """What the run in progress adds to a sample."""
        monitor.observe(board)
        window, total = monitor.close_window(now_s), monitor.total()
        state, reason = monitor.state(board)
        return {
            "run": monitor.run,
            "run_elapsed_s": total.duration_s,
            "state": state,
            "state_reason": reason,
            "fps": monitor.fps(),
            "window": window,
            "total": total,
            "histogram": monitor.histogram.histogram(),
            "worker": self._worker_use(monitor, total.inferences, now_s),
            "energy": monitor.energy.result(),
            "backlog": monitor.backlog(),
        }

    def _planned_figures(self, spec: RunSpec, number: int) -> dict[str, Any]:
        """What there is to say while the model is being built: its name."""
        return {
            "run": planned_run(number, spec),
            "run_elapsed_s": 0.0,
            "state": State.WARMING,
            "state_reason": "building the model",
            "fps": None,
            "window": Window(),
            "total": Window(),
            "histogram": Histogram(),
            "worker": WorkerUse(),
            "energy": Energy(),
        }

    def _worker_use(self, monitor: RunMonitor, inferences: int, now_s: float) -> WorkerUse:
        """Use of the model's process, which is followed until `end_run`.

        Processor time per inference counts from the first sample that has inferences, since
        the run's warm-up or the last reset.
        """
        pid = monitor.worker.pid
        if pid not in self._workers:
            self._workers[pid] = _Worker(ProcessUse(pid))
        worker = self._workers[pid]
        use = worker.use.read(now_s)
        if use.rss_mib is None or use.cpu_s is None:
            # The last sample is taken when the process has ended: it uses no processor now.
            return replace(worker.last, cpu_percent=None)
        per_inference_ms = None
        if not worker.base_inferences or worker.epoch != monitor.epoch:
            worker.epoch = monitor.epoch
            worker.base_inferences, worker.base_cpu_s = inferences, use.cpu_s
        elif inferences > worker.base_inferences:
            spent_s = use.cpu_s - worker.base_cpu_s
            per_inference_ms = 1000 * spent_s / (inferences - worker.base_inferences)
        worker.last = WorkerUse(use.rss_mib, use.cpu_percent, per_inference_ms)
        return worker.last

    def look_before_end(self, monitor: RunMonitor, now_s: float) -> None:
        """Note what the model's process uses while it can still be asked."""
        self._worker_use(monitor, monitor.total().inferences, now_s)

    def end_run(self, monitor: RunMonitor) -> None:
        """Follow the run's process no longer: its last sample has been taken."""
        worker = self._workers.pop(monitor.worker.pid, None)
        if worker is not None:
            worker.use.close()


@dataclass(slots=True)
class _Worker:
    """A process whose use is followed."""

    use: ProcessUse
    last: WorkerUse = field(default_factory=WorkerUse)
    epoch: int = 0
    base_inferences: int = 0
    base_cpu_s: float = 0.0
