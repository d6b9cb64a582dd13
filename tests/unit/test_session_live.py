"""A live session with a real model's process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import tiny_models

from edgetop.engine import variants
from edgetop.engine.spec import RunSpec
from edgetop.sensors.board import Board
from edgetop.session.live import LiveSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edgetop.sample import Sample

pytest.importorskip("onnxruntime")

TIMEOUT_S = 60.0


@pytest.fixture
def session(tmp_path: Path) -> Iterator[LiveSession]:
    path = tiny_models.relu(tmp_path / "relu.onnx")
    spec = RunSpec(str(path), "relu", threads=1, warmup_s=0.0)
    live = LiveSession(spec, Board(providers=[]), interval_s=0.1)
    yield live
    live.stop()


def when(session: LiveSession, true: Callable[[Sample], bool]) -> Sample:
    """The first sample of which something is true."""
    found: list[Sample] = []
    came = threading.Event()

    def look(sample: Sample) -> None:
        if not found and true(sample):
            found.append(sample)
            came.set()

    session.subscribe(look)
    assert came.wait(TIMEOUT_S)
    return found[0]


def measured(batch: int) -> Callable[[Sample], bool]:
    return lambda sample: sample.run.batch == batch and sample.total.inferences > 0


def test_the_process_that_was_launched_is_the_one_that_is_measured(session: LiveSession) -> None:
    """Launching ahead saves the time that a second process would cost again."""
    session.launch()
    launched = session._runs._launched
    assert launched is not None
    session.start()
    when(session, measured(1))
    assert session._runs.monitor is not None
    assert session._runs.monitor.worker is launched
    assert launched.alive


def test_a_session_that_was_launched_and_never_started_leaves_nothing(
    session: LiveSession,
) -> None:
    session.launch()
    launched = session._runs._launched
    assert launched is not None
    session.stop()
    assert not launched.alive


def test_another_batch_is_another_run_in_a_fresh_process(session: LiveSession) -> None:
    """The figures of the first run are kept, those of the second begin at nothing."""
    session.start()
    when(session, measured(1))
    assert session._runs.monitor is not None
    first = session._runs.monitor.worker
    session.change(batch=4)
    sample = when(session, measured(4))
    assert sample.run.number == 2
    assert not first.alive
    assert session._runs.monitor.worker.pid != first.pid
    session.stop()
    assert [run.run.batch for run in session.runs] == [1, 4]
    assert all(run.total.inferences > 0 for run in session.runs)


def test_paused_time_is_outside_every_figure(session: LiveSession) -> None:
    """Nothing is added while the model rests, and it goes on from there."""
    session.start()
    when(session, measured(1))
    session.toggle_pause()
    first = when(session, lambda sample: sample.state.value == "paused")
    rested = when(session, lambda sample: sample.monotonic_s > first.monotonic_s + 0.25)
    later = when(session, lambda sample: sample.monotonic_s > rested.monotonic_s)
    assert later.total.inferences == rested.total.inferences
    assert later.total.duration_s == rested.total.duration_s
    session.toggle_pause()
    when(session, lambda sample: sample.total.inferences > rested.total.inferences)


def test_a_reset_starts_the_figures_again_in_the_same_process(session: LiveSession) -> None:
    session.start()
    before = when(session, measured(1))
    assert session._runs.monitor is not None
    worker = session._runs.monitor.worker
    session.reset()
    when(session, lambda sample: any(event.mark == "reset" for event in sample.events))
    assert session._runs.monitor.worker is worker
    assert session.last is not None
    assert session.last.run.load_s == before.run.load_s


def test_a_change_of_threads_is_marked_with_their_number(session: LiveSession) -> None:
    session.start()
    when(session, measured(1))
    for threads, mark in ((2, "2 threads"), (1, "1 thread")):
        session.change(threads=threads)
        when(session, lambda sample: any(event.mark == mark for event in sample.events))  # noqa: B023


def test_a_refused_variant_says_why_and_the_model_runs_on_as_stored(session: LiveSession) -> None:
    """The session goes on with the file as it is."""
    session.start()
    when(session, measured(1))
    variant = variants.in_precision(session.spec, "int8")
    session.change(
        model_path=variant.model_path,
        source_path=variant.source_path,
        precision="int8",
        title=variant.title,
        label=variant.label,
    )
    sample = when(session, lambda it: it.run.number == 3 and it.total.inferences > 0)
    assert sample.run.model == "relu"
    assert session.failure is None
