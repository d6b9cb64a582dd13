"""Straight lines through points, and whether one figure ranks like another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]


class Line(NamedTuple):
    """``y = intercept + slope x``."""

    slope: float
    intercept: float
    r2: float
    """How much of the variance of y the line explains; below 0 it is worse than the mean."""
    points: int

    def at(self, x: float) -> float:
        """The line's y at x."""
        return self.intercept + self.slope * x


def least_squares(x: Sequence[float], y: Sequence[float]) -> Line | None:
    """The line with the least sum of squared vertical distances.

    Args:
        x: Finite numbers.
        y: As many.

    Returns:
        None with fewer than three points (two always lie on a line), or with only one x.
    """
    xs, ys = _arrays(x, y)
    if len(xs) < 3 or np.ptp(xs) == 0:
        return None
    centred = xs - xs.mean()
    slope = float((centred * (ys - ys.mean())).sum() / (centred**2).sum())
    return _line(xs, ys, slope, float(ys.mean() - slope * xs.mean()))


def theil_sen(x: Sequence[float], y: Sequence[float]) -> Line | None:
    """The line that a few odd points cannot move.

    Its slope is the median of the slopes of all pairs of points with different x, its intercept
    the median of ``y - slope x`` (Sen 1968, J. Am. Stat. Assoc. 63, 1379; up to 29 % of the
    points may be anything).

    Returns:
        None with fewer than three points, or with only one x.
    """
    xs, ys = _arrays(x, y)
    if len(xs) < 3 or np.ptp(xs) == 0:
        return None
    first, second = np.triu_indices(len(xs), 1)
    run = xs[second] - xs[first]
    rise = ys[second] - ys[first]
    slope = float(np.median(rise[run != 0] / run[run != 0]))
    return _line(xs, ys, slope, float(np.median(ys - slope * xs)))


def spearman(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Spearman's rank correlation, -1 to 1: Pearson's of the ranks, ties share their mean rank.

    Returns:
        None with fewer than three points, or where one side has only one value.
    """
    xs, ys = _arrays(x, y)
    if len(xs) < 3 or np.ptp(xs) == 0 or np.ptp(ys) == 0:
        return None
    return float(np.corrcoef(_ranks(xs), _ranks(ys))[0, 1])


def variation(values: Sequence[float]) -> float | None:
    """The coefficient of variation: standard deviation (of a sample) by mean.

    Returns:
        None with fewer than two values, or where the mean is not positive.
    """
    array = np.asarray(values, np.float64)
    if len(array) < 2 or not array.mean() > 0:
        return None
    return float(array.std(ddof=1) / array.mean())


def _arrays(x: Sequence[float], y: Sequence[float]) -> tuple[Values, Values]:
    if len(x) != len(y):
        raise ValueError(f"{len(x)} x and {len(y)} y")
    return np.asarray(x, np.float64), np.asarray(y, np.float64)


def _line(x: Values, y: Values, slope: float, intercept: float) -> Line:
    total = float(((y - y.mean()) ** 2).sum())
    left = float(((y - intercept - slope * x) ** 2).sum())
    # All y the same: a line through them explains all that there is.
    r2 = 1 - left / total if total > 0 else float(left <= 1e-12)
    return Line(slope, intercept, r2, len(x))


def _ranks(values: Values) -> Values:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Values = (last - (counts - 1) / 2)[inverse]
    return ranks
