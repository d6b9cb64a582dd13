"""Intel's NPUs, from the files of the ivpu driver (kernel documentation, ABI sysfs-driver-ivpu)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason
from edgetop.sensors.gauges import Gauge, GaugeProvider, Rate, Scaled, no_value
from edgetop.sensors.plausibility import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgetop.readings import Sensor
    from edgetop.sensors.files import FileReader

_ACCEL = "/sys/class/accel"


class IntelNpuProvider(GaugeProvider):
    """% of time in which the NPU worked, its clock and memory; not more than once a second."""

    name = "intel-npu"
    kind = Kind.UTILIZATION

    def find(self) -> Iterable[Gauge]:
        """The gauges of the first accelerator that has the files."""
        for name in self.sysroot.names(_ACCEL):
            device = self.sysroot.real(f"{_ACCEL}/{name}/device")
            busy = f"{device}/npu_busy_time_us"
            if not self.sysroot.exists(busy):
                continue
            yield _BusyTime(self.sensor(Kind.UTILIZATION, "npu", "%", busy), self.file(busy))
            clock = f"{device}/npu_current_frequency_mhz"
            if self.sysroot.exists(clock):
                limit = self.limit(f"{device}/npu_max_frequency_mhz", Kind.CLOCK, 1.0)
                sensor = self.sensor(Kind.CLOCK, "npu", "MHz", clock, maximum=limit)
                yield Scaled(sensor, self.file(clock))
            memory = f"{device}/npu_memory_utilization"
            if self.sysroot.exists(memory):
                sensor = self.sensor(Kind.MEMORY, "npu", "bytes", memory, "used")
                yield Scaled(sensor, self.file(memory))
            return


class _BusyTime(Gauge):
    """A counter of microseconds."""

    def __init__(self, sensor: Sensor, file: FileReader) -> None:
        super().__init__((sensor,), (file,))
        self._busy = Rate()

    def read(self, now_s: float) -> Sequence[Reading]:
        number = self.files[0].number(now_s)
        if number.value is None:
            self._busy.forget()
            return (no_value(number, now_s),)
        busy_us_per_s = self._busy.per_s(number.value, now_s)
        if busy_us_per_s is None:
            return (Reading(None, Reason.WARMING_UP, "", now_s),)
        percent = busy_us_per_s / 1e4
        # The driver's clock and ours differ by some ms in a window.
        return (checked(Kind.UTILIZATION, 100.0 if 100 < percent < 105 else percent, now_s),)
