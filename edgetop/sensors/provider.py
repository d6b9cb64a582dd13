"""What every sensor provider looks like to the board."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from edgetop.readings import Kind, Reading, Sensor

Clock = Callable[[], float]
"""CLOCK_MONOTONIC seconds; tests put their own in its place."""

monotonic: Clock = time.monotonic


class Provider(Protocol):
    """One way to measure: a family of files, a vendor's library, a vendor's command.

    Order of calls: `probe`, then `read` any number of times with a `probe` in between every
    30 s, then `close`. All of them come from one thread.
    """

    @property
    def name(self) -> str:
        """Short and unique on the board; the ids of its sensors begin with it: ``thermal``."""

    @property
    def kind(self) -> Kind:
        """What it is mostly for.

        The kind of the row that stands for it while it has failed before it named a sensor.
        """

    @property
    def blocks(self) -> bool:
        """A call may hang in a driver or firmware, so the provider gets a thread of its own."""

    @property
    def period_s(self) -> float:
        """Seconds between readings; a blocking provider silent for three of them is stale."""

    def probe(self) -> tuple[Sensor, ...]:
        """Look again at what is there, in the order to show it; never raises.

        What it remembers of sensors that are still there (counters, descriptors) it keeps.
        """

    def read(self) -> Mapping[str, Reading]:
        """Read every sensor of the last probe, by id; never raises."""

    def close(self) -> None:
        """Give back descriptors and libraries."""
