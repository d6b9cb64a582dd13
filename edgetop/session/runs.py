"""The runs of a session, one after the other: build the model, start its process, see it end."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Protocol

from edgetop import locations
from edgetop.engine.process import WorkerProcess
from edgetop.sample import processor_words
from edgetop.session.builder import Builder, needed

if TYPE_CHECKING:
    from pathlib import Path

    from edgetop.engine.channel import Channel
    from edgetop.engine.spec import RunSpec
    from edgetop.errors import EdgetopError
    from edgetop.sample import Run
    from edgetop.session.monitor import RunMonitor
    from edgetop.session.trace import Trace


class Say(Protocol):
    """Puts a line into the record of the session."""

    def __call__(self, text: str, severity: str = "info", mark: str = "") -> None:
        """Record an event; `mark` is a short word for the charts."""


class Runs:
    """The run in progress, and how it follows on the one before.

    Args:
        spec: The first run.
        say: Where events go.
        trace: Takes every inference.
    """

    def __init__(self, spec: RunSpec, say: Say, trace: Trace | None = None) -> None:
        self.spec = spec
        self.number = 0
        """Of the present run, from 1."""
        self.monitor: RunMonitor | None = None
        """The run in progress; None while its model is being built."""
        self.failure: EdgetopError | None = None
        """Why the present run failed; None while it goes well."""
        self._say = say
        self._trace = trace
        self._builder: Builder | None = None
        self._launched: WorkerProcess | None = None

    @property
    def building(self) -> bool:
        """The model of the run is being built."""
        return self._builder is not None

    @property
    def measuring(self) -> int:
        """Number of the run that is being measured; 0 while none is."""
        monitor = self.monitor
        return self.number if monitor is not None and monitor.phase == "measuring" else 0

    @property
    def channel(self) -> Channel | None:
        """What the model's process speaks through, while it can."""
        channel = self.monitor.worker.channel if self.monitor is not None else None
        return None if channel is None or channel.closed else channel

    def launch(self) -> None:
        """Start the first model's process ahead of `begin`: it loads while others get ready."""
        if not needed(self.spec):
            self._launched = WorkerProcess(self.spec, log_file(1))

    def begin(self, spec: RunSpec, before: Run | None) -> None:
        """Start the next run; the one before must have been dropped.

        Args:
            spec: What to run.
            before: The run before, which the mark on the charts compares with.
        """
        self.spec = spec
        self.number += 1
        self.failure = None
        rate = "" if spec.rate_fps is None else f", {spec.rate_fps:g} images/s"
        what = f"run {self.number}: {spec.title}, batch {spec.batch}{rate}"
        self._say(what, mark=_mark(spec, before))
        if needed(spec):
            self._say("building the model, once")
            self._builder = Builder(spec)
        else:
            self._start_worker()

    def _start_worker(self) -> None:
        from edgetop.session.monitor import RunMonitor  # brings numpy, after the first paint

        worker, self._launched = self._launched, None
        if worker is None:
            worker = WorkerProcess(self.spec, log_file(self.number))
        self.monitor = RunMonitor(self.number, worker, self._trace)

    def follow(self) -> bool:
        """Take what the builder, the worker and the ring have new; notice their end.

        Returns:
            Whether the run has failed just now.
        """
        if self._builder is not None and self._builder.done:
            self._built(self._builder)
            return self.failure is not None
        monitor = self.monitor
        if monitor is None:
            return False
        for event in monitor.hear():
            self._say(event.text, event.severity, event.mark)
        monitor.drain()
        if self.failure is not None:
            return False
        if (failure := monitor.failure()) is not None:
            self.fail(failure)
            return True
        monitor.watch(time.monotonic())
        return False

    def _built(self, builder: Builder) -> None:
        self._builder = None
        failure = builder.failure()
        builder.stop()
        if failure is None:
            self._start_worker()
        else:
            self.fail(failure)

    def fail(self, failure: EdgetopError) -> None:
        """End the run because of this; its figures stay until `drop`."""
        self.halt()
        self.failure = failure
        self._say(failure.message, "error", mark="failed")

    def halt(self) -> None:
        """End the processes of the run; its figures stay until `drop`."""
        if self._builder is not None:
            self._builder.stop()
            self._builder = None
        ended = self.monitor is None or self.failure is not None or self.monitor.halt()
        if self.monitor is not None and not ended:
            pid = self.monitor.worker.pid
            self._say(
                f"process {pid} of run {self.number} waits for a device and cannot be ended",
                "warning",
            )

    def close(self) -> None:
        """Leave nothing behind, not even a process that was launched and never used."""
        launched, self._launched = self._launched, None
        if launched is not None:
            launched.stop()
        self.halt()

    def drop(self) -> None:
        """Forget the run that was halted."""
        self.monitor = None


def _mark(spec: RunSpec, before: Run | None) -> str:
    """What changes against the run before, for the charts."""
    if before is None:
        return ""
    if before.model != spec.title:
        return spec.title
    if before.batch != spec.batch:
        return f"batch {spec.batch}"
    if spec.provider not in ("auto", before.provider):
        return spec.provider
    if spec.threads in (0, before.threads):
        return "restart"
    return processor_words("", spec.threads).strip()


def log_file(number: int) -> Path | None:
    """A file for the worker's output; None where there is no room for one."""
    folder = locations.state_dir() / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"worker-{os.getpid()}-{number}.log"
        path.touch()
    except OSError:
        return None
    return path
