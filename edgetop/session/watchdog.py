"""Tells a model that hangs from one that is slow, from what is seen of its process."""

from __future__ import annotations

import math
from dataclasses import dataclass

HUNG_AFTER_S = 2.0
RESTART_AFTER_S = 10.0
HUNG_AFTER_LONGEST = 10.0
"""Or this many times the longest inference, if that is more."""
RESTART_AFTER_LONGEST = 30.0

UNTRIED_HUNG_AFTER_S = 60.0
"""Before the first inference was measured: nobody knows yet how long one takes."""
UNTRIED_RESTART_AFTER_S = 120.0

STOPPED_RESTART_AFTER_S = 60.0

LONGEST_STEP_S = 1.5
"""Two looks further apart: the sampler itself did not run, or the machine did not."""
_BUSY_SHARE = 0.05
"""Of one core, from which a process is at work."""

_STOPPED, _TRACED, _IN_KERNEL = "T", "t", "D"
_PROCESS_WORDS = {
    _STOPPED: "the model's process is stopped (SIGSTOP)",
    _TRACED: "the model's process is held by a debugger",
    _IN_KERNEL: "the model's process waits for a device",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of a run at one moment."""

    now_s: float
    """CLOCK_MONOTONIC seconds."""
    measuring: bool
    """Inferences are expected: the model is loaded and warm."""
    paused: bool = False
    process_state: str = "S"
    """The letter of ``/proc/PID/stat``; empty where it is not known."""
    cpu_s: float | None = None
    """Processor time of the process so far; None where it is not known."""
    period_s: float = 0.0
    """Open loop: time from one inference to the next by the rate."""


class Watchdog:
    """Judges one run by the silence since its last inference.

    A run hangs when it has been silent for far longer than any of its inferences took, so a
    model that really takes a minute has ten for the next one. Only silence that was watched
    counts: a gap between two looks, in which the sampler did not run, counts as `LONGEST_STEP_S`
    at most. While the machine is suspended the clock stands still.

    Before the first inference is measured there is only the first run to go by, and it may have
    been quick by comparison (a graph that branches, a device that is slow to wake). Then the
    limits are minutes, and time in which the process uses the processor does not count. So a
    process that spins before its first inference is never taken to hang; people see that it
    shows nothing.

    Loading and warming up may take any time (an engine is built for minutes) and never count. A
    process that somebody has stopped is told at once, whatever it was doing, and after a minute
    it is given up. One that a debugger holds is told and left alone: a person looks at it.
    """

    def __init__(self) -> None:
        self.longest_s: float | None = None
        """The longest inference so far, from its start to its end; None before the first."""
        self.silence_s = 0.0
        """Watched time since an inference ended."""
        self._idle_s = 0.0  # of the silence, without use of the processor
        self._stopped_s = 0.0
        self._ended = False
        self._first_run_s = 0.0
        self._trusted_since_s = -math.inf
        self._last = Look(-math.inf, measuring=False)

    # -- what happens ----------------------------------------------------------------------

    def first_run(self, took_s: float) -> None:
        """The first run ever has ended; it is not one of those that are measured."""
        self._first_run_s = took_s

    def inference(self, started_s: float, took_s: float) -> None:
        """Inferences have ended; this is the longest of them.

        One that was in flight while the process was stopped, or while nobody looked, says
        nothing about the model: it would make us wait for hours the next time.
        """
        self._ended = True
        if started_s >= self._trusted_since_s:
            self.longest_s = max(took_s, self.longest_s or 0.0)

    def rest(self) -> None:
        """Begin to count anew: the run was paused, or its pace has changed."""
        self.silence_s = self._idle_s = self._stopped_s = 0.0

    def look(self, look: Look) -> None:
        """Take what is seen now; at least every `LONGEST_STEP_S`."""
        before, self._last = self._last, look
        elapsed_s = look.now_s - before.now_s
        step_s = min(elapsed_s, LONGEST_STEP_S) if math.isfinite(elapsed_s) else 0.0
        held = look.process_state in (_STOPPED, _TRACED)
        if held or step_s < elapsed_s:
            self._trusted_since_s = look.now_s
        ended, self._ended = self._ended, False
        if look.paused or ended or not look.measuring:
            self.silence_s = self._idle_s = 0.0
        else:
            self.silence_s += step_s
            self._idle_s += 0.0 if _busy(before, look, step_s) else step_s
        self._stopped_s = self._stopped_s + step_s if held and not (ended or look.paused) else 0.0

    # -- what it means ---------------------------------------------------------------------

    @property
    def hung(self) -> bool:
        """The run is to be called hung."""
        return self._stopped_s >= HUNG_AFTER_S or self._quiet_s >= self._limit_s(
            HUNG_AFTER_S, HUNG_AFTER_LONGEST, UNTRIED_HUNG_AFTER_S
        )

    @property
    def lost(self) -> bool:
        """It is to be ended: it will not come back."""
        if self._last.process_state == _TRACED or not self.hung:
            return False
        stopped = self._stopped_s >= STOPPED_RESTART_AFTER_S
        return stopped or self._quiet_s >= self._limit_s(
            RESTART_AFTER_S, RESTART_AFTER_LONGEST, UNTRIED_RESTART_AFTER_S
        )

    @property
    def reason(self) -> str:
        """Why the run is to be called hung; empty while it is not."""
        if not self.hung:
            return ""
        words = _PROCESS_WORDS.get(self._last.process_state, "")
        if words and self._last.process_state != _IN_KERNEL:
            return words
        return f"{self._silence}, {words or self._usual}"

    @property
    def account(self) -> str:
        """What was seen, for the record: for how long, and what the process was at."""
        words = _PROCESS_WORDS.get(self._last.process_state, "")
        if not self._last.measuring:
            return f"{words} for {self._stopped_s:.0f} s"
        return f"{self._silence}, {words}" if words else self._silence

    @property
    def _silence(self) -> str:
        return f"no inference for {self.silence_s:.0f} s"

    @property
    def _usual(self) -> str:
        if self.longest_s is None:
            return "and the processor is not used"
        return f"the longest took {_span(self.longest_s)}"

    @property
    def _quiet_s(self) -> float:
        """The silence that is held against the run."""
        return self._idle_s if self.longest_s is None else self.silence_s

    def _limit_s(self, least_s: float, times: float, untried_s: float) -> float:
        """Beyond the pace of an open loop, which is silent between two inferences."""
        if self.longest_s is None:
            return self._last.period_s + max(untried_s, times * self._first_run_s)
        return self._last.period_s + max(least_s, times * self.longest_s)


def _busy(before: Look, now: Look, step_s: float) -> bool:
    """The process used the processor between two looks; so it did if nobody can tell."""
    if before.cpu_s is None or now.cpu_s is None:
        return True
    return now.cpu_s - before.cpu_s > _BUSY_SHARE * step_s


def _span(seconds: float) -> str:
    """A duration as people write it: 12 ms, 1.5 s."""
    return f"{1000 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"
