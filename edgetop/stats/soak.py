"""A long run minute by minute, and what of its first minutes' speed it keeps."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from edgetop.readings import Kind
from edgetop.sample import State
from edgetop.stats.increments import NewLatencies, percentile_ms, weighted_median

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgetop.sample import Sample
    from edgetop.stats.increments import Bins

MINUTE_S = 60.0
ROWS = 7 * 24 * 60
"""A week of minutes is kept."""

# Samples end a little before or after the minute does, and long intervals reach over its ends.
_FULL_S = 45.0
_SUSTAINED = 5
_BURST_S = 10.0
_END_S = 1e10  # three centuries; what is beyond is no time
_MARKS = 20
# Ten times as many as the shortest interval allows.
_MOST_SAMPLES = 12_000


@dataclass(frozen=True, slots=True)
class Minute:
    """What one minute of one run was like. None where nothing is known."""

    start_unix_s: float | None
    elapsed_s: float
    """Of the session, when the minute began: a multiple of 60 s, or when its run began."""
    run: int
    fps: float | None = None
    """Images by the measured time of this minute, pauses and warm-up left out."""
    p50_ms: float | None = None
    """Median of the samples' medians, each as often as it has inferences."""
    p99_ms: float | None = None
    """Of all inferences of this minute, within 3.2 %; None with fewer than 662."""
    temperature_c: float | None = None
    """The highest."""
    clock_mhz: float | None = None
    """Mean over the samples of the fastest clock: of the GPU where the run uses one that has a
    clock, else of the processor."""
    power_w: float | None = None
    """Mean of the samples, paused ones too."""
    throttled: bool = False
    """Something held the board back in at least one sample."""
    marks: tuple[str, ...] = ()
    """What happened, in words for the charts; at most 20."""
    measured_s: float = 0.0
    """How much of the minute counts for `fps`."""


@dataclass(frozen=True, slots=True)
class Sustained:
    """What a run keeps of its speed. None where nothing is known, or not yet."""

    burst_fps: float | None = None
    """The best full minute; before there is one, the best 10 s."""
    sustained_fps: float | None = None
    """Median of the last five full minutes."""
    ratio: float | None = None
    """Sustained by burst."""
    time_to_throttle_s: float | None = None
    """Measured time of the run at its first throttled sample; None if there was none."""
    hottest_c: float | None = None


class Soak:
    """Takes the samples of a session, keeps a row a minute and the figures of the latest run.

    A sample counts for the minute in which it ends. A row is of one minute and one run: where
    another run begins within the minute a row of its own begins with it, unless the row so far
    has measured nothing, which then is the new run's. A minute is full with 45 s of measured
    time. Samples from before the present row, or without a time, are left out. The memory is
    that of `ROWS` rows and of one minute's samples.
    """

    __slots__ = ("_done", "_latency", "_row", "_run")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._done: deque[Minute] = deque(maxlen=ROWS - 1)
        self._row: _Row | None = None
        self._run: _RunFigures | None = None
        self._latency = NewLatencies()

    def add(self, sample: Sample) -> None:
        """Take the next sample; those of a trial, where two runs take turns, say nothing here."""
        if sample.trial is not None and sample.run.number in sample.trial.runs:
            return
        row, number = self._row, sample.run.number
        begin_s = 0.0 if row is None else row.elapsed_s
        if not begin_s <= sample.elapsed_s < _END_S:  # nor is NaN between them
            return
        start_s = math.floor(sample.elapsed_s / MINUTE_S) * MINUTE_S
        if row is not None:
            within = start_s == row.minute_s
            if not within or (row.run != number and row.measured_s > 0):
                self._finish(row)
                row = None
                start_s = sample.elapsed_s if within else start_s
        if self._run is None or self._run.number != number:
            self._run = _RunFigures(number)
        if row is None:
            row = self._row = _Row(start_s, _unix_s(sample, start_s))
        row.run = number
        row.add(sample, self._latency.add(sample))
        self._run.add(sample)

    def _finish(self, row: _Row) -> None:
        minute = row.minute()
        self._done.append(minute)
        if self._run is not None and self._run.number == row.run:
            self._run.end_minute(minute)

    def minutes(self, count: int = ROWS) -> tuple[Minute, ...]:
        """The last rows, oldest first; the last one is of the minute that goes on."""
        if self._row is None or count < 1:
            return ()
        done = tuple(islice(reversed(self._done), count - 1))
        return (*reversed(done), self._row.minute())

    def restore(self, minutes: Iterable[Minute]) -> None:
        """Begin behind minutes that were kept earlier, oldest first.

        What the latest run of them kept of its speed is known again; the time to its first
        throttling to the minute.
        """
        self.clear()
        for minute in minutes:
            self._done.append(minute)
            if self._run is None or self._run.number != minute.run:
                self._run = _RunFigures(minute.run)
            self._run.restore(minute)

    def summary(self) -> Sustained:
        """What the latest run keeps of its speed."""
        return Sustained() if self._run is None else self._run.summary()


