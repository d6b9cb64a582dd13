"""What the kernel knows of a processor that is held back: event counters, alarms, cooling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason
from edgetop.sensors.gauges import EventCounter, Gauge, GaugeProvider, no_value
from edgetop.sensors.kernel.cpufreq import CPUS
from edgetop.sensors.kernel.hwmon import chips

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgetop.readings import Sensor
    from edgetop.sensors.files import FileReader
    from edgetop.sensors.kernel.hwmon import Chip

_COOLING = "/sys/class/thermal"
_COOLING_DEVICE = re.compile(r"cooling_device[0-9]+")
_SLOWS_DOWN = re.compile(r"(?:thermal-)?(?:cpufreq|devfreq)|processor", re.IGNORECASE)
"""Types of cooling devices that cool by slowing down; fans only turn faster."""

_OVER_CURRENT = {
    "oc1": "under-voltage",
    "oc2": "average over-current",
    "oc3": "instantaneous over-current",
}
"""NVIDIA's soctherm_oc, Orin with L4T >= 35 (driver tegra23x-oc-event)."""


@dataclass(frozen=True, slots=True)
class _Event:
    """A counter and what it counts."""

    label: str
    source: str
    role: str
    cause: str


class ThrottlingProvider(GaugeProvider):
    """Over-current events, thermal throttling counts, under-voltage, cooling states.

    A count since boot is history; only its growth, or an alarm that stands, is throttling now.
    """

    name = "throttling"
    kind = Kind.THROTTLE

    def find(self) -> Iterable[Gauge]:
        """One gauge per counter, alarm and cooling device."""
        for chip in chips(self):
            yield from self._alarms(chip)
        for event in (*self._over_currents(), *self._packages()):
            count, rate = self._counter(event)
            yield EventCounter(count, rate, self.file(event.source), event.cause)
        yield from self._coolers()

    def _over_currents(self) -> Iterator[_Event]:
        for chip in chips(self):
            for label, cause in _OVER_CURRENT.items() if chip.name == "soctherm_oc" else ():
                file = f"{label}_event_cnt"
                if file in chip.files:
                    yield _Event(label, f"{chip.path}/{file}", "soctherm", cause)

    def _packages(self) -> Iterator[_Event]:
        """Intel's count per processor package, read at the package's first core."""
        seen: set[str] = set()
        for cpu in self.sysroot.names(CPUS):
            source = f"{CPUS}/{cpu}/thermal_throttle/package_throttle_count"
            if re.fullmatch(r"cpu[0-9]+", cpu) and self.sysroot.exists(source):
                package = self.sysroot.text(f"{CPUS}/{cpu}/topology/physical_package_id")
                if package not in seen:
                    seen.add(package)
                    yield _Event("package_throttle_count", source, "cpu", "package too hot")

    def _counter(self, event: _Event) -> tuple[Sensor, Sensor]:
        count, rate = (
            self.sensor(
                Kind.THROTTLE,
                event.label,
                unit,
                event.source,
                event.role,
                name=f"{unit}{event.source}",
                physical_id=f"{event.source}/{unit}",
            )
            for unit in ("events", "events/s")
        )
        return count, rate

    def _alarms(self, chip: Chip) -> Iterator[Gauge]:
        """The Raspberry Pi's supply monitor: the firmware is asked every 2 s by the driver."""
        if chip.name == "rpi_volt" and "in0_lcrit_alarm" in chip.files:
            source = f"{chip.path}/in0_lcrit_alarm"
            sensor = self.sensor(Kind.THROTTLE, "under-voltage now", "bool", source, "board")
            yield _Alarm(sensor, [self.file(source)], "under-voltage")

    def _coolers(self) -> Iterator[Gauge]:
        """The cooling devices that slow the processor down, those of one type together."""
        paths: dict[str, list[str]] = {}
        for name in self.sysroot.names(_COOLING):
            what = self.sysroot.text(f"{_COOLING}/{name}/type")
            if _COOLING_DEVICE.fullmatch(name) and _SLOWS_DOWN.match(what):
                paths.setdefault(what, []).append(self.sysroot.real(f"{_COOLING}/{name}"))
        for what, folders in paths.items():
            limit = self.limit(f"{folders[0]}/max_state", Kind.THROTTLE, 1.0)
            source = f"{folders[0]}/cur_state"
            sensor = self.sensor(Kind.THROTTLE, what, "steps", source, "cooling", maximum=limit)
            files = [self.file(f"{folder}/cur_state") for folder in folders]
            yield _Alarm(sensor, files, f"slowed down against heat ({what})")


class _Alarm(Gauge):
    """The largest of some numbers that are 0 while all is well."""

    def __init__(self, sensor: Sensor, files: Sequence[FileReader], cause: str) -> None:
        super().__init__((sensor,), files)
        self._cause = cause

    def read(self, now_s: float) -> Sequence[Reading]:
        numbers = [file.number(now_s) for file in self.files]
        failed = next((number for number in numbers if number.value is None), None)
        if failed is not None:
            return (no_value(failed, now_s),)
        state = max(number.value or 0.0 for number in numbers)
        if min(number.value or 0.0 for number in numbers) < 0:
            return (Reading(None, Reason.IMPLAUSIBLE, "a negative state", now_s),)
        return (Reading(state, Reason.OK, self._cause if state else "", now_s),)
