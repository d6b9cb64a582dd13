"""Latency at a camera's pace: edgetop's open loop against a bare one that is paced the same way."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.contestants import BareLoop, Contestant, Edgetop, ring_of, spec_of
from benchmarks.place import SMALL, Place, place
from benchmarks.table import UNKNOWN, Table, median, number, quartiles, ratio
from edgetop.selftest import machine, slices
from edgetop.selftest.figures import percentile_ms
from edgetop.selftest.measure import CONTROL, HEADLESS
from edgetop.selftest.patience import Patience

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgetop.engine.spec import RunSpec

_SHARE = 0.6
_THREADS = 2
_SIZE = (120, 40)
_LEAD_S = 3.0
_BLOCK_S = 3.0
_THROUGHPUT_S = 2.0
_SCREEN = "screen 120x40 2 Hz"
_BARE = "bare"

_ABOUT = f"""\
Time from when an image was due to the end of its inference, at {_SHARE:.0%} of the images per
second that the model ("small", {_THREADS} threads) runs at in a bare loop: `--rate` against a bare
loop that sleeps until each image is due. A loop that was stopped would have to catch up, so each
block of {_BLOCK_S:g} s is a process of its own, {_LEAD_S:g} s after its first measured inference,
and nothing else runs meanwhile: in the first second the screen still reads themes and opens the
database, while the first images come in. A pair is a block of the variant and one of the bare loop
next to it, in random order; it is dropped when all other processes used more than
{slices.MAX_LOAD_PERCENT} % of the machine in either. Ratios are the variant's by the bare loop's,
within each pair; "all" is over the inferences of all kept pairs. "{CONTROL}" is a second bare
loop."""


@dataclass(frozen=True, slots=True)
class Block:
    """What one process did."""

    latencies_ns: NDArray[np.int64]
    """From due to end."""
    other_percent: float


@dataclass(slots=True)
class Pairs:
    """One variant against the bare loop."""

    name: str
    kept: list[tuple[Block, Block]] = field(default_factory=list)
    dropped: int = 0

    def add(self, variant: Block, bare: Block) -> None:
        """One more pair."""
        if max(variant.other_percent, bare.other_percent) > slices.MAX_LOAD_PERCENT:
            self.dropped += 1
        else:
            self.kept.append((variant, bare))

    def row(self) -> tuple[str, ...]:
        """The figures as text."""
        sides = [[pair[side].latencies_ns for pair in self.kept] for side in (0, 1)]
        (p50, p99), (bare_p50, bare_p99) = ([percentile_ms(s, q) for q in (50, 99)] for s in sides)
        ratios = self._ratios(99)
        low, high = quartiles(ratios)
        return (
            self.name,
            f"{len(self.kept)} / {self.dropped}",
            number(bare_p50),
            ratio(p50 / bare_p50 if p50 and bare_p50 else None),
            number(bare_p99),
            ratio(p99 / bare_p99 if p99 and bare_p99 else None),
            ratio(median(ratios)),
            f"{ratio(low)} to {ratio(high)}" if ratios else UNKNOWN,
        )

    def _ratios(self, q: float) -> list[float]:
        both = [[percentile_ms([block.latencies_ns], q) for block in pair] for pair in self.kept]
        return [ours / bare for ours, bare in both if ours and bare]


def run(quick: bool) -> Table:
    """Find the rate, then measure pairs until there are enough, or the time is up."""
    wanted, limit_s = (1, 30.0) if quick else (6, 120.0)
    order = random.Random(0)
    with place() as home:
        rate_fps = round(_SHARE * _throughput(home))
        spec = spec_of(SMALL, _THREADS, home, rate_fps)
        found = [Pairs(name) for name in (CONTROL, HEADLESS, _SCREEN)]
        until_s = time.monotonic() + limit_s
        while missing := [one for one in found if len(one.kept) < wanted]:
            if time.monotonic() >= until_s:
                break
            for pairs in order.sample(missing, len(missing)):
                names = order.sample([pairs.name, _BARE], 2)
                blocks = {name: _block(name, spec, home) for name in names}
                pairs.add(blocks[pairs.name], blocks[_BARE])
    columns = (
        f"{rate_fps} images/s come in", "pairs kept / dropped", "bare p50, ms", "p50 ratio, all",
        "bare p99, ms", "p99 ratio, all", "p99 ratio, median", "quartiles",
    )  # fmt: skip
    rows = tuple(pairs.row() for pairs in found)
    return Table("Observer effect on latency at a rate", _ABOUT, columns, rows)


def _throughput(home: Place) -> float:
    """Images per second of the bare loop, back to back."""
    bare = BareLoop(_BARE, spec_of(SMALL, _THREADS, home), home, Patience())
    try:
        time.sleep(_THROUGHPUT_S)
        ends = bare.ends()
    finally:
        bare.close()
    return 1e9 / float(np.median(np.diff(ends)))


def _block(name: str, spec: RunSpec, home: Place) -> Block:
    """Start a program, let it run for a block and end it."""
    program: Contestant
    if name in (_BARE, CONTROL):
        program = BareLoop(name, spec, home, Patience())
    else:
        size = _SIZE if name == _SCREEN else None
        program = Edgetop(name, spec, home, Patience(), interval_s=0.5, size=size)
    try:
        time.sleep(_LEAD_S)
        begun = len(_latencies_ns(program))
        before = machine.busy(program.pids)
        time.sleep(_BLOCK_S)
        after = machine.busy(program.pids)
        latencies_ns = _latencies_ns(program)[begun:]
        program.check()
    finally:
        program.close()
    return Block(latencies_ns, machine.other_load_percent(before, after))


def _latencies_ns(program: Contestant) -> NDArray[np.int64]:
    """From due to end, of all inferences so far; both memories hold those of minutes."""
    if isinstance(program, Edgetop):
        rows = ring_of(program.worker).take()
        return rows[:, 2] - rows[:, 0]
    assert isinstance(program, BareLoop)
    return program.words()
