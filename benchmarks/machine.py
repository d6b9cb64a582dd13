"""This machine: what it is, how busy it is, and what single processes use. Linux only."""

from __future__ import annotations

import contextlib
import os
import platform
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from edgetop.selftest.machine import Busy, busy, cpu_s, other_load_percent, rss_mib

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Busy", "busy", "conditions", "cpu_s", "other_load_percent", "pss_mib", "rss_mib",
    "threads_cpu_s", "together_mib", "tree", "tree_cpu_s",
]  # fmt: skip

_PACKAGES = ("edgetop", "onnxruntime", "onnx", "numpy", "textual", "rich")


def conditions() -> list[tuple[str, str]]:
    """What a reader must know about every figure that is measured now: (name, value)."""
    usable = len(os.sched_getaffinity(0))
    memory_gib = psutil.virtual_memory().total / 2**30
    return [
        ("date", datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ("processor", f"{_processor()}, {usable} of {os.cpu_count()} CPUs usable"),
        ("memory", f"{memory_gib:.1f} GiB"),
        ("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("packages", ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)),
        ("load average", ", ".join(f"{load:.2f}" for load in os.getloadavg())),
    ]


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "unknown processor"
    # ARM kernels give no model name, but often the board's.
    for key in ("model name", "Model", "Hardware"):
        for line in text.splitlines():
            name, _, value = line.partition(":")
            if name.strip() == key:
                return value.strip()
    return platform.processor() or "unknown processor"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def threads_cpu_s(pids: list[int]) -> dict[tuple[int, str], float]:
    """Scheduler time by thread of these processes: (thread id, name) -> seconds.

    From ``/proc/PID/task/TID/schedstat`` (its first field, nanoseconds on a CPU).
    """
    times: dict[tuple[int, str], float] = {}
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*"):
            try:
                name = (task / "comm").read_text(encoding="utf-8").strip()
                nanoseconds = (task / "schedstat").read_text(encoding="ascii").split()[0]
            except (OSError, IndexError):
                continue  # the thread has just ended
            times[int(task.name), name] = int(nanoseconds) / 1e9
    return times


def tree(pid: int) -> list[int]:
    """A process and all that it has started and that still run; nothing if it is gone."""
    try:
        process = psutil.Process(pid)
        return [pid, *(child.pid for child in process.children(recursive=True))]
    except psutil.Error:
        return []


def tree_cpu_s(pids: list[int]) -> float:
    """Processor time of these processes and of their children that have ended."""
    spent_s = 0.0
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(pid).cpu_times()
            spent_s += cpu_s(pid) + times.children_user + times.children_system
    return spent_s


def pss_mib(pid: int) -> float | None:
    """Resident memory with each shared page divided among those that share it.

    From ``/proc/PID/smaps_rollup``; None if the process is gone or another user's.
    """
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return None
    kib = next((line.split()[1] for line in text.splitlines() if line.startswith("Pss:")), None)
    return None if kib is None else int(kib) / 2**10


def together_mib(figures: Iterable[float | None]) -> float | None:
    """Their sum; None if one is unknown."""
    known = list(figures)
    return None if None in known else sum(mib for mib in known if mib is not None)
