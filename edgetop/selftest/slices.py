"""Pairs of short slices, one of a variant and one of the bare loop, in random order.

The speed of a shared or warm machine moves within seconds by more than what is looked for. The
ratio within a pair of neighbouring slices is free of all that moves more slowly than a pair lasts.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from edgetop.selftest import machine
from edgetop.selftest.patience import Patience

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from edgetop.selftest.contestants import Contestant

MAX_LOAD_PERCENT = 3.5
"""A pair is dropped if all other processes used more of the machine in either of its slices."""
SLICE_S = 0.5

_LEAD_S = 0.12
"""From SIGCONT to the slice: after a stop edgetop takes the sample that is overdue, then every
slice of a whole number of intervals holds as many samples and frames."""
_INFERENCES = 5
"""That a slice of a slow model holds at least."""
_LONGEST_STRETCH = 1.5
"""A slice that lasted so much longer than planned: the machine was suspended, or this process."""
_SETTLE_S = 0.01
_RUN_IN_S = 3.0
"""For edgetop to import and paint for the first time all that it will need, at least; then until
it is at rest, as it reads all of a large model once to tell what it is."""
_LONGEST_RUN_IN_S = 15.0
_AT_REST = 0.1
"""Of a core."""
_LOOK_S = 1.0
_LEAST_ENDS = 3


class Timing(NamedTuple):
    """How long slices are."""

    lead_s: float
    slice_s: float


def timing(inference_s: float, interval_s: float) -> Timing:
    """For a model of so long an inference beside a screen of so long an interval.

    A slice is a whole number of intervals, so that each has as many frames, half a second at
    least, and long enough for five inferences; the lead is long enough for one.
    """
    least_s = max(SLICE_S, _INFERENCES * inference_s)
    intervals = math.ceil(least_s / interval_s - 1e-9)
    return Timing(max(_LEAD_S, 1.2 * inference_s), intervals * interval_s)


@dataclass(frozen=True, slots=True)
class Slice:
    """What one program did in one slice."""

    per_s: float
    """Inferences per second."""
    cycles_ns: NDArray[np.int64]
    """From the end of one inference to the end of the next."""
    other_percent: float
    """What all other processes used of the machine."""
    seconds: float
    own_cpu_s: float
    """Processor time of edgetop without the model's process."""
    written: int | None
    """Bytes to the terminal."""


def measure_slice(contestant: Contestant, timing: Timing, patience: Patience) -> Slice | None:
    """Let one program run for one slice; None if too little came of it.

    Raises:
        EdgetopError: It has died.
        StoppedError: Somebody wants the measurement to end; the program stands still.
    """
    contestant.check()
    resumed_ns = time.monotonic_ns()
    contestant.go_on()
    try:
        patience.sleep(timing.lead_s)
        own_s = _own_cpu_s(contestant)
        before, begin_ns = machine.busy(contestant.pids), time.monotonic_ns()
        patience.sleep(timing.slice_s)
        after, end_ns = machine.busy(contestant.pids), time.monotonic_ns()
        used_s = _used_s(own_s, contestant)
    finally:
        contestant.stop()
    time.sleep(_SETTLE_S)
    contestant.check()
    ends = contestant.ends()
    ends = ends[ends >= resumed_ns]
    seconds = (end_ns - begin_ns) / 1e9
    if len(ends) < _LEAST_ENDS or seconds > _LONGEST_STRETCH * timing.slice_s:
        return None
    return Slice(
        per_s=per_second(ends, begin_ns, end_ns),
        cycles_ns=np.diff(ends[(ends >= begin_ns) & (ends <= end_ns)]),
        other_percent=machine.other_load_percent(before, after),
        seconds=seconds,
        own_cpu_s=used_s,
        written=contestant.written(begin_ns / 1e9, end_ns / 1e9),
    )


def _check(programs: Sequence[Contestant]) -> None:
    """Find out at once when one has died, although it is not its turn."""
    for program in programs:
        program.check()


