"""`edgetop selftest` with real processes: what it prints, how it ends, what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest
import tiny_models
from edgetop_process import LONG_S, Edgetop, edgetop, ended

from edgetop.selftest import guard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

FAST = ("--threads", "1", "--max-load", "100")
FIGURES = {
    "name", "ratio", "ratio_q1", "ratio_q3", "ratio_low", "ratio_high", "pairs", "dropped",
    "p99_ratio", "cpu_percent", "rss_mib", "bytes_per_s",
}  # fmt: skip


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_models.product(tmp_path / "tiny.onnx", 64, 4)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the self test makes its home; nothing may be left there at the end."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    for home in homes(folder):
        guard.clear(home)


def homes(folder: Path) -> list[Path]:
    return [path.resolve() for path in folder.glob(f"{guard.PREFIX}*")]


def dwellers(folder: Path) -> list[psutil.Process]:
    """The processes that live in homes below a folder."""
    found = []
    for home in homes(folder):
        for pid in guard.dwellers(home):
            try:
                found.append(psutil.Process(pid))
            except psutil.NoSuchProcess:
                continue
    return found


def words_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def until_all_run(folder: Path) -> list[psutil.Process]:
    """Wait for both bare loops and both models of edgetop; returns all processes."""
    deadline = time.monotonic() + LONG_S
    while True:
        found = dwellers(folder)
        words = [words_of(process) for process in found]
        loops = sum("edgetop.engine.bare_loop" in line for line in words)
        workers = sum("edgetop.engine" in line for line in words)
        if (loops, workers) == (2, 2):
            return found
        assert time.monotonic() < deadline, words
        time.sleep(0.05)


def until_nothing_is_left(folder: Path, processes: list[psutil.Process]) -> None:
    deadline = time.monotonic() + LONG_S
    while homes(folder) or not all(ended(process) for process in processes):
        assert time.monotonic() < deadline, (homes(folder), processes)
        time.sleep(0.05)


def endless(model: Path | str) -> Edgetop:
    """A self test that does not end by itself within a test."""
    return Edgetop("selftest", "--model", model, *FAST, "--pairs", "10000", "--duration", "600")


def test_it_prints_figures_of_every_variant_and_leaves_nothing_behind(
    model: Path, temporary: Path, own_home: Path
) -> None:
    finished = edgetop("selftest", "--model", model, *FAST, "--pairs", "2", "--json")
    assert (finished.code, finished.err) == (0, "")
    record = json.loads(finished.out)
    assert (record["model"], record["batch"], record["provider"]) == ("tiny", 1, "cpu")
    assert (record["threads"], record["screen"], record["slice_s"]) == (1, "120x40", 0.5)
    headless, screen = record["variants"]
    for figures in (record["control"], headless, screen):
        assert set(figures) - {"verdict"} == FIGURES
        assert figures["pairs"] + figures["dropped"] >= 2
        assert figures["pairs"] == 0 or figures["ratio"] > 0
        assert figures["ratio_low"] is None  # two pairs enclose nothing
    assert [figures["verdict"] in ("few", "busy") for figures in (headless, screen)] == [True, True]
    assert record["bare_fps"] > 0
    assert screen["rss_mib"] > headless["rss_mib"] > 10
    assert screen["bytes_per_s"] > 100
    assert headless["bytes_per_s"] is None
    assert homes(temporary) == []
    assert [path for path in own_home.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_good_order(
    model: Path, temporary: Path, number: signal.Signals
) -> None:
    with endless(model) as running:
        processes = until_all_run(temporary)
        running.process.send_signal(number)
        finished = running.finish()
    assert finished.code == 130
    assert "Traceback" not in finished.err
    until_nothing_is_left(temporary, processes)


def test_a_signal_while_it_starts_ends_it_too(model: Path, temporary: Path) -> None:
    with endless(model) as running:
        deadline = time.monotonic() + LONG_S
        while not dwellers(temporary):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        running.process.send_signal(signal.SIGINT)
        finished = running.finish()
    assert finished.complaint(130) == "edgetop: interrupted before a pair of slices was measured"
    until_nothing_is_left(temporary, [])


def test_a_kill_leaves_neither_processes_nor_files(temporary: Path, own_home: Path) -> None:
    """Most stand still at that moment and cannot end by themselves; the model was built there."""
    with endless("squeezenet_v1.1") as running:
        processes = until_all_run(temporary)
        running.process.kill()
        running.process.wait()
        until_nothing_is_left(temporary, processes)
    assert [path for path in own_home.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("victim", ["edgetop.engine", "edgetop.engine.bare_loop"])
def test_a_process_that_is_killed_ends_it_with_its_name(
    model: Path, temporary: Path, victim: str
) -> None:
    with endless(model) as running:
        processes = until_all_run(temporary)
        (first, *_) = [process for process in processes if victim in words_of(process)]
        os.kill(first.pid, signal.SIGKILL)
        finished = running.finish()
    assert "died" in finished.complaint(4)
    until_nothing_is_left(temporary, processes)


def test_a_model_that_cannot_be_loaded_is_told_as_by_the_monitor(
    tmp_path: Path, temporary: Path
) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    said = edgetop("run", "--headless", "--model", broken).complaint(3)
    assert edgetop("selftest", "--model", broken).complaint(3) == said
    assert homes(temporary) == []


def test_a_provider_that_this_runtime_has_not_is_told(model: Path, temporary: Path) -> None:
    words = edgetop("selftest", "--model", model, "--provider", "coreml").complaint(5)
    assert "provider coreml is not in this onnxruntime" in words
    assert homes(temporary) == []
