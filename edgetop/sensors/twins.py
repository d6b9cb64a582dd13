"""Which of the sensors measure the same thing."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

from edgetop.sensors.child import ALIKE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.sample import Kind, Sensor, SensorReading

_ZONE_ENDING = re.compile(r"[-_]therm(?:al)?$")


class Twins:
    """Leaves one sensor for each physical one: the first that has a value, else the first.

    The kernel shows many sensors twice (a thermal zone and its hwmon device, RAPL by register
    and by memory); both would count in a total. What a vendor's service tells is left out
    where the same is read at its source. Most boards have no twins at all, so that is found
    out once for a list of sensors.
    """

    def __init__(self) -> None:
        self._sensors: list[Sensor] = []
        self._none = True

    def without(self, items: Sequence[SensorReading]) -> tuple[SensorReading, ...]:
        """The readings that are left, in their order."""
        sensors = [item.sensor for item in items]
        known = len(sensors) == len(self._sensors)
        if not (known and all(map(operator.is_, sensors, self._sensors))):
            self._sensors = sensors
            keys = {_key(sensor) for sensor in sensors}
            self._none = len(keys) == len(sensors) and not any(map(_alike, items))
        return tuple(items) if self._none else _first_of_each(items)


def _first_of_each(items: Sequence[SensorReading]) -> tuple[SensorReading, ...]:
    kept: dict[tuple[Kind, str, str], SensorReading] = {}
    told = {_called(item) for item in items if item.value is not None and not _alike(item)}
    for item in items:
        if _alike(item) and _called(item) in told:
            continue
        key = _key(item.sensor)
        if key not in kept or (kept[key].value is None and item.value is not None):
            kept[key] = item
    return tuple(kept.values())


def _key(sensor: Sensor) -> tuple[Kind, str, str]:
    return sensor.kind, sensor.unit, sensor.physical_id or f"id:{sensor.id}"


def _alike(item: SensorReading) -> bool:
    return item.sensor.physical_id.startswith(ALIKE)


def _called(item: SensorReading) -> tuple[Kind, str, str]:
    """Kind, unit and name; `CPU-therm`, `cpu-thermal` and `cpu` are one name."""
    sensor = item.sensor
    return sensor.kind, sensor.unit, _ZONE_ENDING.sub("", sensor.label.lower())
