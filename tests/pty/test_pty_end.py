"""However edgetop ends: the terminal is as before, no process is left, the data are written."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import psutil
import pytest
from observed import exported, until, worker

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import StartTerminal, Watch
    from terminal import Terminal

SIGNALS = {"TERM": signal.SIGTERM, "HUP": signal.SIGHUP, "INT": signal.SIGINT}
ENDS = {
    "the key q": (lambda program: program.send("q"), 0),
    "the key ctrl+c": (lambda program: program.send("ctrl+c"), 130),
    "SIGTERM": (lambda program: program.signal(signal.SIGTERM), 130),
    "SIGHUP": (lambda program: program.signal(signal.SIGHUP), 130),
    "SIGINT": (lambda program: program.signal(signal.SIGINT), 130),
}

CRASH = """
import sys
from edgetop import cli
from edgetop.ui.widgets.panel import Panel
advance = Panel.advance
def advance_or_fail(self, size=None):
    sample = self._view.sample
    if self.id == "latency" and sample is not None and sample.total.inferences > 50:
        raise ZeroDivisionError("a defect of the test")
    return advance(self, size)
Panel.advance = advance_or_fail
sys.exit(cli.main(sys.argv[1:]))
"""
"""edgetop, but its latency panel fails after some samples."""

SAMPLER_CRASH = """
import sys
from edgetop import cli
from edgetop.session.live import LiveSession
published, publish = [], LiveSession._publish
def publish_or_fail(self, now_s):
    published.append(now_s)
    if len(published) == 5:
        raise ZeroDivisionError("a defect of the test")
    publish(self, now_s)
LiveSession._publish = publish_or_fail
sys.exit(cli.main(sys.argv[1:]))
"""
"""edgetop, but its sampler fails at the fifth sample."""


def gone(program: Terminal, timeout_s: float = 15.0) -> None:
    """Nothing that the program started lives on."""
    until(lambda: not program.children(), "its processes have ended", timeout_s)


@pytest.mark.parametrize("end", ENDS)
def test_ends_cleanly(watch: Watch, tmp_path: Path, end: str) -> None:
    """Terminal restored, nothing left, the summary printed, the export whole, a true code."""
    program = watch("--export", tmp_path / "session.csv")
    act, status = ENDS[end]
    act(program)
    assert program.wait(30) == status
    assert program.restored() == []
    assert program.children() == []
    text = program.text()
    assert text.startswith("edgetop on ")
    assert "inferences in" in text
    assert "Traceback" not in text
    exported(tmp_path / "session.csv")


def test_a_closed_connection_ends_it(watch: Watch, tmp_path: Path) -> None:
    """A broken SSH connection: no terminal any more, but the export is written."""
    program = watch("--export", tmp_path / "session.csv")
    program.hangup()
    assert program.wait(30) == 130
    gone(program)
    exported(tmp_path / "session.csv")


def test_a_terminal_that_vanishes_without_a_signal_ends_it(watch: Watch, tmp_path: Path) -> None:
    """In a session of its own it gets no SIGHUP; it sees by itself that the terminal is gone."""
    program = watch(
        *("--export", tmp_path / "session.csv"),
        command=("setsid", "--wait", sys.executable, "-m", "edgetop"),
    )
    program.hangup()
    gone(program)
    exported(tmp_path / "session.csv")


@pytest.mark.parametrize("lines", [True, False], ids=["lines", "screen"])
def test_started_to_outlive_its_terminal(watch: Watch, tmp_path: Path, lines: bool) -> None:
    """With SIGHUP ignored (nohup) lines go on after a hangup; a screen without one is over."""
    export, output = tmp_path / "session.csv", tmp_path / "lines.txt"
    words = f"{sys.executable} -m edgetop $*" + (f" --headless > {output}" if lines else "")
    program = watch(
        *("--export", export),
        command=("sh", "-c", f"trap '' HUP; exec {words}", "sh"),
        ready=not lines,
    )
    if lines:
        until(lambda: output.exists() and "FPS" in output.read_text(), "lines are written")
    program.hangup()
    if lines:
        count = len(output.read_text().splitlines())
        until(lambda: len(output.read_text().splitlines()) > count + 1, "lines go on")
        program.signal(signal.SIGTERM)
    assert program.wait(30) == 130
    gone(program)
    exported(export)


def test_further_signals_do_not_cut_the_end_short(watch: Watch, tmp_path: Path) -> None:
    """A closing SSH connection brings several at once; the export is whole all the same."""
    program = watch("--export", tmp_path / "session.csv")
    for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
        program.signal(number)
    assert program.wait(30) == 130
    assert program.restored() == []
    gone(program)
    exported(tmp_path / "session.csv")


def test_a_second_ctrl_c_while_it_ends_loses_nothing(watch: Watch, tmp_path: Path) -> None:
    """The first is a key, the second, when the terminal is back, a signal."""
    program = watch("--export", tmp_path / "session.csv")
    program.send("ctrl+c")
    until(lambda: not program.screen.alternate, "the screen is left")
    program.send("ctrl+c")
    assert program.wait(30) == 130
    assert program.restored() == []
    exported(tmp_path / "session.csv")


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_before_the_first_paint_ends_it(watch: Watch, name: str) -> None:
    """The model's process is there before the screen; it must not outlive it."""
    program = watch(ready=False)
    worker(program)
    program.signal(SIGNALS[name])
    assert program.wait(30) == 130
    assert program.restored() == []
    gone(program)


