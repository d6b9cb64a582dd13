"""Temperatures of the kernel's thermal zones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason
from edgetop.sensors.gauges import Gauge, GaugeProvider, no_value
from edgetop.sensors.plausibility import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgetop.readings import Sensor
    from edgetop.sensors.files import FileReader

_FOLDERS = ("/sys/class/thermal", "/sys/devices/virtual/thermal")
_ZONE = re.compile(r"thermal_zone[0-9]+")
_MOST_TRIPS = 12

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


class ThermalProvider(GaugeProvider):
    """°C of each thermal zone, labelled with the zone's type.

    A zone is ``offline`` while its part of the chip is switched off (the kernel answers
    EAGAIN, or -256 °C). Its maximum is the critical trip point.
    """

    name = "thermal"
    kind = Kind.TEMPERATURE

    def find(self) -> Iterable[Gauge]:
        """One gauge per zone that has a ``temp`` file."""
        for zone, path in self._zones().items():
            yield _Zone(self._sensor(zone, path), self.file(f"{path}/temp"))

    def _zones(self) -> dict[str, str]:
        """Zone names with their real folders; a container may show only one of both places."""
        zones: dict[str, str] = {}
        for folder in _FOLDERS:
            for name in self.sysroot.names(folder):
                path = f"{folder}/{name}"
                if _ZONE.fullmatch(name) and self.sysroot.exists(f"{path}/temp"):
                    zones.setdefault(name, self.sysroot.real(path))
        return zones

    def _sensor(self, zone: str, path: str) -> Sensor:
        label = self.sysroot.text(f"{path}/type") or zone
        return self.sensor(
            Kind.TEMPERATURE,
            label,
            "°C",
            f"{path}/temp",
            zone_role(label),
            name=zone,
            physical_id=path,
            maximum=self._critical_c(path),
        )

    def _critical_c(self, path: str) -> float | None:
        for number in range(_MOST_TRIPS):
            trip = self.sysroot.text(f"{path}/trip_point_{number}_type")
            if not trip:
                return None
            if trip == "critical":
                return self.limit(f"{path}/trip_point_{number}_temp", Kind.TEMPERATURE, 1e3)
        return None


class _Zone(Gauge):
    """A temperature in thousandths of a degree, or the value that means switched off."""

    def __init__(self, sensor: Sensor, file: FileReader) -> None:
        super().__init__((sensor,), (file,))

    def read(self, now_s: float) -> Sequence[Reading]:
        number = self.files[0].number(now_s)
        if number.value is None:
            return (no_value(number, now_s),)
        if number.value == _OFFLINE_MILLIDEGREES:
            return (Reading(None, Reason.OFFLINE, "", now_s),)
        return (checked(Kind.TEMPERATURE, number.value / 1e3, now_s),)
