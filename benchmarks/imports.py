"""The slowest imports of a real start, in edgetop's process and in the model's."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from typing import TYPE_CHECKING

from benchmarks.contestants import wait_for_worker
from benchmarks.place import PYTHON, SQUEEZENET, place
from benchmarks.pty_program import PtyProgram
from benchmarks.table import Table, number

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 10
_LINE = re.compile(rb"import time: +(\d+) \| +\d+ \| +([\w.]+)")

_ABOUT = f"""\
Python's own account (`PYTHONPROFILEIMPORTTIME`) of one start of the live screen with
squeezenet_v1.1, up to half a second after its first frame with a number: time that each package's
modules took themselves, without what they import, the {_SHOWN} slowest of each process. The
account itself slows each import a little; threads that import side by side wait for each
other."""


def run(quick: bool) -> Table:
    """One start; `quick` changes nothing."""
    del quick
    with place() as home:
        command = [PYTHON, "-m", "edgetop", "--model", str(home.model(SQUEEZENET))]
        for extra in ({}, {"PYTHONPROFILEIMPORTTIME": "1"}):  # the first one fills the caches
            with PtyProgram(command, (120, 40), {**home.env, **extra}, home.folder) as program:
                wait_for_worker(program.process)
                time.sleep(1.5)
        screen = b"".join(data for _, data in program.chunks)
        model = b"".join(path.read_bytes() for path in home.logs)
    rows = (*_rows("edgetop", screen), *_rows("model", model))
    return Table("Slowest imports", _ABOUT, ("process: package", "modules", "ms"), rows)


def _rows(process: str, account: bytes) -> Iterable[tuple[str, ...]]:
    times_us: dict[str, list[int]] = defaultdict(list)
    for microseconds, module in _LINE.findall(account):
        times_us[module.decode().partition(".")[0]].append(int(microseconds))
    slowest = sorted(times_us, key=lambda name: sum(times_us[name]), reverse=True)
    yield _row(f"**{process}: all**", [us for times in times_us.values() for us in times])
    for name in slowest[:_SHOWN]:
        yield _row(f"{process}: {name}", times_us[name])


def _row(name: str, times_us: list[int]) -> tuple[str, ...]:
    return name, str(len(times_us)), number(sum(times_us) / 1e3)
