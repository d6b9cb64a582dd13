"""Every built-in network: built, loaded and run once more than a few times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks.place import place
from benchmarks.table import Table
from edgetop.zoo.catalogue import ARCHITECTURES
from edgetop.zoo.counting import count_architecture

if TYPE_CHECKING:
    from pathlib import Path

    from edgetop.zoo.catalogue import Architecture

_ABOUT = """\
Each network of the zoo, built and run in fresh processes: "built" is from the start of the process
that writes the file to its end, with that process's largest memory; "ms" is the median of 5 runs
of one image after one more (onnxruntime, CPU, two threads); "RSS" is the largest memory of the
process that runs it. "of table" is what our graph counts to over what is published. All answers
were finite."""

_BUILD = """
import resource, runpy, sys, time
start = time.perf_counter()
try:
    runpy.run_module("edgetop.zoo", run_name="__main__")
except SystemExit as end:
    if end.code:
        raise
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""

_RUN = """
import json, resource, statistics, sys, time
import numpy
import onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads, options.log_severity_level = 2, 4
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
px = int(sys.argv[2])
image = {"data": numpy.random.default_rng(7).random((1, 3, px, px), numpy.float32)}
times = []
for _ in range(6):
    start = time.perf_counter()
    results = session.run(None, image)
    times.append(1000 * (time.perf_counter() - start))
print(json.dumps({
    "ms": statistics.median(times[1:]),
    "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "finite": all(bool(numpy.isfinite(result).all()) for result in results),
}))
"""


def run(quick: bool) -> Table:
    """Build and run each network; a short try takes the SqueezeNets alone."""
    rows = []
    for architecture in ARCHITECTURES:
        if quick and architecture.family != "SqueezeNet":
            continue
        with place() as home:
            rows.append(_row(architecture, home.folder / "model.onnx"))
    columns = (
        "network", "params M", "of table", "GMACs", "of table", "MiB", "built, s", "its MiB",
        "ms", "RSS, MiB",
    )  # fmt: skip
    return Table("Built-in networks", _ABOUT, columns, tuple(rows))


def _row(architecture: Architecture, path: Path) -> tuple[str, ...]:
    counts = count_architecture(architecture)
    params_m, gmacs = counts.parameters / 1e6, (counts.macs or 0) / 1e9
    built_s, built_mib = map(float, _answer(_BUILD, architecture.name, str(path)).split())
    ran = json.loads(_answer(_RUN, str(path), str(architecture.input_px)))
    if not ran["finite"]:
        raise RuntimeError(f"{architecture.name} gives answers that are not finite")
    return (
        architecture.name,
        f"{params_m:.4f}",
        f"{round(params_m, 4) / architecture.params_m:.4f}",
        f"{gmacs:.4f}",
        f"{round(gmacs, 4) / architecture.gmacs:.4f}",
        f"{path.stat().st_size / 2**20:.0f}",
        f"{built_s:.2f}",
        f"{built_mib:.0f}",
        f"{ran['ms']:.1f}",
        f"{ran['rss']:.0f}",
    )


def _answer(code: str, *arguments: str) -> str:
    """What a fresh interpreter prints."""
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    return done.stdout
