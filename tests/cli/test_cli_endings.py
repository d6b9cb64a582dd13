"""However a session ends: what was measured is told, nothing runs on, the exit code is true."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from typing import TYPE_CHECKING

import psutil
import pytest
import tiny_models
from edgetop_process import Edgetop, edgetop, ended, headless, wait_until_ended

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_models.product(tmp_path / "m.onnx", side=32, times=4)


def endless(model: Path, *arguments: str | Path) -> Edgetop:
    return Edgetop("--json", "--model", model, "--warmup", "0", "--interval", "0.2", *arguments)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_still_prints_the_summary(model: Path, number: signal.Signals) -> None:
    with endless(model) as running:
        worker = running.until_measuring()
        running.process.send_signal(number)
        finished = running.finish()
        assert finished.code == 130
        assert finished.summary["inferences"] > 0
        assert not any(line.startswith("edgetop: ") for line in finished.err.splitlines())
        wait_until_ended(worker)


def test_an_interruption_still_writes_the_export_and_the_trace(model: Path, tmp_path: Path) -> None:
    files = ("--export", tmp_path / "site.csv", "--trace", tmp_path / "trace.csv")
    with endless(model, *files) as running:
        running.until_measuring()
        running.process.send_signal(signal.SIGINT)
        finished = running.finish()
    assert finished.code == 130
    assert len((tmp_path / "site.runs.csv").read_text().splitlines()) == 2
    lines = (tmp_path / "trace.csv").read_text().splitlines()
    assert len(lines) - 1 == finished.summary["inferences"]


def test_an_interruption_before_the_first_inference_says_that_nothing_was_measured(
    model: Path,
) -> None:
    with endless(model, "--warmup", "3600") as running:
        running.line()
        running.process.send_signal(signal.SIGINT)
        finished = running.finish()
    assert finished.code == 130
    assert finished.summary["inferences"] == 0
    assert finished.summary["fps"] is None
    assert finished.summary["state"] == "warming"


def test_a_model_whose_process_is_killed_is_told_with_the_signal(model: Path) -> None:
    with endless(model) as running:
        worker = running.until_measuring()
        worker.kill()
        finished = running.finish()
    assert "the model's process died: signal 9 (SIGKILL)" in finished.complaint(4)
    assert finished.summary["state"] == "failed"
    assert finished.summary["inferences"] > 0


@pytest.mark.parametrize("number", [signal.SIGFPE, signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_of_the_runtime_is_told_with_its_name(model: Path, number: signal.Signals) -> None:
    with endless(model) as running:
        running.until_measuring().send_signal(number)
        finished = running.finish()
    assert f"signal {int(number)} ({number.name})" in finished.complaint(4)


def test_what_was_measured_before_a_crash_is_exported(model: Path, tmp_path: Path) -> None:
    with endless(model, "--export", tmp_path / "site.csv") as running:
        running.until_measuring().kill()
        finished = running.finish()
    finished.complaint(4)
    assert len((tmp_path / "site.csv").read_text().splitlines()) == 1 + len(finished.intervals)


def test_a_worker_that_hangs_is_killed_at_the_end(model: Path) -> None:
    with endless(model) as running:
        worker = running.until_measuring()
        worker.suspend()
        running.process.send_signal(signal.SIGINT)
        assert running.finish().code == 130
        wait_until_ended(worker)


def test_the_worker_ends_by_itself_when_edgetop_is_killed(model: Path) -> None:
    with endless(model) as running:
        worker = running.until_measuring()
        running.process.kill()
        running.process.wait()
        wait_until_ended(worker)


def test_a_worker_in_its_warm_up_ends_too_when_edgetop_is_killed(model: Path) -> None:
    with endless(model, "--warmup", "3600") as running:
        running.line()
        worker = running.worker()
        running.process.kill()
        running.process.wait()
        wait_until_ended(worker)


def test_a_ctrl_c_in_the_terminal_reaches_edgetop_alone(model: Path) -> None:
    """The terminal signals a whole process group; the worker is in another."""
    with endless(model) as running:
        worker = running.until_measuring()
        assert os.getpgid(worker.pid) != os.getpgid(running.process.pid)
        assert os.getsid(worker.pid) != os.getsid(running.process.pid)


def test_a_session_that_ends_by_itself_leaves_nothing_running(model: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    assert headless(model).code == 0
    left = set(psutil.Process().children(recursive=True)) - before
    assert not [process for process in left if not ended(process)]


def test_a_reader_that_has_seen_enough_ends_the_run_quietly(model: Path, tmp_path: Path) -> None:
    with endless(model, "--export", tmp_path / "site.csv") as running:
        worker = running.until_measuring()
        assert running.process.stdout is not None
        running.process.stdout.close()
        assert running.process.wait(90) == 0
        assert running.process.stderr is not None
        err = running.process.stderr.read()
        assert "Traceback" not in err
        assert "Broken pipe" not in err
        wait_until_ended(worker)
    assert (tmp_path / "site.csv").exists()


def test_head_of_a_pipeline_gets_its_line(model: Path) -> None:
    script = '"$0" -m edgetop --json --model "$1" --warmup 0 --interval 0.1 | head -n 1'
    finished = edgetop(sys.executable, model, command=("bash", "-o", "pipefail", "-c", script))
    assert finished.code == 0
    assert finished.records[0]["type"] == "interval"
    assert "Traceback" not in finished.err


def test_a_list_that_nobody_reads_to_the_end_is_no_error() -> None:
    script = '"$0" -m edgetop models | true'
    finished = edgetop(command=("bash", "-o", "pipefail", "-c", script, sys.executable))
    assert (finished.code, finished.err) == (0, "")


def test_a_list_that_the_disk_cannot_take_is_an_error() -> None:
    with open("/dev/full", "w") as full:
        finished = edgetop("models", stdout=full.fileno())
    assert finished.complaint(2) == "edgetop: cannot write the output: No space left on device"


def test_a_full_disk_under_standard_output_is_told_and_the_export_written(
    model: Path, tmp_path: Path
) -> None:
    with open("/dev/full", "w") as full:
        finished = headless(model, "--export", tmp_path / "site.csv", stdout=full.fileno())
    assert "cannot write the output: No space left on device" in finished.complaint(2)
    assert (tmp_path / "site.csv").exists()


def test_a_full_disk_under_the_trace_is_told_and_the_run_goes_on(model: Path) -> None:
    finished = headless(model, "--trace", "/dev/full")
    assert finished.complaint(2) == (
        "edgetop: the trace /dev/full ends early: No space left on device"
    )
    assert finished.summary["inferences"] > 0


def test_an_export_whose_folder_has_gone_is_kept_elsewhere(model: Path, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    with endless(model, "--export", tmp_path / "stick" / "site.csv") as running:
        running.until_measuring()
        shutil.rmtree(tmp_path / "stick")
        running.process.send_signal(signal.SIGINT)
        finished = running.finish()
    words = finished.complaint(130)
    assert "cannot export to" in words
    kept = words.rpartition("the session is in ")[2]
    with open(kept, encoding="utf-8") as file:
        assert len(file.readlines()) == 1 + len(finished.intervals)


def test_a_provider_that_this_runtime_has_not_is_not_replaced(model: Path) -> None:
    import onnxruntime

    name = "qnn"
    if "QNNExecutionProvider" in onnxruntime.get_available_providers():
        name = "coreml"
    words = headless(model, "--provider", name).complaint(5)
    assert f"provider {name} is not in this onnxruntime (it has cpu" in words


def test_a_provider_that_nobody_has_is_wrong_usage(model: Path) -> None:
    words = headless(model, "--provider", "warp").complaint(2)
    assert "no execution provider is called 'warp'; the names are cpu, cuda" in words
