"""Recorded runs tell how fast a model is here, and what ran last."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import recorded_sessions as recorded

from edgetop.sample import Run
from edgetop.session.speeds import Speeds, measured_now, recent
from edgetop.session.store.measured import MeasuredRun, runs_on
from edgetop.zoo import catalogue
from edgetop.zoo.resolve import ModelChoice, built_in

if TYPE_CHECKING:
    from pathlib import Path

STEADY = recorded.stories.steady()
BOARD = str(recorded.FACTS["board"])

PRESENT = Run(1, "vgg16", "", 1, "cpu", 2, precision="fp32", label=catalogue.RANDOM_WEIGHTS)


def ran(name: str, latency_ms: float | None, **changes: object) -> MeasuredRun:
    return MeasuredRun(replace(PRESENT, model=name, **changes), latency_ms)  # type: ignore[arg-type]


def choice(name: str) -> ModelChoice:
    architecture = catalogue.find(name)
    assert architecture is not None
    return built_in(architecture)


def fps(speeds: Speeds, name: str) -> float:
    speed = speeds.of(choice(name))
    assert speed is not None
    return speed.fps


def test_a_recorded_run_is_found_with_the_median_of_its_histogram(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    recorded.write(path, STEADY)
    (found,) = runs_on(path, BOARD)
    assert found.run == STEADY[-1].run
    assert found.latency_ms == pytest.approx(STEADY[-1].total.latency.p50_ms, rel=0.1)
    assert runs_on(path, "another board") == []


def test_damaged_rows_and_databases_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    assert runs_on(path, BOARD) == []
    recorded.write(path, STEADY)
    recorded.write(path, recorded.stories.batch_4())
    with closing(sqlite3.connect(path)) as connection, connection:
        for damage in ("[[1],[2]]", "[[1,2],[[]]]", "{}", "nothing", "[[0,1],[1e999]]"):
            connection.execute("UPDATE runs SET histogram = ? WHERE number = 2", (damage,))
            connection.commit()
            assert len(runs_on(path, BOARD)) >= 2
        connection.execute("DROP TABLE runs")
    assert runs_on(path, BOARD) == []
    path.write_bytes(b"no database")
    assert runs_on(path, BOARD) == []


def test_a_measured_model_has_its_own_figure_and_others_an_estimate() -> None:
    speeds = Speeds([ran("vgg16", 154.703), ran("resnet50", 40.892)], PRESENT)
    assert speeds.of(choice("resnet50")) == (pytest.approx(1000 / 40.892), True)
    estimated = speeds.of(choice("resnet101"))  # 7.8014 GMACs at 10 ms each
    assert estimated == (pytest.approx(1000 / 78.014, rel=1e-3), False)
    assert speeds.basis == "~ estimate from 2 models measured here: cpu 2 threads, batch 1"


def test_the_newest_run_counts() -> None:
    assert fps(Speeds([ran("vgg16", 100.0), ran("vgg16", 200.0)], PRESENT), "vgg16") == 10


def test_one_model_makes_a_rough_estimate() -> None:
    speeds = Speeds([ran("resnet50", 40.892)], PRESENT)
    assert fps(speeds, "vgg16") == pytest.approx(1000 / 154.703, rel=1e-3)
    assert "rough estimate from 1 model" in speeds.basis


def test_a_batch_is_told_per_image() -> None:
    speeds = Speeds([ran("resnet50", 80.0, batch=4)], replace(PRESENT, batch=4))
    assert fps(speeds, "resnet50") == 50
    assert fps(speeds, "resnet101") == pytest.approx(50 * 4.0892 / 7.8014, rel=1e-3)


@pytest.mark.parametrize(
    "changes",
    [
        {"provider": "cuda"}, {"threads": 1}, {"batch": 2}, {"instances": 2}, {"rate_fps": 30.0},
    ],
)  # fmt: skip
def test_runs_under_other_conditions_say_nothing(changes: dict[str, object]) -> None:
    speeds = Speeds([ran("resnet50", 40.0, **changes)], PRESENT)
    assert speeds.of(choice("resnet50")) is None
    assert speeds.basis.startswith("no estimate")


def test_too_short_a_run_says_nothing() -> None:
    assert Speeds([ran("resnet50", None)], PRESENT).of(choice("resnet50")) is None


def test_a_file_has_a_figure_only_once_it_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "mine.onnx"
    mine = ModelChoice("mine", path)
    runs = [ran("resnet50", 40.0)]
    assert Speeds(runs, PRESENT).of(mine) is None
    runs.append(ran("mine", 5.0, model_path=str(path), label=""))
    assert Speeds(runs, PRESENT).of(mine) == (200, True)


def test_a_variant_is_not_taken_for_the_model_that_it_was_made_of() -> None:
    label = f"{catalogue.RANDOM_WEIGHTS}; int8 made by edgetop"
    variant = ran("resnet50 int8", 20.0, label=label, precision="int8", model_path="/v.onnx")
    speeds = Speeds([variant], PRESENT)
    assert speeds.of(choice("resnet50")) is None
    assert recent([variant], None) == []


def test_the_session_that_goes_on_counts_too() -> None:
    (run,) = measured_now([STEADY[-1]])
    assert run == (STEADY[-1].run, STEADY[-1].total.latency.p50_ms)


def test_recent_models_are_those_that_are_still_there_each_once(tmp_path: Path) -> None:
    here = tmp_path / "here.onnx"
    here.write_bytes(b"")
    runs = [
        ran("vgg16", 1.0),
        ran("gone", 1.0, model_path=str(tmp_path / "gone.onnx"), label=""),
        ran("resnet50", 1.0),
        ran("here", 1.0, model_path=str(here), label=""),
        ran("resnet50", 1.0),
        ran("no longer built", 1.0),
        ran("relative", 1.0, model_path="here.onnx", label=""),
        ran("nul", 1.0, model_path="/\0", label=""),
    ]
    assert [item.title for item in recent(runs, PRESENT)] == ["resnet50", "here"]
    many = [ran(item.name, 1.0) for item in catalogue.ARCHITECTURES]
    assert len(recent(many, None)) == 6
