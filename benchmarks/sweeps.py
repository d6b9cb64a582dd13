"""Whether two sweeps of the same model agree within the intervals that they state."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from itertools import pairwise
from typing import NamedTuple

from benchmarks.place import place
from benchmarks.table import Table

_MODELS = ("squeezenet_v1.1", "mobilenet_v2")
_REPETITIONS = 20

_ABOUT = """\
Sweeps of the same two models at batch 1, one after the other, each as `edgetop sweep` does it by
itself (three visits of a point, ten measured seconds at the most). A pair is a sweep and the one
after it; it agrees where the two intervals meet. "Apart" is the ratio of their values, "half
interval" what they state: on a machine whose speed changes both are large."""


class _Found(NamedTuple):
    """What one sweep says of a model."""

    ms: float
    low: float
    high: float


def run(quick: bool) -> Table:
    """Sweep again and again, and compare each with the one before."""
    found: dict[str, list[_Found]] = {model: [] for model in _MODELS}
    with place() as home:
        for _ in range(3 if quick else _REPETITIONS + 1):
            for model, figures in _sweep(home.env).items():
                found[model].append(figures)
    columns = ("model", "pairs", "agree", "apart, median", "apart, most", "half interval, median")
    return Table("Sweeps", _ABOUT, columns, tuple(_row(*item) for item in found.items()))


def _sweep(environment: dict[str, str]) -> dict[str, _Found]:
    done = subprocess.run(
        [sys.executable, "-m", "edgetop", "sweep", "--models", ",".join(_MODELS), "--batches", "1",
         "--no-record", "--json"],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return {
        row["model"]: _Found(row["ms_per_image"], row["ms_per_image_low"], row["ms_per_image_high"])
        for row in json.loads(done.stdout)
    }


def _row(model: str, found: list[_Found]) -> tuple[str, ...]:
    pairs = list(pairwise(found))
    agree = sum(a.low <= b.high and b.low <= a.high for a, b in pairs)
    apart = [max(a.ms, b.ms) / min(a.ms, b.ms) for a, b in pairs]
    halves = [(one.high - one.low) / 2 / one.ms for one in found]
    return (
        model, f"{len(pairs)}", f"{agree}",
        f"{statistics.median(apart):.3f}", f"{max(apart):.3f}",
        f"{100 * statistics.median(halves):.1f} %",
    )  # fmt: skip
