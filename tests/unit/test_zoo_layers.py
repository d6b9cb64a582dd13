"""Layers make the ONNX nodes that they name."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from edgetop.zoo.layers import Feature, Graph, Weight, concat


def finished(output: Feature) -> onnx.ModelProto:
    return output.graph.model(output, {"key": "value"})


def scores(image: Feature) -> Feature:
    x = image.conv("conv1", 8, 3, stride=2, pad=1).relu().max_pool(3, 2, ceil=True)
    x = concat("both", x.conv("left", 4, 1), x.conv("right", 6, 3, pad=1))
    return x.global_average_pool().flatten()


def test_a_chain_of_layers_is_a_valid_model_with_symbolic_batch() -> None:
    model = finished(scores(Graph("tiny", 16).image))
    onnx.checker.check_model(model, full_check=True)
    assert (model.graph.input[0].name, model.graph.output[0].name) == ("data", "logits")
    assert [dim.dim_param or dim.dim_value for dim in _dims(model.graph.input[0])] == [
        "batch",
        3,
        16,
        16,
    ]
    assert [dim.dim_param or dim.dim_value for dim in _dims(model.graph.output[0])] == ["batch", 10]


def test_the_model_asks_for_no_more_than_onnxruntime_1_18_knows() -> None:
    model = finished(scores(Graph("tiny", 16).image))
    assert model.ir_version <= 10
    assert [(item.domain, item.version) for item in model.opset_import] == [("", 17)]


def test_metadata_is_kept() -> None:
    model = finished(scores(Graph("tiny", 16).image))
    assert [(item.key, item.value) for item in model.metadata_props] == [("key", "value")]


def test_ceil_pooling_keeps_the_last_incomplete_window() -> None:
    sizes = []
    for ceil in (False, True):
        graph = Graph("pool", 8)  # (8 - 3) / 2 + 1 = 3.5
        image = graph.image
        model = finished(image.max_pool(3, 2, ceil=ceil))
        model.graph.output[0].type.tensor_type.ClearField("shape")
        inferred = onnx.shape_inference.infer_shapes(model)
        sizes.append(_dims(inferred.graph.output[0])[2].dim_value)
    assert sizes == [3, 4]


def test_weights_are_normal_with_variance_two_over_fan_in_and_biases_are_zero() -> None:
    model = finished(Graph("wide", 8).image.conv("conv1", 4096, 3).global_average_pool().flatten())
    stored = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    weight = stored["conv1.weight"]
    assert weight.dtype == np.float32
    assert weight.shape == (4096, 3, 3, 3)
    # 110592 draws: the standard error of the deviation is 0.2 %.
    assert weight.std() == pytest.approx((2 / 27) ** 0.5, rel=0.02)
    assert abs(weight.mean()) < 0.005
    assert not stored["conv1.bias"].any()


def test_a_weight_depends_on_its_name_alone() -> None:
    first, again, other = (Weight(name, (5, 5), 1.0).drawn() for name in ("a", "a", "b"))
    assert first.raw_data == again.raw_data
    assert first.raw_data != other.raw_data


def test_a_model_without_weights_declares_them_all() -> None:
    output = scores(Graph("tiny", 16).image)
    drawn = output.graph.model(output, {}).graph.initializer
    declared = output.graph.model(output, {}, weights=False).graph.initializer
    assert [(item.name, item.dims) for item in declared] == [
        (item.name, item.dims) for item in drawn
    ]
    assert not any(item.raw_data for item in declared)


def test_two_tensors_of_one_name_are_refused() -> None:
    x = Graph("twice", 8).image.conv("conv1", 4, 1)
    with pytest.raises(ValueError, match="two tensors called conv1"):
        x.conv("conv1", 4, 1)


def test_only_the_last_layer_can_be_the_output() -> None:
    x = Graph("early", 8).image.conv("conv1", 4, 1)
    x.relu()
    with pytest.raises(ValueError, match="last layer"):
        finished(x)


def _dims(value: onnx.ValueInfoProto) -> list[onnx.TensorShapeProto.Dimension]:
    return list(value.type.tensor_type.shape.dim)
