"""The SqueezeNets are built layer by layer as their authors have them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import onnx
import pytest

from edgetop.zoo.build import assemble
from edgetop.zoo.catalogue import find

SHARED = Path(__file__).parents[2].parent / "shared" / "models"


def test_squeezenet_1_1_has_the_layers_of_the_trained_model() -> None:
    trained = SHARED / "squeezenet_v1.1.onnx"
    if not trained.is_file():
        pytest.skip("the trained model is not beside this checkout")
    architecture = find("squeezenet_v1.1")
    assert architecture is not None
    assert _layers(assemble(architecture)) == _layers(onnx.load(trained))


def test_squeezenet_1_0_pools_with_the_size_rounded_up() -> None:
    """At 224 pixels its first pooling is (109 - 3) / 2 + 1 = 54, its second 26.5 wide: 27."""
    architecture = find("squeezenet_v1.0")
    assert architecture is not None
    model = onnx.shape_inference.infer_shapes(assemble(architecture, weights=False))
    sizes = {
        value.name: value.type.tensor_type.shape.dim[3].dim_value
        for value in model.graph.value_info
        if value.name.endswith("max_pool")
    }
    assert sorted(sizes.values()) == [13, 27, 54]


def _layers(model: onnx.ModelProto) -> Counter[tuple[object, ...]]:
    """Operators with their weights' shapes and their windows' strides, in no order."""
    shapes = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    layers: Counter[tuple[object, ...]] = Counter()
    for node in model.graph.node:
        windows = {item.name: tuple(item.ints) for item in node.attribute}
        weights = tuple(shapes[name] for name in node.input if name in shapes)
        pads = windows.get("pads") if node.op_type == "Conv" else None
        layers[node.op_type, weights, windows.get("strides"), pads] += 1
    return layers
