"""Rockchip's NPUs, from the debug file of the vendor's rknpu driver; root only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason, Sensor
from edgetop.sensors.gauges import Gauge, GaugeProvider
from edgetop.sensors.plausibility import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgetop.sensors.files import FileReader

_LOAD = "/sys/kernel/debug/rknpu/load"
_SIGNS = ("/sys/module/rknpu", "/sys/kernel/debug/rknpu", "/sys/class/devfreq/fdab0000.npu")
_HINT = "only root may read debugfs: run as root"
_CORE = re.compile(rb"(?:Core([0-9])\s*:)?\s*(?<![0-9])([0-9]{1,20})\s*%")


class RockchipNpuProvider(GaugeProvider):
    """% of each NPU core and their mean.

    The file says ``NPU load:  Core0: 63%, Core1: 65%,`` or, with one core, ``NPU load:  63%``.
    After a hang of the driver it has said 20000 %, which is no value.
    """

    name = "rknpu"
    kind = Kind.UTILIZATION

    def find(self) -> Iterable[Gauge]:
        """One gauge where the driver is; whether its file may be read is another question."""
        if not any(self.sysroot.exists(sign) for sign in _SIGNS):
            return []
        file = self.file(_LOAD)
        cores = len(_loads(file.read(self._clock()).data or b""))
        labels = ["npu", *(f"npu{number}" for number in range(cores if cores > 1 else 0))]
        sensors = [
            self.sensor(
                Kind.UTILIZATION,
                label,
                "%",
                _LOAD,
                "" if label == "npu" else "npu-core",
                name=label,
                physical_id=f"{_LOAD}/{label}",
                hint=_HINT,
            )
            for label in labels
        ]
        return [_Cores(sensors, file)]


class _Cores(Gauge):
    """The mean and every core."""

    def __init__(self, sensors: Sequence[Sensor], file: FileReader) -> None:
        super().__init__(sensors, (file,))

    def read(self, now_s: float) -> Sequence[Reading]:
        raw = self.files[0].read(now_s)
        loads = _loads(raw.data or b"")
        cores = len(self.sensors) - 1
        if not loads or (cores and len(loads) != cores):
            reason = Reason.IMPLAUSIBLE if raw.data is not None else raw.reason
            words = raw.detail or f"no load in {self.files[0].path}"
            return (Reading(None, reason, words, now_s),) * len(self.sensors)
        readings = [checked(Kind.UTILIZATION, load, now_s) for load in loads]
        broken = next((reading for reading in readings if reading.value is None), None)
        mean = broken or checked(Kind.UTILIZATION, sum(loads) / len(loads), now_s)
        return (mean, *(readings if cores else ()))


def _loads(data: bytes) -> list[float]:
    return [float(match[2]) for match in _CORE.finditer(data)]
