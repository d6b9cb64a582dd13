"""Power rails measured by INA3221 chips (and the INA238 of Thor), on a Jetson or elsewhere.

L4T up to 32 (JetPack 4) has NVIDIA's IIO driver with milliwatts ready; later releases the
mainline hwmon driver, which gives voltage and current only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from edgetop.readings import Kind
from edgetop.sensors.gauges import Gauge, GaugeProvider, Product, Scaled
from edgetop.sensors.jetson.rails import Rail, rails_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgetop.readings import Sensor

_CHANNELS = (1, 2, 3)
"""Of the hwmon driver: in4 to in6 are shunt voltages, in7 and curr4 sums made by the chip."""


class _Channel(NamedTuple):
    """One rail and the files that it is made of."""

    label: str
    power: str = ""
    """In units of `scale`; empty if it is the product of the other two."""
    voltage: str = ""
    current: str = ""
    scale: float = 1e3
    physical_id: str = ""


class Ina3221Provider(GaugeProvider):
    """Watts of every rail, with its place in the power tree.

    Channels that are switched off or not connected (``NC``) are no rails.
    """

    name = "ina3221"
    kind = Kind.POWER
    # The driver averages over up to 0.4 s; each file costs an I2C transfer (0.55 ms on AGX Orin).
    period_s = 0.5

    def find(self) -> Iterable[Gauge]:
        """One gauge per rail."""
        channels = list(self._channels())
        labels = [channel.label for channel in channels]
        rails = rails_of(labels)
        for channel in channels:
            sensor = self._sensor(channel, rails[channel.label])
            if channel.power:
                yield Scaled(sensor, self.file(channel.power), channel.scale)
            else:
                yield Product(sensor, self.file(channel.voltage), self.file(channel.current))

    def _sensor(self, channel: _Channel, rail: Rail) -> Sensor:
        source = channel.power or channel.current
        return self.sensor(
            Kind.POWER,
            channel.label,
            "W",
            source,
            rail.role,
            scope=rail.scope,
            parent=rail.parent,
            physical_id=channel.physical_id,
        )

    def _channels(self) -> Iterator[_Channel]:
        for folder in self._chips("/sys/bus/iio/devices", "ina3221x"):
            yield from self._iio_channels(folder)
        chips = self._chips("/sys/class/hwmon", "ina3221")
        for folder in chips:
            yield from self._hwmon_channels(folder)
        # Only beside an INA3221: elsewhere an INA238 is a chip like any other.
        for folder in self._chips("/sys/class/hwmon", "ina238") if chips else ():
            yield from self._single_channel(folder)

    def _chips(self, folder: str, driver: str) -> list[str]:
        """Real folders of the devices of that name; their numbers change between boots."""
        return [
            self.sysroot.real(f"{folder}/{name}")
            for name in self.sysroot.names(folder)
            if self.sysroot.text(f"{folder}/{name}/name") == driver
        ]

    def _iio_channels(self, folder: str) -> Iterator[_Channel]:
        for number in range(3):
            label = self.sysroot.text(f"{folder}/rail_name_{number}")
            if _is_rail(label):
                yield _Channel(label, power=f"{folder}/in_power{number}_input")

    def _hwmon_channels(self, folder: str) -> Iterator[_Channel]:
        for number in _CHANNELS:
            label = self.sysroot.text(f"{folder}/in{number}_label")
            if _is_rail(label) and self.sysroot.text(f"{folder}/in{number}_enable") != "0":
                yield _Channel(
                    label,
                    voltage=f"{folder}/in{number}_input",
                    current=f"{folder}/curr{number}_input",
                )

    def _single_channel(self, folder: str) -> Iterator[_Channel]:
        """An INA238: the board's one input, in microwatts; most device trees do not name it."""
        labels = (f"{folder}/power1_label", f"{folder}/in1_label", f"{folder}/label")
        label = next((text for path in labels if (text := self.sysroot.text(path))), "VIN")
        device = self.sysroot.real(f"{folder}/device")
        yield _Channel(
            label, power=f"{folder}/power1_input", scale=1e6, physical_id=f"{device}/power1_input"
        )


def _is_rail(label: str) -> bool:
    return label not in ("", "NC")
