"""Two configurations in turn: which is faster, or that they cannot be told apart.

On a shared machine the speed moves by tens of per cent within seconds, so that one run after the
other proves nothing. Here both are loaded and warm, and they run in short slices, in pairs of
random order; the ratio within each pair is free of what moves more slowly than a pair lasts.
"""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgetop.engine.process import WorkerProcess
from edgetop.errors import WorkerDiedError
from edgetop.sample import State, Trial
from edgetop.session.marks import title_of
from edgetop.session.monitor import RunMonitor
from edgetop.session.runs import log_file
from edgetop.stats.against import verdict
from edgetop.stats.ratio import median, paired

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edgetop.engine.channel import Channel
    from edgetop.engine.spec import RunSpec
    from edgetop.errors import EdgetopError
    from edgetop.session.runs import Say
    from edgetop.session.trace import Trace

PAIRS = 60

_SLICE_S = 0.5
_LEAST_INFERENCES = 5
"""A slice of a slow model lasts until it has so many, or for `_LONGEST_SLICE_S`."""
_LONGEST_SLICE_S = 10.0
_LOOK_S = 0.02
"""Between two looks at whether a model has come to rest, or a slow one has done enough."""
_NS = 1_000_000_000


class _Slice:
    """What a model did since its slice began: takes the records that its run counts."""

    def __init__(self, trace: Trace | None) -> None:
        self._trace = trace
        self.clear()

    def clear(self) -> None:
        self.inferences = 0
        self._first_ns = 0
        self._last_ns = 0

    def write(self, rows: NDArray[np.int64]) -> None:
        """Inferences: rows (due_ns, start_ns, end_ns)."""
        if not self.inferences:
            self._first_ns = int(rows[0, 1])
        self.inferences += len(rows)
        self._last_ns = int(rows[-1, 2])
        if self._trace is not None:
            self._trace.write(rows)

    def fps(self, batch: int) -> float:
        """Images per second from the start of the first inference to the end of the last."""
        spent_ns = self._last_ns - self._first_ns
        return self.inferences * batch * _NS / spent_ns if spent_ns > 0 else math.nan


@dataclass(slots=True)
class _Side:
    """One of the two configurations."""

    name: str
    spec: RunSpec
    monitor: RunMonitor
    slice: _Slice
    fps: list[float] = field(default_factory=list)


