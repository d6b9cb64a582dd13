"""Chips of the kernel's hwmon class: temperatures, fans, voltages, and power of unknown rails.

Units of the class: mV, mA, µW, µJ, m°C, RPM (Documentation/hwmon/sysfs-interface).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from edgetop.readings import Kind, Reading
from edgetop.sensors.gauges import Gauge, GaugeProvider, Product, Scaled, no_value
from edgetop.sensors.kernel.thermal import zone_role
from edgetop.sensors.plausibility import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgetop.readings import Sensor
    from edgetop.sensors.files import FileReader

CLASS = "/sys/class/hwmon"

_ELSEWHERE = frozenset({"ina3221", "amdgpu", "soctherm_oc"})
"""Chips that a provider of their own reads."""
_INTEL_GPUS = frozenset({"i915", "xe"})
"""Chips whose power and energy have a provider of their own; the rest of them is as of any."""
_CONTRACTS = ("ucsi_source_psy", "tcpm_source_psy", "ucsi-source-psy", "tcpm-source-psy")
"""They tell what a USB-C supply has agreed to give at most, not what is used."""
_FREE_PINS = frozenset({"rp1_adc"})
"""Their voltages are pins that anything may be wired to."""
_POWERS = ("power", "energy")
_CHANNEL = re.compile(r"(temp|fan|in|power|energy)([0-9]+)_(?:input|average)")
_PWM = re.compile(r"pwm[0-9]+")


class Chip(NamedTuple):
    """One hwmon device."""

    path: str
    """Its real folder."""
    device: str
    """Real folder of the hardware behind it; stays the same when the numbers change."""
    name: str
    files: frozenset[str]


def chips(provider: GaugeProvider) -> Iterator[Chip]:
    """All hwmon devices of a board."""
    root = provider.sysroot
    for entry in root.names(CLASS):
        path = root.real(f"{CLASS}/{entry}")
        name = root.text(f"{path}/name")
        yield Chip(path, root.real(f"{path}/device"), name, frozenset(root.names(path)))


class HwmonProvider(GaugeProvider):
    """Temperatures, fans, voltages and power of every chip that has no provider of its own.

    A chip that is another view of a thermal zone or a battery is left out where that is
    read. Power of a chip is a rail of unknown place: it is never part of a total unless the
    user names it.
    """

    name = "hwmon"
    kind = Kind.TEMPERATURE

    def find(self) -> Iterable[Gauge]:
        """One gauge per channel."""
        for chip in chips(self):
            battery = "/power_supply/" in chip.device
            if chip.name in _ELSEWHERE or chip.name.startswith(_CONTRACTS) or battery:
                continue
            yield from self._channels(chip)
            yield from self._fans(chip)

    def _channels(self, chip: Chip) -> Iterator[Gauge]:
        for file in sorted(chip.files):
            match = _CHANNEL.fullmatch(file)
            if match is None or (
                match[0].endswith("average") and f"{match[1]}{match[2]}_input" in chip.files
            ):
                continue
            make = {
                "temp": self._temperature,
                "in": self._voltage,
                "power": self._power,
                "energy": self._energy,
            }.get("" if chip.name in _INTEL_GPUS and match[1] in _POWERS else match[1])
            gauge = make(chip, match[2], file) if make else None
            if gauge is not None:
                yield gauge
        if not any(_CHANNEL.fullmatch(file) and file.startswith(_POWERS) for file in chip.files):
            yield from self._products(chip)

    def _temperature(self, chip: Chip, number: str, file: str) -> Gauge:
        own = self.sysroot.text(f"{chip.path}/temp{number}_label")
        is_zone = chip.device.rpartition("/")[2].startswith("thermal_zone")
        gpu = "accelerator" if chip.name in _INTEL_GPUS else ""
        role = gpu or zone_role(own) or zone_role(chip.name)
        sensor = self._sensor(chip, file, Kind.TEMPERATURE, own or chip.name, "°C", role)
        if is_zone:
            sensor = replace(sensor, physical_id=chip.device)
        limit = self.limit(f"{chip.path}/temp{number}_crit", Kind.TEMPERATURE, 1e3)
        return Scaled(replace(sensor, maximum=limit), self.file(sensor.source), 1e3)

    def _voltage(self, chip: Chip, number: str, file: str) -> Gauge | None:
        own = self.sysroot.text(f"{chip.path}/in{number}_label")
        several = sum(1 for name in chip.files if re.fullmatch(r"in[0-9]+_input", name)) > 1
        if chip.name in _FREE_PINS:
            return None
        label = own or (f"{chip.name} in{number}" if several else chip.name)
        sensor = self._sensor(chip, file, Kind.VOLTAGE, label, "V")
        return Scaled(sensor, self.file(sensor.source), 1e3)

    def _power(self, chip: Chip, number: str, file: str) -> Gauge:
        sensor = self._sensor(chip, file, Kind.POWER, self._rail(chip, number), "W", "rail")
        return Scaled(sensor, self.file(sensor.source), 1e6)

    def _energy(self, chip: Chip, number: str, file: str) -> Gauge:
        sensor = self._sensor(chip, file, Kind.ENERGY, self._rail(chip, number), "J", "rail")
        return Scaled(sensor, self.file(sensor.source), 1e6)

    def _products(self, chip: Chip) -> Iterator[Gauge]:
        """Rails of a chip that measures voltage and current but gives no power."""
        for file in sorted(chip.files):
            match = re.fullmatch(r"curr([0-9]+)_input", file)
            if match is None or f"in{match[1]}_input" not in chip.files:
                continue
            label = self._rail(chip, match[1])
            sensor = self._sensor(chip, file, Kind.POWER, label, "W", "rail")
            voltage = self.file(f"{chip.path}/in{match[1]}_input")
            yield Product(sensor, voltage, self.file(sensor.source))

    def _rail(self, chip: Chip, number: str) -> str:
        """The name of a rail: the channel's own, the chip's in the device tree, the driver's."""
        names = (f"power{number}_label", f"curr{number}_label", f"in{number}_label", "label")
        found = (self.sysroot.text(f"{chip.path}/{name}") for name in names)
        return next((text for text in found if text), chip.name)

    def _fans(self, chip: Chip) -> Iterator[Gauge]:
        """Tachometers in RPM, and the drive of a fan's pulse-width modulation in %."""
        drives = sorted(file for file in chip.files if _PWM.fullmatch(file))
        tachometers = [
            file for file in sorted(chip.files) if re.fullmatch(r"fan[0-9]+_input", file)
        ]
        tachometers += ["rpm"] if "rpm" in chip.files else []
        for file in tachometers:
            own = self.sysroot.text(f"{chip.path}/{file.removesuffix('_input')}_label")
            sensor = self._sensor(chip, file, Kind.FAN, own or chip.name, "RPM")
            beside = f"pwm{file[3:].removesuffix('_input')}"
            drive = self.file(f"{chip.path}/{beside}") if beside in drives else None
            yield _Tachometer(sensor, self.file(sensor.source), drive)
        # A board with many headers shows the drives of empty ones; its tachometers tell more.
        for file in drives if "fan" in chip.name or not tachometers else ():
            sensor = self._sensor(chip, file, Kind.FAN, chip.name, "%")
            yield Scaled(replace(sensor, maximum=100.0), self.file(sensor.source), 2.55)

    def _sensor(
        self, chip: Chip, file: str, kind: Kind, label: str, unit: str, role: str = ""
    ) -> Sensor:
        physical_id = f"{chip.device}/{file}"
        return self.sensor(kind, label, unit, f"{chip.path}/{file}", role, physical_id=physical_id)


class _Tachometer(Gauge):
    """Revolutions per minute.

    A fan that is driven but reads 0 stands still, or has a tachometer that fails at low
    speed, as on the Raspberry Pi 5 (raspberrypi/linux issue 7556): the reading says so.
    """

    def __init__(self, sensor: Sensor, file: FileReader, drive: FileReader | None) -> None:
        super().__init__((sensor,), (file, drive) if drive else (file,))

    def usable(self, now_s: float) -> bool:
        """A header without a fan has an empty file."""
        data = self.files[0].read(now_s).data
        return data is None or bool(data.strip())

    def read(self, now_s: float) -> Sequence[Reading]:
        number = self.files[0].number(now_s)
        if number.value is None:
            return (no_value(number, now_s),)
        words = ""
        if number.value == 0 and len(self.files) > 1 and self.files[1].number(now_s).value:
            words = "driven, but the tachometer reads 0"
        return (checked(Kind.FAN, number.value, now_s, words),)
