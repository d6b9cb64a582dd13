"""Observer effect: what a model loses when edgetop runs it instead of the simplest loop."""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.contestants import BareLoop, Contestant, Edgetop, Replay, Stalled, spec_of
from benchmarks.place import SMALL, TINY, Place, place
from benchmarks.table import Table, number, quartiles, ratio
from edgetop.selftest import figures, slices
from edgetop.selftest.contestants import end_all
from edgetop.selftest.measure import CONTROL, HEADLESS, inference_s
from edgetop.selftest.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgetop.engine.spec import RunSpec

    Start = Callable[[RunSpec, Place, Patience], Contestant]

MEDIUM = "resnet18"
LARGE = "inception_v4"

_ABOUT = f"""\
Images per second of edgetop's model against a bare onnxruntime loop (`edgetop/engine/bare_loop.py`:
same options, inputs and outputs bound once, nothing done but one clock read per inference), by the
mechanism of `edgetop selftest`. "tiny" is a model of one 192x192 MatMul and a Relu (about 10 µs),
so short that the cost of each call and record shows; "small" is twelve 3x3 convolutions of 32
channels on 28x28 (about 1 ms); {MEDIUM} and {LARGE} are of the zoo. "{HEADLESS}" is `--headless
--interval 0.5`; "screen" is edgetop on a pseudo-terminal with a reader, at so many frames a second;
"stalled" is a terminal that reads no more; "replay elsewhere" is the bare loop beside another
edgetop that replays a recorded session at 2 frames a second on its own terminal. "{CONTROL}" is a
second bare loop, which shows what this method can tell apart. All are persistent processes and
stand still (SIGSTOP) but for one. A pair is a slice of the variant and one of the bare loop next to
it, in random order. A slice lasts {slices.SLICE_S} s, or as long as five inferences and a whole
number of frames take. A pair is dropped when all other processes used more than
{slices.MAX_LOAD_PERCENT} % of the machine in either slice. p99 is of the time from the end of one
inference to the end of the next, over all kept pairs; it needs 662 inferences. CPU is edgetop's
without the model's process."""


@dataclass(frozen=True, slots=True)
class Group:
    """Variants of one model on so many threads that share a bare loop and a control."""

    model: str
    threads: int
    variants: tuple[Start, ...]
    interval_s: float
    """Between frames; each slice holds whole ones."""
    pairs: int
    limit_s: float


def _screen(columns: int, rows: int, hz: float) -> Start:
    return lambda spec, home, patience: Edgetop(
        f"screen {columns}x{rows} {hz:g} Hz", spec, home, patience,
        interval_s=1 / hz, size=(columns, rows),
    )  # fmt: skip


def _headless(spec: RunSpec, home: Place, patience: Patience) -> Contestant:
    return Edgetop(HEADLESS, spec, home, patience, interval_s=0.5, size=None)


def _stalled(spec: RunSpec, home: Place, patience: Patience) -> Contestant:
    return Stalled("screen 120x40 stalled", spec, home, patience)


def _replay(spec: RunSpec, home: Place, patience: Patience) -> Contestant:
    return Replay("replay elsewhere", spec, home, patience)


_USUAL: tuple[Start, ...] = (_headless, _screen(120, 40, 2))
_OTHERS: tuple[Start, ...] = (_screen(80, 24, 2), _screen(120, 40, 4), _stalled, _replay)
_SELDOM: tuple[Start, ...] = (_screen(120, 40, 1),)


def _groups(quick: bool) -> list[Group]:
    """What is measured, each with the pairs that are wanted and the time in which they must come.

    The times add up to 8 minutes; starting the programs takes two more.
    """
    groups = [
        *(Group(TINY, threads, _USUAL, 0.5, 10, 40.0) for threads in (1, 2)),
        *(Group(SMALL, threads, _USUAL, 0.5, 12, 50.0) for threads in (1, 2)),
        *(Group(MEDIUM, threads, _USUAL, 0.5, 12, 55.0) for threads in (1, 2)),
        *(Group(LARGE, threads, _USUAL, 0.5, 8, 55.0) for threads in (1, 2)),
        Group(SMALL, 2, _OTHERS, 0.5, 10, 65.0),
        Group(SMALL, 2, _SELDOM, 1.0, 10, 40.0),
    ]
    return [replace(one, pairs=2, limit_s=one.limit_s / 4) for one in groups] if quick else groups


def run(quick: bool) -> Table:
    """All groups, one after the other."""
    order = random.Random(0)
    rows: list[tuple[str, ...]] = []
    other_percents: list[float] = []
    with place() as home:
        for group in _groups(quick):
            comparisons = _compare(group, home, order)
            rows += [_row(comparison, group) for comparison in comparisons]
            other_percents += [load for one in comparisons for load in one.other_percents]
    columns = (
        "model, threads: variant", "bare, images/s", "ratio, median", "quartiles",
        "95 % interval", "pairs kept / dropped", "bare p99, ms", "p99 ratio", "CPU, % of a core",
    )  # fmt: skip
    low, high = quartiles(other_percents)
    load = f"other load in the slices: {number(low, 2)} to {number(high, 2)} % (quartiles)"
    return Table("Observer effect", _ABOUT, columns, tuple(rows), (load,))


def _compare(group: Group, home: Place, order: random.Random) -> list[slices.Comparison]:
    """Measure pairs until each comparison has as many as wanted, or the time is up."""
    spec, patience = spec_of(group.model, group.threads, home), Patience()
    started: list[Contestant] = []
    with contextlib.ExitStack() as stack:
        stack.callback(end_all, started)

        def halted(contestant: Contestant) -> Contestant:
            started.append(contestant)
            contestant.stop()
            return contestant

        bare = BareLoop("bare", spec, home, patience)
        halted(bare)
        timing = slices.timing(inference_s(bare), group.interval_s)
        control = halted(BareLoop(CONTROL, spec, home, patience))
        variants = [halted(start(spec, home, patience)) for start in group.variants]
        comparisons = [slices.Comparison(one, bare) for one in (control, *variants)]
        slices.compare(comparisons, timing, order, pairs=group.pairs, limit_s=group.limit_s)
    return comparisons


def _row(comparison: slices.Comparison, group: Group) -> tuple[str, ...]:
    """The figures as text."""
    found = figures.of(comparison)
    interval = found.interval
    return (
        f"{group.model}, {group.threads} thread{'s' if group.threads > 1 else ''}: {found.name}",
        number(found.bare_per_s),
        ratio(found.ratio),
        _span(found.quartiles),
        _span((interval.low, interval.high) if interval else None),
        f"{found.pairs} / {found.dropped}",
        number(found.bare_p99_ms),
        ratio(found.p99_ratio),
        number(found.cpu_percent, 2),
    )


def _span(ends: tuple[float, float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:.3f} to {ends[1]:.3f}"
