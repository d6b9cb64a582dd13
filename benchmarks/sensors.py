"""What reading the sensors of a board costs."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.place import PYTHON, ROOT
from benchmarks.table import Table, median, number, quartiles

if TYPE_CHECKING:
    from collections.abc import Sequence

sys.path.append(str(ROOT / "tests" / "unit"))

_RATES_HZ = (1.0, 2.0)
_ABOUT = """\
Processor time per second of wall time of everything that edgetop does for its sensors: the thread
that reads the files, and the sampler that picks the readings up once or twice a second. The
boards are emulated: their files lie on this machine's disk, so what a real I2C bus or firmware
takes is not in it. A loop without sensors, run between the others, is subtracted. One process a
run, boards and rates in random order. The Raspberry Pis run a command (vcgencmd) every 2 s; its
own time is not in it, starting it is."""


def run(quick: bool) -> Table:
    """Every emulated board at both rates, several times."""
    from emulated_boards import SEVEN_BOARDS, materialise

    rounds, seconds = (1, 4.0) if quick else (3, 8.0)
    order = random.Random(0)
    with tempfile.TemporaryDirectory(prefix="edgetop-bench-") as folder:
        roots = {name: str(materialise(name, Path(folder) / name)) for name in SEVEN_BOARDS}
        cases = [(name, hz) for name in ("", *roots) for hz in _RATES_HZ]
        results: dict[tuple[str, float], list[dict[str, Any]]] = {case: [] for case in cases}
        for _ in range(rounds):
            for name, hz in order.sample(cases, len(cases)):
                results[name, hz].append(_measure(roots.get(name, ""), hz, seconds))
    rows = tuple(_row(name, results) for name in roots)
    columns = (
        "board",
        "sensors",
        "with a value",
        "1 Hz, ms/s",
        "quartiles",
        "2 Hz, ms/s",
        "quartiles",
    )
    return Table("Sensors", _ABOUT, columns, rows)


def _measure(root: str, hz: float, seconds: float) -> dict[str, Any]:
    command = [PYTHON, "-m", "benchmarks.sensor_reader", root, str(hz), str(seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _row(name: str, results: dict[tuple[str, float], list[dict[str, Any]]]) -> tuple[str, ...]:
    first = results[name, _RATES_HZ[0]][0]
    cells = [name, str(first["sensors"]), str(first["known"])]
    for hz in _RATES_HZ:
        loop_ms = median(_ms(results["", hz])) or 0.0
        costs = [cost - loop_ms for cost in _ms(results[name, hz])]
        low, high = quartiles(costs)
        cells += [number(median(costs)), f"{number(low)} to {number(high)}"]
    return tuple(cells)


def _ms(results: Sequence[dict[str, Any]]) -> list[float]:
    return [1000 * result["cpu_s_per_s"] for result in results]
