"""Parameters and multiply-adds are counted from the graph, by hand-checked figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from edgetop.zoo.counting import Counts, count

SHARED = Path(__file__).parents[2].parent / "shared" / "models"


def model_of(
    nodes: list[onnx.NodeProto],
    stored: dict[str, np.ndarray],
    shape: tuple[int | str, ...],
    kind: int = TensorProto.FLOAT,
) -> onnx.ModelProto:
    """A model with one input x and the output of its last node, whose shape is not declared."""
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", kind, shape)],
        [onnx.ValueInfoProto(name=nodes[-1].output[0])],
        [numpy_helper.from_array(array, name) for name, array in stored.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def zeros(*shape: int, dtype: type = np.float32) -> np.ndarray:
    return np.zeros(shape, dtype)


def test_a_convolution_costs_its_window_per_output_and_biases_cost_nothing() -> None:
    node = helper.make_node("Conv", ["x", "w", "b"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1])
    model = model_of([node], {"w": zeros(8, 3, 3, 3), "b": zeros(8)}, ("N", 3, 10, 10))
    assert count(model) == Counts(8 * 27 + 8, 8 * 5 * 5 * 27)


def test_groups_divide_the_cost() -> None:
    node = helper.make_node("Conv", ["x", "w"], ["y"], group=8, pads=[1, 1, 1, 1])
    model = model_of([node], {"w": zeros(8, 1, 3, 3)}, (1, 8, 10, 10))
    assert count(model) == Counts(72, 8 * 100 * 9)


def test_a_transposed_convolution_costs_its_window_per_input() -> None:
    node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2])
    model = model_of([node], {"w": zeros(4, 6, 2, 2)}, (1, 4, 5, 5))
    assert count(model) == Counts(96, 4 * 25 * 6 * 4)


@pytest.mark.parametrize(("transposed", "shape"), [(0, (2, 5)), (1, (5, 2))])
def test_gemm_costs_rows_by_columns_by_depth(transposed: int, shape: tuple[int, int]) -> None:
    node = helper.make_node("Gemm", ["x", "w", "b"], ["y"], transA=transposed, transB=1)
    model = model_of([node], {"w": zeros(7, 5), "b": zeros(7)}, shape)
    assert count(model) == Counts(42, 2 * 7 * 5)


def test_a_stacked_matrix_product_costs_each_of_its_matrices() -> None:
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    assert count(model_of([node], {"w": zeros(5, 7)}, (3, 2, 5))) == Counts(35, 3 * 2 * 7 * 5)


def test_moving_statistics_are_no_parameters() -> None:
    node = helper.make_node("BatchNormalization", ["x", "scale", "bias", "mean", "var"], ["y"])
    stored = {name: zeros(4) for name in ("scale", "bias", "mean", "var")}
    assert count(model_of([node], stored, (1, 4, 2, 2))) == Counts(8, 0)


def test_shapes_and_limits_are_no_parameters() -> None:
    nodes = [
        helper.make_node("Reshape", ["x", "shape"], ["flat"]),
        helper.make_node("Clip", ["flat", "low", "high"], ["y"]),
    ]
    stored = {
        "shape": np.array([1, -1]),
        "low": np.array(0, np.float32),
        "high": np.array(6, np.float32),
    }
    assert count(model_of(nodes, stored, (1, 4, 2, 2))) == Counts(0, 0)


def test_a_weight_used_twice_counts_once_but_costs_twice() -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["middle"]),
        helper.make_node("MatMul", ["middle", "w"], ["y"]),
    ]
    assert count(model_of(nodes, {"w": zeros(5, 5)}, (1, 5))) == Counts(25, 50)


def test_weights_in_constant_nodes_count() -> None:
    nodes = [
        helper.make_node("Constant", [], ["w"], value=numpy_helper.from_array(zeros(5, 7))),
        helper.make_node("MatMul", ["x", "w"], ["y"]),
    ]
    assert count(model_of(nodes, {}, (1, 5))) == Counts(35, 35)


def test_weights_stored_as_integers_count_and_their_scales_do_not() -> None:
    nodes = [
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["w"]),
        helper.make_node("MatMul", ["x", "w"], ["y"]),
    ]
    stored = {
        "q": zeros(5, 7, dtype=np.int8),
        "scale": np.array(1, np.float32),
        "zero": np.array(0, np.int8),
    }
    assert count(model_of(nodes, stored, (1, 5))) == Counts(35, 35)


def test_a_quantised_convolution_costs_as_much_as_one_of_floats() -> None:
    inputs = ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"]
    node = helper.make_node("QLinearConv", inputs, ["y"], pads=[1, 1, 1, 1])
    scales = {name: np.array(1, np.float32) for name in ("xs", "ws", "ys")}
    points = {name: np.array(0, np.int8) for name in ("xz", "wz", "yz")}
    weights = {"w": zeros(8, 3, 3, 3, dtype=np.int8), "b": zeros(8, dtype=np.int32)}
    model = model_of([node], {**scales, **points, **weights}, (1, 3, 10, 10), TensorProto.INT8)
    assert count(model) == Counts(8 * 27 + 8, 8 * 100 * 27)


def test_the_batch_multiplies_the_cost_of_a_symbolic_graph_only() -> None:
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    weights = {"w": zeros(5, 7)}
    assert count(model_of([node], weights, ("batch", 5)), batch=4).macs == 4 * 35
    assert count(model_of([node], weights, (2, 5)), batch=4).macs == 2 * 35


def test_a_declared_result_of_another_batch_does_not_mislead() -> None:
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    model = model_of([node], {"w": zeros(5, 7)}, ("batch", 5))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 7)))
    assert count(model, batch=4).macs == 4 * 35


def test_a_shape_that_cannot_be_known_makes_the_cost_unknown_not_zero() -> None:
    node = helper.make_node("Conv", ["x", "w"], ["y"])
    model = model_of([node], {"w": zeros(8, 3, 3, 3)}, ("N", 3, "height", "width"))
    assert count(model) == Counts(216, None)


def test_counting_leaves_the_model_as_it_was() -> None:
    model = model_of([helper.make_node("MatMul", ["x", "w"], ["y"])], {"w": zeros(5, 7)}, ("N", 5))
    before = model.SerializeToString(deterministic=True)
    count(model, batch=3)
    assert model.SerializeToString(deterministic=True) == before


@pytest.mark.parametrize(
    ("name", "parameters", "macs"),
    [
        ("squeezenet_v1.1", 1_235_496, 349_151_936),
        ("squeezenet_v1.1_fp16", 1_235_496, 349_151_936),
        ("light_squeezenet", 1_235_496, 349_151_936),
        ("light_resnet50", 25_557_032, 4_089_184_256),
    ],
)
def test_models_of_others_count_as_published(name: str, parameters: int, macs: int) -> None:
    path = SHARED / f"{name}.onnx"
    if not path.is_file():
        pytest.skip("the model files are not beside this checkout")
    assert count(onnx.load(path)) == Counts(parameters, macs)
