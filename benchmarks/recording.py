"""What it costs the model's process to time and record one inference."""

from __future__ import annotations

import os
import random
import socket
import time
from typing import TYPE_CHECKING, Any

from benchmarks.table import Table, median, number, quartiles
from edgetop.engine import ring
from edgetop.engine.channel import Channel
from edgetop.engine.commands import Commands
from edgetop.engine.ring import RingWriter
from edgetop.engine.worker import Lane

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.engine.backend import Feed, InputInfo

_CALLS = 20_000

_ABOUT = f"""\
Nanoseconds per inference of a model that does nothing, in loops of {_CALLS:,} calls: the call
alone, with two clock reads, with the record in the ring as well, and edgetop's own closed loop
(`Lane.measure`), which also looks for commands. The four loops follow each other in random order,
again and again; "above the call alone" is the difference within a round."""


class Nothing:
    """A model whose inferences take no time; the last of a loop asks to stop."""

    inputs: tuple[InputInfo, ...] = ()
    providers_used = ("cpu",)
    nodes: dict[str, int] = {}  # noqa: RUF012  the protocol's type

    def __init__(self) -> None:
        self.last: Callable[[], None] | None = None

    def runner(self, feed: Feed) -> Callable[[], None]:
        """A function that does nothing, or `last` for the feed that says so."""
        if "last" in feed and self.last is not None:
            return self.last

        def run() -> None:
            pass

        return run

    def results(self, feed: Feed) -> dict[str, Any]:  # noqa: ARG002  the protocol's
        """Nothing."""
        return {}


class Loops:
    """The four ways to call a model `_CALLS` times."""

    def __init__(self) -> None:
        self._model = Nothing()
        self._ring = ring.create()
        self._writer = RingWriter(self._ring)
        self._ends = socket.socketpair()
        self.all: dict[str, Callable[[], int]] = {
            "the call alone": self._bare,
            "and two clock reads": self._timed,
            "and a record in the ring": self._recorded,
            "edgetop's loop": self._edgetop,
        }

    def close(self) -> None:
        """Give everything back."""
        os.close(self._ring)
        for end in self._ends:
            end.close()

    def _runners(self) -> list[Callable[[], None]]:
        return [self._model.runner({}) for _ in range(_CALLS)]

    def _bare(self) -> int:
        runners, begin = self._runners(), time.monotonic_ns()
        for run in runners:
            run()
        return time.monotonic_ns() - begin

    def _timed(self) -> int:
        runners, clock = self._runners(), time.monotonic_ns
        begin = clock()
        for run in runners:
            _start = clock()
            run()
            _end = clock()
        return clock() - begin

    def _recorded(self) -> int:
        runners, clock, record = self._runners(), time.monotonic_ns, self._writer.recorder()
        begin = clock()
        for run in runners:
            start = clock()
            run()
            record(start, start, clock())
        return clock() - begin

    def _edgetop(self) -> int:
        commands = Commands(Channel(self._ends[0]), rate_fps=None)
        self._model.last = commands.stop
        feeds: list[Feed] = [*({} for _ in range(_CALLS - 1)), {"last": None}]  # type: ignore[dict-item]
        lane = Lane(0, 1, 1, self._model, feeds, self._writer, commands)
        begin = time.monotonic_ns()
        lane.measure()
        return time.monotonic_ns() - begin


def run(quick: bool) -> Table:
    """All loops, in rounds."""
    loops, order = Loops(), random.Random(0)
    costs_ns: dict[str, list[float]] = {name: [] for name in loops.all}
    try:
        for _ in range(20 if quick else 120):
            for name in order.sample(list(loops.all), len(loops.all)):
                costs_ns[name].append(loops.all[name]() / _CALLS)
    finally:
        loops.close()
    bare = costs_ns["the call alone"]
    rows = tuple(_row(name, costs, bare) for name, costs in costs_ns.items())
    columns = ("loop", "ns per inference", "quartiles", "above the call alone, ns", "quartiles")
    return Table("Cost of a record", _ABOUT, columns, rows)


def _row(name: str, costs: Sequence[float], bare: Sequence[float]) -> tuple[str, ...]:
    above = [cost - base for cost, base in zip(costs, bare, strict=True)]
    return (name, *_spread(costs), *_spread(above))


def _spread(values: Sequence[float]) -> tuple[str, str]:
    low, high = quartiles(values)
    return number(median(values)), f"{number(low)} to {number(high)}"
