"""edgetop's side of a run: starts the model's process, talks to it, sees how it ends."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from edgetop.engine import ring
from edgetop.engine.channel import Channel
from edgetop.engine.ending import collect, death, end
from edgetop.engine.ring import RingReader
from edgetop.errors import EdgetopError, ExitCode, WorkerDiedError
from edgetop.locations import PACKAGE_ROOT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edgetop.engine.spec import RunSpec

_GRACE_S = 0.5
_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")


class Glance(NamedTuple):
    """What the kernel says of a process."""

    state: str
    """The letter of ``/proc/PID/stat``: R, S, D (in the kernel), T (stopped), t (traced)."""
    cpu_s: float | None
    """Processor time so far; it goes in steps of a tick, 10 ms on most systems."""


class WorkerProcess:
    """One model's process.

    It runs in a session of its own: a ctrl+c in the terminal or a closed SSH reaches edgetop
    alone, which then ends the child in good order. If edgetop itself is killed the closed
    socket ends the child.

    Args:
        spec: What to run.
        log: Where its standard output and error go; onnxruntime and the drivers below it write
            there by themselves. None = nowhere.
    """

    def __init__(self, spec: RunSpec, log: Path | None = None) -> None:
        collect()
        self.spec = spec
        self.log = log
        ours, theirs = socket.socketpair()
        rings = [ring.create() for _ in range(spec.instances)]
        descriptors = [theirs.fileno(), *rings]
        with contextlib.ExitStack() as stack:
            stack.callback(theirs.close)
            for descriptor in rings:
                stack.callback(os.close, descriptor)
            output: Any = subprocess.DEVNULL
            if log is not None:
                output = stack.enter_context(open(log, "ab"))
            self._process = subprocess.Popen(
                [sys.executable, "-m", "edgetop.engine", *map(str, descriptors)],
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=PACKAGE_ROOT,
                start_new_session=True,
            )
            self._readers = [RingReader(descriptor) for descriptor in rings]
        ours.setblocking(False)
        self.channel = Channel(ours)
        self.channel.send({"do": "run", "spec": spec.to_json()})
        self._failure: EdgetopError | None = None
        self._stopping = False

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    @property
    def lost(self) -> int:
        """Inference records overwritten before they were read."""
        return sum(reader.lost for reader in self._readers)

    def pause(self) -> None:
        """Stop after the inference in flight."""
        self.channel.send({"do": "pause"})

    def resume(self) -> None:
        """Go on after a pause."""
        self.channel.send({"do": "resume"})

    def set_rate(self, rate_fps: float | None) -> None:
        """Images per second that come in from now on; None = as fast as it goes."""
        self.channel.send({"do": "rate", "fps": rate_fps})

    def messages(self) -> list[dict[str, Any]]:
        """What the child has said since the last call; an error is kept for `failure`."""
        messages = self.channel.receive()
        for message in messages:
            if message.get("event") == "error":
                code = ExitCode(message["code"])
                self._failure = EdgetopError(message["message"], code)
        return messages

    def records(self) -> NDArray[np.int64]:
        """New inferences of all instances: rows (due_ns, start_ns, end_ns) by time of end."""
        import numpy as np

        parts = [reader.take() for reader in self._readers]
        if len(parts) == 1:
            return parts[0]
        rows = np.concatenate(parts)
        return rows[np.argsort(rows[:, 2], kind="stable")]

    @property
    def alive(self) -> bool:
        """The child has not ended."""
        return self._process.poll() is None

    @property
    def status(self) -> int | None:
        """How the child ended, as `subprocess` gives it; None while it has not."""
        return self._process.poll()

    def glance(self) -> Glance:
        """What the child is at; of no state and no time where the system does not tell."""
        try:
            data = Path(f"/proc/{self.pid}/stat").read_bytes()
            # After the name, which may hold blanks and brackets itself.
            fields = data[data.rindex(b")") + 1 :].split()
            return Glance(fields[0].decode(), (int(fields[11]) + int(fields[12])) * _TICK_S)
        except (OSError, ValueError, IndexError):
            return Glance("", None)

    def failure(self) -> EdgetopError | None:
        """Why the child ended, or None while it lives or when it was asked to."""
        if self._failure is not None:
            return self._failure
        status = self._process.poll()
        if status is None or self._stopping:
            return None
        self.messages()  # its last words may still lie in the socket
        if self._failure is not None:
            return self._failure
        return WorkerDiedError(f"the model's process died: {death(status)}{self._log_hint()}")

    def _log_hint(self) -> str:
        if self.log is None or not self.log.exists() or not self.log.stat().st_size:
            return ""
        return f" (its log: {self.log})"

    def stop(self, grace_s: float = _GRACE_S) -> bool:
        """End the child: ask, wait up to `grace_s`, then kill it and nothing else.

        Returns:
            Whether it has ended.
        """
        if self._stopping:
            return not self.alive
        self._stopping = True
        self.channel.send({"do": "stop"})
        ended = end(self._process, grace_s)
        self.channel.close()
        self._drop_empty_log()
        return ended

    def _drop_empty_log(self) -> None:
        with contextlib.suppress(OSError):
            if self.log is not None and not self.log.stat().st_size:
                self.log.unlink()
