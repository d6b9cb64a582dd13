"""The few figures that stand for the whole board, from the readings of all its sensors."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from edgetop.readings import UNKNOWN, BoardReadings, Kind, Reading, Reason, SensorReading, Throttle
from edgetop.sensors.conditions import Setting
from edgetop.sensors.power import power

if TYPE_CHECKING:
    from collections.abc import Sequence

_GPU = re.compile(r"gpu[0-9]*")
_HOT_ROLES = frozenset({"processor", "accelerator"})
_MIB = 2.0**20
_UNKNOWN_CONDITIONS = Setting()
_BREAK_S = 3.0
"""Events come once or twice a second; a reading between two of them shows none."""


def headline(
    items: Sequence[SensorReading],
    *,
    now_s: float = 0.0,
    conditions: Setting = _UNKNOWN_CONDITIONS,
    throttles: ThrottleLog | None = None,
    named_rails: Sequence[str] = (),
) -> BoardReadings:
    """All sensors with the headline figures; what no sensor tells has a reason instead.

    Args:
        items: All sensors.
        now_s: CLOCK_MONOTONIC seconds.
        conditions: Power mode and governor.
        throttles: Knows since when something holds the board back.
        named_rails: Rails whose sum the user calls the board's power.
    """
    of: dict[Kind, list[SensorReading]] = {kind: [] for kind in Kind}
    for item in items:  # once: each figure below looks at few of them
        of[item.sensor.kind].append(item)
    loads, memories, throttling = of[Kind.UTILIZATION], of[Kind.MEMORY], of[Kind.THROTTLE]
    found = throttle(throttling)
    return BoardReadings(
        sensors=tuple(items),
        cpu_percent=cpu_percent(loads),
        gpu_percent=gpu_percent(loads),
        memory_used_mib=memory_used_mib(memories),
        memory_total_mib=memory_total_mib(memories),
        gpu_memory_used_mib=gpu_memory_used_mib([*memories, *loads]),
        temperature_c=temperature_c(of[Kind.TEMPERATURE]),
        power=power([*of[Kind.POWER], *of[Kind.ENERGY]], named_rails),
        throttle=throttles.since(found, now_s) if throttles else found,
        throttled_before=throttled_before(throttling),
        power_mode=conditions.power_mode,
        governor=conditions.governor,
    )


class ThrottleLog:
    """Remembers since when something holds the board back."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[float, float]] = {}

    def since(self, found: Sequence[Throttle], now_s: float) -> tuple[Throttle, ...]:
        """The same with their beginnings; a break of some seconds does not start them anew."""
        seen = {key: times for key, times in self._seen.items() if now_s - times[1] <= _BREAK_S}
        stamped = []
        for item in found:
            key = (item.source, item.cause)
            first_s, _ = seen.get(key, (now_s, now_s))
            seen[key] = (first_s, now_s)
            stamped.append(replace(item, since_s=first_s))
        self._seen = seen
        return tuple(stamped)


def cpu_percent(items: Sequence[SensorReading]) -> Reading:
    """Utilisation of all cores together: 100 % = every core busy."""
    return _labelled(items, Kind.UTILIZATION, "cpu")


def gpu_percent(items: Sequence[SensorReading]) -> Reading:
    """Utilisation of the busiest GPU.

    A model runs on one GPU; an average would call it half idle because of its neighbour.
    """
    return _largest([i for i in _of(items, Kind.UTILIZATION) if _GPU.fullmatch(i.sensor.label)])


def gpu_memory_used_mib(items: Sequence[SensorReading]) -> Reading:
    """Memory in use on all GPUs that have their own; unknown if one of them does not tell."""
    gpus = [item for item in _of(items, Kind.MEMORY) if _GPU.fullmatch(item.sensor.label)]
    silent = next((item.reading for item in gpus if item.value is None), None)
    if not gpus and any(item.sensor.role == "integrated" for item in items):
        return Reading(None, Reason.ABSENT, "shared with the cpu")
    if not gpus or silent is not None:
        return silent or UNKNOWN
    used = math.fsum(item.value for item in gpus if item.value is not None)
    return Reading.of(used / _MIB, min(item.reading.time_s for item in gpus))


def memory_used_mib(items: Sequence[SensorReading]) -> Reading:
    """Memory in use within the limit that `memory_total_mib` gives."""
    item = _tightest_memory(items)
    if item is None or item.value is None:
        return item.reading if item else UNKNOWN
    return Reading.of(item.value / _MIB, item.reading.time_s)


def memory_total_mib(items: Sequence[SensorReading]) -> Reading:
    """Physical memory, or the container's limit where that is smaller."""
    item = _tightest_memory(items)
    if item is None or item.sensor.maximum is None:
        return UNKNOWN
    return Reading.of(item.sensor.maximum / _MIB, item.reading.time_s)


def temperature_c(items: Sequence[SensorReading]) -> Reading:
    """The hottest zone of the processor or an accelerator; its detail names the zone."""
    hot = [item for item in _of(items, Kind.TEMPERATURE) if item.sensor.role in _HOT_ROLES]
    return _largest(hot)


def throttle(items: Sequence[SensorReading]) -> tuple[Throttle, ...]:
    """What holds the board back now.

    A throttle sensor names its present causes in the detail of its reading, separated by
    commas; the value alone may be a count since boot. Its role is the source, else its label.
    What two sensors tell of one source is named once.
    """
    found = (
        Throttle(item.sensor.role or item.sensor.label, cause)
        for item in _of(items, Kind.THROTTLE)
        if item.value is not None and item.reading.detail
        for cause in item.reading.detail.split(", ")
    )
    return tuple(dict.fromkeys(found))


def throttled_before(items: Sequence[SensorReading]) -> tuple[str, ...]:
    """What held the board back at some time since it was started."""
    told = (item.reading.since_boot for item in _of(items, Kind.THROTTLE))
    return tuple(text for text in told if text)


def _of(items: Sequence[SensorReading], kind: Kind) -> list[SensorReading]:
    return [item for item in items if item.sensor.kind is kind]


def _labelled(items: Sequence[SensorReading], kind: Kind, label: str) -> Reading:
    found = (item.reading for item in _of(items, kind) if item.sensor.label == label)
    return next(found, UNKNOWN)


def _largest(items: Sequence[SensorReading]) -> Reading:
    """The largest value with its sensor's label; without any value the first reason."""
    known = [(item.value, item) for item in items if item.value is not None]
    if not known:
        return items[0].reading if items else UNKNOWN
    value, item = max(known, key=lambda pair: pair[0])
    return Reading(value, item.reading.reason, item.sensor.label, item.reading.time_s)


def _tightest_memory(items: Sequence[SensorReading]) -> SensorReading | None:
    """``ram``, or ``container`` where its limit is below the physical memory."""
    by_label = {item.sensor.label: item for item in _of(items, Kind.MEMORY)}
    ram, container = by_label.get("ram"), by_label.get("container")
    if ram is None or container is None:
        return ram or container
    limit, size = container.sensor.maximum, ram.sensor.maximum
    return container if limit is not None and (size is None or limit < size) else ram
