"""Whether the ring holds what comes between two drains, and whether a loss is counted."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass, field

from benchmarks.place import PYTHON, ROOT, Place, place
from benchmarks.table import Table, median, number
from edgetop.engine import ring
from edgetop.engine.ring import RingReader

_DRAIN_S = 0.5

_ABOUT = f"""\
Another process writes records into the ring; they are taken every {_DRAIN_S} s, as seldom as
edgetop's sampler ever does. The ring holds {ring.CAPACITY:,}. "Unaccounted" is what was written
but neither taken nor counted as lost."""


@dataclass(slots=True)
class Drained:
    """What came out of the ring."""

    written: int = 0
    lost: int = 0
    takes: list[int] = field(default_factory=list)
    """Records per drain."""
    take_ms: list[float] = field(default_factory=list)


def run(quick: bool) -> Table:
    """At 200 000 per second, and as fast as the writer can."""
    seconds = 2.0 if quick else 4.0
    with place() as home:
        rows = tuple(
            _row(name, drain(per_s, seconds, home), seconds)
            for name, per_s in (("200 000 per second", 200_000), ("as fast as it goes", 0))
        )
    columns = (
        "asked for", "written per second", "largest drain", "largest drain, % of the ring",
        "taken", "lost", "unaccounted", "one drain, ms",
    )  # fmt: skip
    return Table("Ring overrun", _ABOUT, columns, rows)


def drain(per_s: int, seconds: float, home: Place) -> Drained:
    """Drain a ring while another process fills it."""
    descriptor = ring.create()
    reader, result = RingReader(descriptor), Drained()
    feeder = subprocess.Popen(
        [PYTHON, "-m", "benchmarks.ring_feeder", str(descriptor), str(per_s), str(seconds)],
        pass_fds=[descriptor], env=home.env, cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    os.close(descriptor)
    try:
        while feeder.poll() is None:
            time.sleep(_DRAIN_S)
            _take(reader, result)
        _take(reader, result)
        words = feeder.communicate()[0]
    finally:
        feeder.kill()
        feeder.wait()
    result.written, result.lost = int(words), reader.lost
    return result


def _take(reader: RingReader, result: Drained) -> None:
    begin = time.perf_counter()
    rows = reader.take()
    if len(rows):
        result.take_ms.append(1e3 * (time.perf_counter() - begin))
        result.takes.append(len(rows))


def _row(name: str, result: Drained, seconds: float) -> tuple[str, ...]:
    taken, largest = sum(result.takes), max(result.takes, default=0)
    return (
        name,
        f"{result.written / seconds:,.0f}",
        f"{largest:,}",
        number(100 * largest / ring.CAPACITY),
        f"{taken:,}",
        f"{result.lost:,}",
        f"{result.written - taken - result.lost:,}",
        number(median(result.take_ms)),
    )
