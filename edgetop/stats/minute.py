"""One minute of a run: what its samples add up to."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.readings import Kind
from edgetop.sample import State
from edgetop.stats.increments import percentile_ms, weighted_median

if TYPE_CHECKING:
    from edgetop.sample import Sample
    from edgetop.stats.increments import Bins

MINUTE_S = 60.0

END_S = 1e10  # three centuries; what is beyond is no time
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


class GrowingMinute:
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
        """Take a sample and its new latencies."""
        window, board = sample.window, sample.board
        if measured(sample):
            self.measured_s += window.duration_s
            self._images += window.images
        p50_ms = known(window.latency.p50_ms)
        if p50_ms is not None and window.inferences > 0:
            self._medians.append((p50_ms, window.inferences))
        for edges, count in latencies.items():
            self._bins[edges] = self._bins.get(edges, 0) + count
        self._temperature_c = highest(self._temperature_c, board.temperature_c.value)
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
            fps=rate(self._images, self.measured_s),
            p50_ms=weighted_median(self._medians),
            p99_ms=percentile_ms(self._bins, 99.0),
            temperature_c=self._temperature_c,
            clock_mhz=self._clock.value,
            power_w=self._power.value,
            throttled=self._throttled,
            marks=self._marks,
            measured_s=self.measured_s,
        )


class _Mean:
    """Mean of the known values; None without any."""

    __slots__ = ("_count", "_sum")

    def __init__(self) -> None:
        self._sum, self._count = 0.0, 0

    def add(self, value: float | None) -> None:
        if (value := known(value)) is not None:
            self._sum += value
            self._count += 1

    @property
    def value(self) -> float | None:
        return known(self._sum / self._count) if self._count else None


def known(value: float | None) -> float | None:
    """The value; None where it is not finite."""
    return value if value is not None and math.isfinite(value) else None


def highest(one: float | None, other: float | None) -> float | None:
    """The larger of those that are known."""
    other = known(other)
    return other if one is None else one if other is None else max(one, other)


def rate(images: int, seconds: float) -> float | None:
    """Images per second; None without time."""
    return known(images / seconds) if seconds > 0 else None


def measured(sample: Sample) -> bool:
    """The sample's time and images belong to a figure."""
    window = sample.window
    return 0 < window.duration_s < END_S and window.images >= 0


def unix_s(sample: Sample, elapsed_s: float) -> float | None:
    """The wall time at a moment of the session, by the clock of a sample."""
    return known(sample.time_unix_s - (sample.elapsed_s - elapsed_s))


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
            values = [value for item in found if (value := known(item.value)) is not None]
            return max(values, default=None)
    return None