class TrialRuns:
    """Runs two configurations in turn; stands where `Runs` stands for a single one.

    Args:
        a: The configuration that was marked.
        b: The present one.
        number: Of the last run before; the two get the next numbers.
        say: Where events go.
        trace: Takes every inference.
        titles: What runs, of each, where that is known better than from the specs.
        pairs: How many slices each gets; None = `PAIRS`.
        seed: Of the order within the pairs; None = another one each time.
    """

    building = False
    measuring = 0

    def __init__(
        self,
        a: RunSpec,
        b: RunSpec,
        number: int,
        say: Say,
        trace: Trace | None = None,
        *,
        titles: tuple[str, str] | None = None,
        pairs: int | None = None,
        seed: int | None = None,
    ) -> None:
        self.number = number
        self.failure: EdgetopError | None = None
        self._say = say
        self._trace = trace
        self._pairs = pairs or PAIRS
        self._random = random.Random(seed)  # noqa: S311  an order, no secret
        self._sides: list[_Side] = []
        self._waiting = [("A", a), ("B", b)]
        self._order: list[_Side] = []
        self._active: _Side | None = None
        self._since_s = 0.0
        names = titles or (title_of(a), title_of(b))
        self._titles = dict(zip("AB", names, strict=True))
        self._result: Trial | None = None
        say(f"A/B: {names[0]} against {names[1]}", mark="A/B")
        self._start_next()

    # -- what `LiveSession` asks of the run in progress ------------------------------------

    @property
    def spec(self) -> RunSpec:
        """Of the side that runs now."""
        return self._shown.spec

    @property
    def monitor(self) -> RunMonitor:
        """The side that runs now, or ran last."""
        return self._shown.monitor

    @property
    def monitors(self) -> list[RunMonitor]:
        """Both sides, as far as they have begun."""
        return [side.monitor for side in self._sides]

    @property
    def state(self) -> tuple[State, str]:
        """The badge and its reason: how far the figures can be trusted."""
        trial = self.trial
        pairs = f"A/B: {trial.pairs} of {trial.planned_pairs} pairs"
        if self._active is None:
            return State.WARMING, "A/B: both load and warm up"
        return State.WARMING if trial.ratio is None else State.STEADY, pairs

    @property
    def fps(self) -> float | None:
        """Throughput of the last slice of the side that runs now."""
        fps = self._shown.fps
        return fps[-1] if fps and math.isfinite(fps[-1]) else None

    @property
    def channel(self) -> Channel | None:
        """What the process that runs now speaks through."""
        channel = self.monitor.worker.channel
        return None if channel.closed else channel

    @property
    def done(self) -> bool:
        """All pairs are measured, or a side has failed."""
        return self.failure is not None or self._result is not None

    @property
    def trial(self) -> Trial:
        """How it stands."""
        return self._result or self._standing(self._active.name if self._active else "")

    def wait_s(self) -> float:
        """Until there is something to do."""
        if self._active is None or self._active.monitor.paused:
            return _LOOK_S
        left_s = self._since_s + _SLICE_S - time.monotonic()
        return left_s if left_s > 0 else _LOOK_S

    def follow(self) -> None:
        """Take what is new, and change sides when it is time."""
        for side in self._sides:
            for event in side.monitor.hear():
                self._say(f"{side.name}: {event.text}", event.severity)
            side.monitor.drain()
            side.monitor.watch(time.monotonic())
            failure = side.monitor.failure() or _hang(side.monitor)
            if failure is not None and not self.done:
                self._fail(side, failure)
        if not self.done:
            self._move_on()

    def halt(self) -> None:
        """End both processes; their figures stay."""
        for side in self._sides:
            side.monitor.halt()

    def close(self) -> None:
        """End both processes, whatever has become of their figures."""
        for side in self._sides:
            side.monitor.worker.stop()

    # -- the course of a trial -------------------------------------------------------------

    @property
    def _shown(self) -> _Side:
        return self._active or self._sides[-1]

    def _start_next(self) -> None:
        name, spec = self._waiting.pop(0)
        self.number += 1
        records = _Slice(self._trace)
        worker = WorkerProcess(spec, log_file(self.number))
        monitor = RunMonitor(self.number, worker, records)
        self._sides.append(_Side(name, spec, monitor, records))

    def _move_on(self) -> None:
        newest = self._sides[-1].monitor
        if self._active is None and not self._order:
            # While a side loads and warms up the other one rests.
            if newest.measuring:
                newest.pause()
            elif newest.resting:
                self._ready()
        elif self._active is not None and self._active.monitor.resting:
            self._end_slice(self._active)
        elif self._active is not None and self._slice_is_over(self._active):
            self._active.monitor.pause()

    def _ready(self) -> None:
        """A side is warm and rests: start the other, or begin."""
        if self._waiting:
            self._start_next()
            return
        for side in self._sides:
            side.monitor.reset()
        self._next_slice()

    def _slice_is_over(self, side: _Side) -> bool:
        spent_s = time.monotonic() - self._since_s
        enough = side.slice.inferences >= _LEAST_INFERENCES or spent_s >= _LONGEST_SLICE_S
        return not side.monitor.paused and spent_s >= _SLICE_S and enough

    def _end_slice(self, side: _Side) -> None:
        side.fps.append(side.slice.fps(side.monitor.run.batch))
        if self._order or min(len(item.fps) for item in self._sides) < self._pairs:
            self._next_slice()
        else:
            self._finish()

    def _next_slice(self) -> None:
        if not self._order:
            self._order = self._random.sample(self._sides, 2)
        self._active = self._order.pop(0)
        self._active.slice.clear()
        self._since_s = time.monotonic()
        self._active.monitor.resume()

    def _standing(self, running: str) -> Trial:
        figures = {side.name: side.fps for side in self._sides}
        a, b = figures.get("A", []), figures.get("B", [])
        pairs = min(len(a), len(b))
        return Trial(
            a=self._title("A"),
            b=self._title("B"),
            running=running,
            pairs=pairs,
            planned_pairs=self._pairs,
            fps_a=median(a),
            fps_b=median(b),
            ratio=paired(a[:pairs], b[:pairs]),
            runs=tuple(side.monitor.run.number for side in self._sides),
        )

    def _title(self, name: str) -> str:
        """What runs as A or B; once its process has said it, on which provider."""
        runs = [
            side.monitor.run
            for side in self._sides
            if side.name == name and side.monitor.run.runtime
        ]
        return title_of(runs[0]) if runs else self._titles[name]

    def _finish(self) -> None:
        self._result = self._standing("")
        self._say(_words(self._result), mark="A/B end")

    def _fail(self, side: _Side, failure: EdgetopError) -> None:
        self.failure = failure
        self._result = self._standing("")
        self._say(f"A/B ended, {side.name} failed: {failure.message}", "error")

    def stop_early(self) -> None:
        """The user has seen enough: what is measured so far is the result."""
        if not self.done:
            self._finish()


def _hang(monitor: RunMonitor) -> WorkerDiedError | None:
    """A process that will not go on by itself is as good as dead."""
    if not monitor.watchdog.lost:
        return None
    return WorkerDiedError(f"the model hung: {monitor.watchdog.account}")


def _words(trial: Trial) -> str:
    ratio = trial.ratio
    if ratio is None:
        return f"A/B ended after {trial.pairs} pairs: too few to tell"
    interval = f"{ratio.low:.3f} to {ratio.high:.3f}"
    return f"A/B: B/A {ratio.value:.3f} ({interval}, {trial.pairs} pairs), {verdict(trial)}"
