"""Qualcomm's Adreno GPUs, from the files of the kgsl driver."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgetop.readings import Kind
from edgetop.sensors.gauges import Gauge, GaugeProvider, Pattern, Scaled

if TYPE_CHECKING:
    from collections.abc import Iterable

_FOLDER = "/sys/class/kgsl/kgsl-3d0"
_PERCENT = re.compile(rb"([0-9]{1,4}) ?%?")


class AdrenoProvider(GaugeProvider):
    """Load in % and clock in MHz."""

    name = "adreno"
    kind = Kind.UTILIZATION

    def find(self) -> Iterable[Gauge]:
        """One gauge per file that is there."""
        busy = f"{_FOLDER}/gpu_busy_percentage"
        if self.sysroot.exists(busy):
            sensor = self.sensor(Kind.UTILIZATION, "gpu", "%", busy, "integrated")
            yield Pattern(sensor, self.file(busy), _PERCENT)
        clock = f"{_FOLDER}/gpuclk"
        if self.sysroot.exists(clock):
            top = self.limit(f"{_FOLDER}/max_gpuclk", Kind.CLOCK, 1e6)
            sensor = self.sensor(Kind.CLOCK, "gpu", "MHz", clock, maximum=top)
            yield Scaled(sensor, self.file(clock), 1e6)
