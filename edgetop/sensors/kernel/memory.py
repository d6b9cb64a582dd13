"""Memory and swap in use, from ``/proc/meminfo``: of the whole machine, even in a container."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason, Sensor
from edgetop.sensors.files import FileReader, Sysroot
from edgetop.sensors.provider import Clock, monotonic

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATH = "/proc/meminfo"
_LINE = re.compile(
    rb"^(MemTotal|MemAvailable|SwapTotal|SwapFree):\s+([0-9]{1,15}) kB\s*?$", re.MULTILINE
)
_KINDS = {"ram": ("MemTotal", "MemAvailable"), "swap": ("SwapTotal", "SwapFree")}


def parse_meminfo(data: bytes) -> dict[str, int]:
    """The totals and what is left of them, in bytes, by their names in ``/proc/meminfo``."""
    return {match[1].decode(): int(match[2]) * 1024 for match in _LINE.finditer(data)}


class MemoryProvider:
    """``ram`` (MemTotal - MemAvailable) and ``swap`` (SwapTotal - SwapFree), bytes in use.

    On boards whose GPU has no memory of its own (Jetson, Raspberry Pi) ``ram`` holds the
    GPU's share too.
    """

    name = "memory"
    kind = Kind.MEMORY
    blocks = False
    period_s = 0.5

    def __init__(self, sysroot: Sysroot, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._file = FileReader(sysroot, _PATH)
        self._labels: tuple[str, ...] = ()

    def probe(self) -> tuple[Sensor, ...]:
        """What ``/proc/meminfo`` has a total for; the total is the sensor's maximum."""
        sizes = parse_meminfo(self._file.read(self._clock()).data or b"")
        self._labels = tuple(label for label, (total, _) in _KINDS.items() if total in sizes)
        return tuple(
            Sensor(
                id=f"memory/{label}",
                kind=Kind.MEMORY,
                label=label,
                unit="bytes",
                role="used",
                source=_PATH,
                maximum=float(sizes[_KINDS[label][0]]),
            )
            for label in self._labels
        )

    def read(self) -> Mapping[str, Reading]:
        """Bytes in use."""
        now_s = self._clock()
        data, reason, detail = self._file.read(now_s)
        if data is None:
            failure = Reading(None, reason, detail, now_s)
            return {f"memory/{label}": failure for label in self._labels}
        sizes = parse_meminfo(data)
        return {f"memory/{label}": _used(label, sizes, now_s) for label in self._labels}

    def close(self) -> None:
        """Close ``/proc/meminfo``."""
        self._file.close()


def _used(label: str, sizes: dict[str, int], now_s: float) -> Reading:
    total_name, left_name = _KINDS[label]
    total, left = sizes.get(total_name), sizes.get(left_name)
    if total is None or left is None:
        missing = total_name if total is None else left_name
        return Reading(None, Reason.ABSENT, f"no {missing} in {_PATH}", now_s)
    if left > total:
        return Reading(None, Reason.IMPLAUSIBLE, f"{left_name} exceeds {total_name}", now_s)
    return Reading.of(float(total - left), now_s)
