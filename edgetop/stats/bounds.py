"""What bounds one figure by another: accuracy by throughput, or by energy."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Bound(NamedTuple):
    """The longest edge of an upper hull, as the line ``y = intercept + slope x``."""

    slope: float
    intercept: float
    first: int
    """Index of the point where the edge begins, the higher one."""
    last: int
    """Index of the point where it ends, the one with the larger x."""
    share: float
    """How much of the hull's range of x the edge covers, up to 1."""

    def at(self, x: float) -> float:
        """The line's y at x."""
        return self.intercept + self.slope * x


def upper_hull(x: Sequence[float], y: Sequence[float]) -> list[int]:
    """The points that no mixture of others beats in both x and y.

    This is the falling part of the upper concave hull: from the highest point (of several the
    one with the largest x) to the one with the largest x. Every point lies on or below the
    lines between neighbours. Found by Andrew's monotone chain (1979).

    Args:
        x: Finite numbers; more is better.
        y: As many; more is better.

    Returns:
        Indices into x and y, x ascending and y descending; empty without points.
    """
    hull: list[int] = []
    for here in sorted(range(len(x)), key=lambda index: (x[index], y[index])):
        while hull and y[hull[-1]] <= y[here]:
            hull.pop()
        while len(hull) > 1 and not _turns_down(hull[-2], hull[-1], here, x, y):
            hull.pop()
        hull.append(here)
    return hull


def bound(x: Sequence[float], y: Sequence[float]) -> Bound | None:
    """The line that bounds y over most of the range of x: the hull's longest edge in x.

    Bianco and others (2018, arXiv:1810.00736, figure 3) draw this edge between accuracy and
    images per second: 83.3 - 0.0244 FPS on a Titan Xp and 83.0 - 0.2025 FPS on a Jetson TX1 are
    the longest edges of their own measurements.

    Returns:
        None where the hull has no edge: one point is the best in both.
    """
    hull = upper_hull(x, y)
    if len(hull) < 2:
        return None
    first, last = max(pairwise(hull), key=lambda edge: x[edge[1]] - x[edge[0]])
    slope = (y[last] - y[first]) / (x[last] - x[first])
    share = (x[last] - x[first]) / (x[hull[-1]] - x[hull[0]])
    return Bound(slope, y[first] - slope * x[first], first, last, share)


def _turns_down(a: int, b: int, c: int, x: Sequence[float], y: Sequence[float]) -> bool:
    """The way from a by b to c gets steeper at b: b stands out above the line from a to c."""
    return (y[b] - y[a]) * (x[c] - x[b]) > (y[c] - y[b]) * (x[b] - x[a])
