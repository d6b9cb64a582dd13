"""Observer effect: what a model loses when edgetop runs it instead of the simplest loop."""

from __future__ import annotations

import contextlib
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import machine
from benchmarks.contestants import BareLoop, Contestant, Edgetop
from benchmarks.place import SQUEEZENET, TINY, Place, place
from benchmarks.table import UNKNOWN, Table, median, number, quartiles, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SLICE_S = 0.5
_LEAD_S = 0.12
"""From SIGCONT to the slice: after a stop edgetop takes the sample that is overdue, then every
slice of 0.5 s holds exactly one sample and one frame of the 2 a second."""
_SETTLE_S = 0.01
_OTHER_LOAD_MAX_PERCENT = 3.5
_P99_NEEDS = 662
"""Samples for a p99 (MLPerf LoadGen's early stopping at 99 % confidence)."""

_QUICK = (3, 13.0)
_FULL = {TINY: (10, 40.0), SQUEEZENET: (15, 60.0)}
"""Pairs wanted of each comparison, and seconds in which they must come."""
_CONFIGURATIONS = ((TINY, 1), (TINY, 2), (SQUEEZENET, 1), (SQUEEZENET, 2))

_ABOUT = f"""\
Images per second of edgetop's model against a bare onnxruntime loop (`benchmarks/bare_loop.py`:
same options, inputs and outputs bound once, nothing done but one clock read per inference). "tiny"
is a model of one 192x192 MatMul and a Relu, so short that the cost of each call and record shows.
"screen" is edgetop on a pseudo-terminal of 120x40 with a reader, 2 frames a second; "headless" is
`--headless --interval 0.5`; "A/A" is a second bare loop, which shows what this method can tell
apart. All are persistent processes and stand still (SIGSTOP) but for one. A pair is a slice of
{_SLICE_S} s of the variant and one of the bare loop next to it, in random order; each slice begins
{_LEAD_S} s after SIGCONT. A pair is dropped when all other processes used more than
{_OTHER_LOAD_MAX_PERCENT} % of the machine in either slice. p99 is of the time from the end of one
inference to the end of the next, over all kept pairs; it needs {_P99_NEEDS} inferences."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What one program did in one slice."""

    per_s: float
    cycles_ns: NDArray[np.int64]
    """From the end of one inference to the end of the next."""
    other_percent: float


@dataclass(slots=True)
class Comparison:
    """One variant against the bare loop."""

    variant: Contestant
    bare: Contestant
    pairs: list[tuple[Slice, Slice]] = field(default_factory=list)
    dropped: int = 0
    other_percents: list[float] = field(default_factory=list)
    """Other load in every slice, those of dropped pairs included."""

    def measure(self, order: random.Random) -> None:
        """One more pair."""
        both = [self.variant, self.bare]
        order.shuffle(both)
        slices = {contestant.name: measure_slice(contestant) for contestant in both}
        variant, bare = slices[self.variant.name], slices[self.bare.name]
        self.other_percents += [variant.other_percent, bare.other_percent]
        if max(self.other_percents[-2:]) > _OTHER_LOAD_MAX_PERCENT:
            self.dropped += 1
        else:
            self.pairs.append((variant, bare))

    def row(self, model: str, threads: int) -> tuple[str, ...]:
        """The figures as text."""
        ratios = [variant.per_s / bare.per_s for variant, bare in self.pairs]
        low, high = quartiles(ratios)
        p99, bare_p99 = (_p99_ms([pair[side].cycles_ns for pair in self.pairs]) for side in (0, 1))
        return (
            f"{model}, {threads} thread{'s' if threads > 1 else ''}: {self.variant.name}",
            number(median(bare.per_s for _, bare in self.pairs)),
            ratio(median(ratios)),
            f"{ratio(low)} to {ratio(high)}" if ratios else UNKNOWN,
            f"{len(ratios)} / {self.dropped}",
            number(bare_p99),
            ratio(p99 / bare_p99 if p99 and bare_p99 else None),
        )


