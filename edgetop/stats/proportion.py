"""How far a share that was counted may lie from the true one."""

from __future__ import annotations

import math

_Z = 1.959964  # the normal distribution's 97.5 % point


def wilson(hits: int, n: int) -> tuple[float, float] | None:
    """The 95 % interval of a share by Wilson's score: low and high, 0 to 1.

    It never leaves 0 to 1, has a width even where all or none hit, and holds the true share
    about as often as it says also for few trials, which the usual p +- 2 standard errors does not
    (Wilson, Probable inference, the law of succession, and statistical inference, 1927; Brown,
    Cai and DasGupta, Interval estimation for a binomial proportion, 2001).

    Args:
        hits: Of `n` trials, 0 to `n`.
        n: Independent trials.

    Returns:
        None without trials.
    """
    if n <= 0:
        return None
    share, squared = hits / n, _Z**2
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    half = _Z / (1 + squared / n) * math.sqrt(share * (1 - share) / n + squared / (4 * n**2))
    # At either end the bound is exact; rounding would leave it beside.
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == n else min(1.0, middle + half)
    return low, high
