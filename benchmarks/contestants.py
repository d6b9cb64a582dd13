"""Programs that run a model for ever, of which only one at a time is let run.

They are stopped and continued by signals (SIGSTOP, SIGCONT) to all their processes at once. That
disturbs least: no code of edgetop takes part, as a pause by key or command would (it writes an
event, repaints the screen, and leaves sampler and screen running beside the others), and the same
is done to the bare loop. How many inferences ended, and when, is read from the shared memory that
the program writes anyway: edgetop's own ring through ``/proc/PID/fd``, so that edgetop runs as
users run it, without a trace file.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
import psutil

from benchmarks import bare_loop
from benchmarks.place import PYTHON, ROOT
from benchmarks.pty_program import PtyProgram, end
from edgetop.engine.ring import RingReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.place import Place

SIZE = (120, 40)
INTERVAL_S = 0.5

_START_LIMIT_S = 60.0
_POLL_S = 0.02


class Contestant(ABC):
    """A program that runs a model; stopped but when it is let run."""

    name: str
    pids: list[int]
    """All its processes."""

    @abstractmethod
    def ends(self) -> NDArray[np.int64]:
        """When inferences ended (ns, CLOCK_MONOTONIC), oldest first; at least those of a second."""

    @abstractmethod
    def close(self) -> None:
        """End it."""

    def go_on(self) -> None:
        """Let it run."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """Let it stand still."""
        self._signal(signal.SIGSTOP)

    def _signal(self, number: int) -> None:
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


class BareLoop(Contestant):
    """`benchmarks.bare_loop`, stopped after its first inferences."""

    def __init__(self, name: str, model: Path, threads: int, place: Place) -> None:
        self.name = name
        descriptor = os.memfd_create("bare-loop")
        os.ftruncate(descriptor, bare_loop.SIZE_BYTES)
        self._process = subprocess.Popen(
            [PYTHON, "-m", "benchmarks.bare_loop", str(model), str(threads), str(descriptor)],
            pass_fds=[descriptor], env=place.env, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
        self.pids = [self._process.pid]
        self._words = np.frombuffer(mmap.mmap(descriptor, bare_loop.SIZE_BYTES), dtype=np.int64)
        os.close(descriptor)
        try:
            _wait(lambda: len(self.ends()) > 1, self._process)
        except RuntimeError:
            self.close()
            raise

    def ends(self) -> NDArray[np.int64]:
        """See `Contestant.ends`."""
        words = self._words[self._words > 0]
        words.sort()
        return words

    def close(self) -> None:
        """See `Contestant.close`."""
        end(self._process)


class Edgetop(Contestant):
    """`edgetop run` as users start it, stopped after its first measured inferences."""

    def __init__(self, name: str, model: Path, threads: int, place: Place, *, screen: bool) -> None:
        self.name = name
        command = [PYTHON, "-m", "edgetop", "--model", str(model), "--threads", str(threads)]
        command += ["--interval", str(INTERVAL_S)]
        self._terminal: PtyProgram | None = None
        if screen:
            self._terminal = PtyProgram(command, SIZE, place.env, place.folder)
            self._process: subprocess.Popen[bytes] = self._terminal.process
        else:
            self._process = subprocess.Popen(
                [*command, "--headless"], env=place.env, cwd=place.folder, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        self.pids = [self._process.pid]
        try:
            worker = wait_for_worker(self._process)
        except RuntimeError:
            self.close()
            raise
        self.pids.append(worker)
        self._ring = ring_of(worker)

    def ends(self) -> NDArray[np.int64]:
        """See `Contestant.ends`."""
        return self._ring.take()[:, 2]

    def close(self) -> None:
        """See `Contestant.close`."""
        self.go_on()
        if self._terminal is not None:
            self._terminal.close()
        else:
            end(self._process)


def wait_for_worker(process: subprocess.Popen[bytes]) -> int:
    """Wait until the model of an edgetop is being measured; returns its process id.

    Raises:
        RuntimeError: It does not come so far.
    """
    _wait(lambda: _worker_of(process.pid) is not None, process)
    worker = _worker_of(process.pid)
    assert worker is not None
    ring = ring_of(worker)
    _wait(lambda: len(ring.take()) > 0, process)
    return worker


def _worker_of(pid: int) -> int | None:
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(pid).children():
            if "edgetop.engine" in child.cmdline():
                return int(child.pid)
    return None


def ring_of(worker: int) -> RingReader:
    """A second reader of the ring into which a model's process writes; it changes nothing there."""
    ring = psutil.Process(worker).cmdline()[-1]  # python -m edgetop.engine SOCKET RING
    descriptor = os.open(f"/proc/{worker}/fd/{ring}", os.O_RDONLY)
    try:
        return RingReader(descriptor)
    finally:
        os.close(descriptor)


def _wait(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    limit_s = time.monotonic() + _START_LIMIT_S
    while not condition():
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        if time.monotonic() > limit_s:
            raise RuntimeError(f"{process.args!r} ran no inference in {_START_LIMIT_S:g} s")
        time.sleep(_POLL_S)
