"""A live session: one thread samples the model and the board, whatever the screen does."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any

from edgetop.engine import variants
from edgetop.session.chronicle import Chronicle
from edgetop.session.mailbox import Mailbox
from edgetop.session.moments import LONGEST_WAIT_S, longest_wait_s, moment_after
from edgetop.session.recovery import Recovery
from edgetop.session.runs import Runs
from edgetop.session.trials import Trials

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.engine.spec import RunSpec
    from edgetop.errors import EdgetopError
    from edgetop.sample import Sample
    from edgetop.sensors.board import Board
    from edgetop.session.sampler import Sampler
    from edgetop.session.source import Receive
    from edgetop.session.trace import TraceFile

_BUILD_POLL_S = 0.05

_FIRST_SAMPLE_S = 0.25
"""From the end of a run's warm-up to its first figures: people wait for them."""


class LiveSession:
    """Runs a model and makes a `Sample` of it every `interval_s`.

    A change of model, batch, provider or threads ends the run and begins the next in a fresh
    process; the session goes on. So it does when the model's process dies or hangs: the same
    run begins again (`Recovery`), unless the session is to end with it. Every public method may
    be called from any thread and returns at once, but for `stop`.

    Args:
        spec: The first run.
        board: The sensors.
        interval_s: Time between samples.
        duration_s: End by itself after this much measured time of a run; None = never. A trial
            goes on from the run that it interrupts, and counts with all of its wall time.
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
        self._board = board
        self._interval_s = interval_s
        self._duration_s = duration_s
        self._end_on_failure = end_on_failure
        self._restarting = True
        self._at_end: list[Callable[[], None]] = []
        self._mailbox = Mailbox()
        self._thread = threading.Thread(target=self._sample_until_stopped, name="sampler")
        self._stopping = False
        self.finished = threading.Event()
        """Set when the last sample has been handed out."""
        self.crash: BaseException | None = None
        """A defect of ours that ended the sampler."""

        self._chronicle = Chronicle()
        self._say = self._chronicle.say
        self._runs = Runs(spec, self._say, trace)
        self._recovery = Recovery(self._runs, self._say, self._begin)
        self._trials = Trials(self._runs, self._chronicle, trace)
        self._sampler: Sampler | None = None

    # -- for anybody, from any thread ------------------------------------------------------

    @property
    def board(self) -> str:
        """Name of this board."""
        return self._board.identity().model

    @property
    def runs(self) -> Sequence[Sample]:
        """The last sample of every run that measured something, oldest first."""
        return self._chronicle.runs

    @property
    def failure(self) -> EdgetopError | None:
        """Why the current run failed; None while it goes well."""
        return self._runs.failure

    @property
    def spec(self) -> RunSpec:
        """What runs, or is about to."""
        return self._runs.spec

    @property
    def last(self) -> Sample | None:
        """The newest sample."""
        return self._chronicle.last

    @property
    def marked(self) -> RunSpec | None:
        """With which the run marked A can be run again; None while nothing is marked."""
        return self._chronicle.marks.spec

    def subscribe(self, receive: Receive) -> None:
        """Call `receive` with every sample from now on, in the sampler's thread."""
        self._chronicle.subscribe(receive)

    def when_finished(self, call: Callable[[], None]) -> None:
        """Call this in the sampler's thread when the session has ended."""
        self._at_end.append(call)

    def launch(self) -> None:
        """Start the first model's process ahead of `start`: it loads while others get ready."""
        self._runs.launch()

    def start(self) -> None:
        """Begin the first run."""
        self._thread.start()

    def stop(self) -> None:
        """End the run and the session; returns when all is ended."""
        self._mailbox.put(self._finish)
        if self._thread.is_alive():
            self._thread.join()
        else:
            self._runs.close()  # it may have been launched and never started

    def finish(self) -> None:
        """Ask the session to end, without waiting: safe in a signal handler."""
        self._mailbox.put(self._finish)

    def toggle_pause(self) -> None:
        """Pause, or go on."""
        self._mailbox.put(self._toggle_pause)

    def reset(self) -> None:
        """Start the figures of the run again."""
        self._mailbox.put(self._reset)

    def set_rate(self, rate_fps: float | None) -> None:
        """Images per second that come in; None = as fast as it goes."""
        self._mailbox.put(lambda: self._set_rate(rate_fps))

    def change(self, **changes: Any) -> None:
        """End this run and begin another with some fields of the spec changed."""
        self._mailbox.put(lambda: self._change(**changes))

    def mark(self) -> None:
        """Mark the present run as A, or take the mark from it if it is the marked one."""
        self._mailbox.put(self._mark)

    def trial(self) -> None:
        """Run A and the present configuration in turn, or end such a trial early."""
        self._mailbox.put(self._toggle_trial)

    def restart_runs(self, *, wanted: bool) -> None:
        """Whether a run starts again whose process died or hung; it does at first."""
        self._mailbox.put(lambda: setattr(self, "_restarting", wanted))

    def note(self, text: str, severity: str = "info") -> None:
        """Put a line into the record."""
        self._mailbox.put(lambda: self._say(text, severity))

    # -- in the sampler's thread -----------------------------------------------------------

    def _sample_until_stopped(self) -> None:
        # numpy comes with it: imported here, it does not hold up the first paint.
        from edgetop.session.sampler import Sampler

        try:
            self._sampler = Sampler(self._board)
            self._board.start()
            self._begin(self._runs.spec)
            self._sample()
            self._end_run()
            if self.last is None:
                self._publish(time.monotonic())
            self._chronicle.publish_last_events()
        except BaseException as error:  # noqa: BLE001  whoever waits for `finished` must hear of it
            self.crash = error
            self._trials.close()
            self._runs.close()
        finally:
            self._board.close()
            self._mailbox.close()
            self.finished.set()
            for call in self._at_end:
                call()

    def _sample(self) -> None:
        next_sample_s = moment_after(time.monotonic(), self._interval_s)
        measuring = 0
        while not self._stopping:
            self._wait_until(next_sample_s)
            for command in self._mailbox.commands():
                command()
            self._follow()
            now_s = time.monotonic()
            if self._runs.measuring != measuring:
                measuring = self._runs.measuring
                next_sample_s = now_s + min(self._interval_s, _FIRST_SAMPLE_S)
            if now_s >= next_sample_s and not self._stopping:
                self._publish(now_s)
                next_sample_s = moment_after(now_s, self._interval_s)

    def _wait_until(self, deadline_s: float) -> None:
        """Sleep until the deadline, a command or a message of the worker."""
        now_s = time.monotonic()
        restart_s = self._recovery.wait_s(now_s)
        monitor = None if self._trials.running is not None else self._runs.monitor
        wait_s = min(deadline_s - now_s, longest_wait_s(monitor), self._left_s(), restart_s)
        if self._runs.building:
            wait_s = min(wait_s, _BUILD_POLL_S)
        wait_s = min(wait_s, self._trials.wait_s())
        self._mailbox.wait(self._trials.present.channel, wait_s)

    def _left_s(self) -> float:
        """Time that counts until the session ends by itself."""
        if self._duration_s is None:
            return math.inf
        left_s = self._duration_s - self._trials.counted_s
        monitor = self._runs.monitor
        if self._trials.running is not None:
            return left_s
        if monitor is None or not monitor.measuring:
            return math.inf
        return left_s - monitor.total().duration_s

    def _follow(self) -> None:
        """Take what is new of the run; it may have come to its end."""
        if self._trials.running is not None:
            over = self._trials.follow()
            if self._left_s() <= 0:
                self._finish()
            elif over:
                self._begin(self._runs.spec)
            return
        failed = self._runs.follow()
        monitor = self._runs.monitor
        if monitor is not None and self._interval_s > LONGEST_WAIT_S:
            monitor.observe(self._board.read())  # energy needs readings closer than the samples
        over = self._left_s() <= 0
        if self._end_on_failure:
            self._recovery.end_hung(at_once=over)
            over = over or self._runs.failure is not None
        elif not self._restarting:
            self._recovery.end_hung(at_once=False)
        elif failed and monitor is None and self._runs.spec.precision:
            self._begin(variants.as_stored(self._runs.spec))  # the reason is in the events
        else:
            self._recovery.follow(failed=failed, now_s=time.monotonic())
        if over:
            self._finish()

    def _begin(self, spec: RunSpec) -> None:
        self._end_run()
        self._chronicle.begin_run()
        self._runs.begin(spec, self.last.run if self.last is not None else None)

    def _end_run(self) -> None:
        """End the run, or the two of a trial, and keep the last figures."""
        if self._trials.running is not None:
            assert self._sampler is not None
            self._trials.end(self._sampler)
            return
        monitor = self._runs.monitor
        if monitor is not None and self._sampler is not None:
            monitor.drain()
            self._sampler.look_before_end(monitor, time.monotonic())
        self._runs.halt()
        if monitor is not None and monitor.total().inferences:
            self._publish(time.monotonic())
            self._chronicle.keep_run()
        if monitor is not None and self._sampler is not None:
            self._sampler.end_run(monitor)
        self._runs.drop()

    def _finish(self) -> None:
        self._recovery.reset()  # nothing starts again any more
        self._stopping = True

    # -- commands --------------------------------------------------------------------------

    def _toggle_trial(self) -> None:
        if self._trials.running is not None:
            self._trials.running.stop_early()
        elif self._trials.possible(self.marked):
            self._end_run()
            self._chronicle.begin_run()
            self._trials.begin(self.marked)

    def _toggle_pause(self) -> None:
        monitor = self._runs.monitor
        if self._trials.refuses() or monitor is None or self.failure is not None:
            return
        if monitor.paused:
            monitor.resume()
            self._say("resumed")
        else:
            monitor.pause()
            self._say("paused")
        self._publish(time.monotonic())

    def _change(self, **changes: Any) -> None:
        self._recovery.reset()
        self._end_run()
        self._trials.forget()
        self._begin(self._runs.spec.with_(**changes))

    def _mark(self) -> None:
        if self._trials.refuses():
            return
        self._chronicle.mark(self._runs.number, self._runs.spec)
        self._publish(time.monotonic())

    def _reset(self) -> None:
        if not self._trials.refuses() and self._runs.monitor is not None:
            self._runs.monitor.reset()
            self._say("figures reset", mark="reset")

    def _set_rate(self, rate_fps: float | None) -> None:
        if rate_fps is None:
            self._say("closed loop", mark="closed loop")
        else:
            self._say(f"{rate_fps:g} images/s come in", mark=f"{rate_fps:g}/s")
        if self._recovery.process_died or self._trials.running is not None:
            self._change(rate_fps=rate_fps)  # what the old pace killed the new one may not
            return
        self._runs.spec = self._runs.spec.with_(rate_fps=rate_fps)
        if self._runs.monitor is not None:
            self._runs.monitor.set_rate(rate_fps)

    def _publish(self, now_s: float) -> None:
        assert self._sampler is not None
        if self._trials.running is not None:
            trial = self._trials.running
            self._chronicle.publish(self._sampler.take_trial(now_s, trial, trial.monitor))
            return
        runs = self._runs
        failure = runs.failure if self._end_on_failure else self._recovery.shown_failure(now_s)
        sample = self._sampler.take(now_s, runs.number, runs.spec, runs.monitor, failure)
        self._chronicle.publish(sample)
