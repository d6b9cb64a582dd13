"""Which values a sensor can really have.

A driver that answers nonsense must not become a figure on the screen: what lies outside the
limits of its kind is no value, with the reason ``implausible``.
"""

from __future__ import annotations

import math

from edgetop.readings import Kind, Reading, Reason

_LIMITS: dict[Kind, tuple[float, float]] = {
    # A rail without load can read slightly negative from the converter's offset
    # (-392 mW was seen on a Thor), so only the size is checked.
    Kind.POWER: (-2000.0, 2000.0),
    Kind.ENERGY: (0.0, math.inf),
    Kind.UTILIZATION: (0.0, 100.5),
    Kind.TEMPERATURE: (-100.0, 200.0),
    Kind.CLOCK: (0.0, 100_000.0),
    Kind.MEMORY: (0.0, 2.0**60),
    Kind.FAN: (0.0, 100_000.0),
    Kind.THROTTLE: (0.0, math.inf),
    Kind.VOLTAGE: (-1000.0, 1000.0),
    Kind.CURRENT: (-1000.0, 1000.0),
}


def checked(kind: Kind, value: float, time_s: float, detail: str = "") -> Reading:
    """The value as a reading, or the reason ``implausible`` where it cannot be true.

    A utilisation up to 100.5 % is rounding in the driver and counts as 100 %.

    Args:
        kind: What is measured; its limits are in the unit of the kind: W, J, %, °C, MHz,
            bytes, RPM or %, V, A.
        value: In that unit.
        time_s: CLOCK_MONOTONIC seconds of the reading.
        detail: Words that belong to the value.
    """
    lowest, highest = _LIMITS[kind]
    frozen = kind is Kind.TEMPERATURE and value <= lowest
    if not math.isfinite(value) or frozen or not lowest <= value <= highest:
        return Reading(None, Reason.IMPLAUSIBLE, f"implausible value {value:g}", time_s)
    if kind is Kind.UTILIZATION:
        value = min(value, 100.0)
    return Reading(value, Reason.OK, detail, time_s)
