"""A live session: one thread samples the model and the board, whatever the screen does."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from edgetop import locations
from edgetop.engine.process import WorkerProcess
from edgetop.sample import Event, Sample, State
from edgetop.session.builder import Builder, needed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edgetop.engine.spec import RunSpec
    from edgetop.errors import EdgetopError
    from edgetop.sensors.board import Board
    from edgetop.session.monitor import RunMonitor
    from edgetop.session.sampler import Sampler
    from edgetop.session.source import Receive
    from edgetop.session.trace import TraceFile

_LONGEST_WAIT_S = 0.5
"""The ring holds a second of 200 000 inferences/s; draining twice as often leaves room."""

_BUILD_POLL_S = 0.05


class LiveSession:
    """Runs a model and makes a `Sample` of it every `interval_s`.

    A change of model, batch, provider or threads ends the run and begins the next in a fresh
    process; the session goes on. Every public method may be called from any thread and returns
    at once, but for `stop`.

    Args:
        spec: The first run.
        board: The sensors.
        interval_s: Time between samples.
        duration_s: End by itself after this much measured time; None = never.
        end_on_failure: End when a run fails; otherwise stay, so that another can be chosen.
        trace: Takes every inference.
    """

    def __init__(
        self,
        spec: RunSpec,
        board: Board,
        *,
        interval_s: float = 0.5,
        duration_s: float | None = None,
        end_on_failure: bool = False,
        trace: TraceFile | None = None,
    ) -> None:
        self._spec = spec
        self._board = board
        self._interval_s = interval_s
        self._duration_s = duration_s
        self._end_on_failure = end_on_failure
        self._trace = trace
        self._subscribers: list[Receive] = []
        self._at_end: list[Callable[[], None]] = []
        self._commands: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._wake_end, self._wait_end = socket.socketpair()
        self._wake_end.setblocking(False)
        self._thread = threading.Thread(target=self._sample_until_stopped, name="sampler")
        self._stopping = False
        self.finished = threading.Event()
        """Set when the last sample has been handed out."""
        self.failure: EdgetopError | None = None
        """Why the current run failed; None while it goes well."""
        self.crash: BaseException | None = None
        """A defect of ours that ended the sampler."""

        self._sampler: Sampler | None = None
        self._launched: WorkerProcess | None = None
        self._monitor: RunMonitor | None = None
        self._builder: Builder | None = None
        self._number = 0
        self._events: list[Event] = []
        self._last_state: State | None = None
        self._throttled = False
        self._last: Sample | None = None
        self._finished_runs: list[Sample] = []

    # -- for anybody, from any thread ------------------------------------------------------

    @property
    def board(self) -> str:
        """Name of this board."""
        return self._board.identity()

    @property
    def runs(self) -> Sequence[Sample]:
        """The last sample of every run that measured something, oldest first."""
        current = self._last
        done = list(self._finished_runs)
        if current is not None and current.total.inferences and current not in done:
            done.append(current)
        return done

    @property
    def last(self) -> Sample | None:
        """The newest sample."""
        return self._last

    def subscribe(self, receive: Receive) -> None:
        """Call `receive` with every sample from now on, in the sampler's thread."""
        self._subscribers.append(receive)

    def when_finished(self, call: Callable[[], None]) -> None:
        """Call this in the sampler's thread when the session has ended."""
        self._at_end.append(call)

    def launch(self) -> None:
        """Start the first model's process ahead of `start`: it loads while others get ready."""
        if not needed(self._spec):
            self._launched = WorkerProcess(self._spec, _log_file(1))

    def start(self) -> None:
        """Begin the first run."""
        self._thread.start()

    def stop(self) -> None:
        """End the run and the session; returns when all is ended."""
        self._command(self._finish)
        if self._thread.is_alive():
            self._thread.join()
        elif self._launched is not None:
            self._launched.stop()

    def finish(self) -> None:
        """Ask the session to end, without waiting: safe in a signal handler."""
        self._command(self._finish)

    def toggle_pause(self) -> None:
        """Pause, or go on."""
        self._command(self._toggle_pause)

    def reset(self) -> None:
        """Start the figures of the run again."""
        self._command(self._reset)

    def set_rate(self, rate_fps: float | None) -> None:
        """Images per second that come in; None = as fast as it goes."""
        self._command(lambda: self._set_rate(rate_fps))

    def change(self, **changes: Any) -> None:
        """End this run and begin another with some fields of the spec changed."""
        self._command(lambda: self._begin(self._spec.with_(**changes)))

    def note(self, text: str, severity: str = "info") -> None:
        """Put a line into the record."""
        self._command(lambda: self._say(text, severity))

    def _command(self, action: Callable[[], None]) -> None:
        self._commands.put(action)
        with contextlib.suppress(OSError):  # full: it is about to wake; closed: it has ended
            self._wake_end.send(b"!")

    # -- in the sampler's thread -----------------------------------------------------------

    def _sample_until_stopped(self) -> None:
        # numpy comes with it: imported here, it does not hold up the first paint.
        from edgetop.session.sampler import Sampler

        try:
            self._sampler = Sampler(self._board)
            self._board.start()
            self._begin(self._spec)
            self._sample()
            self._end_run()
            if self._events:
                self._publish(time.monotonic())
        except BaseException as error:  # noqa: BLE001  whoever waits for `finished` must hear of it
            self.crash = error
            self._kill_children()
        finally:
            self._board.close()
            self._wait_end.close()
            self._wake_end.close()
            self.finished.set()
            for call in self._at_end:
                call()

    def _sample(self) -> None:
        next_sample_s = time.monotonic() + self._interval_s
        while not self._stopping:
            self._wait_until(next_sample_s)
            self._obey()
            self._follow()
            now_s = time.monotonic()
            if now_s >= next_sample_s and not self._stopping:
                self._publish(now_s)
                # After a stall (a suspended machine) go on from now; nothing is made up.
                missed = max(0, int((now_s - next_sample_s) / self._interval_s))
                next_sample_s += (missed + 1) * self._interval_s

    def _wait_until(self, deadline_s: float) -> None:
        """Sleep until the deadline, a command or a message of the worker."""
        now_s = time.monotonic()
        wait_s = min(deadline_s - now_s, _LONGEST_WAIT_S)
        if self._builder is not None:
            wait_s = min(wait_s, _BUILD_POLL_S)
        monitor = self._monitor
        if self._duration_s is not None and monitor is not None and monitor.phase == "measuring":
            wait_s = min(wait_s, self._duration_s - monitor.total().duration_s)
        listen: list[Any] = [self._wait_end]
        if monitor is not None and not monitor.worker.channel.closed:
            listen.append(monitor.worker.channel)
        ready, _, _ = select.select(listen, [], [], max(0.0, wait_s))
        if self._wait_end in ready:
            self._wait_end.recv(4096)

    def _obey(self) -> None:
        while True:
            try:
                action = self._commands.get_nowait()
            except Empty:
                return
            action()

    def _follow(self) -> None:
        """Take what the builder, the worker and the ring have new."""
        if self._builder is not None and self._builder.done:
            self._built(self._builder)
        monitor = self._monitor
        if monitor is None:
            return
        self._events += monitor.hear()
        self._trace_rows(monitor.drain())
        if self.failure is None and (failure := monitor.failure()) is not None:
            self._trace_rows(monitor.halt())
            self._fail(failure)
        ended = self._duration_s is not None and monitor.total().duration_s >= self._duration_s
        if ended and not monitor.paused:
            self._finish()

    def _trace_rows(self, rows: NDArray[np.int64]) -> None:
        if self._trace is not None and len(rows):
            self._trace.write(rows)

    # -- runs ------------------------------------------------------------------------------

    def _begin(self, spec: RunSpec) -> None:
        self._end_run()
        self._spec = spec
        self._number += 1
        self.failure = None
        self._last_state = None
        rate = "" if spec.rate_fps is None else f", {spec.rate_fps:g} images/s"
        self._say(
            f"run {self._number}: {spec.title}, batch {spec.batch}{rate}", mark=self._mark(spec)
        )
        if needed(spec):
            self._say("building the model, once")
            self._builder = Builder(spec)
        else:
            self._start_worker()

    def _mark(self, spec: RunSpec) -> str:
        """What changed against the run before, for the charts."""
        if self._last is None:
            return ""
        before = self._last.run
        if before.model != spec.title:
            return spec.title
        if before.batch != spec.batch:
            return f"batch {spec.batch}"
        if spec.provider not in ("auto", before.provider):
            return spec.provider
        return f"{spec.threads} threads" if spec.threads else "restart"

    def _built(self, builder: Builder) -> None:
        self._builder = None
        failure = builder.failure()
        builder.stop()
        if failure is None:
            self._start_worker()
        else:
            self._fail(failure)

    def _start_worker(self) -> None:
        from edgetop.session.monitor import RunMonitor

        worker, self._launched = self._launched, None
        if worker is None:
            worker = WorkerProcess(self._spec, _log_file(self._number))
        self._monitor = RunMonitor(self._number, worker)

    def _end_run(self) -> None:
        """End the worker and keep the run's last figures."""
        if self._builder is not None:
            self._builder.stop()
            self._builder = None
        monitor = self._monitor
        if monitor is None:
            return
        self._trace_rows(monitor.drain())
        if self._sampler is not None:
            self._sampler.look_before_end(monitor, time.monotonic())
        self._trace_rows(monitor.halt())
        if monitor.total().inferences:
            self._publish(time.monotonic())
            if self._last is not None:
                self._finished_runs.append(self._last)
        self._monitor = None

    def _kill_children(self) -> None:
        """Leave nothing behind, whatever else has gone wrong."""
        if self._builder is not None:
            self._builder.stop()
        for worker in (self._launched, self._monitor.worker if self._monitor else None):
            if worker is not None:
                worker.stop()

    def _fail(self, failure: EdgetopError) -> None:
        self.failure = failure
        self._say(failure.message, "error", mark="failed")
        if self._end_on_failure:
            self._finish()

    def _finish(self) -> None:
        self._stopping = True

    # -- commands --------------------------------------------------------------------------

    def _toggle_pause(self) -> None:
        monitor = self._monitor
        if monitor is None or self.failure is not None:
            return
        if monitor.paused:
            monitor.resume()
            self._say("resumed")
        else:
            monitor.pause()
            self._say("paused")
        self._publish(time.monotonic())

    def _reset(self) -> None:
        if self._monitor is not None:
            self._trace_rows(self._monitor.drain())
            self._monitor.reset()
            self._say("figures reset", mark="reset")

    def _set_rate(self, rate_fps: float | None) -> None:
        self._spec = self._spec.with_(rate_fps=rate_fps)
        words = "closed loop" if rate_fps is None else f"{rate_fps:g} images/s come in"
        if self._monitor is not None:
            self._trace_rows(self._monitor.drain())
            self._monitor.set_rate(rate_fps)
        self._say(words, mark="closed loop" if rate_fps is None else f"{rate_fps:g}/s")

    def _say(self, text: str, severity: str = "info", mark: str = "") -> None:
        self._events.append(Event(time.time(), text, severity, mark))

    def _publish(self, now_s: float) -> None:
        assert self._sampler is not None
        events, self._events = tuple(self._events), []
        sample = self._sampler.take(
            now_s, self._number, self._spec, self._monitor, self.failure, events
        )
        self._note_state(sample.state, sample.state_reason)
        self._last = sample
        for receive in self._subscribers:
            receive(sample)

    def _note_state(self, state: State, reason: str) -> None:
        """Record a change of state that explains a change of the figures."""
        before, self._last_state = self._last_state, state
        if state is State.THROTTLED and not self._throttled:
            self._throttled = True
            self._say(f"throttled, {reason}", "warning", mark="throttled")
        elif self._throttled and state in (State.STEADY, State.DRIFTING):
            self._throttled = False
            self._say("no longer throttled", mark="not throttled")
        elif state is State.STEADY and before is State.WARMING:
            self._say("steady")


def _log_file(number: int) -> Path | None:
    """A file for the worker's output; None where there is no room for one."""
    folder = locations.state_dir() / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"worker-{os.getpid()}-{number}.log"
        path.touch()
    except OSError:
        return None
    return path
