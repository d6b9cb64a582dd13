"""What importing costs: time and memory of each stage on the way to the first paint."""

from __future__ import annotations

import subprocess
import time

from benchmarks.place import PYTHON, Place, place
from benchmarks.table import Table, median, number, quartiles

_STAGES = {
    "Python alone": "",
    "command line of `edgetop run`": "import edgetop.cli; edgetop.cli.parser('run')",
    "session (`edgetop.session.live`)": "import edgetop.session.live",
    "screen (`edgetop.ui.app`, with Textual)": "import edgetop.cli.run, edgetop.ui.app",
    "model's process (`edgetop.engine.worker`)": "import edgetop.engine.worker",
    "model's process with onnxruntime": (
        "import edgetop.engine.worker, edgetop.engine.values\n"
        "from edgetop.engine.ort import OrtBackend; OrtBackend()"
    ),
}
_REPORT = """
import os
with open("/proc/self/statm") as file:
    print(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"), flush=True)
os._exit(0)
"""

_ABOUT = """\
A fresh interpreter that imports what the stage needs and ends; time from its start to its end,
resident memory at the end. All files are in the page cache and all modules are compiled."""


def run(quick: bool) -> Table:
    """Every stage several times, in turns."""
    rounds = 3 if quick else 7
    times_ms: dict[str, list[float]] = {name: [] for name in _STAGES}
    memory_mib: dict[str, list[float]] = {name: [] for name in _STAGES}
    with place() as home:
        for turn in range(rounds + 1):
            for name, code in _STAGES.items():
                ms, mib = _import(code, home)
                if turn:  # the first one fills the caches
                    times_ms[name].append(ms)
                    memory_mib[name].append(mib)
    rows = tuple(_row(name, times_ms[name], memory_mib[name]) for name in _STAGES)
    columns = ("stage", "ms", "quartiles", "resident, MiB", "times")
    return Table("Imports by stage", _ABOUT, columns, rows)


def _import(code: str, home: Place) -> tuple[float, float]:
    begin_s = time.monotonic()
    result = subprocess.run(
        [PYTHON, "-c", code + _REPORT], env=home.env, cwd=home.folder, check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    return 1e3 * (time.monotonic() - begin_s), int(result.stdout) / 2**20


def _row(name: str, times_ms: list[float], memory_mib: list[float]) -> tuple[str, ...]:
    low, high = quartiles(times_ms)
    return (
        name,
        number(median(times_ms)),
        f"{number(low)} to {number(high)}",
        number(median(memory_mib)),
        str(len(times_ms)),
    )
