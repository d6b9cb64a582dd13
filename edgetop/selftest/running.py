"""An edgetop that runs: the process of its model, the ring that this writes, why it ended."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import psutil

from edgetop.engine.diagnose import one_line
from edgetop.engine.ending import death
from edgetop.engine.ring import RingReader
from edgetop.errors import EdgetopError, ExitCode, WorkerDiedError
from edgetop.selftest.patience import Patience

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

_RELAYED = {ExitCode.USAGE, ExitCode.MODEL, ExitCode.WORKER_DIED, ExitCode.PROVIDER}


def told_failure(process: subprocess.Popen[bytes], words: str, name: str) -> EdgetopError:
    """Why a program of edgetop has ended: what it said itself in its last line, if it did."""
    status = process.poll() or 0
    lines = [line for line in words.splitlines() if "edgetop: " in line]
    if status in _RELAYED and lines:
        return EdgetopError(one_line(lines[-1].partition("edgetop: ")[2]), ExitCode(status))
    said = one_line(words.strip().splitlines()[-1], 200) if words.strip() else ""
    return WorkerDiedError(f"{name} died: {death(status)}" + (f" ({said})" if said else ""))


def wait_for_worker(
    process: subprocess.Popen[bytes],
    patience: Patience | None = None,
    check: Callable[[], None] | None = None,
) -> int:
    """Wait until the model of an edgetop is being measured; returns its process id.

    Args:
        process: The edgetop.
        patience: How to wait; None = as long as it takes.
        check: Raises when there is no hope; None = when the process has ended.

    Raises:
        EdgetopError: It does not come so far.
    """
    patience = patience or Patience()
    found: list[int] = []

    def lives() -> None:
        if process.poll() is not None:
            raise told_failure(process, "", "edgetop")

    def has_worker() -> bool:
        found[:] = _workers_of(process.pid)
        return bool(found)

    patience.wait(has_worker, check or lives)
    ring = ring_of(found[0])
    patience.wait(lambda: len(ring.take()) > 0, check or lives)
    return found[0]


def _workers_of(pid: int) -> list[int]:
    with contextlib.suppress(psutil.Error):
        return [
            int(child.pid)
            for child in psutil.Process(pid).children()
            if "edgetop.engine" in child.cmdline()
        ]
    return []


def ring_of(worker: int) -> RingReader:
    """A second reader of the ring into which a model's process writes; it changes nothing there."""
    ring = psutil.Process(worker).cmdline()[-1]  # python -m edgetop.engine SOCKET RING
    descriptor = os.open(f"/proc/{worker}/fd/{ring}", os.O_RDONLY)
    try:
        return RingReader(descriptor)
    finally:
        os.close(descriptor)
