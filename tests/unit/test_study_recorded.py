"""A recorded session as results: what each run measured, under which conditions, and of what."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import recorded_sessions as recorded

from edgetop.readings import Power
from edgetop.sample import Energy, Sample, State, Tensor, Trial, WorkerUse
from edgetop.session.store import reading
from edgetop.study.recorded import results_of

if TYPE_CHECKING:
    from pathlib import Path

    from edgetop.results import Point, Results

stories = recorded.stories
RUN = stories.RUN


def results(tmp_path: Path, samples: list[Sample]) -> Results:
    path = tmp_path / "sessions.db"
    recorded.write(path, samples, each=1000)
    session = reading.open_session(path, None)
    try:
        return results_of(session)
    finally:
        session.close()


def only(tmp_path: Path, **changes: object) -> Point:
    """The point of a session of one run that was so."""
    samples = [stories.sample(tick, **changes) for tick in range(20)]
    (point,) = results(tmp_path, samples).points
    return point


def test_a_session_says_what_it_is_and_how_it_was_measured(tmp_path: Path) -> None:
    found = results(tmp_path, stories.steady())
    assert found.board == stories.BOARD
    assert found.id
    assert not found.published
    assert found.source.startswith("measured by edgetop")
    assert "median" in found.conditions
    assert found.peak_tmacs is None
    assert found.notes == ()


def test_a_point_has_the_figures_of_the_whole_run(tmp_path: Path) -> None:
    last = stories.steady()[-1]
    (point,) = results(tmp_path, stories.steady()).points
    assert point.ms_per_image == pytest.approx(last.total.latency.p50_ms)
    assert point.fps == pytest.approx(last.total.fps)
    assert point.inferences == last.total.inferences
    assert point.latency is not None
    assert point.latency.p99_ms == pytest.approx(last.total.latency.p99_ms)
    assert (point.memory_mib, point.memory_scope) == (pytest.approx(82.4), "process RSS")
    assert point.power_w == pytest.approx(31.4)
    assert point.power_scope == last.board.power.scope_words
    assert point.j_per_image == pytest.approx(0.1276)
    assert point.temperature_c == pytest.approx(last.board.temperature_c.value)
    assert (point.state, point.error, point.note) == ("steady", "", "")


def test_every_run_is_a_point_with_its_batch(tmp_path: Path) -> None:
    samples = stories.batch_4()
    points = results(tmp_path, samples).points
    assert [point.batch for point in points] == [1, 4]
    batch_ms = samples[-1].total.latency.p50_ms
    assert batch_ms is not None
    assert points[1].ms_per_image == pytest.approx(batch_ms / 4)
    assert points[1].latency is not None
    assert points[1].latency.p50_ms == pytest.approx(batch_ms)


def test_what_is_not_known_stays_unknown(tmp_path: Path) -> None:
    point = only(tmp_path, board=stories.boards.bare(), energy=Energy(), worker=WorkerUse())
    assert (point.power_w, point.power_scope, point.j_per_image) == (None, "", None)
    assert (point.memory_mib, point.memory_scope, point.temperature_c) == (None, "", None)


def test_a_run_that_measured_nothing_is_no_point(tmp_path: Path) -> None:
    assert results(tmp_path, stories.warming()).points == ()


def test_the_runs_of_a_trial_are_no_points(tmp_path: Path) -> None:
    slices = Trial("a", "b", runs=(2, 3))
    samples = [
        *(stories.sample(tick) for tick in range(10)),
        *(stories.sample(10 + tick, run=replace(RUN, number=2), trial=slices) for tick in range(9)),
        *(stories.sample(20 + tick, run=replace(RUN, number=3), trial=slices) for tick in range(9)),
        *(
            stories.sample(30 + tick, run=replace(RUN, number=4, batch=8), trial=slices)
            for tick in range(9)
        ),
    ]
    assert [point.batch for point in results(tmp_path, samples).points] == [1, 8]


def test_conditions_are_those_of_the_run(tmp_path: Path) -> None:
    board = replace(stories.boards.pc(1000), power_mode="15W", governor="schedutil")
    conditions = only(tmp_path, board=board).conditions
    assert conditions.words() == (
        "onnxruntime 1.32.0, cpu 6 threads, fp32, 15W, governor schedutil"
    )


def test_threads_that_nobody_told_are_unknown(tmp_path: Path) -> None:
    assert only(tmp_path, run=replace(RUN, threads=0)).conditions.threads is None


def test_a_built_in_model_is_the_architecture_that_it_was_built_from(tmp_path: Path) -> None:
    model = only(tmp_path).model
    assert (model.name, model.canonical_name) == ("squeezenet_v1.1", "SqueezeNet 1.1")
    assert (model.gmacs, model.params_m, model.input_px) == (0.3492, 1.2355, 224)
    assert model.top1_pct == 58.178
    assert "torchvision" in model.top1_source


def test_an_int8_variant_is_the_same_model_without_its_accuracy(tmp_path: Path) -> None:
    int8 = replace(
        RUN,
        model=f"{RUN.model} int8",
        precision="int8",
        label=f"{RUN.label}; int8 made by edgetop, random calibration: timing only",
    )
    point = only(tmp_path, run=int8)
    assert (point.model.name, point.conditions.precision) == ("squeezenet_v1.1", "int8")
    assert point.model.gmacs == 0.3492
    assert (point.model.top1_pct, point.model.top1_source) == (None, "")


def test_a_file_is_not_taken_for_a_network_because_of_its_name(tmp_path: Path) -> None:
    model = only(tmp_path, run=replace(RUN, label="")).model
    assert model.name == "squeezenet_v1.1"
    assert (model.canonical_name, model.gmacs, model.top1_pct) == ("", None, None)
    assert model.input_px == 224


@pytest.mark.parametrize(
    ("shape", "input_px"),
    [((1, 3, 299, 299), 299), ((1, 3, 480, 640), None), ((1, 16000), None), ((1, 4, 8, 8), None)],
)
def test_only_a_square_image_has_a_size(
    tmp_path: Path, shape: tuple[int, ...], input_px: int | None
) -> None:
    run = replace(RUN, label="", inputs=(Tensor("x", "float32", shape),))
    assert only(tmp_path, run=run).model.input_px == input_px


def test_a_built_in_model_at_another_size_has_other_operations(tmp_path: Path) -> None:
    run = replace(RUN, inputs=(Tensor("data", "float32", (1, 3, 448, 448)),))
    model = only(tmp_path, run=run).model
    assert (model.canonical_name, model.gmacs, model.input_px) == ("", None, 448)


def test_a_run_that_cannot_be_trusted_says_why(tmp_path: Path) -> None:
    point = only(tmp_path, state=State.THROTTLED, state_reason="cpu: thermal")
    assert point.state == "throttled"
    assert point.note == "throttled: cpu: thermal"


def test_what_else_decides_the_figures_is_noted(tmp_path: Path) -> None:
    assert "2 instances" in only(tmp_path, run=replace(RUN, instances=2)).note


def test_a_run_at_a_pace_says_nothing_of_how_fast_the_board_is(tmp_path: Path) -> None:
    """Its throughput is what came in."""
    path = tmp_path / "sessions.db"
    paced = replace(RUN, number=2, rate_fps=30.0)
    story = stories.steady()
    last = story[-1]
    recorded.write(path, [*story, replace(last, run=paced, elapsed_s=last.elapsed_s + 1)])
    with contextlib.closing(reading.open_session(path, None)) as session:
        found = results_of(session)
    assert len(found.points) == 1
    assert found.notes == ("runs at a pace are left out: 1",)


def test_text_of_a_foreign_file_cannot_reach_the_terminal(tmp_path: Path) -> None:
    point = only(tmp_path, run=replace(RUN, model="a\x1b[31mb", label="", runtime="x\x07y"))
    assert point.model.name.isprintable()
    assert point.conditions.runtime.isprintable()


def test_power_of_a_scope_is_named_with_its_rails(tmp_path: Path) -> None:
    power = Power(4.2, "module", ("VDD_IN",), reason="")
    point = only(tmp_path, board=replace(stories.boards.pc(1000), power=power))
    assert point.power_scope == "module (VDD_IN)"


def test_samples_that_are_damaged_are_told(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    recorded.write(path, stories.steady(), each=40)
    session = reading.open_session(path, None)
    session.damaged[0] = 40  # as reading a damaged block leaves it
    assert results_of(session).notes == ("40 samples are damaged and left out",)
    session.close()
