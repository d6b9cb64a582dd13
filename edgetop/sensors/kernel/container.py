"""The limits that a container or a service puts on this process (control groups, version 2).

``/proc/meminfo`` and ``/proc/stat`` show the host even inside a container; what ends a model
there is the limit of its control group, or of a group around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason, Sensor
from edgetop.sensors.files import FileReader, Raw, Sysroot
from edgetop.sensors.plausibility import checked
from edgetop.sensors.provider import Clock, monotonic

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOUNT = "/sys/fs/cgroup"
_QUOTA = re.compile(r"([0-9]{1,15}) ([0-9]{1,15})")


def own_groups(sysroot: Sysroot) -> tuple[str, ...]:
    """Folders of this process's control group and all groups around it, innermost first.

    Empty without control groups version 2. The group's path in ``/proc/self/cgroup`` is that
    of the host where the container has no namespace of its own; then only the mount itself
    is there to be read.
    """
    if not sysroot.exists(f"{_MOUNT}/cgroup.controllers"):
        return ()
    lines = sysroot.data("/proc/self/cgroup").decode("utf-8", "surrogateescape").split("\n")
    path = next((line[4:] for line in lines if line.startswith("0::/")), "")
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return tuple("/".join((_MOUNT, *parts[:depth])) for depth in range(len(parts), -1, -1))


@dataclass(frozen=True, slots=True)
class Limit:
    """The tightest limit of one resource, and the group that sets it."""

    value: float
    """Bytes of memory, or processors (quota / period)."""
    group: str
    period_s: float = 0.0
    """The time in which a processor quota is renewed."""


def memory_limit(sysroot: Sysroot, groups: tuple[str, ...]) -> Limit | None:
    """The tightest ``memory.max``; None if all of them say ``max``."""
    limits = [
        Limit(float(text), group)
        for group in groups
        if re.fullmatch(r"[0-9]{1,20}", text := sysroot.text(f"{group}/memory.max"))
    ]
    return min(limits, key=lambda limit: limit.value, default=None)


def cpu_limit(sysroot: Sysroot, groups: tuple[str, ...]) -> Limit | None:
    """The tightest ``cpu.max``, in processors; None if all of them say ``max``."""
    limits = [
        Limit(int(match[1]) / int(match[2]), group, int(match[2]) / 1e6)
        for group in groups
        if (match := _QUOTA.fullmatch(sysroot.text(f"{group}/cpu.max"))) and int(match[2])
    ]
    return min(limits, key=lambda limit: limit.value, default=None)


def _field(raw: Raw, name: str) -> int | None:
    """One number of a ``name value`` file (``memory.stat``, ``cpu.stat``)."""
    match = re.search(rb"^%b ([0-9]{1,20})$" % name.encode(), raw.data or b"", re.MULTILINE)
    return int(match[1]) if match else None


class ContainerProvider:
    """Memory and processor time of the control group with the tightest limit.

    ``container``: bytes in use (memory.current - inactive_file, as container tools count),
    its maximum the limit. ``container cpu``: % of the quota. ``cpu.max``: quota periods per
    second in which the group was held back. Without a limit there is no sensor.
    """

    name = "container"
    kind = Kind.MEMORY
    blocks = False
    period_s = 0.5

    def __init__(self, sysroot: Sysroot, clock: Clock = monotonic) -> None:
        self._sysroot = sysroot
        self._clock = clock
        self._memory: Limit | None = None
        self._cpu: Limit | None = None
        self._files: dict[str, FileReader] = {}
        self._before: tuple[float, int, int] | None = None

    def probe(self) -> tuple[Sensor, ...]:
        """The sensors of whatever is limited; a limit may change while the container runs."""
        groups = own_groups(self._sysroot)
        self._memory = memory_limit(self._sysroot, groups)
        cpu = cpu_limit(self._sysroot, groups)
        if cpu is None or self._cpu is None or cpu.group != self._cpu.group:
            self._before = None
        self._cpu = cpu
        return (*self._memory_sensors(), *self._cpu_sensors())

    def _memory_sensors(self) -> tuple[Sensor, ...]:
        if self._memory is None:
            return ()
        source = f"{self._memory.group}/memory.current"
        return (
            Sensor(
                id="container/memory",
                kind=Kind.MEMORY,
                label="container",
                unit="bytes",
                role="used",
                source=source,
                maximum=self._memory.value,
            ),
        )

    def _cpu_sensors(self) -> tuple[Sensor, ...]:
        if self._cpu is None:
            return ()
        source = f"{self._cpu.group}/cpu.stat"
        return (
            Sensor("container/cpu", Kind.UTILIZATION, "container cpu", "%", source=source),
            Sensor(
                id="container/cpu.max",
                kind=Kind.THROTTLE,
                label="cpu.max",
                unit="periods/s",
                role="container",
                source=source,
            ),
        )

    def _file(self, path: str) -> FileReader:
        if path not in self._files:
            self._files[path] = FileReader(self._sysroot, path, size=16384)
        return self._files[path]

    def read(self) -> Mapping[str, Reading]:
        """Use of memory, and of processor time since the previous read."""
        now_s = self._clock()
        readings: dict[str, Reading] = {}
        if self._memory is not None:
            readings["container/memory"] = self._memory_used(self._memory.group, now_s)
        if self._cpu is not None:
            percent, throttled = self._cpu_use(self._cpu, now_s)
            readings["container/cpu"] = percent
            readings["container/cpu.max"] = throttled
        return readings

    def _memory_used(self, group: str, now_s: float) -> Reading:
        stat = self._file(f"{group}/memory.stat").read(now_s)
        used, reason, detail = self._file(f"{group}/memory.current").number(now_s)
        if used is None:
            return Reading(None, reason, detail, now_s)
        inactive = _field(stat, "inactive_file")
        if inactive is None:
            reason = stat.reason if stat.data is None else Reason.IMPLAUSIBLE
            return Reading(None, reason, stat.detail or "no inactive_file", now_s)
        return checked(Kind.MEMORY, used - inactive, now_s)

    def _cpu_use(self, limit: Limit, now_s: float) -> tuple[Reading, Reading]:
        raw = self._file(f"{limit.group}/cpu.stat").read(now_s)
        usage_us, throttled = _field(raw, "usage_usec"), _field(raw, "nr_throttled")
        if usage_us is None or throttled is None:
            reason = raw.reason if raw.data is None else Reason.IMPLAUSIBLE
            failure = Reading(None, reason, raw.detail or "malformed cpu.stat", now_s)
            return failure, failure
        before, self._before = self._before, (now_s, usage_us, throttled)
        if before is None or now_s <= before[0]:
            waiting = Reading(None, Reason.WARMING_UP, "", now_s)
            return waiting, waiting
        elapsed_s = now_s - before[0]
        return (
            _quota_percent((usage_us - before[1]) / 1e6, elapsed_s, limit, now_s),
            _throttled_rate((throttled - before[2]) / elapsed_s, now_s),
        )

    def close(self) -> None:
        """Close all files."""
        for file in self._files.values():
            file.close()


def _quota_percent(used_s: float, elapsed_s: float, limit: Limit, now_s: float) -> Reading:
    """Share of the quota in %; a window can hold one renewal of the quota more than its length."""
    if used_s < 0:
        return Reading(None, Reason.IMPLAUSIBLE, "the counter ran backwards", now_s)
    if limit.value <= 0:
        return Reading(None, Reason.IMPLAUSIBLE, "a quota of nothing", now_s)
    percent = 100.0 * used_s / (elapsed_s * limit.value)
    most = 100.0 * (1.0 + limit.period_s / elapsed_s)
    return checked(Kind.UTILIZATION, min(percent, 100.0) if percent <= most else percent, now_s)


def _throttled_rate(per_s: float, now_s: float) -> Reading:
    if per_s < 0:
        return Reading(None, Reason.IMPLAUSIBLE, "the counter ran backwards", now_s)
    return Reading(per_s, Reason.OK, "CPU quota" if per_s else "", now_s)
