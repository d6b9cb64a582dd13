"""One run as it goes: the worker's messages become its facts, its records its statistics."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edgetop.engine.process import Glance
from edgetop.engine.ring import CAPACITY
from edgetop.sample import Event, Run, State, Window
from edgetop.session.loaded import batch_problem, loaded_run
from edgetop.session.run_energy import RunEnergy
from edgetop.session.watchdog import Look, Watchdog
from edgetop.stats.latency import Binned, LatencyHistogram
from edgetop.stats.steady import SteadyTest
from edgetop.stats.throughput import RecentThroughput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edgetop.engine.process import WorkerProcess
    from edgetop.engine.spec import RunSpec
    from edgetop.errors import EdgetopError
    from edgetop.readings import BoardReadings
    from edgetop.session.trace import Trace
    from edgetop.stats.energy import EnergyIntegral

_NS = 1_000_000_000
_AT_WORK = Glance("R", None)


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

    def __init__(self, number: int, worker: WorkerProcess, trace: Trace | None = None) -> None:
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
        self._energy = RunEnergy()
        self.watchdog = Watchdog()
        """Says whether the run hangs, by what `watch` has seen."""
        self._silent = True
        self.room_s = math.inf
        """How long an empty ring takes what comes, by the pace of the last drain."""
        self._measured_ns = 0  # resets do not touch it
        self._lost_counted = 0  # in the throughput of the last moment
        self._clear_figures()

    def _clear_figures(self) -> None:
        now_s = time.monotonic()
        self.epoch += 1
        self._total.clear()
        self._window.clear()
        self._recent.clear()
        self._steady.clear(now_s)
        self._energy.clear(now_s)
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
                    self.watchdog.first_run(message["first_run_ms"] / 1000)
                case "warm":
                    events.append(self._warm(message))
                case "paused" if self.paused:
                    self._came_to_rest()
                case "pace":
                    self.reset()  # until now it ran on at the pace before
        return events

    def _loaded(self, said: dict[str, Any]) -> list[Event]:
        self.phase = "warming"
        self.run = loaded_run(self.run, said)
        events = [_event(f"loaded in {said['load_s']:.2f} s, {self.run.runtime}")]
        if problem := batch_problem(self.spec, self.run.batch):
            events.append(_event(problem, "warning"))
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
        self._energy.resume(now_ns / _NS)

    @property
    def measuring(self) -> bool:
        """Inferences are being measured now: warm, and not paused."""
        return self.phase == "measuring" and not self.paused

    @property
    def resting(self) -> bool:
        """It is paused, and its last inference has ended."""
        return self.paused and self.phase == "measuring" and self._measuring_since_ns is None

    def failure(self) -> EdgetopError | None:
        """Why the worker ended, if it did so by itself."""
        return self.worker.failure()

    # -- does it hang? ---------------------------------------------------------------------

    def watch(self, now_s: float) -> None:
        """Judge the silence; called whenever the ring has been drained."""
        # Where inferences have just ended there is nothing to find out about the process.
        process = self.worker.glance() if self._silent else _AT_WORK
        rate_fps = self.run.rate_fps
        self.watchdog.look(
            Look(
                now_s,
                measuring=self.phase == "measuring",
                paused=self.paused,
                process_state=process.state,
                cpu_s=process.cpu_s,
                period_s=self.run.batch / rate_fps if rate_fps else 0.0,
            )
        )

    @property
    def worked_s(self) -> float:
        """Measured time, resets or not, up to where it fell silent."""
        return max(0.0, self._measured_ns / _NS - self.watchdog.silence_s)

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
        self.watchdog.rest()
        self.reset()

    def reset(self) -> None:
        """Forget all figures; load, first run and warm-up stay."""
        self.drain()
        self._clear_figures()

    # -- figures ---------------------------------------------------------------------------

    def drain(self) -> None:
        """Move new records from the ring into the statistics and the trace."""
        before_ns, self._drained_ns = self._drained_ns, time.monotonic_ns()
        rows = self.worker.records()
        self._count_time(self._drained_ns)
        self._count(rows)
        self._silent = not len(rows)
        if len(rows):
            self.room_s = CAPACITY * (self._drained_ns - before_ns) / _NS / len(rows)

    def halt(self) -> bool:
        """End the worker; time counts up to the end of its last inference.

        Returns:
            Whether its process has ended.
        """
        self._count_time(time.monotonic_ns())
        # One that hangs would only let us wait for an answer.
        ended = self.worker.stop(0.0) if self.watchdog.hung else self.worker.stop()
        rows = self.worker.records()
        if len(rows):
            self._count_time(int(rows[-1, 2]))
        self._count(rows)
        self._measuring_since_ns = None
        return ended

    def _count_time(self, until_ns: int) -> None:
        if self._measuring_since_ns is None or until_ns <= self._measuring_since_ns:
            return
        elapsed_ns = until_ns - self._measuring_since_ns
        self._active_ns += elapsed_ns
        self._measured_ns += elapsed_ns
        self._window_active_ns += elapsed_ns
        self._measuring_since_ns = until_ns

    def _count(self, rows: NDArray[np.int64]) -> None:
        if not len(rows):
            return
        if self._trace is not None:
            self._trace.write(rows)
        latencies = Binned.of(rows[:, 2] - rows[:, 0])
        self._total.take(latencies)
        self._window.take(latencies)
        lost, self._lost_counted = self.worker.lost - self._lost_counted, self.worker.lost
        self._recent.add(rows[:, 2], self.run.batch, lost)
        self._energy.images(rows[:, 2], self.run.batch, lost)
        self._last_due_ns = int(rows[-1, 0])
        took_ns = rows[:, 2] - rows[:, 1]
        slowest = int(took_ns.argmax())
        self.watchdog.inference(rows[slowest, 1] / _NS, took_ns[slowest] / _NS)

    def observe(self, board: BoardReadings) -> None:
        """Take the board's power; outside the measured time it belongs to no image."""
        if self._measuring_since_ns is not None:
            self._energy.observe(board.power, self._drained_ns)

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
        """Throughput now; None before the first inferences and while paused.

        A model that hangs has none, and that is known: 0. The windows agree, for their
        images are divided by wall time, in which a hang is like any other; so the mean of the
        run falls with it, as it would for whoever waits for the images.
        """
        if self.paused:
            return None
        if self.watchdog.hung:
            return 0.0 if self.phase == "measuring" else None
        return self._recent.fps(self._drained_ns)

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
        if self.watchdog.hung:
            return State.HUNG, self.watchdog.reason
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
        return self._energy.integral


def _event(text: str, severity: str = "info", mark: str = "") -> Event:
    return Event(time.time(), text, severity, mark)
