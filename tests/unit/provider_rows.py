"""What the providers of kernel files say of a tree, read in the test's own thread."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from emulated_boards import FakeClock

from edgetop.readings import SensorReading
from edgetop.sensors.conditions import Conditions
from edgetop.sensors.discovery import providers_for
from edgetop.sensors.files import Sysroot
from edgetop.sensors.headline import ThrottleLog, headline
from edgetop.sensors.twins import Twins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pytest

    from edgetop.readings import BoardReadings, Kind
    from edgetop.sensors.provider import Provider


def rows_of(provider: Provider) -> tuple[SensorReading, ...]:
    """All sensors of a provider, looked for and read once."""
    sensors = provider.probe()
    return read_again(provider, sensors)


def read_again(provider: Provider, sensors: Sequence) -> tuple[SensorReading, ...]:
    """The same sensors, read once more."""
    readings = provider.read()
    return tuple(SensorReading(sensor, readings[sensor.id]) for sensor in sensors)


def values(items: Sequence[SensorReading], kind: Kind, unit: str | None = None) -> dict:
    """The values of one kind by label; of two rows with one label it would hide one."""
    found = [
        item for item in items if item.sensor.kind is kind and unit in (None, item.sensor.unit)
    ]
    by_label = {item.sensor.label: item.value for item in found}
    assert len(by_label) == len(found), [item.sensor.label for item in found]
    return by_label


def row(items: Sequence[SensorReading], kind: Kind, label: str, unit: str | None = None):
    """The one row that is called so."""
    (found,) = (
        item
        for item in items
        if (item.sensor.kind, item.sensor.label) == (kind, label)
        and unit in (None, item.sensor.unit)
    )
    return found


class Tree:
    """Every provider of kernel files on one tree, in the order in which edgetop has them.

    Args:
        root: The board's root.
        power_rails: As the user's configuration names them.
    """

    def __init__(self, root: Path, power_rails: tuple[str, ...] = ()) -> None:
        self.clock = FakeClock()
        sysroot = Sysroot(root)
        found = providers_for(sysroot, self.clock)
        self._providers = [provider for provider in found if not provider.blocks]
        self._power_rails = power_rails
        self._conditions = Conditions(sysroot)
        self._throttles = ThrottleLog()
        self._twins = Twins()
        self._sensors: dict = {}

    def read(self, after_s: float = 0.0) -> BoardReadings:
        """Look for sensors if that was not done before, and read all of them."""
        self.clock.now_s += after_s
        self._sensors = self._sensors or {p: p.probe() for p in self._providers}
        items = [
            item
            for provider in self._providers
            for item in read_again(provider, self._sensors[provider])
        ]
        return headline(
            self._twins.without(items),
            now_s=self.clock.now_s,
            conditions=self._conditions.read(self.clock.now_s),
            throttles=self._throttles,
            named_rails=self._power_rails,
        )


def fail_reads(patch: pytest.MonkeyPatch, faults: Mapping[Path, int]) -> None:
    """Let files give an error as a driver does: at the read, without permission at the opening."""
    real_open, real_pread = os.open, os.pread
    known = {os.path.realpath(path): number for path, number in faults.items()}

    def failing_open(path, *arguments, **options):
        if (number := known.get(os.path.realpath(path))) == 13:
            raise OSError(number, os.strerror(number), path)
        return real_open(path, *arguments, **options)

    def failing_pread(descriptor, *arguments):
        if number := known.get(os.path.realpath(f"/proc/self/fd/{descriptor}")):
            raise OSError(number, os.strerror(number))
        return real_pread(descriptor, *arguments)

    patch.setattr(os, "open", failing_open)
    patch.setattr(os, "pread", failing_pread)
