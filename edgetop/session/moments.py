"""When the sampler wakes: seldom, and together with all else that edgetop does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.session.monitor import RunMonitor

LONGEST_WAIT_S = 1.0
"""Between two looks at the run: the watchdog needs them."""

_FILLING_WAIT_S = 0.5
"""Where the ring fills within `_ROOM_S`: a second of 200 000 inferences/s leaves little room."""
_ROOM_S = 4.0
_BEHIND_SENSORS_S = 0.004
"""Reading files takes a millisecond or two."""


def moment_after(now_s: float, interval_s: float) -> float:
    """When to take the next sample, half an interval away at least: just behind the sensors.

    They are read at whole multiples of the interval. So their values are fresh, and what edgetop
    does in an interval comes together: at moments of their own, sensors, sampler, screen and
    recorder would each disturb another inference. After a stall (a suspended machine) it goes on
    from now; nothing is made up.

    Args:
        now_s: CLOCK_MONOTONIC seconds.
        interval_s: From sample to sample.
    """
    ticks = math.floor((now_s - _BEHIND_SENSORS_S) / interval_s + 1.5)
    return ticks * interval_s + _BEHIND_SENSORS_S


def longest_wait_s(monitor: RunMonitor | None) -> float:
    """How long the sampler may sleep: the ring must not run over meanwhile.

    Args:
        monitor: The run in progress; None where its pace is not known.
    """
    room_s = 0.0 if monitor is None else monitor.room_s
    return LONGEST_WAIT_S if room_s > _ROOM_S else _FILLING_WAIT_S
