"""Which process records a session, so that others see whether it still runs."""

from __future__ import annotations

import json
import os
from pathlib import Path


def this_process() -> str:
    """What tells this process from all others, also after a restart of the machine."""
    return process_name(os.getpid())


def process_name(pid: int) -> str:
    """Boot of the machine, process id and start of the process; an empty start if it is gone."""
    boot = _first_line("/proc/sys/kernel/random/boot_id")
    # The name of the program may hold spaces and brackets: the fields follow the last bracket.
    fields = _first_line(f"/proc/{pid}/stat").rpartition(")")[2].split()
    # Fields 3 and 22, state and starttime (proc_pid_stat(5)); one that has ended may be listed yet.
    runs = len(fields) > 19 and fields[0] not in ("Z", "X")
    start = fields[19] if runs else ""
    return json.dumps([boot, pid, start])


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace").partition("\n")[0]
    except OSError:
        return ""


def is_running(process: str) -> bool:
    """Whether the process that `this_process` named still runs on this machine."""
    try:
        _, pid, start = json.loads(process)
        return bool(start) and process_name(int(pid)) == process
    except (ValueError, TypeError):
        return False
