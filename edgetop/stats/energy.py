"""Energy of a run, only over the time that the sensor covered."""

from __future__ import annotations

import math
from dataclasses import dataclass

from edgetop.sample import Energy

_LEAST_UPDATES = 5


@dataclass(frozen=True, slots=True)
class _Bracket:
    """One end of an interval between two sensor readings."""

    time_s: float
    power_w: float | None
    energy_j: float | None
    images: int


class EnergyIntegral:
    """Adds up energy from sensor readings without guessing what was not measured.

    Between two readings the difference of the hardware counter counts; without a counter at
    both ends, or with one that stands still under power (hardware updates it many times a
    second), the trapezoid over the two power readings. A gap, an unknown reading or a
    counter that went back (it was reset) leaves its interval out: energy, covered time and
    images are all of the same intervals.

    Args:
        max_gap_s: Longest interval between two readings that counts, in seconds; three
            periods of the sensor.
    """

    __slots__ = (
        "_covered_s",
        "_energy_j",
        "_images",
        "_last",
        "_seen_s",
        "_since_s",
        "_updates",
        "max_gap_s",
    )

    def __init__(self, max_gap_s: float) -> None:
        self.max_gap_s = max_gap_s
        self._seen_s = -math.inf
        self.clear()

    def clear(self, since_s: float = -math.inf) -> None:
        """Forget everything; readings taken before `since_s` will not count."""
        self._energy_j = 0.0
        self._covered_s = 0.0
        self._images = 0
        self._updates = 0
        self.interrupt(since_s)

    def interrupt(self, since_s: float = -math.inf) -> None:
        """Count nothing up to the next new reading: the model was paused.

        Args:
            since_s: Readings taken before this moment do not count (CLOCK_MONOTONIC
                seconds): after a pause a slow sensor still shows one from within it.
        """
        self._last: _Bracket | None = None
        self._since_s = since_s

    def add(
        self, time_s: float, power_w: float | None, energy_j: float | None, images_total: int
    ) -> None:
        """Take a sensor reading; one with the same time as the last adds nothing.

        Args:
            time_s: When the sensor was read, CLOCK_MONOTONIC seconds.
            power_w: Power in watts; None if unknown.
            energy_j: The hardware counter in joules since any start; None if there is none.
            images_total: Images that the run has finished by now.
        """
        here = _Bracket(time_s, _known(power_w), _known(energy_j), images_total)
        if not math.isfinite(time_s) or (here.power_w is None and here.energy_j is None):
            self._last = None
            return
        if time_s < self._since_s or time_s <= self._seen_s:
            return
        last, self._last, self._seen_s = self._last, here, time_s
        if last is None or time_s - last.time_s > self.max_gap_s or images_total < last.images:
            return
        joules = _joules(last, here)
        if joules is not None:
            self._energy_j += joules
            self._covered_s += time_s - last.time_s
            self._images += images_total - last.images
            self._updates += 1

    def result(self) -> Energy:
        """The energy so far; per image only after 5 covered sensor updates and an image."""
        if not self._updates:
            return Energy()
        enough = self._updates >= _LEAST_UPDATES and self._images >= 1
        per_image = self._energy_j / self._images if enough else None
        return Energy(self._energy_j, self._covered_s, self._images, per_image)


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _joules(start: _Bracket, end: _Bracket) -> float | None:
    """Energy between two readings; None if the readings do not tell."""
    if start.energy_j is not None and end.energy_j is not None:
        difference = end.energy_j - start.energy_j
        if difference or not end.power_w:
            return difference if difference >= 0 else None
    if start.power_w is not None and end.power_w is not None:
        return (start.power_w + end.power_w) / 2 * (end.time_s - start.time_s)
    return None
