"""`python -m benchmarks [NAME ...] [--quick] [-o FILE]`: measure and print as markdown."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.table import Table

NAMES = (
    "observer",
    "paced",
    "recording",
    "overrun",
    "screen",
    "sensors",
    "sessions",
    "sweeps",
    "zoo",
    "first_paint",
    "startup",
    "imports",
)
"""Modules of this package with `run(quick: bool) -> Table`, in the order of the report."""

_INTRODUCTION = """\
# Performance

What edgetop costs, measured with `{command}`.
Figures hold for the machine below; repeat them on yours."""


def main(arguments: Sequence[str]) -> int:
    """Measure what is named and print or write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="a short try, too few samples")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the report there")
    parsed = parser.parse_args(arguments)
    unknown = sorted(set(parsed.names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]}; there are {', '.join(NAMES)}")
    if not sys.platform.startswith("linux"):
        parser.error("the benchmarks read /proc and need Linux")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that all children are ended

    head = _head(quick=parsed.quick)
    print(head, flush=True)
    parts = [head]
    for name in parsed.names or NAMES:
        parts.append(_measured(name, quick=parsed.quick).markdown())
        print(f"\n{parts[-1]}", flush=True)
    parts.append(f"Load average at the end: {_load()}.")
    print(f"\n{parts[-1]}")
    if parsed.output is not None:
        parsed.output.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return 0


def _measured(name: str, *, quick: bool) -> Table:
    started_s = time.monotonic()
    table: Table = import_module(f"benchmarks.{name}").run(quick)
    print(f"{name} took {time.monotonic() - started_s:.0f} s", file=sys.stderr, flush=True)
    return table


def _head(*, quick: bool) -> str:
    """Title and conditions."""
    command = "python -m benchmarks" + (" --quick" if quick else "")
    lines = [_INTRODUCTION.format(command=command), ""]
    lines += [f"* {name}: {value}" for name, value in machine.conditions()]
    if quick:
        lines.append("* a short try: too few samples to quote")
    return "\n".join(lines)


def _load() -> str:
    return ", ".join(f"{load:.2f}" for load in os.getloadavg())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
