"""The live screen beside other monitors: bytes to the terminal, processor time, memory, start."""

from __future__ import annotations

import contextlib
import random
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import emulated_gpu, machine
from benchmarks.contestants import BareLoop, ring_of, spec_of, wait_for_worker
from benchmarks.peer_programs import PROGRAMS, THREADS, Program
from benchmarks.place import SQUEEZENET, Place, place
from benchmarks.pty_program import Frame, PtyProgram, seen
from benchmarks.table import UNKNOWN, Table, median, number, quartiles
from edgetop.selftest.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_SIZE = (120, 40)
_TRY_S = 2.0
_SETTLE_S = 5.0
_SETTLE_MODEL_S = 4.0
"""After edgetop's first inference: until then it shows less than it has to."""
_INKED = 0.9
_POLL_S = 0.02
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[()].|[=>78])")
_SAID_MAX = 80
_NOT_INSTALLED = "not installed"

_ABOUT = f"""\
Each program in turns, in random order, on a pseudo-terminal of {_SIZE[0]}x{_SIZE[1]} with a reader
that answers like xterm, TERM=xterm-256color, a home of its own, and no settings but the update
interval that its row gives (glances also looks for no update of itself). Beside each runs the same
load, {SQUEEZENET} with {THREADS} threads without a pause, so that all pay the same cold caches: a
bare onnxruntime loop (`edgetop/engine/bare_loop.py`), for edgetop its own model instead as soon as
that runs. Figures are medians of the rounds, with the range, measured from {_SETTLE_S:g} s after
the start on (edgetop: and {_SETTLE_MODEL_S:g} s after its model's first inference). Frames are
bursts of output 25 ms apart. Processor time is that of the program and all its children, memory
likewise; of edgetop all but the model's process, which is the load here. PSS divides each shared
page among those that share it. "Complete" is when {_INKED:.0%} of the rows and columns that
carry ink after {_SETTLE_S:g} s do so. The interval of nvitop is that of its process list; the rest
of it follows its own. The emulated GPU answers at once and never changes. jtop is not among them:
it needs a Jetson."""

_COLUMNS = {
    "bytes_per_s": "bytes/s",
    "frames_per_s": "frames/s",
    "cpu_percent": "CPU, % of a core",
    "largest_rss_mib": "RSS of its largest process, MiB",
    "rss_mib": "RSS of all, MiB",
    "pss_mib": "PSS of all, MiB",
    "first_output_s": "first output, s",
    "complete_s": "complete, s",
    "load_per_s": "load, images/s",
}


class DoesNotRunError(Exception):
    """The program ended by itself; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One program in one round."""

    bytes_per_s: float
    frames_per_s: float
    cpu_percent: float
    largest_rss_mib: float | None
    rss_mib: float | None
    pss_mib: float | None
    first_output_s: float | None
    complete_s: float | None
    load_per_s: float
    other_percent: float


class Contest:
    """All programs that start here, and the load that runs beside each.

    Args:
        home: What they have in common.
        load: Runs already.
    """

    def __init__(self, home: Place, load: BareLoop) -> None:
        self._home = home
        self._load = load
        self._emulated = emulated_gpu.build(home.folder)
        self._with_emulation: set[Program] = set()
        self._absent: dict[Program, str] = {}
        self.measured: dict[Program, list[Figures]] = {}

    def try_start(self, program: Program) -> None:
        """Start it once, which also fills the caches; one that does not run is left out."""
        self.measured[program] = []
        try:
            self._try(program)
        except FileNotFoundError:
            self._absent[program] = _NOT_INSTALLED
        except DoesNotRunError as error:
            self._absent[program] = f'does not start: "{error}"'
            if program.watches_gpus:
                self._try_emulated(program)

    def _try_emulated(self, program: Program) -> None:
        reason = f"no GPU here, {self._absent[program]}"
        if self._emulated is not None:
            self._with_emulation.add(program)
            try:
                self._try(program)
            except DoesNotRunError as error:
                reason += f', nor with an emulated one: "{error}"'
            else:
                del self._absent[program]
                return
        self._absent[program] = reason

    def _try(self, program: Program) -> None:
        with self._started(program) as terminal:
            _stay(terminal, _TRY_S)

    def visit(self, program: Program, seconds: float) -> None:
        """Measure it once, unless it does not run."""
        if program in self._absent:
            return
        try:
            self.measured[program].append(self._figures(program, seconds))
        except DoesNotRunError as error:
            self._absent[program] = f'ended by itself: "{error}"'

    def _figures(self, program: Program, seconds: float) -> Figures:
        with self._started(program) as terminal:
            if not program.runs_model:
                _stay(terminal, _SETTLE_S)
                return _measure(terminal, seconds, Load(self._load.pids, self._load.ends))
            worker = wait_for_worker(terminal.process)
            running_s = time.monotonic() - terminal.started_s
            self._load.stop()
            try:
                _stay(terminal, max(_SETTLE_S, running_s + _SETTLE_MODEL_S))
                ring = ring_of(worker)
                load = Load(machine.tree(worker), lambda: ring.take()[:, 2])
                return _measure(terminal, seconds, load)
            finally:
                self._load.go_on()

    def row(self, program: Program) -> tuple[str, ...]:
        """Its figures, or why there are none."""
        taken = self.measured[program]
        cells = (_spread([getattr(one, column) for one in taken]) for column in _COLUMNS)
        return (self._title(program), *cells)

    def _title(self, program: Program) -> str:
        absent = self._absent.get(program)
        if absent == _NOT_INSTALLED:
            return f"{program.name}: {absent}"
        name = f"{program.name} {program.version()}".strip()
        name += f", {program.interval_s:g} s"
        if program in self._with_emulation:
            name += ", emulated GPU"
        return f"{name}: {absent}" if absent else name

    def _started(self, program: Program) -> PtyProgram:
        folder = Path(tempfile.mkdtemp(prefix=f"{program.name}-", dir=self._home.folder))
        env = program.env(folder, self._home)
        if program in self._with_emulation and self._emulated is not None:
            env.update(self._emulated)
        return PtyProgram(program.command(self._home), _SIZE, env, folder)


