"""Names, inputs and streams that are out of the ordinary are no obstacle to a run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import tiny_models
from edgetop_process import Edgetop, edgetop, headless

if TYPE_CHECKING:
    from pathlib import Path


def test_a_model_of_a_scalar_and_a_number_runs(tmp_path: Path) -> None:
    node = tiny_models.helper.make_node("Relu", ["x"], ["y"])
    model = tiny_models.save(tmp_path / "m.onnx", [node], {"x": (1, [])})
    assert headless(model).summary["inputs"] == [{"name": "x", "dtype": "float32", "shape": []}]


def test_a_shape_given_for_one_input_holds_for_the_symbols_of_the_other(tmp_path: Path) -> None:
    model = tiny_models.add(tmp_path / "m.onnx", ("N", "S"), ("N", "S"))
    summary = headless(model, "--input-shape", "a:2,64").summary
    assert [item["shape"] for item in summary["inputs"]] == [[2, 64], [2, 64]]
    assert summary["images"] == 2 * summary["inferences"]


def test_names_that_look_like_markup_or_orders_to_a_terminal_are_harmless(tmp_path: Path) -> None:
    folder = tmp_path / "[red]x["
    folder.mkdir()
    model = tiny_models.relu(folder / "][bold]\x1b[31mé 模型\n.onnx")
    finished = headless(model)
    assert finished.code == 0
    assert finished.summary["model"].startswith("][bold]")
    assert finished.summary["model"].isprintable()
    assert all(line.isprintable() for line in finished.err.splitlines())


def test_a_locale_without_the_characters_is_no_obstacle(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "模型.onnx")
    finished = edgetop(
        "--model", model, "--warmup", "0", "--duration", "0.2", "--headless",
        env={"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert finished.code == 0
    assert "\\u6a21\\u578b" in finished.out


def test_a_closed_standard_error_puts_no_event_among_the_records(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    finished = headless(model, before=lambda: os.close(2))
    assert finished.code == 0
    assert finished.summary["inferences"] > 0


def test_a_relative_path_is_found_from_where_edgetop_was_started(tmp_path: Path) -> None:
    tiny_models.with_external_weights(tmp_path / "m.onnx")
    finished = headless("m.onnx", "--export", "out.csv", cwd=tmp_path)
    assert finished.code == 0
    assert finished.summary["precision"] == "fp32"
    assert (tmp_path / "out.csv").exists()


def test_a_fixed_batch_stays_and_says_so(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx", dims=(1, 4))
    finished = headless(model, "--batch", "4")
    assert finished.code == 0
    assert finished.summary["batch"] == 1
    assert finished.summary["images"] == finished.summary["inferences"]
    words = "warning: this model has a fixed batch of 1; batch 4 is not possible"
    assert words in finished.events


def test_samples_come_while_it_runs_and_not_at_the_end(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    with Edgetop("--json", "--model", model, "--interval", "0.1") as running:
        running.until_measuring()
        assert running.process.poll() is None
