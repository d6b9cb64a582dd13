"""This machine: what it is, how busy it is, and what single processes use. Linux only."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from edgetop.selftest.machine import Busy, busy, cpu_s, other_load_percent, rss_mib

__all__ = ["Busy", "busy", "conditions", "cpu_s", "other_load_percent", "rss_mib", "threads_cpu_s"]

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
