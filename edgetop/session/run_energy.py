"""The energy of one run: the board's power readings meet the images finished by then."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from edgetop.stats.energy import EnergyIntegral
from edgetop.stats.progress import Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edgetop.readings import Power

_NS = 1_000_000_000

_WAITING_POWERS = 16
"""Readings of the power that are newer than the last records."""


class RunEnergy:
    """Adds up what the sensor covered of the measured time, and the images in it."""

    def __init__(self) -> None:
        self.integral = EnergyIntegral(_largest_gap_s(1.0))
        self._progress = Progress()
        self._waiting: deque[Power] = deque(maxlen=_WAITING_POWERS)
        self._power_of: tuple[str, tuple[str, ...]] | None = None
        self._since_s = -math.inf

    def clear(self, now_s: float) -> None:
        """Begin anew."""
        self._since_s = now_s
        self.integral.clear(now_s)
        self._progress.clear()

    def interrupt(self, now_s: float) -> None:
        """The measured time stops here."""
        self.integral.interrupt(now_s)

    def resume(self, now_s: float) -> None:
        """The measured time goes on from here."""
        self._since_s = now_s
        self.integral.interrupt(now_s)

    def images(self, ends_ns: NDArray[np.int64], batch: int, lost: int) -> None:
        """Take the inferences that have ended; see `Progress.add`."""
        self._progress.add(ends_ns, batch, lost)

    def observe(self, power: Power, drained_ns: int) -> None:
        """Take a reading; it counts with the images finished when it was read.

        The reading may be newer than the last records that were drained, so it waits for them.
        Another scope than before begins the energy anew: joules of a package and of a whole
        board do not add up.

        Args:
            power: The reading.
            drained_ns: Up to when all inferences were given to `images`, CLOCK_MONOTONIC.
        """
        if power.power_w is not None and (power.scope, power.rails) != self._power_of:
            self._power_of = (power.scope, power.rails)
            self._waiting.clear()
            self.integral.clear(max(power.time_s, self._since_s))
        self._waiting.append(power)
        while self._waiting and not self._waiting[0].time_s * _NS > drained_ns:
            self._add(self._waiting.popleft())

    def _add(self, power: Power) -> None:
        self.integral.max_gap_s = _largest_gap_s(power.period_s)
        known = math.isfinite(power.time_s)
        images = self._progress.at(int(power.time_s * _NS)) if known else 0
        self.integral.add(power.time_s, power.power_w, power.energy_j, images)


def _largest_gap_s(period_s: float) -> float:
    """Power readings further apart are not bridged: three periods, and a little for lateness."""
    return 3.0 * period_s + 0.5
