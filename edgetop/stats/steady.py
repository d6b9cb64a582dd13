"""Whether the figures hold still: the badge beside them, with its reason in words."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from edgetop.sample import State

_WINDOWS = 3
_WINDOW_S = 1.0
# A sampler that wakes a little early must not cost the window a whole further sample.
_SLACK = 0.95
_INFERENCES = 5
_WITHIN = 0.10
_SLOPE_S, _SLOPE_LEAST_S, _SLOPE_WINDOWS = 60.0, 30.0, 5
_SLOPE_WITHIN = 0.05


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of samples that is long enough to compare."""

    end_s: float
    span_s: float
    inferences: int
    fps: float | None
    p50_ms: float | None


class _Pool:
    """The window that samples are still being added to."""

    __slots__ = ("_fps", "_p50", "inferences", "span_s")

    def __init__(self) -> None:
        self.span_s = 0.0
        self.inferences = 0
        self._fps: list[tuple[float, float]] = []
        self._p50: list[tuple[float, float]] = []

    def add(self, span_s: float, fps: float | None, p50_ms: float | None, inferences: int) -> None:
        self.span_s += span_s
        self.inferences += inferences
        if fps is not None:
            self._fps.append((fps, span_s))
        if p50_ms is not None and inferences > 0:
            self._p50.append((p50_ms, inferences))

    @property
    def full(self) -> bool:
        return self.span_s >= _WINDOW_S * _SLACK and self.inferences >= _INFERENCES

    def window(self, end_s: float) -> _Window:
        fps, p50_ms = _weighted_mean(self._fps), _weighted_mean(self._p50)
        return _Window(end_s, self.span_s, self.inferences, fps, p50_ms)


class SteadyTest:
    """Tells steady figures from drifting ones.

    Samples are pooled into windows of at least 1 s and 5 inferences. Steady means that
    throughput and median latency of the last three windows lie within 10 % of each other
    (max/min, the rule of Triton Perf Analyzer), and that a straight line through the last
    minute does not change by more than 5 %. One inference more or less in a window changes
    its throughput by 1/inferences, so throughput is allowed that much more; the latency is
    not. The line counts only with 30 s of data and a change beyond the scatter around it.
    """

    __slots__ = ("_last_s", "_pool", "_windows")

    def __init__(self) -> None:
        self.clear()

    def clear(self, start_s: float | None = None) -> None:
        """Forget everything, after a reset or a pause.

        Args:
            start_s: When the next sample's time begins (CLOCK_MONOTONIC seconds); without
                it the next sample only opens the first window.
        """
        self._last_s = start_s
        self._pool = _Pool()
        self._windows: deque[_Window] = deque()

    def add(self, time_s: float, fps: float | None, p50_ms: float | None, inferences: int) -> None:
        """Take one sample.

        Args:
            time_s: End of the sample's time, CLOCK_MONOTONIC seconds, ascending; a time that
                is not later than the last adds nothing.
            fps: Throughput of the sample in images per second; None if unknown.
            p50_ms: Median latency of the sample in ms; None if unknown.
            inferences: Inferences completed since the last sample.
        """
        last_s = self._last_s
        if last_s is not None and time_s <= last_s:
            return
        self._last_s = time_s
        if last_s is None:
            return
        self._pool.add(time_s - last_s, fps, p50_ms, inferences)
        if self._pool.full:
            self._windows.append(self._pool.window(time_s))
            self._pool = _Pool()
        while len(self._windows) > _WINDOWS and self._windows[1].end_s <= time_s - _SLOPE_S:
            self._windows.popleft()

    def verdict(self) -> tuple[State, str]:
        """WARMING, STEADY or DRIFTING, and why in words."""
        if len(self._windows) < _WINDOWS:
            seconds = sum(window.span_s for window in self._windows) + self._pool.span_s
            enough = seconds >= _WINDOWS * _WINDOW_S
            need = f"{_WINDOWS * _INFERENCES} inferences" if enough else "3 s of data"
            return State.WARMING, f"needs {need}"
        recent = self._recent()
        fps, p50_ms = [w.fps for w in recent], [w.p50_ms for w in recent]
        counting = 1 / max(_INFERENCES, min(w.inferences for w in recent))
        throughput, latency = _spread(fps), _spread(p50_ms)
        seconds = sum(window.span_s for window in recent)
        if throughput > (1 + _WITHIN) * (1 + counting) - 1:
            return State.DRIFTING, f"throughput {_change(throughput)} in {seconds:.0f} s"
        if latency > _WITHIN:
            return State.DRIFTING, f"latency {_change(latency)} in {seconds:.0f} s"
        if drift := self._drift():
            return State.DRIFTING, drift
        spread = math.ceil(max(throughput, latency) * 100)
        return State.STEADY, f"within {max(1, spread)} % for {seconds:.0f} s"

    def _recent(self) -> list[_Window]:
        """The windows to compare; one that does not fill for lack of inferences counts too."""
        windows = list(self._windows)[-_WINDOWS:]
        assert self._last_s is not None
        if self._pool.span_s > 2 * max(window.span_s for window in windows):
            windows = [*windows[1:], self._pool.window(self._last_s)]
        return windows

    def _drift(self) -> str:
        """How the last minute changed, in words; empty if it did not."""
        seconds = sum(window.span_s for window in self._windows)
        when = "the last minute" if seconds >= 0.9 * _SLOPE_S else f"the last {seconds:.0f} s"
        fps = _trend([(w.end_s, w.fps) for w in self._windows if w.fps is not None])
        if fps:
            return f"{'faster' if fps > 0 else 'slower'} by {abs(fps) * 100:.0f} % over {when}"
        p50 = _trend([(w.end_s, w.p50_ms) for w in self._windows if w.p50_ms is not None])
        if p50:
            return f"latency {'up' if p50 > 0 else 'down'} {abs(p50) * 100:.0f} % over {when}"
        return ""


def _weighted_mean(pairs: list[tuple[float, float]]) -> float | None:
    weights = sum(weight for _, weight in pairs)
    return sum(value * weight for value, weight in pairs) / weights if weights > 0 else None


def _spread(values: list[float | None]) -> float:
    """max/min - 1 of the known values; infinite if one of them has come to nothing."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or max(known) <= 0:
        return 0.0
    return max(known) / min(known) - 1 if min(known) > 0 else math.inf


def _change(spread: float) -> str:
    return f"changed {spread * 100:.0f} %" if math.isfinite(spread) else "fell to nothing"


def _trend(points: list[tuple[float, float]]) -> float:
    """Change along the fitted line relative to its start; 0 if it is small or uncertain.

    With n evenly spaced points of scatter s about the line, the change from its start to its
    end has a standard error of s * sqrt(12 / n) (ordinary least squares). It must exceed
    four of those, and twice the scatter itself.
    """
    n = len(points)
    if n < _SLOPE_WINDOWS or points[-1][0] - points[0][0] < _SLOPE_LEAST_S * _SLACK:
        return 0.0
    times, values = np.array(points).T
    centred = times - times.mean()
    slope = float((centred * (values - values.mean())).sum() / (centred**2).sum())
    residuals = values - values.mean() - slope * centred
    scatter = math.sqrt(float((residuals**2).sum()) / (n - 2))
    start = float(values.mean() + slope * centred[0])
    change = slope * float(times[-1] - times[0])
    if start <= 0 or abs(change) <= scatter * max(2.0, 4 * math.sqrt(12 / n)):
        return 0.0
    return change / start if abs(change) > _SLOPE_WITHIN * start else 0.0
