"""Load of the VideoCore GPU of the Raspberry Pi 4 and 5, from the v3d driver."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason
from edgetop.sensors.gauges import Gauge, GaugeProvider
from edgetop.sensors.plausibility import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgetop.readings import Sensor
    from edgetop.sensors.files import FileReader

_DRM = "/sys/class/drm"
_ROW = re.compile(rb"^(\w+)\t([0-9]{1,20})\t[0-9]{1,20}\t([0-9]{1,20})$", re.MULTILINE)


class VideocoreProvider(GaugeProvider):
    """% of time in which the busiest queue of the GPU worked.

    ``gpu_stats`` has one row per queue with its own clock: ``queue, timestamp ns, jobs,
    runtime ns`` (kernel driver v3d_sysfs.c).
    """

    name = "v3d"
    kind = Kind.UTILIZATION

    def find(self) -> Iterable[Gauge]:
        """One gauge for the first card that has the file."""
        for card in self.sysroot.names(_DRM):
            device = self.sysroot.real(f"{_DRM}/{card}/device")
            source = f"{device}/gpu_stats"
            if re.fullmatch(r"card[0-9]+", card) and self.sysroot.exists(source):
                sensor = self.sensor(Kind.UTILIZATION, "gpu", "%", source, "integrated")
                return [_Queues(sensor, self.file(source))]
        return []


class _Queues(Gauge):
    """The share of the busiest queue since the previous reading."""

    def __init__(self, sensor: Sensor, file: FileReader) -> None:
        super().__init__((sensor,), (file,))
        self._before: dict[bytes, tuple[int, int]] = {}

    def read(self, now_s: float) -> Sequence[Reading]:
        raw = self.files[0].read(now_s)
        if raw.data is None:
            self._before = {}
            return (Reading(None, raw.reason, raw.detail, now_s),)
        rows = {m[1]: (int(m[2]), int(m[3])) for m in _ROW.finditer(raw.data)}
        before, self._before = self._before, rows
        if not rows:
            words = f"no queues in {self.files[0].path}"
            return (Reading(None, Reason.IMPLAUSIBLE, words, now_s),)
        shares = [
            (busy_ns - before[queue][1]) / (time_ns - before[queue][0])
            for queue, (time_ns, busy_ns) in rows.items()
            if queue in before and time_ns > before[queue][0]
        ]
        if not shares:
            return (Reading(None, Reason.WARMING_UP, "", now_s),)
        if min(shares) < 0:
            return (Reading(None, Reason.IMPLAUSIBLE, "the counter ran backwards", now_s),)
        return (checked(Kind.UTILIZATION, 100.0 * max(shares), now_s),)
