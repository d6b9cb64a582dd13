"""How the time of a model follows from its operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


class TimeFit(NamedTuple):
    """``time = base_ms + ms_per_gmac x operations`` for one image."""

    base_ms: float
    ms_per_gmac: float
    points: int
    """From how many measured models."""

    def time_ms(self, gmacs: float) -> float:
        """The estimated time of an image that costs so many billions of multiply-adds."""
        return self.base_ms + self.ms_per_gmac * gmacs


def time_on_operations(gmacs: Sequence[float], times_ms: Sequence[float]) -> TimeFit | None:
    """The line that comes nearest to measured times, in proportion to each time.

    At a fixed batch the time of a network is about linear in its operations (Canziani and others
    2016, arXiv:1605.07678, figure 9). Times range over three decades, so least squares are
    taken of relative errors; neither term may be negative. One model gives a line through zero.

    Args:
        gmacs: Billions of multiply-adds of an image, above 0.
        times_ms: Measured for an image of each.

    Returns:
        None without a usable point.
    """
    points = [(x, y) for x, y in zip(gmacs, times_ms, strict=True) if x > 0 and y > 0]
    if not points:
        return None
    x, y = np.array(points).T
    through_zero = float(np.sum(x / y) / np.sum((x / y) ** 2))
    if len(set(x)) > 1:
        columns = np.column_stack([1 / y, x / y])
        base, slope = np.linalg.lstsq(columns, np.ones(len(x)), rcond=None)[0]
        if base >= 0 and slope >= 0:
            return TimeFit(float(base), float(slope), len(points))
    return TimeFit(0.0, through_zero, len(points))
