"""One visit of a sweep as it goes: when it has seen enough, and what came of it."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from enum import Enum
from statistics import fmean
from typing import TYPE_CHECKING

from edgetop.errors import EdgetopError, ExitCode
from edgetop.sample import State
from edgetop.session.store.sweeps import KILLED, OUT_OF_MEMORY, REFUSED, TIMEOUT, Visit
from edgetop.stats.interval import LEAST_BLOCKS, of_visits

if TYPE_CHECKING:
    from edgetop.sample import Sample
    from edgetop.study.course import Place
    from edgetop.study.plan import Plan

_LEAST_S = 1.0
"""Measured time of a visit at the least."""
_LEAST_INFERENCES = 3
_MOST_BLOCKS = 240
_OF_MEMORY = ("more memory than there is", "most likely out of memory")
"""Words of `edgetop.engine` on a failure whose cause is want of memory; a model's name may hold
the word itself."""


class Verdict(Enum):
    """What a visit says of the latest sample."""

    GOES_ON = "goes on"
    OVER = "over"


class Watch:
    """Follows one visit.

    Args:
        plan: Of the sweep.
        place: What is visited.
        now_s: When it begins, CLOCK_MONOTONIC seconds.
    """

    def __init__(self, plan: Plan, place: Place, now_s: float) -> None:
        self.place = place
        self.spec = plan.spec(place.setup, place.batch)
        self._plan = plan
        self._began_s = now_s
        self._began_unix_s = time.time()
        self._medians_ms: list[float] = []
        self._memory_mib: list[float] = []
        self._other_percent: list[float] = []
        self._last: Sample | None = None
        self._throttled = False
        self._error = ""
        self._exit_code = 0
        self._fixed_batch: int | None = None

    @property
    def throttled(self) -> bool:
        """The board held itself back while it was measured."""
        return self._throttled

    def see(self, sample: Sample, failure: EdgetopError | None, now_s: float) -> Verdict:
        """Take a sample of the visit's run."""
        self._last = sample
        if failure is not None:
            self._error, self._exit_code = reason(failure), int(failure.code)
            return Verdict.OVER
        if sample.run.runtime and sample.run.batch != self.spec.batch:
            self._error = f"{REFUSED}: the graph has a fixed batch of {sample.run.batch}"
            self._exit_code = int(ExitCode.MODEL)
            self._fixed_batch = sample.run.batch
            return Verdict.OVER
        self._count(sample)
        if self._is_enough(sample):
            return Verdict.OVER
        if now_s - self._began_s > self._plan.timeout_s:
            if sample.total.inferences < _LEAST_INFERENCES:
                self._error = (
                    f"{TIMEOUT}: {sample.total.inferences} inferences in {self._plan.timeout_s:g} s"
                )
            return Verdict.OVER
        return Verdict.GOES_ON

    def _count(self, sample: Sample) -> None:
        if sample.worker.rss_mib is not None:
            self._memory_mib.append(sample.worker.rss_mib)
        other_percent = other_load_percent(sample)
        if other_percent is not None:
            self._other_percent.append(other_percent)
        if sample.state is State.THROTTLED:
            self._throttled = True
        p50_ms = sample.window.latency.p50_ms
        if sample.window.inferences and p50_ms is not None:
            self._medians_ms.append(p50_ms)

    def _is_enough(self, sample: Sample) -> bool:
        inferences, measured_s = sample.total.inferences, sample.run_elapsed_s
        if self.place.search:
            return inferences >= _LEAST_INFERENCES
        if inferences < _LEAST_INFERENCES or measured_s < _LEAST_S:
            return False
        if measured_s >= self._plan.visit_s:
            return True
        found = of_visits([self._medians_ms])
        steady = sample.state is State.STEADY or len(self._medians_ms) >= 2 * LEAST_BLOCKS
        return found is not None and steady and found.relative <= self._plan.within

    def visit(self, session: str, now_s: float) -> Visit:
        """What came of it."""
        visit = Visit(
            setup=self.place.setup,
            batch=self.place.batch,
            search=self.place.search,
            session=session,
            started_unix_s=self._began_unix_s,
            spent_s=now_s - self._began_s,
            error=self._error,
            exit_code=self._exit_code,
            fixed_batch=self._fixed_batch,
        )
        sample = self._last
        if sample is None:
            return visit
        run = sample.run
        visit = replace(
            visit,
            run=run.number,
            provider=run.provider,
            threads=run.threads,
            precision=run.precision,
            runtime=run.runtime,
        )
        return visit if self._error else self._with_figures(visit, sample)

    def _with_figures(self, visit: Visit, sample: Sample) -> Visit:
        run = sample.run
        power = sample.board.power
        return replace(
            visit,
            medians_ms=tuple(round(value, 6) for value in self._medians_ms[-_MOST_BLOCKS:]),
            latency=sample.total.latency,
            fps=sample.total.fps,
            inferences=sample.total.inferences,
            measured_s=sample.run_elapsed_s,
            load_s=run.load_s,
            first_run_ms=run.first_run_ms,
            memory_mib=max(self._memory_mib, default=None),
            baseline_mib=run.baseline_mib,
            gpu_memory_mib=sample.board.gpu_memory_used_mib.value,
            power_w=sample.energy.mean_power_w,
            power_scope=power.scope_words if sample.energy.mean_power_w is not None else "",
            j_per_image=sample.energy.j_per_image,
            temperature_c=sample.board.temperature_c.value,
            other_load_percent=fmean(self._other_percent) if self._other_percent else None,
            state=self._state(sample),
        )

    def _state(self, sample: Sample) -> str:
        """How far the figures can be trusted; empty if it was too short to tell."""
        if self._throttled:
            return State.THROTTLED.value
        return sample.state.value if sample.state in (State.STEADY, State.DRIFTING) else ""


def other_load_percent(sample: Sample) -> float | None:
    """What others than the model and edgetop use of all processors; None if that is unknown."""
    whole = sample.board.cpu_percent.value
    model, own = sample.worker.cpu_percent, sample.own.cpu_percent
    if whole is None or model is None or own is None:
        return None
    return max(0.0, whole - (model + own) / (os.cpu_count() or 1))


def reason(failure: EdgetopError) -> str:
    """Why a run failed: the kind of reason, then its own words."""
    words = failure.message
    if any(word in words for word in _OF_MEMORY):
        kind = OUT_OF_MEMORY
    elif failure.code is ExitCode.WORKER_DIED:
        kind = TIMEOUT if "hung" in words else KILLED
    else:
        kind = REFUSED
    return f"{kind}: {words}"
