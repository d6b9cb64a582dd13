"""Energy counters of PC processors: RAPL, through the kernel's powercap class.

Intel's and AMD's processors both show as ``intel-rapl``. The counters are readable by root only
since kernel 5.10 (CVE-2020-8694).
"""

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

_CLASS = "/sys/class/powercap"
_ZONE = re.compile(r"intel-rapl(-mmio)?:[0-9]+(:[0-9]+)?")
_MOST_W = 1000.0
_HINT = (
    "only root may read RAPL since kernel 5.10 (CVE-2020-8694): run as root, or let a group read "
    "energy_uj by a udev rule for SUBSYSTEM powercap; in a container also mount "
    "/sys/devices/virtual/powercap"
)
_SCOPES = {
    "package": "processor package, not rest of the computer",
    "platform": "platform (psys): what the maker wired to it, not loss of the power supply",
    "dram": "memory, beside the package on servers and inside it on some clients",
}


class PowercapProvider(GaugeProvider):
    """Watts and joules of each RAPL zone.

    ``package-N`` and ``psys`` are totals of their scopes; ``core`` and ``uncore`` are inside
    their package. The MMIO view of a package is the same counter once more.
    """

    name = "powercap"
    kind = Kind.POWER
    period_s = 0.5

    def find(self) -> Iterable[Gauge]:
        """One gauge per zone, the MSR views first."""
        zones = [zone for zone in self.sysroot.names(_CLASS) if _ZONE.fullmatch(zone)]
        for zone in sorted(zones, key=lambda name: "mmio" in name):
            path = self.sysroot.real(f"{_CLASS}/{zone}")
            label = self.sysroot.text(f"{path}/name")
            if not label:
                continue
            parent = zone.rpartition(":")[0] if zone.count(":") == 2 else ""
            package = self.sysroot.text(f"{_CLASS}/{parent}/name") if parent else ""
            yield self._counter(zone, path, label, package)

    def _counter(self, zone: str, path: str, label: str, package: str) -> Gauge:
        source = f"{path}/energy_uj"
        role = _role(label, package)
        sensors = [
            self.sensor(
                kind,
                label,
                unit,
                source,
                role,
                name=f"{zone}/{kind.value}",
                scope=_SCOPES.get(role, ""),
                physical_id=f"rapl/{package}/{label}" if package else f"rapl/{label}",
                parent=package,
                hint=_HINT,
            )
            for kind, unit in ((Kind.POWER, "W"), (Kind.ENERGY, "J"))
        ]
        file, limit = self.file(source), self.file(f"{path}/max_energy_range_uj")
        range_uj = limit.number(self._clock()).value
        limit.close()
        return EnergyCounter(sensors, file, range_uj)


def _role(label: str, package: str) -> str:
    if label.startswith("package"):
        return "package"
    if label == "psys":
        return "platform"
    if label == "dram":
        return "dram"
    return "part" if package else "rail"


class EnergyCounter(Gauge):
    """Power and energy from a counter of microjoules that wraps around.

    The first sensor is the mean power since the previous reading, the second the energy since
    the first. A counter that goes back has wrapped if it stood in the last tenth of its range
    and the power stays below 1000 W; anything else is a reset, and no figure spans it. One that
    stands still tells nothing: hypervisors show such, and 0 W would be false.

    Args:
        sensors: Of the power in W and of the energy in J.
        file: The counter.
        range_uj: Where it wraps; None if unknown.
    """

    def __init__(self, sensors: Sequence[Sensor], file: FileReader, range_uj: float | None) -> None:
        super().__init__(sensors, (file,))
        self._range_uj = range_uj
        self._before: tuple[float, float] | None = None
        self._energy_j = 0.0

    def read(self, now_s: float) -> Sequence[Reading]:
        """Power and energy."""
        number = self.files[0].number(now_s)
        if number.value is None or number.value < 0:
            self._before = None
            failed = no_value(number, now_s)
            if number.value is not None:
                failed = Reading(None, Reason.IMPLAUSIBLE, "a negative energy", now_s)
            return failed, failed
        before, self._before = self._before, (now_s, number.value)
        if before is None or now_s <= before[0]:
            waiting = Reading(None, Reason.WARMING_UP, "", now_s)
            return waiting, waiting
        joules = self._difference_j(before, number.value, now_s)
        if isinstance(joules, Reading):
            return joules, joules
        self._energy_j += joules
        power = checked(Kind.POWER, joules / (now_s - before[0]), now_s)
        return power, Reading.of(self._energy_j, now_s)

    def _difference_j(
        self, before: tuple[float, float], counter_uj: float, now_s: float
    ) -> float | Reading:
        """Energy since the previous reading, or why it is not known."""
        elapsed_s, joules = now_s - before[0], (counter_uj - before[1]) / 1e6
        if joules == 0:
            return Reading(None, Reason.OFFLINE, "the counter stands still", now_s)
        if joules < 0 and self._range_uj and before[1] >= 0.9 * self._range_uj:
            joules += self._range_uj / 1e6
        if not 0 <= joules < _MOST_W * elapsed_s:
            words = "the counter was reset" if joules < 0 else "more than 1000 W"
            return Reading(None, Reason.IMPLAUSIBLE, words, now_s)
        return joules
