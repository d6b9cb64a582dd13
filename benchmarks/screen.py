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

_EARLY_S = 4.0
_LATE_S = 60.0
_PAUSED_S = 2.0

_ABOUT = f"""\
`edgetop --interval S` on a pseudo-terminal with a reader that answers like xterm, beside a model
that runs as fast as it goes with edgetop's default threads. Measured from {_EARLY_S:g} s after the
first inference, when the charts are almost empty, and where the row says so from {_LATE_S:g} s;
they show 102 s at 120x40. Frames are bursts of output 25 ms apart. Processor time is the
scheduler's, of every thread of edgetop and its children but for the model's process; "loop" is
the main thread, which paints. RSS counts a process's shared pages in full, so the sum of several
counts them more than once; PSS divides each among those that share it. The guardian is a shell
that gives the terminal back after a kill -9. "Other load" is what everything else used of the
machine."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to run the screen."""

    columns: int
    rows: int
    per_s: float
    model: str = SQUEEZENET
    moments_s: tuple[float, ...] = (_EARLY_S,)
    """When to measure, from the first inference on."""
    pause: bool = False

    def name(self, moment_s: float) -> str:
        """As the table's first column says it."""
        after = f", after {moment_s:g} s" if moment_s > _EARLY_S else ""
        return f"{self.columns}x{self.rows}, {self.per_s:g} Hz, {self.model}{after}"


@dataclass(frozen=True, slots=True)
class State:
    """What has been used up to a moment."""

    at_s: float
    threads_s: dict[tuple[int, str], float]
    """Processor time by (thread id, name)."""
    busy: machine.Busy


def run(quick: bool) -> Table:
    """All settings, one after the other."""
    with place() as home:
        seconds = 4.0 if quick else 6.0
        rows = [row for setting in _settings(quick) for row in _rows(setting, home, seconds)]
    columns = (
        "size, rate, model", "bytes/s", "frames/s", "CPU, % of a core", "of which loop",
        "of which sampler", "RSS of the screen, MiB", "of the model", "of the guardian",
        "of all without the model", "PSS of all without the model", "paused, bytes/s",
        "other load, %",
    )  # fmt: skip
    return Table("Live screen", _ABOUT, columns, tuple(rows))


def _settings(quick: bool) -> list[Setting]:
    moments_s = (_EARLY_S,) if quick else (_EARLY_S, _LATE_S)
    settings = [
        Setting(120, 40, 2, moments_s=moments_s, pause=True),
        Setting(80, 24, 2, pause=True),
        Setting(120, 40, 2, TINY),
    ]
    if not quick:
        settings += [Setting(*size, hz) for size in ((120, 40), (80, 24)) for hz in (1, 4)]
    return settings


def _rows(setting: Setting, home: Place, seconds: float) -> list[tuple[str, ...]]:
    command = [PYTHON, "-m", "benchmarks.named_threads", "--model", str(home.model(setting.model))]
    command += ["--interval", str(1 / setting.per_s)]
    rows = []
    with PtyProgram(command, (setting.columns, setting.rows), home.env, home.folder) as program:
        worker = wait_for_worker(program.process)
        begin_s = time.monotonic()
        for moment_s in setting.moments_s:
            time.sleep(max(0.0, begin_s + moment_s - time.monotonic()))
            figures = _measure(program, worker, seconds)
            last = setting.pause and moment_s == setting.moments_s[-1]
            paused = _paused_bytes_per_s(program, worker) if last else None
            figures.insert(-1, number(paused))
            rows.append((setting.name(moment_s), *figures))
    return rows


def _measure(program: PtyProgram, worker: int, seconds: float) -> list[str]:
    """The figures of so many seconds from now on, as text."""
    pid = program.process.pid
    before = _state(pid, worker)
    time.sleep(seconds)
    after = _state(pid, worker)
    span_s = after.at_s - before.at_s
    used = {
        thread: 100 * (spent_s - before.threads_s.get(thread, 0.0)) / span_s
        for thread, spent_s in after.threads_s.items()
    }
    sent, frames = program.written(before.at_s, after.at_s)
    return [
        f"{sent / span_s:,.0f}",
        number(frames / span_s),
        number(sum(used.values())),
        number(sum(share for (tid, _), share in used.items() if tid == pid)),
        number(sum(share for (_, name), share in used.items() if name == "sampler")),
        *_memory(pid, worker),
        number(machine.other_load_percent(before.busy, after.busy), 2),
    ]


def _memory(pid: int, worker: int) -> list[str]:
    """By process and together, MiB."""
    ours, model = _processes(pid, worker)
    guardian = next((one for one in ours if _is_guardian(one)), None)
    return [
        number(machine.rss_mib(pid)),
        number(machine.together_mib(machine.rss_mib(one) for one in model)),
        number(None if guardian is None else machine.rss_mib(guardian)),
        number(machine.together_mib(machine.rss_mib(one) for one in ours)),
        number(machine.together_mib(machine.pss_mib(one) for one in ours)),
    ]


def _is_guardian(pid: int) -> bool:
    try:
        return "edgetop-guardian" in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def _processes(pid: int, worker: int) -> tuple[list[int], list[int]]:
    """All of edgetop but the model's, and the model's."""
    model = machine.tree(worker)
    return [one for one in machine.tree(pid) if one not in model], model


def _state(pid: int, worker: int) -> State:
    ours, model = _processes(pid, worker)
    threads_s = machine.threads_cpu_s(ours)
    return State(time.monotonic(), threads_s, machine.busy([*ours, *model]))


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