class _Row:
    """The minute that samples are still being added to."""

    __slots__ = (
        "_bins", "_clock", "_images", "_marks", "_medians", "_power", "_temperature_c",
        "_throttled", "_unix_s", "elapsed_s", "measured_s", "minute_s", "run",
    )  # fmt: skip

    def __init__(self, elapsed_s: float, unix_s: float | None) -> None:
        self.run = 0
        self.elapsed_s = elapsed_s
        self.minute_s = math.floor(elapsed_s / MINUTE_S) * MINUTE_S
        self.measured_s = 0.0
        self._unix_s = unix_s
        self._images = 0
        self._medians: deque[tuple[float, int]] = deque(maxlen=_MOST_SAMPLES)
        self._bins: Bins = {}
        self._temperature_c: float | None = None
        self._clock, self._power = _Mean(), _Mean()
        self._throttled = False
        self._marks: tuple[str, ...] = ()

    def add(self, sample: Sample, latencies: Bins) -> None:
        window, board = sample.window, sample.board
        if _measured(sample):
            self.measured_s += window.duration_s
            self._images += window.images
        p50_ms = _known(window.latency.p50_ms)
        if p50_ms is not None and window.inferences > 0:
            self._medians.append((p50_ms, window.inferences))
        for edges, count in latencies.items():
            self._bins[edges] = self._bins.get(edges, 0) + count
        self._temperature_c = _highest(self._temperature_c, board.temperature_c.value)
        self._clock.add(_clock_mhz(sample))
        self._power.add(board.power.power_w)
        self._throttled |= sample.state is State.THROTTLED
        marks = tuple(event.mark for event in sample.events if event.mark)
        self._marks = (self._marks + marks)[:_MARKS]

    def minute(self) -> Minute:
        """The row as it stands."""
        return Minute(
            start_unix_s=self._unix_s,
            elapsed_s=self.elapsed_s,
            run=self.run,
            fps=_rate(self._images, self.measured_s),
            p50_ms=weighted_median(self._medians),
            p99_ms=percentile_ms(self._bins, 99.0),
            temperature_c=self._temperature_c,
            clock_mhz=self._clock.value,
            power_w=self._power.value,
            throttled=self._throttled,
            marks=self._marks,
            measured_s=self.measured_s,
        )


class _RunFigures:
    """What is known of the speed of one run."""

    __slots__ = (
        "_best_minute", "_best_stretch", "_hottest_c", "_last", "_restored_s", "_stretch_images",
        "_stretch_s", "_throttled_s", "number",
    )  # fmt: skip

    def __init__(self, number: int) -> None:
        self.number = number
        self._best_minute: float | None = None
        self._best_stretch: float | None = None
        self._stretch_images, self._stretch_s = 0, 0.0
        self._last: deque[float] = deque(maxlen=_SUSTAINED)
        self._throttled_s: float | None = None
        self._hottest_c: float | None = None
        self._restored_s = 0.0

    def add(self, sample: Sample) -> None:
        self._hottest_c = _highest(self._hottest_c, sample.board.temperature_c.value)
        if sample.state is State.THROTTLED and self._throttled_s is None:
            self._throttled_s = _known(sample.run_elapsed_s)
        if not _measured(sample):
            return
        self._stretch_images += sample.window.images
        self._stretch_s += sample.window.duration_s
        # Samples of half a second add up to a little less than ten of a second.
        if self._stretch_s >= _BURST_S - 1e-6:
            fps = _rate(self._stretch_images, self._stretch_s)
            self._best_stretch = _highest(self._best_stretch, fps)
            self._stretch_images, self._stretch_s = 0, 0.0

    def end_minute(self, minute: Minute) -> None:
        if minute.fps is not None and minute.measured_s >= _FULL_S:
            self._last.append(minute.fps)
            self._best_minute = _highest(self._best_minute, minute.fps)

    def restore(self, minute: Minute) -> None:
        """Take a minute of this run that was kept earlier."""
        self._hottest_c = _highest(self._hottest_c, minute.temperature_c)
        if minute.throttled and self._throttled_s is None:
            self._throttled_s = self._restored_s
        self._restored_s += minute.measured_s
        self.end_minute(minute)

    def summary(self) -> Sustained:
        burst = self._best_stretch if self._best_minute is None else self._best_minute
        sustained = None
        if len(self._last) == _SUSTAINED:
            sustained = float(np.median(list(self._last)))
        ratio = _known(sustained / burst) if sustained is not None and burst else None
        return Sustained(burst, sustained, ratio, self._throttled_s, self._hottest_c)


class _Mean:
    """Mean of the known values; None without any."""

    __slots__ = ("_count", "_sum")

    def __init__(self) -> None:
        self._sum, self._count = 0.0, 0

    def add(self, value: float | None) -> None:
        if (known := _known(value)) is not None:
            self._sum += known
            self._count += 1

    @property
    def value(self) -> float | None:
        return _known(self._sum / self._count) if self._count else None


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _highest(one: float | None, other: float | None) -> float | None:
    other = _known(other)
    return other if one is None else one if other is None else max(one, other)


def _rate(images: int, seconds: float) -> float | None:
    return _known(images / seconds) if seconds > 0 else None


def _measured(sample: Sample) -> bool:
    """The sample's time and images belong to a figure."""
    window = sample.window
    return 0 < window.duration_s < _END_S and window.images >= 0


def _unix_s(sample: Sample, elapsed_s: float) -> float | None:
    return _known(sample.time_unix_s - (sample.elapsed_s - elapsed_s))


def _clock_mhz(sample: Sample) -> float | None:
    """The fastest clock of what the model runs on; None if it has none or it is unknown.

    Which kind it is depends on the sensors that exist, not on those that answer: a minute in
    which the GPU sleeps now and then must not mix two kinds. Nor is one of them taken before
    the model is loaded and the provider known.
    """
    clocks = sample.board.of_kind(Kind.CLOCK)
    kinds = {"auto": (), "cpu": ("cpu",)}
    for name in kinds.get(sample.run.provider, ("gpu", "cpu")):
        found = [item for item in clocks if item.sensor.label.rstrip("0123456789") == name]
        if found:
            values = [known for item in found if (known := _known(item.value)) is not None]
            return max(values, default=None)
    return None
