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
import json
import mmap
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from edgetop.engine import bare_loop
from edgetop.engine.ending import death
from edgetop.errors import WorkerDiedError
from edgetop.selftest.home import PYTHON
from edgetop.selftest.running import ring_of, told_failure, wait_for_worker
from edgetop.selftest.terminal import PtyProgram, ask_to_end, end

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edgetop.engine.spec import RunSpec
    from edgetop.errors import EdgetopError
    from edgetop.selftest.home import Home
    from edgetop.selftest.patience import Patience

_LEAST_INFERENCES = 3
"""Before a program counts as running: so many tell how long one takes."""


class Contestant(ABC):
    """A program that runs a model; stopped but when it is let run."""

    name: str
    process: subprocess.Popen[bytes]
    pids: list[int]
    """All its processes as of the last `look`; first the one that was started."""

    @property
    def own_pids(self) -> list[int]:
        """Those of edgetop but for the model's; first the one that users start."""
        return []

    @abstractmethod
    def ends(self) -> NDArray[np.int64]:
        """When inferences ended (ns, CLOCK_MONOTONIC), oldest first; at least those of a second."""

    def written(self, begin_s: float, end_s: float) -> int | None:
        """Bytes to the terminal in a span of time; None if there is no terminal."""
        del begin_s, end_s
        return None

    def go_on(self) -> None:
        """Let it run."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """Let it stand still, and what it has started in the meantime."""
        self._signal(signal.SIGSTOP)
        for pid in self.look():
            _send(pid, signal.SIGSTOP)

    def look(self) -> set[int]:
        """Bring `pids` up to date; returns those that are new."""
        known, self.pids = self.pids, self._family()
        return set(self.pids) - set(known)

    def check(self) -> None:
        """Look whether it lives.

        Raises:
            EdgetopError: It does not.
        """
        if self.process.poll() is not None:
            raise self.failure()

    def failure(self) -> EdgetopError:
        """Why it has ended."""
        return WorkerDiedError(f"{self.name} died: {death(self.process.returncode)}")

    def ask_to_end(self) -> None:
        """Begin to end it, so that several can end at the same time."""
        self.go_on()
        ask_to_end(self.process)

    def close(self) -> None:
        """End it."""
        self.go_on()
        end(self.process)

    def _family(self) -> list[int]:
        """The process that was started, and all below it."""
        return family(self.process)

    def _signal(self, number: int) -> None:
        for pid in self.pids:
            _send(pid, number)


class BareLoop(Contestant):
    """`edgetop.engine.bare_loop`, running.

    Args:
        name: What to call it.
        spec: What to run.
        home: Where it lives.
        patience: How to wait for it.

    Raises:
        EdgetopError: It does not come so far.
    """

    def __init__(self, name: str, spec: RunSpec, home: Home, patience: Patience) -> None:
        self.name = name
        descriptor = os.memfd_create("bare-loop")
        os.ftruncate(descriptor, bare_loop.SIZE_BYTES)
        self._words = np.frombuffer(mmap.mmap(descriptor, bare_loop.SIZE_BYTES), dtype=np.int64)
        self._errors = home.folder / f"bare-loop-{descriptor}-{time.monotonic_ns()}.err"
        with open(self._errors, "wb") as errors:
            self.process = subprocess.Popen(
                [PYTHON, "-m", "edgetop.engine.bare_loop", spec.to_json(), str(descriptor)],
                pass_fds=[descriptor], env=home.env, cwd=home.folder, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        os.close(descriptor)
        self.pids = [self.process.pid]
        with closed_on_error(self):
            patience.wait(lambda: len(self.words()) >= _LEAST_INFERENCES, super().check)
            assert self.process.stdout is not None
            self.facts: dict[str, Any] = json.loads(self.process.stdout.readline())
            """``batch``, ``provider``, ``threads`` and ``runtime`` as they really are."""

    def words(self) -> NDArray[np.int64]:
        """What it wrote into shared memory, in the order of the places there."""
        return self._words[self._words > 0]

    def ends(self) -> NDArray[np.int64]:
        """See `Contestant.ends`."""
        words = self.words()
        words.sort()
        return words

    def failure(self) -> EdgetopError:
        """See `Contestant.failure`."""
        return told_failure(self.process, self._errors.read_text("utf-8", "replace"), self.name)

    def close(self) -> None:
        """See `Contestant.close`."""
        super().close()
        assert self.process.stdout is not None
        self.process.stdout.close()


class Edgetop(Contestant):
    """`edgetop run` as users start it, its model measured.

    Args:
        name: What to call it.
        spec: What to run.
        home: Where it lives.
        patience: How to wait for it.
        interval_s: Time between samples.
        size: Columns and rows of its terminal; None = without a screen.
        more: Options besides.

    Raises:
        EdgetopError: It does not come so far.
    """

    def __init__(
        self, name: str, spec: RunSpec, home: Home, patience: Patience,
        *, interval_s: float, size: tuple[int, int] | None, more: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.name = name
        self.terminal: PtyProgram | None = None
        self._errors = home.folder / f"edgetop-{time.monotonic_ns()}.err"
        command = [PYTHON, "-m", "edgetop", *options(spec), "--interval", f"{interval_s:g}", *more]
        if size is not None:
            self.terminal = PtyProgram(command, size, home.env, home.folder)
            self.process = self.terminal.process
        else:
            with open(self._errors, "wb") as errors:
                self.process = subprocess.Popen(
                    [*command, "--headless"], env=home.env, cwd=home.folder, stderr=errors,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
        self.pids = [self.process.pid]
        with closed_on_error(self):
            self.worker = wait_for_worker(self.process, patience, super().check)
            self.pids.append(self.worker)
            self.ring = ring_of(self.worker)

    @property
    def own_pids(self) -> list[int]:
        """See `Contestant.own_pids`."""
        return [pid for pid in self.pids if pid != self.worker]

    def ends(self) -> NDArray[np.int64]:
        """See `Contestant.ends`."""
        return self.ring.take()[:, 2]

    def written(self, begin_s: float, end_s: float) -> int | None:
        """See `Contestant.written`."""
        return None if self.terminal is None else self.terminal.written(begin_s, end_s)[0]

    def check(self) -> None:
        """See `Contestant.check`."""
        super().check()
        with contextlib.suppress(psutil.Error):
            if psutil.Process(self.worker).status() != psutil.STATUS_ZOMBIE:
                return
        raise WorkerDiedError(f"{self.name}: the model's process died; edgetop itself lives")

    def failure(self) -> EdgetopError:
        """See `Contestant.failure`."""
        words = ""
        if self.terminal is not None:
            words = b"".join(data for _, data in self.terminal.chunks).decode("utf-8", "replace")
        elif self._errors.exists():
            words = self._errors.read_text("utf-8", "replace")
        return told_failure(self.process, words, self.name)

    def close(self) -> None:
        """See `Contestant.close`."""
        self.go_on()
        if self.terminal is not None:
            self.terminal.close()
        else:
            end(self.process)


def family(process: subprocess.Popen[bytes]) -> list[int]:
    """A process and all below it."""
    below: list[int] = []
    with contextlib.suppress(psutil.Error):
        below = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
    return [process.pid, *below]


def options(spec: RunSpec) -> list[str]:
    """The options of `edgetop run` that mean this spec."""
    words = ["--model", spec.model_path, "--provider", spec.provider]
    words += ["--batch", str(spec.batch), "--threads", str(spec.threads)]
    for name, shape in spec.input_shapes:
        sizes = ",".join(map(str, shape))
        words.append(f"--input-shape={name}:{sizes}" if name else f"--input-shape={sizes}")
    if spec.rate_fps is not None:
        words += ["--rate", f"{spec.rate_fps:g}"]
    return words


def end_all(contestants: Sequence[Contestant]) -> None:
    """End them, all at the same time."""
    for contestant in contestants:
        contestant.ask_to_end()
    for contestant in contestants:
        contestant.close()


@contextlib.contextmanager
def closed_on_error(contestant: Contestant) -> Iterator[None]:
    """A program that does not come to run is ended before anybody hears of it."""
    try:
        yield
    except BaseException:
        contestant.close()
        raise


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
