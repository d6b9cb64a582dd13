"""Models from anywhere, through the real command: values, batch, names, and files to beware of."""

from __future__ import annotations

import csv
import json
import os
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
import tiny_models
from edgetop_process import edgetop, headless
from onnx import TensorProto, helper

if TYPE_CHECKING:
    from pathlib import Path

EVIL = "=cmd|' /C calc'!A0\x1b[2J\u202e\n,;\"x"
"""A formula, an order to a terminal, reversed text, and what divides columns and lines."""


def sound(path: Path) -> Path:
    """Sound, its sampling rate as a scalar, and a table of two words."""
    nodes = [
        helper.make_node("Cast", ["sr"], ["rate"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["input", "rate"], ["y"]),
    ]
    inputs = {"input": (TensorProto.FLOAT, ["N", 8]), "sr": (TensorProto.INT64, [])}
    return tiny_models.save(path, nodes, inputs)


def test_values_given_are_fed_and_shown_in_every_record(tmp_path: Path) -> None:
    model = sound(tmp_path / "m.onnx")
    ranges = ("--input-range", "sr:16000,16000", "--input-range=-1,1")
    finished = headless(model, *ranges, "--export", tmp_path / "out.csv")
    assert finished.code == 0
    assert finished.summary["inputs"] == [
        {"name": "input", "dtype": "float32", "shape": [1, 8], "values": "-1 to 1"},
        {"name": "sr", "dtype": "int64", "shape": [], "values": "16000"},
    ]
    (runs,) = tmp_path.glob("out*runs*.csv")
    assert "input 1x8 float32 -1 to 1; sr scalar int64 16000" in runs.read_text()


def test_lines_for_people_say_what_went_in(tmp_path: Path) -> None:
    model = sound(tmp_path / "m.onnx")
    finished = edgetop(
        "--headless", "--model", model, "--warmup", "0", "--duration", "0.2",
        "--input-range", "sr:8000,8000",
    )  # fmt: skip
    assert finished.code == 0
    assert "inputs: input 1x8 float32, sr scalar int64 8000" in finished.out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x:1", "--input-range 'x:1' is not of the form name:0,255"),
        ("x:a,b", "--input-range 'x:a,b' is not of the form name:0,255"),
        ("x:1,2,3", "--input-range 'x:1,2,3' is not of the form name:0,255"),
        ("x:2,1", "the range of input 'x' ends below its start: 2 to 1"),
        ("x:nan,1", "the range of input 'x' must be of finite numbers"),
        ("x:0,inf", "the range of input 'x' must be of finite numbers"),
        ("z:0,1", "the model has no input 'z'; it has x"),
        ("x:0,1e39", "input 'x' is float32 and takes -3.40282e+38 to 3.40282e+38, not 0 to 1e+39"),
    ],
)
def test_a_range_that_makes_no_sense(tmp_path: Path, text: str, words: str) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    assert headless(model, "--input-range", text).complaint(2) == f"edgetop: {words}"


