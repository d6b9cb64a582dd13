"""Which of the sensors measure the same thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgetop.sensors.child import ALIKE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.sample import Kind, SensorReading

_ZONE_ENDING = re.compile(r"[-_]therm(?:al)?$")


def without_twins(items: Sequence[SensorReading]) -> tuple[SensorReading, ...]:
    """One sensor for each physical one: the first that has a value, else the first.

    The kernel shows many sensors twice (a thermal zone and its hwmon device, RAPL by register
    and by memory); both would count in a total. What a vendor's service tells is left out
    where the same is read at its source.
    """
    kept: dict[tuple[Kind, str, str], SensorReading] = {}
    told = {_called(item) for item in items if item.value is not None and not _alike(item)}
    for item in items:
        sensor = item.sensor
        if _alike(item) and _called(item) in told:
            continue
        key = (sensor.kind, sensor.unit, sensor.physical_id or f"id:{sensor.id}")
        if key not in kept or (kept[key].value is None and item.value is not None):
            kept[key] = item
    return tuple(kept.values())


def _alike(item: SensorReading) -> bool:
    return item.sensor.physical_id.startswith(ALIKE)


def _called(item: SensorReading) -> tuple[Kind, str, str]:
    """Kind, unit and name; `CPU-therm`, `cpu-thermal` and `cpu` are one name."""
    sensor = item.sensor
    return sensor.kind, sensor.unit, _ZONE_ENDING.sub("", sensor.label.lower())
