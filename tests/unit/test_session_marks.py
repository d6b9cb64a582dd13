"""The run marked A: its figures, when they change, and what is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import tiny_models
from hand_made import sample
from test_session_live import measured, when

from edgetop.engine.spec import RunSpec
from edgetop.readings import Power
from edgetop.sample import Energy, Sample, State
from edgetop.sensors.board import Board
from edgetop.session.chronicle import Chronicle
from edgetop.session.live import LiveSession
from edgetop.session.marks import Marks, mark_of, title_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = RunSpec("m.onnx", "m")
SAMPLE = sample(state=State.DRIFTING, state_reason="slower than before")


def with_run(sample: Sample = SAMPLE, **changes: Any) -> Sample:
    return replace(sample, run=replace(sample.run, **changes))


def measured_more(sample: Sample = SAMPLE, **changes: Any) -> Sample:
    """The same run with twice the inferences at another speed."""
    total = replace(sample.total, inferences=2 * sample.total.inferences, fps=99.0)
    return replace(sample, total=total, **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "m, batch 1, cpu 2 threads"),
        ({"threads": 1}, "m, batch 1, cpu 1 thread"),
        ({"threads": 0, "provider": "cuda", "batch": 8}, "m, batch 8, cuda"),
        ({"instances": 3}, "m, batch 1, cpu 2 threads, 3 instances"),
        ({"rate_fps": 30.0}, "m, batch 1, cpu 2 threads, 30 images/s"),
    ],
)
def test_a_configuration_has_a_title(changes: dict[str, Any], words: str) -> None:
    plain = {"model": "m", "batch": 1, "provider": "cpu", "threads": 2, "instances": 1}
    run = replace(SAMPLE.run, **{**plain, "rate_fps": None, **changes})
    assert title_of(run) == words


def test_a_spec_has_a_title_too() -> None:
    assert title_of(RunSpec("m.onnx", "m", batch=4, provider="cpu")) == "m, batch 4, cpu"


def test_a_mark_has_the_figures_of_the_whole_run() -> None:
    mark = mark_of(SAMPLE)
    assert mark.run == SAMPLE.run.number
    assert mark.fps == SAMPLE.total.fps
    assert mark.p50_ms == SAMPLE.total.latency.p50_ms
    assert mark.p99_ms == SAMPLE.total.latency.p99_ms
    assert mark.cpu_percent == SAMPLE.board.cpu_percent.value
    assert mark.gpu_percent == SAMPLE.board.gpu_percent.value
    assert mark.temperature_c == SAMPLE.board.temperature_c.value
    assert mark.worker_rss_mib == SAMPLE.worker.rss_mib
    assert mark.cpu_ms_per_inference == SAMPLE.worker.cpu_ms_per_inference
    assert mark.j_per_image == SAMPLE.energy.j_per_image


@pytest.mark.parametrize(
    ("energy", "power_w"),
    [(Energy(60.0, 10.0, 100, 0.6), 6.0), (Energy(), 8.5)],
    ids=["mean", "present"],
)
def test_its_power_is_the_mean_or_else_the_present_one(energy: Energy, power_w: float) -> None:
    board = replace(SAMPLE.board, power=Power(8.5, "module", ("VDD_IN",), reason=""))
    mark = mark_of(replace(SAMPLE, board=board, energy=energy))
    assert (mark.power_w, mark.power_scope) == (power_w, "module")


def test_a_mark_of_a_board_that_tells_nothing_has_no_figures_for_it() -> None:
    board = replace(SAMPLE.board, power=Power())
    mark = mark_of(replace(SAMPLE, board=board, energy=Energy()))
    assert (mark.power_w, mark.power_scope, mark.j_per_image) == (None, "none", None)


@pytest.fixture
def marks() -> Marks:
    marks = Marks()
    marks.set(SAMPLE, SPEC)
    return marks


def test_the_end_of_the_marked_run_gives_its_final_figures(marks: Marks) -> None:
    """But for what the board read: at the end its load is already another."""
    hot = replace(SAMPLE.board, temperature_c=replace(SAMPLE.board.temperature_c, value=99.0))
    ended = replace(SAMPLE.worker, cpu_ms_per_inference=None)
    before = marks.mark
    assert before is not None
    marks.end(measured_more(board=hot, worker=ended))
    assert marks.mark == replace(before, fps=99.0)
    assert marks.spec is SPEC


@pytest.mark.parametrize(
    "final",
    [
        with_run(measured_more(), number=7),
        with_run(measured_more(), rate_fps=5.0),
        measured_more(state=State.HUNG),
        replace(SAMPLE, total=replace(SAMPLE.total, inferences=3, fps=99.0)),
    ],
    ids=["another run", "another pace", "a hang in it", "fewer inferences, after a reset"],
)
def test_other_ends_leave_the_mark_alone(marks: Marks, final: Sample) -> None:
    before = marks.mark
    marks.end(final)
    assert marks.mark == before


# -- what is told ------------------------------------------------------------------------------


@pytest.fixture
def chronicle() -> Chronicle:
    chronicle = Chronicle()
    chronicle.publish(SAMPLE)
    return chronicle


def told(chronicle: Chronicle) -> list[tuple[str, str, str]]:
    chronicle.publish(SAMPLE)
    assert chronicle.last is not None
    return [(event.text, event.severity, event.mark) for event in chronicle.last.events]


def test_a_mark_is_told_and_goes_with_every_sample(chronicle: Chronicle) -> None:
    chronicle.mark(SAMPLE.run.number, SPEC)
    assert told(chronicle) == [(f"marked A: {title_of(SAMPLE.run)}", "info", "A")]
    chronicle.publish(with_run(number=9))
    assert chronicle.last is not None
    assert chronicle.last.mark == mark_of(SAMPLE)
    assert chronicle.marks.spec is SPEC


def test_marking_the_marked_run_again_takes_the_mark_away(chronicle: Chronicle) -> None:
    chronicle.mark(SAMPLE.run.number, SPEC)
    told(chronicle)
    chronicle.mark(SAMPLE.run.number, SPEC)
    assert told(chronicle) == [("mark A removed", "info", "")]
    assert chronicle.last is not None
    assert chronicle.last.mark is None
    assert chronicle.marks.spec is None


def test_another_run_takes_the_mark_over(chronicle: Chronicle) -> None:
    chronicle.mark(SAMPLE.run.number, SPEC)
    chronicle.publish(with_run(number=9))
    chronicle.mark(9, SPEC)
    assert chronicle.marks.is_set_on(9)


@pytest.mark.parametrize("number", [SAMPLE.run.number, SAMPLE.run.number + 1], ids=["new", "next"])
def test_what_has_measured_nothing_cannot_be_marked(number: int) -> None:
    """Neither a run without inferences nor the one before, in place of one that just began."""
    chronicle = Chronicle()
    empty = replace(SAMPLE.total, inferences=0) if number == SAMPLE.run.number else SAMPLE.total
    chronicle.publish(replace(SAMPLE, total=empty))
    chronicle.mark(number, SPEC)
    assert told(chronicle) == [("nothing has been measured yet that could be marked", "info", "")]
    assert chronicle.marks.mark is None


# -- a real session ----------------------------------------------------------------------------


@pytest.fixture
def session(tmp_path: Path) -> Iterator[LiveSession]:
    pytest.importorskip("onnxruntime")
    path = tiny_models.relu(tmp_path / "relu.onnx")
    spec = RunSpec(str(path), "relu", threads=1, rate_fps=100.0, warmup_s=0.0)
    live = LiveSession(spec, Board(providers=[]), interval_s=0.1)
    yield live
    live.stop()


def test_a_mark_outlives_its_run(session: LiveSession) -> None:
    session.start()
    when(session, measured(1))
    session.mark()
    marked = when(session, lambda sample: sample.mark is not None)
    assert marked.mark is not None
    assert marked.mark.title == "relu, batch 1, cpu 1 thread, 100 images/s"
    session.reset()
    later = when(session, lambda sample: any(event.mark == "reset" for event in sample.events))
    assert later.mark == marked.mark
    when(session, lambda sample: sample.total.inferences > marked.total.inferences + 20)
    session.change(batch=2)
    second = when(session, measured(2))
    assert second.mark is not None
    assert (second.mark.run, second.run.number) == (1, 2)
    assert second.mark.fps == session.runs[0].total.fps
    assert session.marked is not None
    assert (session.marked.batch, session.marked.rate_fps) == (1, 100.0)


def test_a_session_that_has_just_begun_has_nothing_to_mark(session: LiveSession) -> None:
    told: list[str] = []
    session.subscribe(lambda sample: told.extend(event.text for event in sample.events))
    session.mark()
    session.start()
    when(session, measured(1))
    assert "nothing has been measured yet that could be marked" in told
