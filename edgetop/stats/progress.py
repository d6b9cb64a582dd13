"""How many images were finished by any moment of the recent past."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KEPT_NS = 60_000_000_000
"""Longer than the slowest sensor takes from one reading to the next."""
_MOST_STEPS = 512
"""Kept of one batch of records; of more, every so many."""


def _thinned(values: NDArray[np.int64], every: int) -> NDArray[np.int64]:
    """The last value, and every so many before it."""
    kept: NDArray[np.int64] = values[::-1][::every][::-1].copy()
    return kept


class Progress:
    """The count of images over time, to set beside readings that were taken a while ago."""

    def __init__(self) -> None:
        self._steps: deque[tuple[NDArray[np.int64], NDArray[np.int64]]] = deque()
        self._images = 0
        self._first = 0

    def clear(self) -> None:
        """Count from 0 again."""
        self._steps.clear()
        self._images = self._first = 0

    def add(self, ends_ns: NDArray[np.int64], images_each: int, lost: int = 0) -> None:
        """Take the ends of new inferences.

        Args:
            ends_ns: CLOCK_MONOTONIC nanoseconds, in any order, none earlier than those before
                by more than one inference.
            images_each: Images in one inference.
            lost: Inferences beside them whose records were lost; they count with the last.
        """
        if not len(ends_ns):
            return
        ends = np.sort(ends_ns)
        counts = self._images + images_each * np.arange(1, len(ends) + 1)
        counts[-1] += lost * images_each
        self._images = int(counts[-1])
        every = -(-len(ends) // _MOST_STEPS)
        # Copies: a view would keep all that it leaves out.
        self._steps.append((_thinned(ends, every), _thinned(counts, every)))
        while self._steps[0][0][-1] < ends[-1] - _KEPT_NS:
            self._first = int(self._steps.popleft()[1][-1])

    def at(self, time_ns: int) -> int:
        """Images finished by that moment (CLOCK_MONOTONIC nanoseconds)."""
        for ends, counts in reversed(self._steps):
            place = int(np.searchsorted(ends, time_ns, side="right"))
            if place:
                return int(counts[place - 1])
        return self._first
