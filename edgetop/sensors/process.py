"""What processes use of the machine: the model's, and edgetop's own.

The processor time comes from the process's CPU clock, which counts nanoseconds; the ticks of
``/proc/PID/stat`` are 10 ms long, 2 % of a core in half a second, which is more than edgetop
itself may cost.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from edgetop.sample import OwnCost

if TYPE_CHECKING:
    from collections.abc import Collection

_PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20
_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")


class Use(NamedTuple):
    """What a process uses; None where it is gone or cannot be asked."""

    rss_mib: float | None
    """Resident memory, shared pages included."""
    cpu_percent: float | None
    """Since the previous reading; 200 = two cores busy. None at the first one."""
    cpu_s: float | None
    """User and system time of all its threads since it began; stays after its end."""


class ProcessUse:
    """Use of one process, which may end at any time.

    ``/proc/PID/stat`` stays open, so another process that is later given the same number is
    never taken for it.
    """

    def __init__(self, pid: int) -> None:
        # As clock_getcpuclockid(3) makes it on Linux; 2 = scheduler time of the whole process.
        self._clock_id = (~pid << 3) | 2
        self._before: tuple[float, float] | None = None
        self._cpu_s: float | None = None
        try:
            self._stat = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._stat = -1

    def read(self, now_s: float) -> Use:
        """The present use.

        Args:
            now_s: CLOCK_MONOTONIC seconds.
        """
        fields = self._fields()
        if fields is None:
            self.close()
            return Use(None, None, self._cpu_s)
        # A process that ended but was not waited for still has its times, and memory 0.
        ended = fields[0] in (b"Z", b"X")
        self._cpu_s = self._processor_s(fields)
        percent = None if ended else self._percent(now_s, self._cpu_s)
        rss_mib = None if ended else int(fields[21]) * _PAGE_MIB
        return Use(rss_mib, percent, self._cpu_s)

    def close(self) -> None:
        """Give the descriptor back."""
        if self._stat >= 0:
            os.close(self._stat)
            self._stat = -1

    def _fields(self) -> list[bytes] | None:
        """The fields of ``/proc/PID/stat`` after the name, which may hold blanks itself."""
        try:
            data = os.pread(self._stat, 2048, 0)
        except OSError:
            return None
        fields = data[data.rfind(b")") + 1 :].split()
        return fields if len(fields) > 21 else None

    def _processor_s(self, fields: list[bytes]) -> float:
        ticks_s = (int(fields[11]) + int(fields[12])) * _TICK_S
        try:
            return time.clock_gettime(self._clock_id)
        except OSError:
            # Not on a sandboxed kernel, or the process ended in this moment.
            return max(ticks_s, self._cpu_s or 0.0)

    def _percent(self, now_s: float, cpu_s: float) -> float | None:
        before, self._before = self._before, (now_s, cpu_s)
        if before is None or now_s <= before[0] or cpu_s < before[1]:
            return None
        return 100.0 * (cpu_s - before[1]) / (now_s - before[0])


class OwnUse:
    """What edgetop itself costs: this process and its children, but for those it measures."""

    def __init__(self) -> None:
        self._own = ProcessUse(os.getpid())
        self._children: dict[int, ProcessUse] = {}
        self._before: dict[int, float] = {}
        self._before_s: float | None = None

    def read(self, now_s: float, except_pids: Collection[int] = ()) -> OwnCost:
        """Use since the previous reading; the first one has no ``cpu_percent``.

        Pages that the processes share are counted for each of them.

        Args:
            now_s: CLOCK_MONOTONIC seconds.
            except_pids: Processes that are not ours to count, with all their children: the
                model's.
        """
        self._follow(_children_of(os.getpid(), frozenset(except_pids)))
        uses = {pid: use.read(now_s) for pid, use in self._children.items()}
        uses[0] = self._own.read(now_s)
        cpu_s = {pid: use.cpu_s for pid, use in uses.items() if use.cpu_s is not None}
        percent = self._percent(now_s, cpu_s)
        known = [use.rss_mib for use in uses.values() if use.rss_mib is not None]
        return OwnCost(percent, sum(known) if known else None)

    def close(self) -> None:
        """Give all descriptors back."""
        for use in (self._own, *self._children.values()):
            use.close()

    def _follow(self, pids: Collection[int]) -> None:
        for pid in [pid for pid in self._children if pid not in pids]:
            self._children.pop(pid).close()
        for pid in pids:
            if pid not in self._children:
                self._children[pid] = ProcessUse(pid)

    def _percent(self, now_s: float, cpu_s: dict[int, float]) -> float | None:
        """A child that is new since the last reading has spent all its time since then."""
        before_s, before = self._before_s, self._before
        self._before_s, self._before = now_s, cpu_s
        if before_s is None or now_s <= before_s or not cpu_s:
            return None
        spent_s = sum(max(0.0, s - before.get(pid, 0.0)) for pid, s in cpu_s.items())
        return 100.0 * spent_s / (now_s - before_s)


def _children_of(pid: int, except_pids: frozenset[int]) -> set[int]:
    """All descendants, found through their parents: 0.1 ms instead of a walk over all processes.

    Empty where the kernel lacks ``children`` files (CONFIG_PROC_CHILDREN).
    """
    found: set[int] = set()
    # Each thread lists the children that it started.
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - half the price of iterdir
            with contextlib.suppress(OSError):
                text = Path(f"/proc/{pid}/task/{task}/children").read_bytes()
                found.update(int(child) for child in text.split())
    found -= except_pids
    for child in tuple(found):
        found |= _children_of(child, except_pids)
    return found
