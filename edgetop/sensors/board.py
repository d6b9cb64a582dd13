"""All sensors of this board behind one call that never blocks."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop.sensors.feed import Feed, ThreadFeed
from edgetop.sensors.files import Sysroot
from edgetop.sensors.headline import headline
from edgetop.sensors.identity import board_name
from edgetop.sensors.provider import Clock, Provider, monotonic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.sample import BoardReadings, Kind, SensorReading


def providers_for(sysroot: Sysroot, clock: Clock = monotonic) -> tuple[Provider, ...]:
    """Every provider that edgetop has, in the order of the list of sensors.

    Where two of them find the same physical sensor the earlier one is shown. NVML is not
    made of files: it is asked about this machine whatever the root.
    """
    # Here and not at the top: the screen is painted before the sensors are needed.
    from edgetop.sensors.clock import ClockProvider
    from edgetop.sensors.container import ContainerProvider
    from edgetop.sensors.cpu import CpuProvider
    from edgetop.sensors.memory import MemoryProvider
    from edgetop.sensors.nvml import NvmlProvider
    from edgetop.sensors.thermal import ThermalProvider

    return (
        CpuProvider(sysroot, clock),
        MemoryProvider(sysroot, clock),
        ContainerProvider(sysroot, clock),
        ClockProvider(sysroot, clock),
        ThermalProvider(sysroot, clock),
        NvmlProvider(clock),
    )


class Board:
    """The sensors of one board, from `start` to `close`.

    Providers that cannot block are read in the caller's thread, no more often than their
    period; each of the others has a daemon thread, and `read` picks up what it last
    delivered. One that is silent for three periods shows as stale with its age, one that
    raises as an error; neither holds up the rest.

    Args:
        sysroot: The folder that stands for ``/``: another one for an emulated board.
        providers: Instead of all that edgetop has.
        clock: CLOCK_MONOTONIC seconds.
    """

    def __init__(
        self,
        sysroot: Path = Path("/"),
        providers: Sequence[Provider] | None = None,
        clock: Clock = monotonic,
    ) -> None:
        self._sysroot = Sysroot(sysroot)
        self._clock = clock
        self._feeds = None if providers is None else _feeds(providers, clock)

    def start(self, wait_s: float = 0.0) -> None:
        """Look for sensors and begin to read them.

        Args:
            wait_s: Seconds to wait at most for the first answer of the providers that may
                block; without it their sensors appear in a later `read`.
        """
        if self._feeds is None:
            self._feeds = _feeds(providers_for(self._sysroot, self._clock), self._clock)
        for feed in self._feeds:
            feed.start()
        deadline_s = time.monotonic() + wait_s
        for feed in self._feeds:
            feed.wait(max(0.0, deadline_s - time.monotonic()))

    def read(self) -> BoardReadings:
        """Everything known now; never blocks, never raises."""
        return headline(
            _without_twins([item for feed in self._feeds or () for item in feed.latest()])
        )

    def identity(self) -> str:
        """The board's name; ``unknown board`` if it does not say."""
        return board_name(self._sysroot)

    def close(self) -> None:
        """Stop reading; a provider that hangs is not waited for."""
        for feed in self._feeds or ():
            feed.stop()


def _feeds(providers: Sequence[Provider], clock: Clock) -> tuple[Feed | ThreadFeed, ...]:
    return tuple(
        (ThreadFeed if provider.blocks else Feed)(provider, clock) for provider in providers
    )


def _without_twins(items: Sequence[SensorReading]) -> tuple[SensorReading, ...]:
    """One sensor for each physical one: the first that has a value, else the first.

    The kernel shows many sensors twice (a thermal zone and its hwmon device, RAPL by register
    and by memory); both would count in a total.
    """
    kept: dict[tuple[Kind, str], SensorReading] = {}
    for item in items:
        sensor = item.sensor
        key = (sensor.kind, sensor.physical_id or f"id:{sensor.id}")
        if key not in kept or (kept[key].value is None and item.value is not None):
            kept[key] = item
    return tuple(kept.values())
