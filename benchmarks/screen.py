"""What the live screen costs while it runs: bytes to the terminal, processor time, memory."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil

from benchmarks import machine
from benchmarks.contestants import ring_of, wait_for_worker
from benchmarks.place import PYTHON, SQUEEZENET, TINY, Place, place
from benchmarks.pty_program import PtyProgram
from benchmarks.table import Table, number

_WARM_S = 5.0
_CHARTS_FULL_S = 105.0
"""The widest chart at 120x40 shows 102 s."""
_PAUSED_S = 3.0

_ABOUT = f"""\
`edgetop --interval S` on a pseudo-terminal with a reader that answers like xterm, beside a model
that runs as fast as it goes with edgetop's default threads. From {_WARM_S:g} s after the first
inference; the charts, which show up to 102 s, are mostly empty then, and full in the row that says
so. Frames are bursts of output 25 ms apart. Processor time is the scheduler's, of every thread of
edgetop and its children but for the model's process; "loop" is the main thread, which paints. RSS
is the screen's process with shared pages. "Other load" is what everything else used of the
machine."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to run the screen."""

    columns: int
    rows: int
    per_s: float
    model: str = SQUEEZENET
    wait_s: float = _WARM_S

    @property
    def name(self) -> str:
        """As the table's first column says it."""
        extra = ", charts full" if self.wait_s >= _CHARTS_FULL_S else ""
        return f"{self.columns}x{self.rows}, {self.per_s:g} Hz, {self.model}{extra}"


@dataclass(frozen=True, slots=True)
class State:
    """What has been used up to a moment."""

    at_s: float
    threads_s: dict[tuple[int, str], float]
    """Processor time by (thread id, name)."""
    busy: machine.Busy


def run(quick: bool) -> Table:
    """All settings, one after the other."""
    sizes = ((120, 40), (80, 24))
    settings = [Setting(*size, per_s) for size in sizes for per_s in ((2,) if quick else (1, 2, 4))]
    settings.append(Setting(120, 40, 2, TINY))
    if not quick:
        settings.append(Setting(120, 40, 2, wait_s=_CHARTS_FULL_S))
    with place() as home:
        rows = tuple(_row(setting, home, 5.0 if quick else 8.0) for setting in settings)
    columns = (
        "size, rate, model", "bytes/s", "frames/s", "CPU, % of a core", "of which loop",
        "of which sampler", "RSS, MiB", "paused, bytes/s", "other load, %",
    )  # fmt: skip
    return Table("Live screen", _ABOUT, columns, rows)


def _row(setting: Setting, home: Place, seconds: float) -> tuple[str, ...]:
    command = [PYTHON, "-m", "benchmarks.named_threads", "--model", str(home.model(setting.model))]
    command += ["--interval", str(1 / setting.per_s)]
    with PtyProgram(command, (setting.columns, setting.rows), home.env, home.folder) as program:
        worker = wait_for_worker(program.process)
        time.sleep(setting.wait_s)
        before = _state(program.process.pid, worker)
        time.sleep(seconds)
        after = _state(program.process.pid, worker)
        rss_mib = machine.rss_mib(program.process.pid)
        paused = _paused_bytes_per_s(program, worker)
        sent, frames = program.written(before.at_s, after.at_s)
    span_s = after.at_s - before.at_s
    used = {
        thread: 100 * (spent_s - before.threads_s.get(thread, 0.0)) / span_s
        for thread, spent_s in after.threads_s.items()
    }
    return (
        setting.name,
        f"{sent / span_s:,.0f}",
        number(frames / span_s),
        number(sum(used.values())),
        number(sum(share for (tid, _), share in used.items() if tid == program.process.pid)),
        number(sum(share for (_, name), share in used.items() if name == "sampler")),
        number(rss_mib),
        number(paused),
        number(machine.other_load_percent(before.busy, after.busy), 2),
    )


def _state(pid: int, worker: int) -> State:
    model = {worker, *(child.pid for child in psutil.Process(worker).children(recursive=True))}
    ours = {pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))} - model
    threads_s = machine.threads_cpu_s(sorted(ours))
    return State(time.monotonic(), threads_s, machine.busy(sorted(ours | model)))


def _paused_bytes_per_s(program: PtyProgram, worker: int) -> float:
    """What is sent while nothing runs, from when the last inference and its frame are over."""
    ring = ring_of(worker)
    ring.take()
    program.send(b" ")
    time.sleep(0.5)
    while len(ring.take()):
        time.sleep(0.5)
    time.sleep(1.0)
    begin_s = time.monotonic()
    time.sleep(_PAUSED_S)
    return program.written(begin_s, time.monotonic())[0] / _PAUSED_S
