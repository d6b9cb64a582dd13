"""Every kind of graph that a user may bring runs in this very process, as it does in a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
import tiny_models
from onnx import TensorProto, helper, numpy_helper

from edgetop.engine.inputs import plan
from edgetop.engine.ort import OrtBackend
from edgetop.engine.spec import RunSpec
from edgetop.engine.values import feeds

if TYPE_CHECKING:
    from pathlib import Path

    from edgetop.engine.backend import Feed, InputInfo

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
KINDS = [
    "FLOAT", "FLOAT16", "DOUBLE", "UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32", "UINT64",
    "INT64", "BOOL", "STRING",
]  # fmt: skip


def run(path: Path, **options: Any) -> tuple[tuple[InputInfo, ...], Feed]:
    """Load a model and run it twice; returns its inputs and what was fed."""
    spec = RunSpec(str(path), "m", **options)
    model = OrtBackend().load(spec, "cpu", 1)
    shapes = plan(model.inputs, spec)
    sets = feeds(model.inputs, shapes.shapes, spec)
    for feed in sets[:2]:
        model.runner(feed)()
    return model.inputs, sets[0]


def model_of(
    path: Path,
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    weights: dict[str, np.ndarray] | None = None,
    **options: Any,
) -> Path:
    arrays = [numpy_helper.from_array(array, name) for name, array in (weights or {}).items()]
    graph = helper.make_graph(nodes, "graph", inputs, outputs, arrays)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=options.get("ir_version", 8))
    path.write_bytes(model.SerializeToString())
    return path


def value(name: str, kind: int = FLOAT, dims: list[Any] | None = None) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, dims)


def node(operator: str, *names: str, **attributes: Any) -> onnx.NodeProto:
    """The last name is the output's."""
    return helper.make_node(operator, list(names[:-1]), [names[-1]], **attributes)


# -- what goes in --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rank", range(6))
def test_every_type_of_every_rank(tmp_path: Path, kind: str, rank: int) -> None:
    number = getattr(TensorProto, kind)
    path = tiny_models.save(
        tmp_path / "m.onnx",
        [node("Identity", "x", "y")],
        {"x": (number, ["N", 3, 4, 5, 2][:rank])},
        output=number,
    )
    (info,), feed = run(path)
    assert feed["x"].shape == (1, 3, 4, 5, 2)[:rank]
    assert len(info.dims) == rank


@pytest.mark.parametrize("dims", [["batch_size", "num_channels", "height", "width"], [None] * 4])
def test_an_image_network_with_four_open_dimensions(tmp_path: Path, dims: list[Any]) -> None:
    filters = np.ones((4, 3, 3, 3), np.float32)
    nodes = [node("Conv", "x", "w", "c"), node("GlobalAveragePool", "c", "y")]
    _, feed = run(
        tiny_models.save(tmp_path / "m.onnx", nodes, {"x": (FLOAT, dims)}, {"w": filters})
    )
    assert feed["x"].shape == (1, 3, 224, 224)


@pytest.mark.parametrize("kind", [FLOAT, TensorProto.UINT8])
def test_pictures_with_channels_last(tmp_path: Path, kind: int) -> None:
    nodes = [node("Cast", "x", "f", to=FLOAT), node("Transpose", "f", "y", perm=[0, 3, 1, 2])]
    path = tiny_models.save(
        tmp_path / "m.onnx", nodes, {"x": (kind, ["unk__132", "unk__133", "unk__134", 3])}
    )
    _, feed = run(path)
    assert feed["x"].shape == (1, 224, 224, 3)


