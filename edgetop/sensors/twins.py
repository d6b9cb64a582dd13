"""Which of the sensors measure the same thing."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

from edgetop.readings import Kind
from edgetop.sensors.child import ALIKE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.readings import Sensor, SensorReading


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
    for item in _of_one_source(items):
        key = _key(item.sensor)
        if key not in kept or (kept[key].value is None and item.value is not None):
            kept[key] = item
    return tuple(kept.values())


def _of_one_source(items: Sequence[SensorReading]) -> list[SensorReading]:
    """Either what is read at its source or what a service tells of the same: that with a value."""
    own = {_called(item) for item in items if not _alike(item)}
    read = {_called(item) for item in items if item.value is not None and not _alike(item)}
    told = {_called(item) for item in items if item.value is not None and _alike(item)}
    of_service = told - read

    def wanted(item: SensorReading) -> bool:
        called = _called(item)
        if _alike(item):
            return called not in own or called in of_service
        return item.value is not None or called not in of_service

    return [item for item in items if wanted(item)]


def _key(sensor: Sensor) -> tuple[Kind, str, str]:
    return sensor.kind, sensor.unit, sensor.physical_id or f"id:{sensor.id}"


def _alike(item: SensorReading) -> bool:
    return item.sensor.physical_id.startswith(ALIKE)


def _called(item: SensorReading) -> tuple[Kind, str, str]:
    """Kind, unit and name; `CPU-therm`, `cpu-thermal` and `cpu` are one name."""
    sensor = item.sensor
    name = sensor.label.lower()
    if sensor.kind is Kind.TEMPERATURE:
        name = re.split("-" if "-" in name else "_", name)[0]
    return sensor.kind, sensor.unit, name
