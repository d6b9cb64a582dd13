"""Axis limits that people can read and that do not jitter from tick to tick."""

from __future__ import annotations

import math

CEILINGS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Where an axis may end, per power of ten."""


def nice_ceiling(value: float, steps: tuple[float, ...] = CEILINGS) -> float:
    """The smallest round number that is not below ``value``; 0 for what is not positive."""
    return _round_number(value, steps, upwards=True)


def nice_floor(value: float, steps: tuple[float, ...] = CEILINGS) -> float:
    """The largest round number that is not above ``value``; 0 for what is not positive."""
    return _round_number(value, steps, upwards=False)


def steady_ceiling(peak: float | None, previous: float | None) -> float | None:
    """The maximum of a chart's axis: round, and kept while the data still fill half of it.

    Args:
        peak: Largest value on the chart; None if nothing is known.
        previous: What this function said for the tick before; None at the start.
    """
    if peak is None or not math.isfinite(peak) or peak <= 0:
        return previous
    if previous is not None and previous / 2 <= peak <= previous:
        return previous
    return nice_ceiling(peak)


def _round_number(value: float, steps: tuple[float, ...], *, upwards: bool) -> float:
    """The nearest of the steps times a power of ten on one side of the value."""
    if not 1e-300 < value < 1e300:
        return 0.0
    exponent = math.floor(math.log10(value))
    candidates = [
        float(f"{step}e{power}") for power in range(exponent - 1, exponent + 2) for step in steps
    ]
    if upwards:
        return next(candidate for candidate in candidates if candidate >= value)
    return next(candidate for candidate in reversed(candidates) if candidate <= value)
