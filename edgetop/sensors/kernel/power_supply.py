"""What a laptop or a battery pack draws from its batteries, from the power_supply class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason
from edgetop.sensors.files import printable
from edgetop.sensors.gauges import Gauge, GaugeProvider
from edgetop.sensors.plausibility import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from edgetop.readings import Sensor
    from edgetop.sensors.files import FileReader

_CLASS = "/sys/class/power_supply"
_ON_MAINS = frozenset({"Charging", "Full"})


class BatteryProvider(GaugeProvider):
    """Watts that each battery gives while it discharges.

    On mains there is no figure: what flows into a battery is not what the computer uses. An
    idle battery beside a discharging one gives 0. Batteries of devices (a mouse) and USB-C
    contracts are none.
    """

    name = "battery"
    kind = Kind.POWER
    period_s = 5.0  # most firmwares renew the figures every 1 to 30 s

    def find(self) -> Iterable[Gauge]:
        """One gauge per battery of the system."""
        for supply in self.sysroot.names(_CLASS):
            path = self.sysroot.real(f"{_CLASS}/{supply}")
            battery = self.sysroot.text(f"{path}/type") == "Battery"
            if not battery or self.sysroot.text(f"{path}/scope") == "Device":
                continue
            sensor = self.sensor(
                Kind.POWER,
                supply,
                "W",
                f"{path}/power_now",
                "battery",
                name=supply,
                scope="all that runs from the battery, not what comes from the mains",
                physical_id=path,
            )
            names = ("status", "power_now", "voltage_now", "current_now")
            yield _Battery(sensor, [self.file(f"{path}/{name}") for name in names])

    def read(self) -> Mapping[str, Reading]:
        """Present consumption; with no battery discharging nothing is known of it."""
        readings = dict(super().read())
        gauges = [gauge for gauge in self._gauges.values() if isinstance(gauge, _Battery)]
        if any(gauge.status == "Discharging" for gauge in gauges):
            for gauge in gauges:  # Linux says Full of one that is not used
                if gauge.status == "Full":
                    readings[gauge.sensors[0].id] = Reading.of(0.0, self._clock())
            return readings
        now_s = self._clock()
        for gauge in gauges:
            sensor = gauge.sensors[0]
            if readings[sensor.id].value is not None:
                words = f"unknown, not discharging ({gauge.status or 'no status'})"
                readings[sensor.id] = Reading(None, Reason.OFFLINE, words, now_s)
        return readings


class _Battery(Gauge):
    """One battery: its status, and power or voltage and current in micro-units."""

    def __init__(self, sensor: Sensor, files: Sequence[FileReader]) -> None:
        super().__init__((sensor,), files)
        self.status = ""

    def read(self, now_s: float) -> Sequence[Reading]:
        status, *numbers = self.files
        raw = status.read(now_s)
        self.status = printable((raw.data or b"").decode("ascii", "replace"))[:40]
        if raw.data is None:
            return (Reading(None, raw.reason, raw.detail, now_s),)
        if self.status in _ON_MAINS:
            words = f"unknown, on mains ({self.status.lower()})"
            return (Reading(None, Reason.OFFLINE, words, now_s),)
        power, voltage, current = (file.number(now_s) for file in numbers)
        # Some drivers give a negative sign to what flows out, others do not.
        if power.value is not None:
            return (checked(Kind.POWER, abs(power.value) / 1e6, now_s),)
        if voltage.value is not None and current.value is not None:
            return (checked(Kind.POWER, abs(voltage.value * current.value) / 1e12, now_s),)
        lacking = current if voltage.value is not None else voltage
        return (Reading(None, lacking.reason, lacking.detail, now_s),)