def test_a_killed_model_leaves_the_screen(watch: Watch, tmp_path: Path) -> None:
    """The out-of-memory killer takes the model, not the session; the exit code tells."""
    program = watch("--export", tmp_path / "session.csv")
    psutil.Process(worker(program)).kill()
    text = program.wait_for("failed", 30)
    assert "signal 9" in text
    program.send("q")
    assert program.wait(30) == 4
    assert program.restored() == []
    assert "signal 9" in program.text()
    exported(tmp_path / "session.csv")


def test_after_a_killed_model_another_can_be_run(watch: Watch, small_model: Path) -> None:
    """The last run decides the exit code."""
    program = watch()
    first = worker(program)
    psutil.Process(first).kill()
    program.wait_for("failed", 30)
    program.send("m")
    program.wait_for("type to filter")
    program.type_text(str(small_model))
    program.send("enter")
    program.wait_for("run 2", 30)
    program.wait_for(lambda text: "failed" not in text.split("\n")[0] and "mean" in text, 30)
    assert worker(program) != first
    program.send("q")
    assert program.wait(30) == 0


def test_the_model_ends_when_edgetop_is_killed(watch: Watch) -> None:
    """Nobody can tell it: it sees that its socket has closed."""
    program = watch()
    assert worker(program)
    program.signal(signal.SIGKILL)
    assert program.wait(30) == 128 + signal.SIGKILL
    gone(program)


def crash(terminal: StartTerminal, source: str, *arguments: object) -> Terminal:
    return terminal(*map(str, arguments), command=(sys.executable, "-c", source))


@pytest.mark.parametrize(
    ("source", "part"), [(CRASH, "screen"), (SAMPLER_CRASH, "sampler")], ids=["screen", "sampler"]
)
def test_a_defect_of_ours_is_one_line(
    terminal: StartTerminal, small_model: Path, tmp_path: Path, source: str, part: str
) -> None:
    """Terminal restored, model ended, data saved; no traceback."""
    export = tmp_path / "session.csv"
    program = crash(
        terminal, source, "--model", small_model, "--rate", 100, "--warmup", 0.1, "--export", export
    )
    assert program.wait(60) == 1
    assert program.restored() == []
    gone(program)
    lines = program.text().strip().split("\n")
    said = [line for line in lines if line.startswith("edgetop: ")]
    assert len(said) == 1
    assert part in said[0]
    assert "ZeroDivisionError" in " ".join(lines)
    assert "Traceback" not in " ".join(lines)
    assert b'File "' not in program.raw
    exported(export)


@pytest.mark.parametrize("source", [CRASH, SAMPLER_CRASH], ids=["screen", "sampler"])
def test_debug_shows_where_a_defect_is(
    terminal: StartTerminal, small_model: Path, source: str
) -> None:
    """The traceback names the line that failed, on a restored terminal."""
    program = crash(
        terminal, source, "--model", small_model, "--rate", 100, "--warmup", 0.1, "--debug"
    )
    assert program.wait(60) == 1
    assert program.restored() == []
    gone(program)
    assert b"Traceback" in program.raw
    assert b"_or_fail" in program.raw


def test_ctrl_z_gives_the_terminal_to_the_shell(watch: Watch) -> None:
    """The model pauses meanwhile; after `fg` the screen is there, and space goes on."""
    program = watch()
    process = psutil.Process(program.pid)
    program.send("ctrl+z")
    until(lambda: process.status() == psutil.STATUS_STOPPED, "it is stopped")
    until(lambda: not program.screen.alternate, "the shell has the terminal")
    program.signal(signal.SIGCONT)
    program.wait_for(lambda text: "paused" in text.split("\n")[0], 30)
    program.send("space")
    program.wait_for(lambda text: "steady" in text.split("\n")[0], 30)
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []


@pytest.mark.parametrize("how", ["STOP", "STOP, then a shell", "TSTP"])
def test_stopped_and_continued_it_goes_on(watch: Watch, how: str) -> None:
    """The screen is there again, keys work, and in the end the terminal is as before."""
    program = watch()
    process = psutil.Process(program.pid)
    program.signal(signal.SIGTSTP if how == "TSTP" else signal.SIGSTOP)
    until(lambda: process.status() == psutil.STATUS_STOPPED, "it is stopped")
    if how == "TSTP":
        until(lambda: not program.screen.alternate, "the shell has the terminal")
    elif how == "STOP, then a shell":
        program.set_cooked()
    program.signal(signal.SIGCONT)
    until(program.changed_settings, "it has the terminal again")
    program.send("m")
    program.wait_for("type to filter", 30)
    program.type_text("v1.1")
    program.wait_for(lambda text: "alexnet" not in text and "squeezenet_v1.1" in text, 30)
    program.send("escape")
    text = program.wait_for(lambda text: "type to filter" not in text, 30)
    assert "1 Throughput" in text
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []
