"""Clock frequency of the processor, from cpufreq."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgetop.sample import Kind, Reading, Reason, Sensor
from edgetop.sensors.files import FileReader, Sysroot
from edgetop.sensors.provider import Clock, monotonic

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROOT = "/sys/devices/system/cpu"
_CPU = re.compile(r"cpu[0-9]+")


class ClockProvider:
    """MHz of each clock domain, named after its first core: ``cpu0``, ``cpu4``.

    ``scaling_cur_freq`` is what the governor asked for; a Jetson that halves its clock in
    over-current still shows the full one here. Cores that share a cpufreq policy are one
    sensor. Where there is no cpufreq (most virtual machines) there is no clock: the figure
    in ``/proc/cpuinfo`` is the nominal one there, not a measurement.
    """

    name = "clock"
    kind = Kind.CLOCK
    # Some firmwares (SCMI) are asked for each reading and can take their time.
    blocks = True
    period_s = 1.0

    def __init__(self, sysroot: Sysroot, clock: Clock = monotonic) -> None:
        self._sysroot = sysroot
        self._clock = clock
        self._files: dict[str, FileReader] = {}

    def probe(self) -> tuple[Sensor, ...]:
        """One sensor per cpufreq policy; the hardware's highest clock is its maximum."""
        policies: dict[str, str] = {}
        for cpu in self._sysroot.names(_ROOT):
            if _CPU.fullmatch(cpu) and self._sysroot.exists(f"{_ROOT}/{cpu}/cpufreq"):
                policies.setdefault(self._sysroot.real(f"{_ROOT}/{cpu}/cpufreq"), cpu)
        sensors = tuple(self._sensor(cpu, policy) for policy, cpu in policies.items())
        wanted = {sensor.id: sensor.source for sensor in sensors}
        for key in [key for key, file in self._files.items() if wanted.get(key) != file.path]:
            self._files.pop(key).close()
        for key, path in wanted.items():
            self._files.setdefault(key, FileReader(self._sysroot, path))
        return sensors

    def _sensor(self, cpu: str, policy: str) -> Sensor:
        limit = FileReader(self._sysroot, f"{policy}/cpuinfo_max_freq")
        maximum = limit.reading(Kind.CLOCK, 1e3, self._clock()).value
        limit.close()
        return Sensor(
            id=f"clock/{cpu}",
            kind=Kind.CLOCK,
            label=cpu,
            unit="MHz",
            role="core",
            source=f"{policy}/scaling_cur_freq",
            physical_id=policy,
            maximum=maximum,
            min_period_s=self.period_s,
        )

    def read(self) -> Mapping[str, Reading]:
        """Present clocks; the kernel's files are in kHz."""
        now_s = self._clock()
        return {key: _clock(file, now_s) for key, file in self._files.items()}

    def close(self) -> None:
        """Close all files."""
        for file in self._files.values():
            file.close()


def _clock(file: FileReader, now_s: float) -> Reading:
    reading = file.reading(Kind.CLOCK, 1e3, now_s)
    # A core that answers has a clock: some drivers say 0 for one that is switched off.
    return Reading(None, Reason.OFFLINE, "", now_s) if reading.value == 0 else reading