@dataclass(frozen=True, slots=True)
class Load:
    """What keeps the machine busy beside a program."""

    pids: list[int]
    ends: Callable[[], NDArray[np.int64]]
    """When its last inferences ended (ns, CLOCK_MONOTONIC)."""


def _stay(terminal: PtyProgram, until_s: float) -> None:
    """Wait so long since its start; raises `DoesNotRunError` if it ends meanwhile."""
    while time.monotonic() < terminal.started_s + until_s:
        if terminal.process.poll() is not None:
            time.sleep(5 * _POLL_S)  # what it wrote last is still being read
            raise DoesNotRunError(_said(terminal))
        time.sleep(_POLL_S)


def _said(terminal: PtyProgram) -> str:
    """The first line that a program wrote, or how it ended if there is none."""
    text = b"".join(data for _, data in terminal.chunks).decode("utf-8", "replace")
    lines = [line.strip() for line in _ESCAPES.sub("", text).splitlines()]
    said = next((line for line in lines if line), f"exit code {terminal.process.returncode}")
    return said if len(said) <= _SAID_MAX else f"{said[:_SAID_MAX]}…"


def _measure(terminal: PtyProgram, seconds: float, load: Load) -> Figures:
    """The figures of so many seconds from now on."""
    ours = _ours(terminal, load)
    before, spent_s, begin_ns = machine.busy([*ours, *load.pids]), machine.tree_cpu_s(ours), _ns()
    time.sleep(seconds)
    ours = _ours(terminal, load)
    after, end_ns = machine.busy([*ours, *load.pids]), _ns()
    spent_s = machine.tree_cpu_s(ours) - spent_s
    span_s = (end_ns - begin_ns) / 1e9
    if terminal.process.poll() is not None:
        raise DoesNotRunError(_said(terminal))
    ends = load.ends()
    resident = [machine.rss_mib(pid) for pid in ours]
    sent, frames = terminal.written(begin_ns / 1e9, end_ns / 1e9)
    shared = machine.together_mib(machine.pss_mib(pid) for pid in ours)
    first_s, complete_s = _start_times(terminal)
    return Figures(
        sent / span_s,
        frames / span_s,
        100 * spent_s / span_s,
        max((mib for mib in resident if mib is not None), default=None),
        machine.together_mib(resident),
        shared,
        first_s,
        complete_s,
        np.count_nonzero((ends >= begin_ns) & (ends < end_ns)) / span_s,
        machine.other_load_percent(before, after),
    )


def _ns() -> int:
    return time.monotonic_ns()


def _ours(terminal: PtyProgram, load: Load) -> list[int]:
    return [pid for pid in machine.tree(terminal.process.pid) if pid not in load.pids]


def _start_times(terminal: PtyProgram) -> tuple[float | None, float | None]:
    """First output and complete screen, in seconds from the start."""
    begin_s = terminal.started_s
    early = [chunk for chunk in terminal.chunks if chunk[0] < begin_s + _SETTLE_S]
    terminal.chunks[:] = early
    frames = seen(terminal)
    if not frames:
        return None, None
    complete = next(frame for frame in frames if _stands(frame, frames[-1]))
    return early[0][0] - begin_s, complete.at_s - begin_s


def _stands(frame: Frame, final: Frame) -> bool:
    return frame.rows >= _INKED * final.rows and frame.columns >= _INKED * final.columns


def run(quick: bool) -> Table:
    """All programs in rounds."""
    rounds, seconds = (1, 4.0) if quick else (3, 12.0)
    order = random.Random(0)
    with place() as home, contextlib.closing(_load(home)) as load:
        contest = Contest(home, load)
        for program in PROGRAMS:
            contest.try_start(program)
        for _ in range(rounds):
            for program in order.sample(PROGRAMS, len(PROGRAMS)):
                contest.visit(program, seconds)
        rows = [contest.row(program) for program in PROGRAMS]
    other = [figures.other_percent for taken in contest.measured.values() for figures in taken]
    low, high = quartiles(other)
    notes = (
        f"rounds: {rounds}, {seconds:g} s of each program in each",
        f"other load: {number(low, 2)} to {number(high, 2)} % (quartiles)",
    )
    return Table(
        "Beside other monitors", _ABOUT, ("program", *_COLUMNS.values()), tuple(rows), notes
    )


def _load(home: Place) -> BareLoop:
    return BareLoop("load", spec_of(SQUEEZENET, THREADS, home), home, Patience())


def _spread(values: list[float | None]) -> str:
    """Median, and the range if there is one."""
    known = [value for value in values if value is not None]
    if not known:
        return UNKNOWN
    middle, low, high = number(median(known)), number(min(known)), number(max(known))
    return middle if low == high else f"{middle} ({low} to {high})"
