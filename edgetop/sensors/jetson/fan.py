"""The fan of Jetsons with JetPack 4, which is no hwmon device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.readings import Kind
from edgetop.sensors.gauges import Gauge, GaugeProvider, Scaled

if TYPE_CHECKING:
    from collections.abc import Iterable

_FOLDER = "/sys/devices/pwm-fan"


class JetsonFanProvider(GaugeProvider):
    """Drive of the fan in % (of 255), and its speed where it has a tachometer."""

    name = "pwm-fan"
    kind = Kind.FAN

    def find(self) -> Iterable[Gauge]:
        """The drive and the speed."""
        for file, unit, scale in (("cur_pwm", "%", 2.55), ("rpm_measured", "RPM", 1.0)):
            source = f"{_FOLDER}/{file}"
            if not self.sysroot.exists(source):
                continue
            limit = 100.0 if unit == "%" else None
            sensor = self.sensor(Kind.FAN, "pwm-fan", unit, source, name=file, maximum=limit)
            yield Scaled(sensor, self.file(source), scale)
