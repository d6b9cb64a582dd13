"""What is in a file is told, or why it cannot be; nothing in it is believed."""

from __future__ import annotations

import contextlib
import io
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from edgetop import cli
from edgetop.engine.spec import RunSpec
from edgetop.errors import EdgetopError
from edgetop.zoo.catalogue import ARCHITECTURES, Architecture
from edgetop.zoo.graph import Graph
from edgetop.zoo.inspection import Inspection, inspect
from edgetop.zoo.layers import concat, image_of, outputs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARED = Path(__file__).parents[2].parent / "shared" / "models"


def look(path: Path, **spec: Any) -> Inspection:
    return inspect(path, RunSpec(str(path), path.stem, **spec))


def saved(
    path: Path, nodes: Sequence[onnx.NodeProto], shape: Sequence[int | str], **stored: Any
) -> Path:
    graph = helper.make_graph(
        list(nodes),
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [onnx.ValueInfoProto(name=nodes[-1].output[0])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in stored.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("custom", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, producer_name="test\x1b[31m"), path)
    return path


def zeros(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.zeros(shape, np.float32)


# What the files hold, from the papers of their networks (SqueezeNet, ResNet, ShuffleNet,
# MobileNet v2 folded) or counted by hand.
@pytest.mark.parametrize(
    ("name", "params", "macs"),
    [
        ("squeezenet_v1.1", 1_235_496, 349_151_936),
        ("squeezenet_v1.1_dynbatch", 1_235_496, 349_151_936),
        ("squeezenet_v1.1_fp16", 1_235_496, 349_151_936),
        ("light_squeezenet", 1_235_496, 349_151_936),
        ("light_resnet50", 25_557_032, 4_089_184_256),
        ("mobilenet_v2_quant", 3_486_846, 300_774_272),
        ("iris_mlp", 795, 744),
        ("two_inputs_add", 0, 0),
    ],
)
def test_real_files_are_counted(name: str, params: int, macs: int) -> None:
    path = SHARED / f"{name}.onnx"
    if not path.is_file():
        pytest.skip("the models for tests are not beside this checkout")
    found = look(path)
    assert (found.params, found.macs) == (params, macs)
    assert found.activation_peak_mib is not None
    assert found.unknown_layers == {}


@pytest.mark.parametrize("architecture", ARCHITECTURES[::12], ids=lambda item: item.name)
def test_a_built_in_model_needs_no_file(architecture: Architecture) -> None:
    found = inspect(Path("/nowhere"), RunSpec("/nowhere", "x", architecture=architecture.name))
    assert found.params_m == architecture.params_m
    assert found.gmacs == architecture.gmacs
    assert found.file_mib is None
    assert found.weights_mib > 3.9 * architecture.params_m * 1e6 / 2**20


def test_activations_are_those_alive_at_one_time(tmp_path: Path) -> None:
    """x and a live together, then a and b, then b, y; x is 4 KiB, the others 16 and 4."""
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"]),  # [1, 4, 32, 32]
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("ReduceMean", ["b"], ["y"], axes=[1], keepdims=1),
    ]
    found = look(saved(tmp_path / "m.onnx", nodes, (1, 1, 32, 32), w=zeros(4, 1, 1, 1)))
    assert found.activation_peak_mib == pytest.approx(32 / 1024, abs=1e-6)
    assert found.activation_sum_mib == pytest.approx(36 / 1024, abs=1e-6)
    assert (found.params, found.macs) == (4, 4096)


def test_a_batch_costs_more_but_the_weights_do_not(tmp_path: Path) -> None:
    nodes = [helper.make_node("Conv", ["x", "w"], ["y"])]
    path = saved(tmp_path / "m.onnx", nodes, ("batch", 1, 8, 8), w=zeros(4, 1, 3, 3))
    one, four = look(path), look(path, batch=4)
    assert (one.macs, four.macs) == (36 * 36, 4 * 36 * 36)
    assert one.params == four.params == 36
    assert four.inputs[0] == {
        "name": "x", "dtype": "float32", "dims": ["batch", 1, 8, 8], "shape": [4, 1, 8, 8],
    }  # fmt: skip


def test_a_given_shape_is_used(tmp_path: Path) -> None:
    nodes = [helper.make_node("Conv", ["x", "w"], ["y"])]
    path = saved(tmp_path / "m.onnx", nodes, (1, 1, "h", "w"), w=zeros(4, 1, 1, 1))
    assert look(path, input_shapes=(("x", (1, 1, 5, 7)),)).macs == 4 * 35
    with pytest.raises(EdgetopError, match="does not fit"):
        look(path, input_shapes=(("x", (1, 2, 5, 7)),))


def test_what_is_not_known_is_no_zero(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"]),
        helper.make_node("Secret\x1b", ["a"], ["b"], domain="custom"),
        helper.make_node("Conv", ["b", "w"], ["y"]),
    ]
    found = look(saved(tmp_path / "m.onnx", nodes, (1, 1, 4, 4), w=zeros(1, 1, 1, 1)))
    assert found.macs is found.gmacs is found.activation_peak_mib is None
    assert found.least_macs == 16
    assert found.unknown_layers == {"Secret?": 1, "Conv": 1}
    assert found.operators == {"Conv": 2, "custom.Secret?": 1}
    assert found.producer == "test?[31m"


@pytest.mark.parametrize("operator", ["MoE", "NhwcFusedConv", "DynamicQuantizeLSTM"])
def test_an_operator_of_the_runtime_that_is_not_known_is_no_zero(
    operator: str, tmp_path: Path
) -> None:
    node = helper.make_node(operator, ["x", "w"], ["y"], domain="com.microsoft")
    found = look(saved(tmp_path / "m.onnx", [node], (1, 4), w=zeros(4, 4)))
    assert found.macs is None
    assert found.unknown_layers == {operator: 1}


def test_a_fused_gemm_whose_result_onnx_cannot_tell_is_unknown(tmp_path: Path) -> None:
    """Also without the opset of its domain, which onnx demands and onnxruntime does not."""
    nodes = [
        helper.make_node("FusedGemm", ["x", "w"], ["a"], domain="com.microsoft"),
        helper.make_node("Relu", ["a"], ["y"]),
    ]
    found = look(saved(tmp_path / "m.onnx", nodes, (1, 4), w=zeros(4, 8)))
    assert found.params == 32
    assert found.macs is None


def test_recurrent_layers_multiply_at_each_step(tmp_path: Path) -> None:
    node = helper.make_node("LSTM", ["x", "w", "r"], ["y"], hidden_size=5)
    path = saved(tmp_path / "m.onnx", [node], (7, 2, 3), w=zeros(1, 20, 3), r=zeros(1, 20, 5))
    found = look(path)
    assert found.params == 160
    assert found.macs == 7 * 2 * 160


def test_bodies_are_not_looked_into_but_their_weights_count(tmp_path: Path) -> None:
    body = helper.make_graph(
        [helper.make_node("MatMul", ["x", "inner"], ["z"])], "body", [],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(zeros(4, 4), "inner")],
    )  # fmt: skip
    node = helper.make_node("If", ["c"], ["y"], then_branch=body, else_branch=body)
    found = look(saved(tmp_path / "m.onnx", [node], (1, 4), c=np.array(True)))
    assert found.params == 32
    assert found.macs is None
    assert found.unknown_layers == {"If": 1}


