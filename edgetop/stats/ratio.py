"""How much faster one is than the other, with an interval that noise alone explains."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from edgetop.sample import Ratio
from edgetop.stats.student import student

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

_ALPHA = 0.05
_SEED = 20_231_107
_RESAMPLES = 400
# As many drawn values at a time: 8 MiB of float64.
_DRAWN = 1 << 20

LEAST_PAIRS = 6
"""Below this many pairs no two of them enclose the median with 95 % probability."""

LEAST_VALUES = 10
"""On each side: five blocks of two are the least that tell anything about a spread."""

_LEAST_BLOCKS = 5


def paired(a: Sequence[float], b: Sequence[float]) -> Ratio | None:
    """B by A from slices that were measured in pairs, each pair in random order.

    The figure is the median of the pairs' ratios (between the two middle ones their geometric
    mean, so that B by A is the inverse of A by B). Its interval is free of any distribution:
    the k-th smallest and k-th largest ratio, with the largest k for which
    2 P(Binomial(n, 1/2) < k) is at most 5 %, which inverts the sign test (Conover, Practical
    Nonparametric Statistics, 3rd ed., section 3.2). The random order makes the signs
    independent even where the noise of neighbouring slices is not.

    Args:
        a: A figure per pair, such as throughput; one that is not a positive number is left out
            with its pair.
        b: The other slice of each pair; pairs without it are left out too.

    Returns:
        None with fewer than `LEAST_PAIRS` pairs.
    """
    logs = sorted(
        math.log(second) - math.log(first)
        for first, second in zip(a, b, strict=False)
        if _usable(first) and _usable(second)
    )
    n = len(logs)
    if n < LEAST_PAIRS:
        return None
    k = _rank(n)
    middle = (logs[(n - 1) // 2] + logs[n // 2]) / 2
    return _ratio(middle, logs[k - 1], logs[n - k], n)


def independent(a: Sequence[float], b: Sequence[float], block: int = 10) -> Ratio | None:
    """B by A from the figures per second of two runs, or of two sessions.

    The figure is the ratio of the medians. Neighbouring seconds resemble each other, so the
    standard error of each logarithm of a median comes from a circular block bootstrap (Politis
    and Romano, A circular block-resampling procedure for stationary data, 1992), seeded, so
    that the same figures give the same answer. With few blocks it comes out too small: with k
    of them it is taken times sqrt(k / (k - 1)), and the interval is Student's with Welch's
    degrees of freedom for k - 1 on each side, as for the means of batches (Law, Simulation
    Modeling and Analysis, 5th ed., section 9.5).

    Blocks grow with the square root of the length. A trend, and noise that holds on for longer
    than a block, make the interval too narrow all the same: where the values of neighbouring
    seconds correlate by 0.8 it takes five minutes on each side to come near the 95 %.

    Args:
        a: Figures of one run in order; those that are not positive numbers are left out.
        b: Figures of the other.
        block: Seconds that belong together, at the least; no more than a fifth of the figures.

    Returns:
        None with fewer than `LEAST_VALUES` figures on a side.
    """
    sides = [np.log([value for value in side if _usable(value)]) for side in (a, b)]
    fewest = min(side.size for side in sides)
    if fewest < LEAST_VALUES:
        return None
    errors, freedoms = zip(*(_error(side, block) for side in sides), strict=True)
    middle = float(np.median(sides[1]) - np.median(sides[0]))
    squares = [error**2 for error in errors]
    error = math.sqrt(sum(squares))
    half = 0.0
    if error > 0:
        parts = sum(square**2 / df for square, df in zip(squares, freedoms, strict=True))
        # Squares of the least of errors are nothing at all.
        half = error * student(error**4 / parts if parts > 0 else min(freedoms))
    return _ratio(middle, middle - half, middle + half, fewest)


def median(values: Sequence[float]) -> float | None:
    """The middle of the finite values, between the two middle ones their mean; None without any."""
    finite = [value for value in values if math.isfinite(value)]
    return float(np.median(finite)) if finite else None


def _usable(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _rank(n: int) -> int:
    """The largest k whose order statistics enclose the median with at least 95 %."""
    k, ways, beyond = 0, 1, 0
    # Whole numbers: 2**n is beyond a float's range from 1024 pairs on.
    while 2 * (beyond + ways) * 100 <= round(_ALPHA * 100) * 2**n:
        beyond += ways
        k += 1
        ways = ways * (n - k + 1) // k
    return k


def _error(logs: Values, block: int) -> tuple[float, float]:
    """Standard error of the median, and the degrees of freedom behind it."""
    n = logs.size
    length = max(1, min(max(block, math.isqrt(n)), n // _LEAST_BLOCKS))
    blocks = n / length
    drawn = -(-n // length)
    rng = np.random.default_rng(_SEED)
    steps = np.arange(length)
    medians: list[Values] = []
    at_once = max(1, _DRAWN // n)
    for begin in range(0, _RESAMPLES, at_once):
        starts = rng.integers(0, n, (min(at_once, _RESAMPLES - begin), drawn, 1))
        places = ((starts + steps) % n).reshape(len(starts), -1)[:, :n]
        medians.append(np.median(logs[places], axis=1))
    error = float(np.concatenate(medians).std(ddof=1))
    return error * math.sqrt(blocks / (blocks - 1)), blocks - 1


def _ratio(middle: float, low: float, high: float, count: int) -> Ratio | None:
    """The logarithms as a ratio; None if it is beyond any number."""
    try:
        value, bottom, top = (math.exp(log) for log in (middle, low, high))
    except OverflowError:
        return None
    return Ratio(value, bottom, top, count) if bottom > 0 else None
