"""How the processes that edgetop starts are ended, and in words how they ended."""

from __future__ import annotations

import signal
import subprocess
from typing import Any, TypeAlias

Process: TypeAlias = "subprocess.Popen[Any]"

_KILLED_S = 2.0
"""For the kernel to end a killed process and take its memory back."""

_uncollected: list[Process] = []
"""Killed, but held in the kernel by a device that does not answer."""


def end(process: Process, grace_s: float) -> bool:
    """Wait for a process that was asked to end, then kill it and nothing else.

    One that waits for a device inside the kernel does not even heed SIGKILL before the device
    answers. Nobody waits for it here; `collect` takes its status some time later.

    Args:
        process: A child.
        grace_s: How long it may take to end by itself.

    Returns:
        Whether it has ended.
    """
    ended = ends_within(process, grace_s)
    if not ended:
        process.kill()
        ended = ends_within(process, _KILLED_S)
    if not ended:
        _uncollected.append(process)
    return ended


def ends_within(process: Process, seconds: float) -> bool:
    """Wait for the end of a process, up to so long."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def collect() -> None:
    """Take the status of processes that have ended at last, so that no zombie stays."""
    _uncollected[:] = [process for process in _uncollected if process.poll() is None]


def death(status: int) -> str:
    """How a process ended, in words, from its status as `subprocess` gives it."""
    if status >= 0:
        return f"it ended with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = "unknown"
    causes = {
        "SIGFPE": "the runtime divided by zero, often on an input shape that is too small",
        "SIGSEGV": "the runtime crashed",
        "SIGILL": "this build of the runtime needs a newer processor",
        "SIGBUS": "the model's file shrank or its disk failed",
        "SIGABRT": "the runtime gave up",
        "SIGKILL": "most likely out of memory",
    }
    cause = causes.get(name)
    return f"signal {-status} ({name})" + (f", {cause}" if cause else "")
