"""The stored number format is read from the file alone, and no file can break the reading."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
import pytest
import tiny_models
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from edgetop.engine.weights import stored_precision

_MANY, _FEW = (40, 25), (7,)


def stored(tmp_path: Path, *arrays: np.ndarray) -> str:
    return stored_precision(str(tiny_models.weights(tmp_path / "m.onnx", *arrays)))


@pytest.mark.parametrize(
    ("dtype", "name"),
    [
        (np.float32, "fp32"),
        (np.float16, "fp16"),
        (np.float64, "fp64"),
        (np.int8, "int8"),
        (np.uint8, "int8"),
    ],
)
def test_one_format_is_named(tmp_path: Path, dtype: type, name: str) -> None:
    assert stored(tmp_path, np.ones(_MANY, dtype)) == name


def test_scales_and_biases_do_not_hide_what_the_weights_are(tmp_path: Path) -> None:
    assert stored(tmp_path, np.ones(_MANY, np.int8), np.ones(_FEW, np.float32)) == "int8"


def test_two_formats_of_similar_size_are_mixed(tmp_path: Path) -> None:
    assert stored(tmp_path, np.ones(_MANY, np.float16), np.ones(_MANY, np.float32)) == "mixed"


def test_integers_that_are_shapes_or_indices_do_not_count(tmp_path: Path) -> None:
    assert stored(tmp_path, np.ones(_FEW, np.float32), np.ones(_MANY, np.int64)) == "fp32"
    assert stored(tmp_path, np.ones(_MANY, np.int64)) == ""


@pytest.mark.parametrize(
    ("kind", "name"), [(TensorProto.BFLOAT16, "bf16"), (TensorProto.INT4, "int4")]
)
def test_formats_without_a_numpy_type_are_named(tmp_path: Path, kind: int, name: str) -> None:
    tensor = helper.make_tensor("w", kind, [4, 4], [1] * 16)
    graph = helper.make_graph([], "g", [], [], [tensor])
    (tmp_path / "m.onnx").write_bytes(helper.make_model(graph).SerializeToString())
    assert stored_precision(str(tmp_path / "m.onnx")) == name


def test_weights_in_constant_nodes_count(tmp_path: Path) -> None:
    value = numpy_helper.from_array(np.ones(_MANY, np.float16))
    node = helper.make_node("Constant", [], ["y"], value=value)
    tiny_models.save(tmp_path / "m.onnx", [node], {}, output=TensorProto.FLOAT16)
    assert stored_precision(str(tmp_path / "m.onnx")) == "fp16"


def test_weights_beside_the_file_count_even_when_they_are_missing(tmp_path: Path) -> None:
    model = tiny_models.with_external_weights(tmp_path / "m.onnx")
    (tmp_path / "m.onnx.data").unlink()
    assert stored_precision(str(model)) == "fp32"


def test_a_graph_without_weights_does_not_tell(tmp_path: Path) -> None:
    assert stored_precision(str(tiny_models.relu(tmp_path / "m.onnx"))) == ""


def test_unpacked_dimensions_are_read_like_packed_ones(tmp_path: Path) -> None:
    def field(number: int, wire: int, *data: int) -> bytes:
        return bytes([number << 3 | wire, *data])

    def message(number: int, content: bytes) -> bytes:
        return field(number, 2, len(content)) + content

    half = message(5, field(1, 0, 100) + field(1, 0, 100) + field(2, 0, TensorProto.FLOAT16))
    whole = message(5, message(1, bytes([5])) + field(2, 0, TensorProto.FLOAT))
    (tmp_path / "m.onnx").write_bytes(message(7, half + whole))
    assert stored_precision(str(tmp_path / "m.onnx")) == "fp16"


@pytest.mark.parametrize("name", ["missing.onnx", ".", "a\0b"])
def test_what_cannot_be_read_does_not_tell(tmp_path: Path, name: str) -> None:
    assert stored_precision(str(tmp_path / name)) == ""


def test_an_empty_file_does_not_tell(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"")
    assert stored_precision(str(tmp_path / "m.onnx")) == ""


_ANSWERS = {"", "fp32", "fp16", "bf16", "fp64", "int8", "int4", "mixed"}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        assert stored_precision(file.name) in _ANSWERS


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_model_never_raises(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = tiny_models.weights(Path(folder) / "m.onnx", np.ones((3, 2), np.float16))
        whole = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
        assert stored_precision(str(path)) in _ANSWERS


def test_a_header_that_claims_absurd_sizes_does_not_break_the_arithmetic(tmp_path: Path) -> None:
    """Twenty dimensions of 63 bits make a product that no float can hold."""
    dims = (b"\xff" * 8 + b"\x7f") * 20

    def message(number: int, content: bytes) -> bytes:
        size = bytes([len(content) & 127 | 128, len(content) >> 7])
        return bytes([number << 3 | 2]) + size + content

    tensor = message(1, dims) + bytes([2 << 3, TensorProto.FLOAT])
    (tmp_path / "m.onnx").write_bytes(message(7, message(5, tensor)))
    assert stored_precision(str(tmp_path / "m.onnx")) == "fp32"


def test_real_models_are_told_apart(shared: Path) -> None:
    models = shared / "models"
    assert stored_precision(str(models / "squeezenet_v1.1.onnx")) == "fp32"
    assert stored_precision(str(models / "squeezenet_v1.1_fp16.onnx")) == "fp16"
    assert stored_precision(str(models / "mobilenet_v2_quant.onnx")) == "int8"
    assert stored_precision(str(models / "bad_truncated.onnx")) == ""
    assert stored_precision(str(models / "mnist-8_extdata.onnx")) == "fp32"
    assert onnx.load(models / "mnist-8_extdata.onnx", load_external_data=False).graph.initializer