def test_tokens_with_a_mask_and_a_vocabulary_of_one(tmp_path: Path) -> None:
    nodes = [
        node("Gather", "table", "input_ids", "words"),
        node("Cast", "attention_mask", "m", to=FLOAT),
        node("Unsqueeze", "m", "axes", "mask"),
        node("Mul", "words", "mask", "y"),
    ]
    inputs = {name: (INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")}
    weights = {"table": np.ones((1, 8), np.float32), "axes": np.array([2])}
    _, feed = run(tiny_models.save(tmp_path / "m.onnx", nodes, inputs, weights))
    assert (feed["input_ids"] == 0).all()
    assert (feed["attention_mask"] == 1).all()


def test_sound_with_a_state_and_a_sampling_rate(tmp_path: Path) -> None:
    nodes = [
        node("ReduceMean", "input", "mean", keepdims=0),
        node("Cast", "sr", "rate", to=FLOAT),
        node("Mul", "mean", "rate", "scaled"),
        node("Add", "state", "scaled", "stateN"),
    ]
    inputs = [value("input", FLOAT, ["N", "S"]), value("state", FLOAT, [2, "N", 4])]
    path = model_of(
        tmp_path / "m.onnx", nodes, [*inputs, value("sr", INT64, [])], [value("stateN")]
    )
    _, feed = run(path, input_ranges=(("sr", 16000, 16000), ("state", 0, 0)))
    assert feed["input"].shape == (1, 16000)
    assert feed["state"].shape == (2, 1, 4)
    assert int(feed["sr"]) == 16000
    assert not feed["state"].any()


def test_strings(tmp_path: Path) -> None:
    path = model_of(
        tmp_path / "m.onnx",
        [node("StringNormalizer", "x", "y", case_change_action="UPPER", locale="C")],
        [value("x", TensorProto.STRING, ["N"])],
        [value("y", TensorProto.STRING, ["N"])],
    )
    run(path)


def test_weights_that_the_old_format_lists_as_inputs_are_not_fed(tmp_path: Path) -> None:
    path = tiny_models.save(
        tmp_path / "m.onnx",
        [node("Add", "x", "w", "y")],
        {"x": (FLOAT, ["N", 4]), "w": (FLOAT, [4])},
        {"w": np.ones(4, np.float32)},
        ir_version=3,
    )
    (info,), _ = run(path)
    assert info.name == "x"


def test_a_model_without_inputs(tmp_path: Path) -> None:
    node_of = node("Constant", "y", value=numpy_helper.from_array(np.ones(4, np.float32)))
    assert run(tiny_models.save(tmp_path / "m.onnx", [node_of], {})) == ((), {})


@pytest.mark.parametrize(
    "name", ["gpu_0/data_0", "Identity:0", "a[0]", "模型 é", "[red]x[/]", "\x1b"]
)
def test_names_of_any_kind(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a folder é 模型"
    folder.mkdir()
    path = tiny_models.save(
        folder / "a model.onnx", [node("Relu", name, "y")], {name: (FLOAT, ["N", 4])}
    )
    _, feed = run(path, input_shapes=((name, (3, 4)),), input_ranges=((name, 2, 2),))
    assert feed[name].shape == (3, 4)
    assert (feed[name] == 2).all()


# -- what comes out ------------------------------------------------------------------------


def test_a_label_and_a_sequence_of_maps(tmp_path: Path) -> None:
    nodes = [
        node("ArgMax", "x", "label", axis=1, keepdims=0),
        helper.make_node(
            "ZipMap", ["x"], ["scores"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2, 3]
        ),
    ]
    row = helper.make_map_type_proto(INT64, helper.make_tensor_type_proto(FLOAT, []))
    scores = helper.make_value_info("scores", helper.make_sequence_type_proto(row))
    outputs = [value("label", INT64, ["N"]), scores]
    run(model_of(tmp_path / "m.onnx", nodes, [value("x", FLOAT, ["N", 4])], outputs))


def test_a_sequence_and_an_optional(tmp_path: Path) -> None:
    tensor = helper.make_tensor_type_proto(FLOAT, None)
    outputs = [
        helper.make_value_info("s", helper.make_sequence_type_proto(tensor)),
        helper.make_value_info("o", helper.make_optional_type_proto(tensor)),
    ]
    nodes = [node("SequenceConstruct", "x", "x", "s"), node("Optional", "x", "o")]
    run(model_of(tmp_path / "m.onnx", nodes, [value("x", FLOAT, ["N", 4])], outputs))


@pytest.mark.parametrize("kind", [*KINDS, "BFLOAT16", "FLOAT8E4M3FN", "INT4"])
def test_outputs_of_every_type(tmp_path: Path, kind: str) -> None:
    number = getattr(TensorProto, kind)
    path = model_of(
        tmp_path / "m.onnx",
        [node("Cast", "x", "y", to=number)],
        [value("x", FLOAT, ["N", 4])],
        [value("y", number, ["N", 4])],
        ir_version=10,
    )
    model = onnx.load(path)
    model.opset_import[0].version = 21
    onnx.save(model, path)
    run(path)


def test_nan_and_a_shape_other_than_declared_and_several_heads(tmp_path: Path) -> None:
    nodes = [
        node("Neg", "x", "n"), node("Log", "n", "nan"), node("Identity", "x", "image"),
        node("NonZero", "x", "found"), node("Reshape", "x", "shape", "wrong"),
    ]  # fmt: skip
    outputs = [
        value("nan"),
        value("image"),
        value("found", INT64),
        value("wrong", FLOAT, ["A", "B"]),
    ]
    weights = {"shape": np.array([-1, 2])}
    run(model_of(tmp_path / "m.onnx", nodes, [value("x", FLOAT, ["N", 4])], outputs, weights))


# -- control flow and kinds of files ---------------------------------------------------------


def test_if_loop_and_scan(tmp_path: Path) -> None:
    def body(nodes: list[onnx.NodeProto], inputs: list[Any], *outputs: Any) -> onnx.GraphProto:
        return helper.make_graph(nodes, "body", inputs, list(outputs))

    yes = body([node("Relu", "x", "a")], [], value("a"))
    no = body([node("Neg", "x", "b")], [], value("b"))
    turn = body(
        [node("Identity", "go", "go_on"), node("Add", "sum", "x", "more")],
        [value("i", INT64, []), value("go", TensorProto.BOOL, []), value("sum")],
        value("go_on", TensorProto.BOOL, []), value("more"),
    )  # fmt: skip
    step = body(
        [node("Add", "held", "row", "next"), node("Identity", "next", "out")],
        [value("held", FLOAT, [4]), value("row", FLOAT, [4])],
        value("next", FLOAT, [4]), value("out", FLOAT, [4]),
    )  # fmt: skip
    nodes = [
        node("If", "yes", "i", then_branch=yes, else_branch=no),
        node("Loop", "three", "yes", "i", "l", body=turn),
        helper.make_node("Scan", ["zero", "l"], ["last", "y"], body=step, num_scan_inputs=1),
    ]
    weights = {
        "yes": np.array(True), "three": np.array(3), "zero": np.zeros(4, np.float32),
    }  # fmt: skip
    run(tiny_models.save(tmp_path / "m.onnx", nodes, {"x": (FLOAT, ["N", 4])}, weights))


def test_the_runtime_s_own_format(tmp_path: Path) -> None:
    import onnxruntime

    source = tiny_models.product(tmp_path / "m.onnx", 16)
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "m.ort")
    options.add_session_config_entry("session.save_model_format", "ORT")
    onnxruntime.InferenceSession(str(source), options)
    run(tmp_path / "m.ort")


def test_weights_beside_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny_models.with_external_weights(tmp_path / "a model.onnx")
    monkeypatch.chdir("/")
    run(path)


def test_a_model_cannot_bring_options_for_its_own_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the variable set, a setting that no runtime knows would make loading fail."""
    monkeypatch.setenv("ORT_LOAD_CONFIG_FROM_MODEL", "1")
    path = tiny_models.relu(tmp_path / "m.onnx")
    model = onnx.load(path)
    helper.set_model_props(model, {"ort_config": '{"session_options": {"nonsense": 1}}'})
    onnx.save(model, path)
    run(path)
