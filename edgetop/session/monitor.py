"""One run as it goes: the worker's messages become its facts, its records its statistics."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edgetop.sample import Event, Run, State, Tensor, Window
from edgetop.stats.energy import EnergyIntegral
from edgetop.stats.latency import LatencyHistogram
from edgetop.stats.progress import Progress
from edgetop.stats.steady import SteadyTest
from edgetop.stats.throughput import RecentThroughput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edgetop.engine.process import WorkerProcess
    from edgetop.engine.spec import RunSpec
    from edgetop.errors import EdgetopError
    from edgetop.readings import BoardReadings, Power
    from edgetop.session.trace import TraceFile

_NS = 1_000_000_000

_WAITING_POWERS = 16
"""Readings of the power that are newer than the last records."""


def _largest_gap_s(period_s: float) -> float:
    """Power readings further apart are not bridged: three periods, and a little for lateness."""
    return 3.0 * period_s + 0.5


def planned_run(number: int, spec: RunSpec) -> Run:
    """What is known of a run before its process has said anything."""
    return Run(
        number=number,
        model=spec.title,
        model_path=spec.model_path,
        batch=spec.batch,
        provider=spec.provider,
        threads=spec.threads,
        instances=spec.instances,
        rate_fps=spec.rate_fps,
        label=spec.label,
    )


class RunMonitor:
    """The statistics of one run, from its start to its end.

    Only time in which the model was measured counts: from the end of the warm-up, without
    pauses. `reset` starts the statistics again within the same process.

    Args:
        number: Of the run in its session, from 1.
        worker: Its process, which has just been started.
        trace: Takes every inference.
    """

    def __init__(self, number: int, worker: WorkerProcess, trace: TraceFile | None = None) -> None:
        self.spec = spec = worker.spec
        self.worker = worker
        self._trace = trace
        self.run = planned_run(number, spec)
        self.phase = "starting"
        """starting, loading, warming, measuring: what the worker last said of itself."""
        self.paused = False
        self.epoch = 0
        """Changes whenever the figures begin anew."""
        self._drained_ns = time.monotonic_ns()
        self._measuring_since_ns: int | None = None  # None: time does not count
        self._total = LatencyHistogram()
        self._window = LatencyHistogram()
        self._recent = RecentThroughput(spec.instances)
        self._steady = SteadyTest()
        self._energy = EnergyIntegral(_largest_gap_s(1.0))
        self._progress = Progress()
        self._powers: deque[Power] = deque(maxlen=_WAITING_POWERS)
        self._power_of: tuple[str, tuple[str, ...]] | None = None
        self._lost_counted = 0  # in the throughput of the last moment
        self._clear_figures()

    def _clear_figures(self) -> None:
        now_s = time.monotonic()
        self.epoch += 1
        self._total.clear()
        self._window.clear()
        self._recent.clear()
        self._steady.clear(now_s)
        self._since_s = now_s
        self._energy.clear(now_s)
        self._progress.clear()
        self._active_ns = 0
        self._window_active_ns = 0
        self._window_lost = 0
        self._lost_before = self.worker.lost
        self._last_due_ns: int | None = None

    # -- what the worker says --------------------------------------------------------------

    def hear(self) -> list[Event]:
        """Take the worker's messages; returns what people should know of them."""
        events: list[Event] = []
        for message in self.worker.messages():
            match message.get("event"):
                case "loaded":
                    events += self._loaded(message)
                case "first_run":
                    self.run = replace(self.run, first_run_ms=message["first_run_ms"])
                case "warm":
                    events.append(self._warm(message))
                case "paused" if self.paused:
                    self._came_to_rest()
        return events

    def _loaded(self, said: dict[str, Any]) -> list[Event]:
        self.phase = "warming"
        asked, got = self.spec.batch, said["batch"]
        self.run = replace(
            self.run,
            batch=got,
            batch_fixed=said["batch_fixed"],
            provider=said["provider"],
            threads=said["threads"],
            precision=said["precision"],
            inputs=tuple(
                Tensor(item["name"], item["dtype"], tuple(item["shape"])) for item in said["inputs"]
            ),
            providers_used=tuple(said["providers_used"]),
            nodes=tuple(said["nodes"].items()),
            runtime=said["runtime"],
            available_providers=tuple(said["available_providers"]),
            load_s=said["load_s"],
        )
        events = [_event(f"loaded in {said['load_s']:.2f} s, {self.run.runtime}")]
        if asked != got:
            whose = "the inputs given have a"
            if not (self.spec.input_shapes or self.spec.input_file):
                whose = "this model has a fixed"
            events.append(
                _event(f"{whose} batch of {got}; batch {asked} is not possible", "warning")
            )
        return events

    def _warm(self, said: dict[str, Any]) -> Event:
        self.phase = "measuring"
        self.run = replace(self.run, warmup_s=said["warmup_s"])
        # By the worker's clock, not by when we hear of it: its inferences count from then on.
        self._start_clock(said["now_ns"])
        if said["settled"] or self.spec.warmup_s is not None:
            return _event(f"warm after {said['warmup_s']:.2f} s")
        return _event(f"not settled after {said['warmup_s']:.1f} s of warm-up", "warning")

    def _start_clock(self, now_ns: int) -> None:
        self._measuring_since_ns = self._drained_ns = now_ns
        self._recent.clear(now_ns)
        self._steady.clear(now_ns / _NS)
        self._since_s = now_ns / _NS
        self._energy.interrupt(self._since_s)

    @property
    def measuring(self) -> bool:
        """Inferences are being measured now: warm, and not paused."""
        return self.phase == "measuring" and not self.paused

    def failure(self) -> EdgetopError | None:
        """Why the worker ended, if it did so by itself."""
        return self.worker.failure()

    # -- commands --------------------------------------------------------------------------

    def pause(self) -> None:
        """Pause; the clock goes on until the worker says that its last inference has ended."""
        self.paused = True
        self.worker.pause()

    def resume(self) -> None:
        """Go on; the paused time is outside every figure."""
        self.paused = False
        if self.phase == "measuring" and self._measuring_since_ns is None:
            self._start_clock(time.monotonic_ns())
        self.worker.resume()

    def _came_to_rest(self) -> None:
        self.drain()
        self._measuring_since_ns = None
        self._energy.interrupt(time.monotonic())

    def set_rate(self, rate_fps: float | None) -> None:
        """Change the pace; the figures start again, for they would mix two things."""
        self.spec = self.spec.with_(rate_fps=rate_fps)
        self.run = replace(self.run, rate_fps=rate_fps)
        self.worker.set_rate(rate_fps)
        self.reset()

    def reset(self) -> None:
        """Forget all figures; load, first run and warm-up stay."""
        self.drain()
        self._clear_figures()

    # -- figures ---------------------------------------------------------------------------

    def drain(self) -> None:
        """Move new records from the ring into the statistics and the trace."""
        self._drained_ns = time.monotonic_ns()
        rows = self.worker.records()
        self._count_time(self._drained_ns)
        self._count(rows)

    def halt(self) -> None:
        """End the worker; time counts up to the end of its last inference."""
        self._count_time(time.monotonic_ns())
        self.worker.stop()
        rows = self.worker.records()
        if len(rows):
            self._count_time(int(rows[-1, 2]))
        self._count(rows)
        self._measuring_since_ns = None

    def _count_time(self, until_ns: int) -> None:
        if self._measuring_since_ns is None or until_ns <= self._measuring_since_ns:
            return
        elapsed_ns = until_ns - self._measuring_since_ns
        self._active_ns += elapsed_ns
        self._window_active_ns += elapsed_ns
        self._measuring_since_ns = until_ns

    def _count(self, rows: NDArray[np.int64]) -> None:
        if not len(rows):
            return
        if self._trace is not None:
            self._trace.write(rows)
        latencies_ns = rows[:, 2] - rows[:, 0]
        self._total.add(latencies_ns)
        self._window.add(latencies_ns)
        lost, self._lost_counted = self.worker.lost - self._lost_counted, self.worker.lost
        self._recent.add(rows[:, 2], self.run.batch, lost)
        self._progress.add(rows[:, 2], self.run.batch, lost)
        self._last_due_ns = int(rows[-1, 0])

    def observe(self, board: BoardReadings) -> None:
        """Take the board's power; it counts with the images finished when it was read.

        The reading may be newer than the last records that were drained, so it waits for them.
        Another scope than before begins the energy anew: joules of a package and of a whole
        board do not add up.
        """
        if self._measuring_since_ns is None:
            return
        power = board.power
        if power.power_w is not None and (power.scope, power.rails) != self._power_of:
            self._power_of = (power.scope, power.rails)
            self._powers.clear()
            self._energy.clear(max(power.time_s, self._since_s))
        self._powers.append(power)
        while self._powers and not self._powers[0].time_s * _NS > self._drained_ns:
            self._add_power(self._powers.popleft())

    def _add_power(self, power: Power) -> None:
        self._energy.max_gap_s = _largest_gap_s(power.period_s)
        known = math.isfinite(power.time_s)
        images = self._progress.at(int(power.time_s * _NS)) if known else 0
        self._energy.add(power.time_s, power.power_w, power.energy_j, images)

    def close_window(self, now_s: float) -> Window:
        """The figures since the last call."""
        lost = self.worker.lost - self._lost_before - self._window_lost
        self._window_lost += lost
        window = self._figures(self._window, self._window_active_ns, lost)
        if window.duration_s and not self.paused:
            self._steady.add(now_s, self.fps(), window.latency.p50_ms, window.inferences)
        self._window.clear()
        self._window_active_ns = 0
        return window

    def total(self) -> Window:
        """The figures since the warm-up or the last reset."""
        return self._figures(self._total, self._active_ns, self.worker.lost - self._lost_before)

    def _figures(self, latencies: LatencyHistogram, active_ns: int, lost: int) -> Window:
        inferences = latencies.count + lost
        images = inferences * self.run.batch
        return Window(
            duration_s=active_ns / _NS,
            inferences=inferences,
            images=images,
            fps=images * _NS / active_ns if active_ns else None,
            latency=latencies.stats(),
            lost=lost,
        )

    def fps(self) -> float | None:
        """Throughput now; None before the first inferences and while paused."""
        return None if self.paused else self._recent.fps(self._drained_ns)

    def backlog(self) -> int:
        """Open loop: images that are due but have no record yet, beyond the one in flight."""
        rate = self.run.rate_fps
        if rate is None or self._last_due_ns is None or self.paused:
            return 0
        waiting_s = (self._drained_ns - self._last_due_ns) / _NS
        return max(0, int(waiting_s * rate) - self.run.batch * self.run.instances)

    def state(self, board: BoardReadings) -> tuple[State, str]:
        """The badge and its reason."""
        if self.paused:
            return State.PAUSED, "space resumes"
        if self.phase != "measuring":
            words = {"starting": "loading the model", "warming": "warming up"}
            return State.WARMING, words.get(self.phase, self.phase)
        if board.throttle:
            first = board.throttle[0]
            return State.THROTTLED, f"{first.source}: {first.cause}"
        return self._steady.verdict()

    @property
    def histogram(self) -> LatencyHistogram:
        """Latencies since the warm-up or the last reset."""
        return self._total

    @property
    def energy(self) -> EnergyIntegral:
        """Energy since the warm-up or the last reset."""
        return self._energy


def _event(text: str, severity: str = "info", mark: str = "") -> Event:
    return Event(time.time(), text, severity, mark)
