"""How busy the processor is, all together and per core, from ``/proc/stat``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from edgetop.readings import Kind, Reading, Reason, Sensor
from edgetop.sensors.files import FileReader, Sysroot, natural_key
from edgetop.sensors.provider import Clock, monotonic

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATH = "/proc/stat"
_LINE = re.compile(rb"(cpu[0-9]{0,5})((?: +[0-9]{1,20}){4,})\s*")


class CpuTimes(NamedTuple):
    """Clock ticks that a processor has spent since boot."""

    busy: int
    """user, nice, system, irq, softirq and steal; guest time is part of user already."""
    idle: int
    iowait: int
    """Idle too, but counted apart because it alone may run backwards (proc(5))."""


def parse_stat(data: bytes) -> dict[str, CpuTimes]:
    """The processor lines of ``/proc/stat`` by name (``cpu``, ``cpu0``); malformed ones left out.

    They come first in the file, so reading stops at the first other line.
    """
    times: dict[str, CpuTimes] = {}
    for line in data.split(b"\n"):
        if not line.startswith(b"cpu"):
            break
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        ticks = [int(field) for field in match[2].split()][:8]
        iowait = ticks[4] if len(ticks) > 4 else 0
        busy = sum(ticks) - ticks[3] - iowait
        times[match[1].decode()] = CpuTimes(busy, ticks[3], iowait)
    return times


def percent_between(before: CpuTimes, after: CpuTimes, now_s: float) -> Reading:
    """The busy share of the ticks between two readings of one processor, in %.

    No value where the counters stood still (there is no share of nothing) or ran backwards.
    """
    busy = after.busy - before.busy
    idle = after.idle - before.idle
    if busy < 0 or idle < 0:
        return Reading(None, Reason.IMPLAUSIBLE, "the counter ran backwards", now_s)
    total = busy + idle + max(0, after.iowait - before.iowait)
    if total == 0:
        return Reading(None, Reason.WARMING_UP, "no value yet: the counter stands still", now_s)
    return Reading.of(100.0 * busy / total, now_s)


class CpuProvider:
    """Utilisation of the processor: ``cpu`` (role system) and ``cpu0``... (role core)."""

    name = "cpu"
    kind = Kind.UTILIZATION
    blocks = False
    period_s = 0.5

    def __init__(self, sysroot: Sysroot, clock: Clock = monotonic) -> None:
        self._clock = clock
        # 64 KiB holds the lines of more than 600 processors.
        self._file = FileReader(sysroot, _PATH, size=65536)
        self._labels: tuple[str, ...] = ()
        self._before: dict[str, CpuTimes] = {}

    def probe(self) -> tuple[Sensor, ...]:
        """One sensor per line of ``/proc/stat``; cores seen once stay listed when switched off."""
        data = self._file.read(self._clock()).data
        found = parse_stat(data) if data is not None else {}
        self._labels = tuple(sorted({*self._labels, *found}, key=natural_key))
        return tuple(
            Sensor(
                id=f"cpu/{label}",
                kind=Kind.UTILIZATION,
                label=label,
                unit="%",
                role="system" if label == "cpu" else "core",
                source=_PATH,
            )
            for label in self._labels
        )

    def read(self) -> Mapping[str, Reading]:
        """Utilisation in % since the previous read; the first one has none."""
        now_s = self._clock()
        data, reason, detail = self._file.read(now_s)
        if data is None:
            return {f"cpu/{label}": Reading(None, reason, detail, now_s) for label in self._labels}
        after = parse_stat(data)
        readings = {f"cpu/{label}": self._reading(label, after, now_s) for label in self._labels}
        self._before = after
        return readings

    def _reading(self, label: str, after: dict[str, CpuTimes], now_s: float) -> Reading:
        if label not in after:
            return Reading(None, Reason.OFFLINE, f"offline: not in {_PATH}", now_s)
        if label not in self._before:
            return Reading(None, Reason.WARMING_UP, "", now_s)
        return percent_between(self._before[label], after[label], now_s)

    def close(self) -> None:
        """Close ``/proc/stat``."""
        self._file.close()
