"""This machine: how busy it is, and what single processes use. From /proc, so Linux only."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
_PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20


def tells() -> bool:
    """This system says how busy it is and what its processes hold open, as Linux does."""
    try:
        busy([])
    except (OSError, ValueError, IndexError):
        return False
    return (_PROC / "self" / "fd").is_dir() and hasattr(os, "memfd_create")


class Busy(NamedTuple):
    """How busy the machine has been so far, and what of it is the measurement's."""

    busy_s: float
    """Processor time of all CPUs; what the hypervisor gave to others (steal) included."""
    total_s: float
    own_s: float


def busy(pids: list[int]) -> Busy:
    """The state now, with the processor time of these processes and of this one.

    From ``/proc/stat``, which counts in ticks of 10 ms: half a second on two CPUs is 100 of them.
    """
    with open(_PROC / "stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    idle = ticks[3] + ticks[4]
    own_s = time.process_time() + sum(cpu_s(pid) for pid in pids)
    return Busy((sum(ticks) - idle) * _TICK_S, sum(ticks) * _TICK_S, own_s)


def other_load_percent(before: Busy, after: Busy) -> float:
    """What all other processes used in between, in per cent of all CPUs."""
    total_s = after.total_s - before.total_s
    if total_s <= 0:
        return 0.0
    other_s = (after.busy_s - before.busy_s) - (after.own_s - before.own_s)
    return max(0.0, 100.0 * other_s / total_s)


def cpu_s(pid: int) -> float:
    """Processor time of a process and all its threads, ended ones included; 0 if it is gone.

    From its CPU clock, in nanoseconds: clock_getcpuclockid(3) makes the clock's number so.
    """
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def rss_mib(pid: int) -> float | None:
    """Resident memory of a process, shared pages included; None if it is gone."""
    try:
        words = (_PROC / str(pid) / "statm").read_text(encoding="ascii").split()
    except OSError:
        return None
    return int(words[1]) * _PAGE_MIB
