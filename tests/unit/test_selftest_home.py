"""The home of the measured programs: nothing of the user's gets in, nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from edgetop import cli
from edgetop.cli.selftest import size
from edgetop.engine.spec import RunSpec
from edgetop.errors import ExitCode, WorkerDiedError
from edgetop.selftest import guard, machine
from edgetop.selftest.contestants import options
from edgetop.selftest.home import Home, environment
from edgetop.selftest.patience import Patience, StoppedError
from edgetop.selftest.running import told_failure

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")


def sleeper(folder: Path) -> subprocess.Popen[bytes]:
    """A process at home in a folder, in a session of its own."""
    process = subprocess.Popen(
        SLEEPER, env={**os.environ, "HOME": str(folder)}, start_new_session=True
    )
    deadline = time.monotonic() + 30
    while process.pid not in guard.dwellers(folder):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


def test_a_stopped_process_of_the_home_is_killed_and_the_folder_removed(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    (folder / "deep").mkdir(parents=True)
    process = sleeper(folder)
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)
    guard.clear(folder)
    assert process.wait(30) == -signal.SIGKILL
    assert not folder.exists()


def test_a_process_of_another_home_is_left_alone(tmp_path: Path) -> None:
    """Not even one whose home begins with the same letters."""
    process = sleeper(tmp_path / "home-2")
    try:
        guard.clear(tmp_path / "home")
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_a_home_is_gone_after_its_use_with_all_who_live_there() -> None:
    with Home() as home:
        (home.folder / "file").write_text("x")
        process = subprocess.Popen(SLEEPER, env=home.env, start_new_session=True)
    assert process.wait(30) == -signal.SIGKILL
    assert not home.folder.exists()


def test_without_its_guard_a_home_clears_itself() -> None:
    with Home() as home:
        psutil.Process(home._guard.pid).kill()
        process = subprocess.Popen(SLEEPER, env=home.env, start_new_session=True)
    assert process.wait(30) == -signal.SIGKILL
    assert not home.folder.exists()


def test_the_guard_clears_up_after_a_process_that_was_killed(tmp_path: Path) -> None:
    script = (
        "import os, signal, subprocess, sys\n"
        "from edgetop.selftest.home import Home\n"
        "home = Home()\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'],\n"
        "    env=home.env, start_new_session=True, stdout=subprocess.DEVNULL)\n"
        "os.kill(child.pid, signal.SIGSTOP)\n"
        "os.waitpid(child.pid, os.WUNTRACED)\n"
        "print(home.folder, child.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert told.returncode == -signal.SIGKILL
    folder, pid = told.stdout.split()
    deadline = time.monotonic() + 30
    while Path(folder).exists() or _alive(int(pid)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_settings_and_folders_of_the_user_do_not_reach_the_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGETOP_THREADS", "7")
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    with Home() as home:
        env = home.env
    assert env["HOME"] == str(home.folder)
    assert env["CUDA_VISIBLE_DEVICES"] == "0"
    assert not {"EDGETOP_THREADS", "XDG_DATA_HOME", "NO_COLOR"} & set(env)


def test_the_packages_that_are_named_stay_in_reach(tmp_path: Path) -> None:
    env = environment(tmp_path, {"PYTHONPATH": "/opt/mine"})
    assert env["PYTHONPATH"].split(os.pathsep)[-1] == "/opt/mine"


# -- what runs -----------------------------------------------------------------------------


def test_the_programs_get_the_options_that_mean_the_same_run() -> None:
    spec = RunSpec(
        "/m.onnx", "m", batch=2, provider="cuda", threads=3, rate_fps=30.0,
        input_shapes=(("x", (1, 4)), ("", (2,))),
    )  # fmt: skip
    assert options(spec) == [
        "--model", "/m.onnx", "--provider", "cuda", "--batch", "2", "--threads", "3",
        "--input-shape=x:1,4", "--input-shape=2", "--rate", "30",
    ]  # fmt: skip


def ended(status: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({status})"])
    process.wait()
    return process


def test_what_edgetop_says_of_its_failure_is_handed_on() -> None:
    said = "12:00:00  run 1: m\n\x1b[2Kedgetop: m is not an ONNX model\n"
    found = told_failure(ended(3), said, "headless")
    assert (found.message, found.code) == ("m is not an ONNX model", ExitCode.MODEL)


def test_a_death_without_words_is_told_with_its_status() -> None:
    found = told_failure(ended(1), "Traceback\nValueError: no\n", "headless")
    assert found.code == ExitCode.WORKER_DIED
    assert found.message == "headless died: it ended with status 1 (ValueError: no)"


def test_waiting_ends_when_somebody_wants_it_to() -> None:
    with pytest.raises(StoppedError):
        Patience(lambda: True).sleep(600)
    with pytest.raises(StoppedError):
        Patience(lambda: True).wait(lambda: False, lambda: None)


def test_waiting_ends_when_there_is_no_hope() -> None:
    def hopeless() -> None:
        raise WorkerDiedError("gone")

    with pytest.raises(WorkerDiedError, match="gone"):
        Patience().wait(lambda: False, hopeless)


# -- the command line ----------------------------------------------------------------------


def test_a_size_is_columns_by_rows() -> None:
    assert size("80X24") == (80, 24)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--screen", "120"), ("--screen", "0x40"), ("--screen", "120x40x2"), ("--pairs", "0"),
        ("--interval", "0"), ("--duration", "0"), ("--max-load", "-1"), ("--batch", "0"),
        ("--model", "no_such_model"), ("--provider", "warp"), ("--input-shape", "x:a"),
    ],
)  # fmt: skip
def test_wrong_usage_is_refused_in_one_line(
    arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = cli.main(["selftest", *arguments])
    except SystemExit as stop:
        code = stop.code  # type: ignore[assignment]
    printed = capsys.readouterr()
    assert code == 2
    assert printed.err.startswith("edgetop: ")
    assert printed.err.count("\n") == 1


def test_a_system_that_is_not_linux_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "_PROC", tmp_path)
    assert cli.main(["selftest"]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("edgetop: the self test stops programs and reads /proc, which")
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def test_other_load_is_what_neither_the_programs_nor_idling_took() -> None:
    before, after = machine.Busy(10.0, 20.0, 3.0), machine.Busy(10.9, 21.0, 3.6)
    assert machine.other_load_percent(before, after) == pytest.approx(30.0)
    assert machine.other_load_percent(before, before) == 0.0
