"""What the tests on the terminal look at besides the screen: processes, files, time."""

from __future__ import annotations

import csv
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal import Terminal


def until(condition: Callable[[], object], what: str, timeout_s: float = 30.0) -> None:
    """Wait until a condition holds.

    Raises:
        AssertionError: It did not in time.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s} s until {what}"
        time.sleep(0.02)


def workers(program: Terminal) -> list[int]:
    """The processes that run models for this edgetop."""
    found = []
    for pid in program.children():
        try:
            if "edgetop.engine" in psutil.Process(pid).cmdline():
                found.append(pid)
        except psutil.NoSuchProcess:
            continue
    return found


def worker(program: Terminal) -> int:
    """The one process that runs the model."""
    until(lambda: len(workers(program)) == 1, "one model runs")
    return workers(program)[0]


def exported(path: Path) -> list[dict[str, str]]:
    """The rows of an exported session, checked to be whole: its two files, every cell there."""
    runs = path.with_name(f"{path.stem}.runs{path.suffix}")
    for file in (path, runs):
        text = file.read_bytes().decode()
        assert text.endswith("\n"), f"{file.name} ends within a line"
    with path.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened, strict=True))
    assert rows, "no sample was exported"
    for row in rows:
        assert None not in row and None not in row.values(), "a row has too many or too few cells"
    assert len(runs.read_text(encoding="utf-8").splitlines()) >= 2, "no run was exported"
    return rows


def inferences(trace: Path) -> int:
    """Inferences that a trace file holds so far."""
    with trace.open("rb") as opened:
        return sum(1 for _ in opened) - 1
