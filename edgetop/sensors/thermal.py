"""Temperatures of the kernel's thermal zones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgetop.sample import Kind, Reading, Reason, Sensor
from edgetop.sensors.files import FileReader, Sysroot
from edgetop.sensors.plausibility import checked
from edgetop.sensors.provider import Clock, monotonic

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDERS = ("/sys/class/thermal", "/sys/devices/virtual/thermal")
_ZONE = re.compile(r"thermal_zone[0-9]+")

# NVIDIA's drivers answer this for a zone whose part of the chip is switched off.
_OFFLINE_MILLIDEGREES = -256_000.0

# The dummy zone of Jetson boards is a constant (50 or 100 °C), not a measurement.
_STATIC = re.compile(r"pmic-?die", re.IGNORECASE)
# Not within a word: "input" and "output" end like an accelerator.
_ACCELERATOR = re.compile(r"gpu|(?<![a-z])(?:npu|tpu|dla|cv[0-9])", re.IGNORECASE)
_PROCESSOR = re.compile(r"cpu|core|soc(?!ket)|pkg|package|mpu|tdie|tctl|\btj", re.IGNORECASE)


def zone_role(label: str) -> str:
    """What a temperature of that name belongs to.

    ``static`` for the known constants, ``accelerator``, ``processor``, or empty for anything
    else on the board (battery, radio, ``acpitz`` of unknown place).
    """
    if _STATIC.search(label):
        return "static"
    if _ACCELERATOR.search(label):
        return "accelerator"
    return "processor" if _PROCESSOR.search(label) else ""


class ThermalProvider:
    """°C of each thermal zone, labelled with the zone's type.

    A zone is ``offline`` while its part of the chip is switched off (the kernel answers
    EAGAIN, or -256 °C).
    """

    name = "thermal"
    kind = Kind.TEMPERATURE
    # On a Jetson each reading asks the power processor's firmware (80 µs when well).
    blocks = True
    period_s = 1.0

    def __init__(self, sysroot: Sysroot, clock: Clock = monotonic) -> None:
        self._sysroot = sysroot
        self._clock = clock
        self._files: dict[str, FileReader] = {}

    def probe(self) -> tuple[Sensor, ...]:
        """One sensor per zone that has a ``temp`` file."""
        sensors = tuple(self._sensor(zone, path) for zone, path in self._zones().items())
        wanted = {sensor.id: sensor.source for sensor in sensors}
        for key in [key for key, file in self._files.items() if wanted.get(key) != file.path]:
            self._files.pop(key).close()
        for key, path in wanted.items():
            self._files.setdefault(key, FileReader(self._sysroot, path))
        return sensors

    def _zones(self) -> dict[str, str]:
        """Zone names with their real folders; a container may show only one of both places."""
        zones: dict[str, str] = {}
        for folder in _FOLDERS:
            for name in self._sysroot.names(folder):
                path = f"{folder}/{name}"
                if _ZONE.fullmatch(name) and self._sysroot.exists(f"{path}/temp"):
                    zones.setdefault(name, self._sysroot.real(path))
        return zones

    def _sensor(self, zone: str, path: str) -> Sensor:
        label = self._sysroot.text(f"{path}/type") or zone
        return Sensor(
            id=f"thermal/{zone}",
            kind=Kind.TEMPERATURE,
            label=label,
            unit="°C",
            role=zone_role(label),
            source=f"{path}/temp",
            physical_id=path,
            min_period_s=self.period_s,
        )

    def read(self) -> Mapping[str, Reading]:
        """Present temperatures; the kernel's files are in thousandths of a degree."""
        now_s = self._clock()
        return {key: _temperature(file, now_s) for key, file in self._files.items()}

    def close(self) -> None:
        """Close all files."""
        for file in self._files.values():
            file.close()


def _temperature(file: FileReader, now_s: float) -> Reading:
    value, reason, detail = file.number(now_s)
    if value is None:
        return Reading(None, reason, detail, now_s)
    if value == _OFFLINE_MILLIDEGREES:
        return Reading(None, Reason.OFFLINE, "", now_s)
    return checked(Kind.TEMPERATURE, value / 1e3, now_s)
