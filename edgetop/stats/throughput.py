"""Throughput of the last moment: what the big number on the screen shows."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WINDOW_NS = 1_000_000_000
_SPACING_NS = _WINDOW_NS // 32
_COMPLETIONS = 4
_POINTS_PER_BLOCK = 32


class _Point(NamedTuple):
    """What had been completed by a moment."""

    time_ns: int
    inferences: int
    images: int


class RecentThroughput:
    """Images per second over at least the last second and the last 4 completions.

    It is measured from completion to completion, so a model of 0.9 s shows 1.1 and not 0 and
    2 in turn. Several instances may finish together, so that many times 4 completions are
    looked at. Memory is bounded: the latest completions one by one, and before them one
    point per 1/32 s.

    Args:
        instances: How many inferences run at the same time.
    """

    __slots__ = ("_earlier", "_instances", "_recent")

    def __init__(self, instances: int = 1) -> None:
        self._instances = max(1, instances)
        self._recent: deque[_Point] = deque(maxlen=_COMPLETIONS * self._instances + 1)
        self._earlier: deque[_Point] = deque()

    def clear(self, start_ns: int | None = None) -> None:
        """Forget everything, after a reset or a pause.

        Args:
            start_ns: When the next inference starts, if known (CLOCK_MONOTONIC): the first
                completion then already gives a figure. Without it the second does.
        """
        self._recent.clear()
        self._earlier.clear()
        if start_ns is not None:
            self._recent.append(_Point(start_ns, 0, 0))

    def add(self, ends_ns: NDArray[np.int64], batch: int = 1, lost: int = 0) -> None:
        """Take the completions since the last call.

        Args:
            ends_ns: End times in ns, CLOCK_MONOTONIC, shape (n,), ascending.
            batch: Images per inference.
            lost: Inferences whose record was overwritten unread; they ended before these.
        """
        size = len(ends_ns)
        if not size:
            return
        before = self._recent[-1] if self._recent else None
        # Without an earlier moment the first completion is the origin, and what was lost
        # before it belongs to no stretch of time that we know.
        time_ns, inferences, images = before or _Point(int(ends_ns[0]), -1, -batch)
        lost = lost if before else 0
        detailed = max(0, size - _COMPLETIONS * self._instances - 1)
        stride = max(1, detailed // _POINTS_PER_BLOCK)
        for index in [*range(0, detailed, stride), *range(detailed, size)]:
            done = lost + index + 1
            end_ns = max(time_ns, int(ends_ns[index]))
            self._push(_Point(end_ns, inferences + done, images + done * batch))
        self._forget()

    def _push(self, point: _Point) -> None:
        if len(self._recent) == self._recent.maxlen:
            leaving = self._recent[0]
            if not self._earlier or leaving.time_ns - self._earlier[-1].time_ns >= _SPACING_NS:
                self._earlier.append(leaving)
        self._recent.append(point)

    def _forget(self) -> None:
        """Drop the points before the one that the longest window can start at."""
        limit_ns = self._recent[-1].time_ns - _WINDOW_NS
        while len(self._earlier) > 1 and self._earlier[1].time_ns <= limit_ns:
            self._earlier.popleft()

    def fps(self, now_ns: int) -> float | None:
        """Images per second of wall time; None before there is an interval to measure.

        Until a second and 4 completions have gone by, the figure is over what there is. When
        twice the usual gap has passed since the last completion, the window reaches to now
        instead of ending there: a model that hangs falls towards zero.

        Args:
            now_ns: Up to when every completion has been added, CLOCK_MONOTONIC.
        """
        if len(self._recent) < 2:
            return None
        last = self._recent[-1]
        start = self._start(last.time_ns)
        inferences = last.inferences - start.inferences
        gap_ns = (last.time_ns - start.time_ns) / inferences * self._instances
        end_ns = last.time_ns
        if now_ns - end_ns > 2 * gap_ns:
            end_ns = now_ns
            start = self._start(end_ns)
        if end_ns <= start.time_ns:
            return None
        return (last.images - start.images) * 1e9 / (end_ns - start.time_ns)

    def _start(self, end_ns: int) -> _Point:
        """The latest point that is a second and enough completions before the end."""
        newest = self._recent[-1].inferences - _COMPLETIONS * self._instances
        for point in reversed((*self._earlier, *self._recent)):
            if point.time_ns <= end_ns - _WINDOW_NS and point.inferences <= newest:
                return point
        return self._earlier[0] if self._earlier else self._recent[0]
