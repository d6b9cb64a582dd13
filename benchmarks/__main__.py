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
    "peers",
    "sensors",
    "sessions",
    "memory",
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

    report = Report(parsed.output)
    report.add(_head(parsed.names, quick=parsed.quick))
    for name in parsed.names or NAMES:
        report.add(_measured(name, quick=parsed.quick).markdown())
    report.add(f"Load average at the end: {_load()}.")
    return 0


class Report:
    """The report, printed part by part and written as far as it goes.

    Args:
        path: Where it is written, too; its folder is made. None: nowhere.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._parts: list[str] = []
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, part: str) -> None:
        """Append a part."""
        self._parts.append(part)
        print(f"{part}\n", flush=True)
        if self._path is not None:
            self._path.write_text("\n\n".join(self._parts) + "\n", encoding="utf-8")


def _measured(name: str, *, quick: bool) -> Table:
    started_s = time.monotonic()
    table: Table = import_module(f"benchmarks.{name}").run(quick)
    print(f"{name} took {time.monotonic() - started_s:.0f} s", file=sys.stderr, flush=True)
    return table


def _head(names: Sequence[str], *, quick: bool) -> str:
    """Title and conditions."""
    command = " ".join(["python -m benchmarks", *names, *(["--quick"] if quick else [])])
    lines = [_INTRODUCTION.format(command=command), ""]
    lines += [f"* {name}: {value}" for name, value in machine.conditions()]
    if quick:
        lines.append("* a short try: too few samples to quote")
    return "\n".join(lines)


def _load() -> str:
    return ", ".join(f"{load:.2f}" for load in os.getloadavg())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
