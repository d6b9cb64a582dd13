"""How much memory edgetop's own process gains over a day: statistics, screen data, recording."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from benchmarks.place import PYTHON, place
from benchmarks.table import Table, number

_HOURS = (1, 6, 24)

_ABOUT = """\
A simulated day without waiting for the clock, in an interpreter of its own
(`benchmarks/day_of_statistics.py`): one sample a second, about 1000 inferences and 25 sensors
each, through the statistics of the run, the sampler, the chronicle, the data of the screen (`View`:
series, minutes, events, charts) and the recording. The panels are painted once a simulated minute,
the recording is committed every ten simulated seconds. "Gained" is since the first 10 minutes. The
series of the charts reach back one hour, so they fill up until then; of the minutes a week is kept.
"Objects" are blocks of Python's allocator, which are exact where resident pages are not."""


def run(quick: bool) -> Table:
    """One day."""
    hours = _HOURS[:1] if quick else _HOURS
    with place() as home:
        told = subprocess.run(
            [PYTHON, "-m", "benchmarks.day_of_statistics", str(home.folder), *map(str, hours)],
            env=home.env, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    rows = tuple(_row(json.loads(line)) for line in told.stdout.splitlines())
    columns = (
        "after", "samples", "inferences", "RSS, MiB", "RSS gained, MiB", "objects gained",
    )  # fmt: skip
    return Table("Memory over a day", _ABOUT, columns, rows)


def _row(figures: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{figures['hours']} h",
        f"{figures['samples']:,}",
        f"{figures['inferences']:,}",
        number(figures["rss_mib"]),
        f"{figures['grown_mib']:+.1f}",
        f"{figures['grown_blocks']:+,}",
    )
