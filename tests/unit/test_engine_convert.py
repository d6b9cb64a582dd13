"""Variants in another precision: close to the model, made whole, or refused in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import tiny_models
from onnx import TensorProto

from edgetop.engine import variants
from edgetop.engine.spec import RunSpec
from edgetop.engine.weights import stored_precision

ort = pytest.importorskip("onnxruntime")


def spec_of(path: Path, precision: str) -> RunSpec:
    return variants.in_precision(RunSpec(str(path), path.stem), precision)


def converter(spec: RunSpec) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "edgetop.engine.convert", spec.to_json()]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def made(path: Path, precision: str) -> Path:
    spec = spec_of(path, precision)
    process = converter(spec)
    assert process.communicate()[1] == ""
    assert process.returncode == 0
    return Path(spec.model_path)


@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_a_variant_stores_what_it_says_and_keeps_its_inputs(tmp_path: Path, precision: str) -> None:
    """A label in the file, an open batch, and float arrays in and out."""
    variant = made(tiny_models.product(tmp_path / "m.onnx", 32), precision)
    assert stored_precision(str(variant)) == precision
    metadata = {item.key: item.value for item in onnx.load(variant).metadata_props}
    assert metadata["edgetop.precision"] == variants.LABELS[precision]
    session = ort.InferenceSession(variant)
    assert session.get_inputs()[0].type == "tensor(float)"
    assert session.get_outputs()[0].type == "tensor(float)"
    session.run(None, {"x": np.ones((3, 32, 32), np.float32)})
    assert [path.name for path in variant.parent.iterdir()] == [variant.name]


@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_the_answers_of_a_real_classifier_stay_close(shared: Path, precision: str) -> None:
    """The logits point in nearly the same direction."""
    model = shared / "models" / "squeezenet_v1.1.onnx"
    image = 1 - np.random.default_rng(1).random((1, 3, 224, 224), dtype=np.float32)
    first, second = (
        ort.InferenceSession(path).run(None, {"data": image})[0].ravel()
        for path in (model, made(model, precision))
    )
    cosine = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
    assert cosine > (0.9999 if precision == "fp16" else 0.95)


def test_two_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    spec = spec_of(tiny_models.product(tmp_path / "m.onnx", 16), "int8")
    processes = [converter(spec), converter(spec)]
    assert [process.wait() for process in processes] == [0, 0]
    for process in processes:
        process.communicate()
    ort.InferenceSession(spec.model_path)
    assert [path.name for path in Path(spec.model_path).parent.iterdir()] == [
        Path(spec.model_path).name
    ]


def test_a_changed_file_has_another_variant(tmp_path: Path) -> None:
    path = tiny_models.product(tmp_path / "m.onnx", 16)
    first = spec_of(path, "int8")
    assert spec_of(path, "int8") == first
    assert variants.as_stored(first) == RunSpec(str(path), "m")
    tiny_models.product(path, 17)
    assert spec_of(path, "int8").model_path != first.model_path


def refused(path: Path, precision: str) -> str:
    spec = spec_of(path, precision)
    process = converter(spec)
    _, line = process.communicate()
    assert process.returncode == 3, line
    assert line.startswith("edgetop: ") and line.count("\n") == 1
    assert not Path(spec.model_path).exists()
    return line


@pytest.mark.parametrize(
    ("kind", "precision", "words"),
    [
        (np.int8, "int8", "int8 already"),
        (np.int8, "fp16", "cannot be widened"),
        (np.float16, "fp16", "fp16 already"),
        (np.float16, "int8", "from the fp32 file"),
        (np.float32, "int8", "no Conv, Gemm or MatMul"),
    ],
)
def test_weights_that_cannot_change_are_refused(
    tmp_path: Path, kind: type, precision: str, words: str
) -> None:
    path = tiny_models.weights(tmp_path / "m.onnx", np.ones(100, kind))
    assert words in refused(path, precision)


def test_graphs_without_weights_or_for_no_runtime_are_refused(tmp_path: Path) -> None:
    relu = tiny_models.relu(tmp_path / "relu.onnx", kind=TensorProto.FLOAT)
    assert "no float weights" in refused(relu, "fp16")
    assert "Frobnicate" in refused(tiny_models.unknown_operator(tmp_path / "odd.onnx"), "int8")
    relu.rename(tmp_path / "relu.ort")
    assert ".ort" in refused(tmp_path / "relu.ort", "fp16")
