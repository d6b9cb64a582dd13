"""How far a median can be trusted that was measured in several visits on a machine that changes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from edgetop.stats.student import student

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LEAST_BLOCKS = 6
"""Medians of half seconds that a first interval needs."""

_MEDIAN_FACTOR = math.sqrt(math.pi / 2)
"""By how much a median of normal values spreads more than their mean."""
_MOST_CORRELATION = 0.9


class Interval(NamedTuple):
    """A middle value and where it lies with 95 % confidence."""

    value: float
    low: float | None
    """None: too few values to tell."""
    high: float | None

    @property
    def relative(self) -> float:
        """Half of the interval by the value; infinite where nothing can be told."""
        if self.low is None or self.high is None or not self.value:
            return math.inf
        return (self.high - self.low) / 2 / self.value


def of_visits(visits: Sequence[Sequence[float]]) -> Interval | None:
    """The median of what was measured in several visits, with its 95 % interval.

    Each visit is a list of blocks in order of time: medians of stretches of half a second or so.
    The value is the median of the visits' medians. Two errors are looked at and the larger counts:

    * within visits, the spread of the blocks, with the number of blocks taken smaller by
      (1 - r) / (1 + r) where neighbours correlate by r, as for a first-order autoregressive
      series (Law, Simulation Modeling and Analysis, 5th ed., section 4.4);
    * between visits, Student's interval of the visits' medians: clocks and other load change
      within minutes, and no number of blocks of one visit tells of that.

    Args:
        visits: Blocks of each; values that are not above 0 are left out, and visits without any.

    Returns:
        None without a value; an interval without ends where fewer than `LEAST_BLOCKS` blocks and
        fewer than two visits are there.
    """
    kept = [[v for v in blocks if math.isfinite(v) and v > 0] for blocks in visits]
    logs = [np.log(blocks) for blocks in kept if blocks]
    if not logs:
        return None
    medians = np.array([np.median(blocks) for blocks in logs])
    middle = float(np.median(medians)) if len(logs) > 1 else float(medians[0])
    halves = [half for half in (_within(logs), _between(medians)) if half is not None]
    if not halves:
        return Interval(math.exp(middle), None, None)
    half = max(halves)
    return Interval(math.exp(middle), math.exp(middle - half), math.exp(middle + half))


def _within(logs: Sequence[NDArray[np.float64]]) -> float | None:
    """Half of the interval that the blocks within the visits give."""
    blocks = sum(len(values) for values in logs)
    if blocks < LEAST_BLOCKS:
        return None
    apart = np.concatenate([values - np.median(values) for values in logs])
    correlation = _correlation(logs)
    effective = max(2.0, blocks * (1 - correlation) / (1 + correlation))
    error = float(np.sqrt(np.mean(apart**2) / (effective - 1)))
    return student(effective - 1) * _MEDIAN_FACTOR * error


def _correlation(logs: Sequence[NDArray[np.float64]]) -> float:
    """Of neighbouring blocks, from 0 up."""
    products, squares = 0.0, 0.0
    for values in logs:
        apart = values - np.mean(values)
        products += float(np.sum(apart[1:] * apart[:-1]))
        squares += float(np.sum(apart**2))
    return min(_MOST_CORRELATION, max(0.0, products / squares)) if squares > 0 else 0.0


def _between(medians: NDArray[np.float64]) -> float | None:
    """Half of the interval that the visits' medians give."""
    count = len(medians)
    if count < 2:
        return None
    error = float(np.std(medians, ddof=1)) / math.sqrt(count)
    return student(count - 1) * error
