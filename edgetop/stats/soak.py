"""A long run minute by minute, and what of its first minutes' speed it keeps."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from edgetop.sample import State
from edgetop.stats.increments import NewLatencies
from edgetop.stats.minute import (
    END_S,
    MINUTE_S,
    GrowingMinute,
    Minute,
    highest,
    known,
    measured,
    rate,
    unix_s,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgetop.sample import Sample

ROWS = 7 * 24 * 60
"""A week of minutes is kept."""

# Samples end a little before or after the minute does, and long intervals reach over its ends.
_FULL_S = 45.0
_SUSTAINED = 5
_BURST_S = 10.0


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
        self._row: GrowingMinute | None = None
        self._run: _RunFigures | None = None
        self._latency = NewLatencies()

    def add(self, sample: Sample) -> None:
        """Take the next sample; those of a trial, where two runs take turns, say nothing here."""
        if sample.trial is not None and sample.run.number in sample.trial.runs:
            return
        row, number = self._row, sample.run.number
        begin_s = 0.0 if row is None else row.elapsed_s
        if not begin_s <= sample.elapsed_s < END_S:  # nor is NaN between them
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
            row = self._row = GrowingMinute(start_s, unix_s(sample, start_s))
        row.run = number
        row.add(sample, self._latency.add(sample))
        self._run.add(sample)

    def _finish(self, row: GrowingMinute) -> None:
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
        self._hottest_c = highest(self._hottest_c, sample.board.temperature_c.value)
        if sample.state is State.THROTTLED and self._throttled_s is None:
            self._throttled_s = known(sample.run_elapsed_s)
        if not measured(sample):
            return
        self._stretch_images += sample.window.images
        self._stretch_s += sample.window.duration_s
        # Samples of half a second add up to a little less than ten of a second.
        if self._stretch_s >= _BURST_S - 1e-6:
            fps = rate(self._stretch_images, self._stretch_s)
            self._best_stretch = highest(self._best_stretch, fps)
            self._stretch_images, self._stretch_s = 0, 0.0

    def end_minute(self, minute: Minute) -> None:
        if minute.fps is not None and minute.measured_s >= _FULL_S:
            self._last.append(minute.fps)
            self._best_minute = highest(self._best_minute, minute.fps)

    def restore(self, minute: Minute) -> None:
        """Take a minute of this run that was kept earlier."""
        self._hottest_c = highest(self._hottest_c, minute.temperature_c)
        if minute.throttled and self._throttled_s is None:
            self._throttled_s = self._restored_s
        self._restored_s += minute.measured_s
        self.end_minute(minute)

    def summary(self) -> Sustained:
        burst = self._best_stretch if self._best_minute is None else self._best_minute
        sustained = None
        if len(self._last) == _SUSTAINED:
            sustained = float(np.median(list(self._last)))
        ratio = known(sustained / burst) if sustained is not None and burst else None
        return Sustained(burst, sustained, ratio, self._throttled_s, self._hottest_c)