def _run_in(contestant: Contestant, timing: Timing, patience: Patience) -> None:
    """Let a program run that has just been started, until it runs as it will go on."""
    contestant.go_on()
    limit_s = time.monotonic() + _LONGEST_RUN_IN_S
    try:
        patience.sleep(max(timing.slice_s, _RUN_IN_S if contestant.own_pids else 0.0))
        while time.monotonic() < limit_s:
            contestant.look()
            before_s = _own_cpu_s(contestant)
            if not before_s:
                return
            patience.sleep(_LOOK_S)
            if _used_s(before_s, contestant) < _AT_REST * _LOOK_S:
                return
    finally:
        contestant.stop()


def _own_cpu_s(contestant: Contestant) -> dict[int, float]:
    """Of each process of edgetop; one may end before the next look."""
    return {pid: machine.cpu_s(pid) for pid in contestant.own_pids}


def _used_s(before_s: dict[int, float], contestant: Contestant) -> float:
    """Processor time since `_own_cpu_s`."""
    now_s = _own_cpu_s(contestant)
    return sum(max(0.0, now_s.get(pid, 0.0) - spent_s) for pid, spent_s in before_s.items())


def per_second(ends: NDArray[np.int64], begin_ns: int, end_ns: int) -> float:
    """Inferences per second between two moments.

    An inference under way at an edge counts by the part of its time that lies inside. The edges
    move inwards to the first and last end that is known: the inference in flight when the
    program was stopped is not one that it could help.
    """
    begin_ns, end_ns = max(begin_ns, int(ends[0])), min(end_ns, int(ends[-1]))
    if end_ns <= begin_ns:
        return math.nan
    done = np.interp([begin_ns, end_ns], ends.astype(np.float64), np.arange(len(ends)))
    return float(1e9 * (done[1] - done[0]) / (end_ns - begin_ns))


@dataclass(slots=True)
class Comparison:
    """One variant against the bare loop."""

    variant: Contestant
    bare: Contestant
    max_load_percent: float = MAX_LOAD_PERCENT
    pairs: list[tuple[Slice, Slice]] = field(default_factory=list)
    dropped: int = 0
    other_percents: list[float] = field(default_factory=list)
    """Other load in every slice, those of dropped pairs included."""

    def measure(self, order: random.Random, timing: Timing, patience: Patience) -> None:
        """One more pair."""
        both = order.sample([self.variant, self.bare], 2)
        slices = {one.name: measure_slice(one, timing, patience) for one in both}
        variant, bare = slices[self.variant.name], slices[self.bare.name]
        loads = [one.other_percent for one in (variant, bare) if one is not None]
        self.other_percents += loads
        if variant is None or bare is None or max(loads) > self.max_load_percent:
            self.dropped += 1
        else:
            self.pairs.append((variant, bare))


def compare(
    comparisons: Sequence[Comparison],
    timing: Timing,
    order: random.Random,
    *,
    pairs: int,
    limit_s: float,
    patience: Patience | None = None,
    progress: Callable[[int, int, str], object] = lambda _done, _all, _note: None,
) -> None:
    """Measure until each comparison has so many pairs, or the time is up.

    Each program first runs for a time that does not count: it has just been started.

    Args:
        comparisons: Of programs that stand still. What is measured is added to them.
        timing: See `timing`.
        order: Of the comparisons, and within the pairs.
        pairs: That are wanted of each.
        limit_s: When to end without them.
        patience: How to wait.
        progress: Told how many pairs there are, of how many, and in words what was dropped.

    Raises:
        EdgetopError: A program has died.
        StoppedError: Somebody wants the measurement to end.
    """
    patience = patience or Patience()
    programs = list(dict.fromkeys(one for item in comparisons for one in (item.bare, item.variant)))
    for program in programs:
        _check(programs)
        _run_in(program, timing, patience)
    until_s = time.monotonic() + limit_s
    while missing := [one for one in comparisons if len(one.pairs) < pairs]:
        for comparison in order.sample(missing, len(missing)):
            if time.monotonic() >= until_s:
                return
            _check(programs)
            comparison.measure(order, timing, patience)
            kept = sum(min(len(one.pairs), pairs) for one in comparisons)
            dropped = sum(one.dropped for one in comparisons)
            note = f"{dropped} dropped, others use the machine" if dropped else ""
            progress(kept, pairs * len(comparisons), note)
