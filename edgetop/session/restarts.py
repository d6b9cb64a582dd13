"""Whether and when a run starts again whose process died or hung."""

from __future__ import annotations

import math

DELAYS_S = (1.0, 2.0, 4.0, 8.0)
"""Before the next start, after the first, second, ... end in a row; then the last of them."""
MOST_ENDS = 5
"""In a row, after which it is given up."""
MOST_KILLS = 3
"""Of them by SIGKILL: memory that was too small twice will be too small again."""
RECOVERED_AFTER_S = 30.0
"""A run that measured for longer has worked: what came before it is forgotten."""

_ADVICE = "choose another model with m or a smaller batch with -"


class Restarts:
    """Counts how often in a row a model's process ended without being asked to.

    A process that died starts again after a while that doubles each time, so that a crash loop
    leaves the board its memory and its processor. One that hung has already cost ten silent
    seconds or more and starts at once. Both count, and after `MOST_ENDS` in a row nothing is
    started any more until the user changes something.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all: the user has changed something, or a run has worked."""
        self.gave_up = False
        """Nothing starts by itself any more."""
        self._ends = self._kills = 0
        self._verbs: list[str] = []
        self._why = self._cause = self._count = ""
        self._due_s = math.inf

    def died(self, cause: str, *, killed: bool, measured_s: float, now_s: float) -> None:
        """The process ended by itself.

        Args:
            cause: ``signal 11 (SIGSEGV), the runtime crashed``.
            killed: By SIGKILL, most likely for want of memory.
            measured_s: How long its run had been measured.
            now_s: CLOCK_MONOTONIC seconds.
        """
        self._end("died", cause, measured_s)
        self._why = f"the model's process died: {cause}"
        self._kills += killed
        count, most = (self._kills, MOST_KILLS) if killed else (self._ends, MOST_ENDS)
        self._count = f"{count} of {most}"
        self.gave_up = count >= most or self._ends >= MOST_ENDS
        if not self.gave_up:
            self._due_s = now_s + DELAYS_S[min(self._ends, len(DELAYS_S)) - 1]

    def hung(self, cause: str, *, measured_s: float) -> None:
        """The process had to be ended; it may start again at once unless `gave_up` is true.

        Args:
            cause: ``no inference for 10 s``.
            measured_s: How long its run had been measured before it fell silent.
        """
        self._end("hung", cause, measured_s)
        self.gave_up = self._ends >= MOST_ENDS

    def _end(self, verb: str, cause: str, measured_s: float) -> None:
        if measured_s > RECOVERED_AFTER_S:
            self.reset()
        self._ends += 1
        self._due_s = math.inf
        self._cause = cause
        if verb not in self._verbs:
            self._verbs.append(verb)

    def started(self) -> None:
        """The run has started again; the count goes on."""
        self._due_s = math.inf

    def wait_s(self, now_s: float) -> float:
        """Time until the run is to start again: 0 when it is due, infinite when it is not."""
        return max(0.0, self._due_s - now_s)

    def words(self, now_s: float) -> str:
        """What is going to happen, for people who see the failed run; empty if nothing is."""
        if self.gave_up:
            ended = " or ".join(self._verbs)
            return f"{ended} {self._ends} times in a row: {self._cause}; {_ADVICE}"
        left_s = self.wait_s(now_s)
        if not math.isfinite(left_s):
            return ""
        return f"{self._why}; starts again in {math.ceil(left_s)} s ({self._count})"
