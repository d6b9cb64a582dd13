"""Clock frequency of the processor, from cpufreq."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason
from edgetop.sensors.gauges import Gauge, GaugeProvider, Scaled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CPUS = "/sys/devices/system/cpu"
_CPU = re.compile(r"cpu[0-9]+")


class ClockProvider(GaugeProvider):
    """MHz of each clock domain, named after its first core: ``cpu0``, ``cpu4``.

    ``scaling_cur_freq`` is what the governor asked for; a Jetson that halves its clock in
    over-current still shows the full one here. Cores that share a cpufreq policy are one
    sensor. Where there is no cpufreq (most virtual machines) there is no clock: the figure
    in ``/proc/cpuinfo`` is the nominal one there, not a measurement.
    """

    name = "clock"
    kind = Kind.CLOCK

    def find(self) -> Iterable[Gauge]:
        """One gauge per cpufreq policy; the hardware's highest clock is its maximum."""
        policies: dict[str, str] = {}
        for cpu in self.sysroot.names(CPUS):
            if _CPU.fullmatch(cpu) and self.sysroot.exists(f"{CPUS}/{cpu}/cpufreq"):
                policies.setdefault(self.sysroot.real(f"{CPUS}/{cpu}/cpufreq"), cpu)
        for policy, cpu in policies.items():
            source = f"{policy}/scaling_cur_freq"
            limit = self.limit(f"{policy}/cpuinfo_max_freq", Kind.CLOCK, 1e3)
            sensor = self.sensor(
                Kind.CLOCK, cpu, "MHz", source, "core", name=cpu, physical_id=policy, maximum=limit
            )
            yield _Clock(sensor, self.file(source), 1e3)


class _Clock(Scaled):
    """A clock in kHz."""

    def read(self, now_s: float) -> Sequence[Reading]:
        (reading,) = super().read(now_s)
        # A core that answers has a clock: some drivers say 0 for one that is switched off.
        off = reading.value == 0
        return (Reading(None, Reason.OFFLINE, "", now_s) if off else reading,)