def measure_slice(contestant: Contestant) -> Slice:
    """Let one program run for one slice."""
    resumed_ns = time.monotonic_ns()
    contestant.go_on()
    time.sleep(_LEAD_S)
    before, begin_ns = machine.busy(contestant.pids), time.monotonic_ns()
    time.sleep(_SLICE_S)
    after, end_ns = machine.busy(contestant.pids), time.monotonic_ns()
    contestant.stop()
    time.sleep(_SETTLE_S)
    ends = contestant.ends()
    ends = ends[ends >= resumed_ns]
    if len(ends) < 3:
        raise RuntimeError(f"{contestant.name}: an inference takes too long for this method")
    return Slice(
        _per_s(ends, begin_ns, end_ns),
        np.diff(ends[(ends >= begin_ns) & (ends <= end_ns)]),
        machine.other_load_percent(before, after),
    )


def _per_s(ends: NDArray[np.int64], begin_ns: int, end_ns: int) -> float:
    """Inferences per second between two moments.

    An inference under way at an edge counts by the part of its time that lies inside. The edges
    move inwards to the first and last end that is known: the inference in flight when the
    program was stopped is not one that it could help.
    """
    begin_ns, end_ns = max(begin_ns, int(ends[0])), min(end_ns, int(ends[-1]))
    done = np.interp([begin_ns, end_ns], ends.astype(np.float64), np.arange(len(ends)))
    return float(1e9 * (done[1] - done[0]) / (end_ns - begin_ns))


def _p99_ms(cycles_ns: list[NDArray[np.int64]]) -> float | None:
    """Nearest rank over all slices; None of too few."""
    together = np.concatenate(cycles_ns) if cycles_ns else np.zeros(0, dtype=np.int64)
    if len(together) < _P99_NEEDS:
        return None
    return float(np.percentile(together, 99, method="inverted_cdf")) / 1e6


def run(quick: bool) -> Table:
    """All models and threads, one after the other."""
    order = random.Random(0)
    rows: list[tuple[str, ...]] = []
    other_percents: list[float] = []
    with place() as home:
        for model, threads in _CONFIGURATIONS:
            wanted, budget_s = _QUICK if quick else _FULL[model]
            comparisons = _compare(model, threads, home, order, wanted, budget_s)
            rows += [comparison.row(model, threads) for comparison in comparisons]
            other_percents += [load for one in comparisons for load in one.other_percents]
    columns = (
        "model, threads: variant", "bare, images/s", "ratio, median", "quartiles",
        "pairs kept / dropped", "bare p99, ms", "p99 ratio",
    )  # fmt: skip
    low, high = quartiles(other_percents)
    load = f"other load in the slices: {number(low, 2)} to {number(high, 2)} % (quartiles)"
    return Table("Observer effect", _ABOUT, columns, tuple(rows), (load,))


def _compare(
    model: str, threads: int, home: Place, order: random.Random, wanted: int, budget_s: float
) -> list[Comparison]:
    """Measure pairs until each comparison has as many as wanted, or the time is up."""
    path = home.model(model)
    with contextlib.ExitStack() as stack:

        def started(contestant: Contestant) -> Contestant:
            stack.callback(contestant.close)
            contestant.stop()
            return contestant

        bare = started(BareLoop("bare", path, threads, home))
        comparisons = [
            Comparison(started(variant), bare)
            for variant in (
                BareLoop("A/A", path, threads, home),
                Edgetop("headless", path, threads, home, screen=False),
                Edgetop("screen", path, threads, home, screen=True),
            )
        ]
        limit_s = time.monotonic() + budget_s
        while time.monotonic() < limit_s:
            missing = [one for one in comparisons if len(one.pairs) < wanted]
            if not missing:
                break
            order.shuffle(missing)
            for comparison in missing:
                comparison.measure(order)
    return comparisons