def test_values_come_from_one_place(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    words = headless(model, "--input", tmp_path / "f.npz", "--input-range", "0,1").complaint(2)
    assert "by --input or by --input-range, not by both" in words


def test_the_batch_of_a_file_counts(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    np.savez(tmp_path / "f.npz", x=np.ones((3, 4), np.float32))
    summary = headless(model, "--input", tmp_path / "f.npz").summary
    assert summary["batch"] == 3
    assert summary["images"] == 3 * summary["inferences"]
    assert summary["inputs"][0]["values"] == "from a file"


def test_a_fixed_batch_counts_in_every_figure(tmp_path: Path) -> None:
    summary = headless(tiny_models.relu(tmp_path / "m.onnx", dims=(8, 4))).summary
    assert summary["batch"] == 8
    assert summary["images"] == 8 * summary["inferences"]
    assert summary["fps"] == pytest.approx(summary["images"] / summary["duration_s"], rel=0.05)


def test_names_from_a_file_are_harmless_wherever_they_are_shown(tmp_path: Path) -> None:
    node = helper.make_node("Relu", [EVIL], ["y"])
    model = tiny_models.save(tmp_path / "m.onnx", [node], {EVIL: (TensorProto.FLOAT, ["N", 4])})
    helper.set_model_props(loaded := onnx.load(model), {EVIL: EVIL})
    loaded.producer_name = loaded.graph.name = EVIL
    onnx.save(loaded, model)
    lines = ("--headless", "--warmup", "0", "--duration", "0.2", "--model", model)
    for finished in (headless(model, "--export", tmp_path / "out.csv"), edgetop(*lines)):
        assert finished.code == 0
        assert all(line.isprintable() for line in finished.err.splitlines())
        assert all(line.isprintable() for line in finished.out.splitlines())
        assert "calc" in finished.out
    for path in tmp_path.glob("*.csv"):
        with open(path, newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not any(cell.startswith(("=", "+", "@")) for cell in cells)
        assert all(cell.isprintable() for cell in cells)


@pytest.mark.parametrize("option", ["--input-shape=z:1,4", "--input-range=z:0,1"])
def test_an_error_that_lists_the_names_is_one_line(tmp_path: Path, option: str) -> None:
    node = helper.make_node("Relu", [EVIL], ["y"])
    model = tiny_models.save(tmp_path / "m.onnx", [node], {EVIL: (TensorProto.FLOAT, ["N", 4])})
    assert "the model has no input 'z'; it has =cmd" in headless(model, option).complaint(2)


def external(path: Path, location: str) -> Path:
    """A model whose weights lie wherever it says."""
    model = onnx.load(tiny_models.product(path, 4))
    (weight,) = model.graph.initializer
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value=location)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("location", ["../secret", "/etc/passwd", "link", "\x1b[2J/../../secret"])
def test_weights_outside_the_folder_are_not_read(tmp_path: Path, location: str) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "secret").write_bytes(bytes(64))
    (tmp_path / "m" / "link").symlink_to(tmp_path / "secret")
    words = headless(external(tmp_path / "m" / "m.onnx", location)).complaint(3)
    assert "outside its own folder, where edgetop does not read" in words


def test_weights_in_a_pipe_do_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "w")
    words = headless(external(tmp_path / "m.onnx", "w")).complaint(3)
    assert words == (
        "edgetop: m keeps its weights in w, which is not a file but a folder, pipe or device"
    )


def test_a_model_that_asks_for_more_memory_than_there_is(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ConstantOfShape", ["size"], ["zeros"]),
        helper.make_node("ReduceSum", ["zeros"], ["sum"], keepdims=0),
        helper.make_node("Add", ["x", "sum"], ["y"]),
    ]
    model = tiny_models.save(
        tmp_path / "m.onnx",
        nodes,
        {"x": (TensorProto.FLOAT, ["N", 4])},
        {"size": np.array([1 << 44])},
    )
    words = headless(model).complaint(3)
    assert words == "edgetop: m needs more memory than there is; choose a smaller batch or model"


def test_an_input_of_a_tebibyte(tmp_path: Path) -> None:
    words = headless(tiny_models.relu(tmp_path / "m.onnx", dims=(1, 1 << 40))).complaint(3)
    assert "the inputs alone need 8.19e+03 GiB, more memory than there is" in words


@pytest.mark.parametrize("kind", ["sequence", "optional"])
def test_an_input_that_is_no_tensor(tmp_path: Path, kind: str) -> None:
    tensor = helper.make_tensor_type_proto(TensorProto.FLOAT, [4])
    made = getattr(helper, f"make_{kind}_type_proto")(tensor)
    graph = helper.make_graph([], "g", [helper.make_value_info("s", made)], [])
    (tmp_path / "m.onnx").write_bytes(helper.make_model(graph).SerializeToString())
    words = headless(tmp_path / "m.onnx").complaint(3)
    assert words == f"edgetop: input 's' is of the type {kind}, which edgetop cannot feed"


def test_json_stays_json_with_any_name(tmp_path: Path) -> None:
    node = helper.make_node("Relu", [EVIL], ["y"])
    model = tiny_models.save(tmp_path / "m.onnx", [node], {EVIL: (TensorProto.FLOAT, ["N", 4])})
    for line in headless(model).out.splitlines():
        assert json.loads(line)["type"] in ("interval", "event", "summary")


def many_inputs(path: Path, number: int) -> Path:
    names = [f"{index:04}{'模' * 100}" for index in range(number)]
    node = helper.make_node("Sum", names, ["y"])
    return tiny_models.save(path, [node], {name: (TensorProto.FLOAT, ["N", 4]) for name in names})


def test_a_thousand_inputs_are_fed(tmp_path: Path) -> None:
    finished = headless(many_inputs(tmp_path / "m.onnx", 1000))
    assert len(finished.summary["inputs"]) == 1000
    assert finished.summary["provider"] == "cpu"


def test_more_inputs_than_anybody_needs_are_refused(tmp_path: Path) -> None:
    words = headless(many_inputs(tmp_path / "m.onnx", 1001)).complaint(3)
    assert words == "edgetop: the model has 1001 inputs, edgetop feeds 1000"
