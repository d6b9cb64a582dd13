"""How a model's process ended is told in words."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest
import tiny_models

from edgetop.engine.process import WorkerProcess, death
from edgetop.engine.spec import RunSpec
from edgetop.engine.worker import resident_mib

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (3, "it ended with status 3"),
        (0, "it ended with status 0"),
        (-signal.SIGFPE, "signal 8 (SIGFPE), the runtime divided by zero"),
        (-signal.SIGKILL, "signal 9 (SIGKILL), most likely out of memory"),
        (-signal.SIGSEGV, "signal 11 (SIGSEGV), the runtime crashed"),
        (-signal.SIGILL, "signal 4 (SIGILL), this build of the runtime needs a newer processor"),
        (-signal.SIGABRT, "signal 6 (SIGABRT), the runtime gave up"),
        (-signal.SIGTERM, "signal 15 (SIGTERM)"),
        (-250, "signal 250 (unknown)"),
    ],
)
def test_a_death_is_named_with_its_usual_cause(status: int, words: str) -> None:
    assert death(status).startswith(words)


def test_a_command_that_comes_before_the_process_can_read_is_heard(tmp_path: Path) -> None:
    model = tiny_models.product(tmp_path / "m.onnx", side=32)
    worker = WorkerProcess(RunSpec(str(model), "m", warmup_s=0.0))
    try:
        worker.pause()
        heard: list[str] = []
        deadline = time.monotonic() + 60
        while "paused" not in heard:
            assert time.monotonic() < deadline, heard
            heard += [str(message.get("event")) for message in worker.messages()]
            time.sleep(0.01)
        assert not len(worker.records())
    finally:
        worker.stop()


def test_the_resident_memory_is_that_of_this_process() -> None:
    """As psutil tells it, within what a moment changes."""
    found = resident_mib()
    assert found is not None
    assert found == pytest.approx(psutil.Process().memory_info().rss / 2**20, rel=0.05)