def test_external_weights_are_named_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    node = helper.make_node("Conv", ["x", "w"], ["y"])
    saved(path, [node], (1, 1, 4, 4), w=zeros(4, 1, 3, 3))
    model = onnx.load(path)
    weight = model.graph.initializer[0]
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="../../etc/\x1bpasswd")
    path.write_bytes(model.SerializeToString())
    found = look(path)
    assert found.external_files == ("../../etc/?passwd",)
    assert (found.params, found.macs) == (36, 144)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git-LFS pointer"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\x08\x07\x12\x00", "holds no graph"),
        (b"\x0a\xff\xff\xff\x7f", "damaged or incomplete"),
        (b"\x18\0\0\0ORTM" + bytes(100), "onnxruntime's own format"),
    ],
)
def test_other_files_are_told_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(content)
    with pytest.raises(EdgetopError, match=words) as told:
        look(path)
    assert "\n" not in told.value.message


def test_a_claim_of_endless_weights_costs_nothing(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "m.onnx", [helper.make_node("Add", ["x", "w"], ["y"])], (1,), w=zeros(1)
    )
    model = onnx.load(path)
    model.graph.initializer[0].dims[:] = [1 << 40, 1 << 40]
    path.write_bytes(model.SerializeToString())
    assert look(path).params == 1 << 80


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1 << 32), kind=st.sampled_from(["flip", "cut", "swap", "noise"]))
def test_a_damaged_file_is_inspected_or_refused_in_one_line(
    seed: int, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Through the command: onnx itself aborts its process at some of them."""
    path = tmp_path_factory.mktemp("damaged") / "m.onnx"
    path.write_bytes(damaged(WHOLE, random.Random(seed), kind))
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main(["inspect", str(path)])
    told = err.getvalue().splitlines()
    assert (code, len(told)) in ((0, 0), (2, 1))
    assert all(line.isprintable() for line in [*told, *out.getvalue().splitlines()])


def damaged(content: bytes, chance: random.Random, kind: str) -> bytes:
    data = bytearray(content)
    if kind == "cut":
        return bytes(data[: chance.randrange(len(data))])
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data))
        if kind == "flip":
            data[at] ^= 1 << chance.randrange(8)
        elif kind == "noise":
            data[at : at + 4] = chance.randbytes(4)
        else:
            other = chance.randrange(len(data))
            data[at], data[other] = data[other], data[at]
    return bytes(data)


def small() -> bytes:
    """A few kilobytes with most kinds of layers."""
    graph = Graph("small")
    x = image_of(graph, 16).conv_norm("conv1", 8, 3, stride=2).swish().max_pool(3, 2, ceil=True)
    x = concat("both", x.channel_slice(0, 4).shuffle(2), x.pad(1, 0).crop(1)).relu6()
    x = x.global_average_pool().flatten().linear("fc", 10).softmax()
    model = graph.model((3, 16, 16), outputs_of(x), {"key": "value"})
    content: bytes = model.SerializeToString()
    return content


WHOLE = small()
