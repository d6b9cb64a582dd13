"""Google's Coral Edge TPU on PCIe, from the files of the apex driver; the USB one has none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgetop.readings import Kind
from edgetop.sensors.gauges import Gauge, GaugeProvider, Scaled

if TYPE_CHECKING:
    from collections.abc import Iterable

_APEX = "/sys/class/apex"


class CoralProvider(GaugeProvider):
    """°C of each Edge TPU; it measures neither load nor power."""

    name = "coral"
    kind = Kind.TEMPERATURE

    def find(self) -> Iterable[Gauge]:
        """One gauge per device; the point of shutdown is its maximum."""
        for name in self.sysroot.names(_APEX):
            path = self.sysroot.real(f"{_APEX}/{name}")
            source = f"{path}/temp"
            if re.fullmatch(r"apex_[0-9]+", name) and self.sysroot.exists(source):
                limit = self.limit(f"{path}/hw_temp_warn2", Kind.TEMPERATURE, 1e3)
                sensor = self.sensor(
                    Kind.TEMPERATURE, name, "°C", source, "accelerator", maximum=limit
                )
                yield Scaled(sensor, self.file(source), 1e3)
