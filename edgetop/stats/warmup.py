"""When a model is warm: decided in the model's process, from the runs it has done."""

from __future__ import annotations

from collections import deque
from statistics import median

_BLOCK_NS = 50_000_000
_BLOCK_RUNS = 3
_BLOCKS = 3
_WITHIN = 1.10
_LEAST_NS = 300_000_000


class WarmUp:
    """Ends the warm-up of a model when its runs take the same time again and again.

    Runs are put into blocks of at least 50 ms and 3 runs. The model is warm when the medians
    of the last three blocks lie within 10 % of each other (the rule of Triton Perf Analyzer:
    3 windows, max/min within 10 %) and the blocks hold at least 0.3 s. The median keeps one
    disturbed run from deciding. 0.3 s lies between what trtexec (200 ms) and LiteRT's
    benchmark (0.5 s) run by default: enough for a processor's clock to rise, and a ramp that
    takes longer shows in the medians. The first run is in no block, since it pays for memory
    and kernels that no later one pays for.

    The limit ends it in any case, but never before one run.

    Attributes:
        runs: Runs taken so far.
        done: The warm-up is over.
        settled: The test ended it; False while it goes on, and when the limit ended it.

    Args:
        limit_s: Longest warm-up, as the sum of its runs, in seconds; 0 means one run.
    """

    __slots__ = (
        "_block",
        "_block_ns",
        "_limit_ns",
        "_medians",
        "_test_ns",
        "_total_ns",
        "done",
        "runs",
        "settled",
    )

    def __init__(self, limit_s: float = 5.0) -> None:
        self._limit_ns = limit_s * 1e9
        self._block: list[int] = []
        self._block_ns = 0
        self._medians: deque[float] = deque(maxlen=_BLOCKS)
        self._test_ns = 0
        self._total_ns = 0
        self.runs = 0
        self.done = False
        self.settled = False

    @property
    def elapsed_s(self) -> float:
        """The sum of all runs so far, the first included, in seconds."""
        return self._total_ns / 1e9

    def add(self, duration_ns: int) -> bool:
        """Take one run's duration; True when the warm-up is over."""
        self.runs += 1
        self._total_ns += duration_ns
        if self.runs > 1 and not self.done:
            self._add_to_block(duration_ns)
            self.settled = self._steady()
        self.done = self.done or self.settled or self._total_ns >= self._limit_ns
        return self.done

    def _add_to_block(self, duration_ns: int) -> None:
        self._block.append(duration_ns)
        self._block_ns += duration_ns
        if self._block_ns >= _BLOCK_NS and len(self._block) >= _BLOCK_RUNS:
            self._medians.append(median(self._block))
            self._test_ns += self._block_ns
            self._block.clear()
            self._block_ns = 0

    def _steady(self) -> bool:
        if len(self._medians) < _BLOCKS or self._test_ns < _LEAST_NS:
            return False
        return max(self._medians) <= _WITHIN * min(self._medians)
