"""The SqueezeNets are the published networks and run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest

from edgetop.zoo.build import assemble
from edgetop.zoo.catalogue import ARCHITECTURES, Architecture, find
from edgetop.zoo.counting import count_architecture

SHARED = Path(__file__).parents[2].parent / "shared" / "models"

each_squeezenet = pytest.mark.parametrize(
    "architecture",
    [item for item in ARCHITECTURES if item.family == "SqueezeNet"],
    ids=lambda item: item.name,
)


@each_squeezenet
def test_parameters_and_macs_are_the_published_ones_to_the_last_digit(
    architecture: Architecture,
) -> None:
    counts = count_architecture(architecture)
    assert counts.macs is not None
    assert round(counts.parameters / 1e6, 4) == architecture.params_m
    assert round(counts.macs / 1e9, 4) == architecture.gmacs


@each_squeezenet
def test_the_model_is_valid_onnx(architecture: Architecture) -> None:
    onnx.checker.check_model(assemble(architecture), full_check=True)


@each_squeezenet
@pytest.mark.parametrize("batch", [1, 2])
def test_activations_stay_finite_and_of_the_order_of_the_input(
    architecture: Architecture, batch: int
) -> None:
    runtime = pytest.importorskip("onnxruntime")
    model = assemble(architecture)
    # Every intermediate result becomes an output, so that none can hide an overflow.
    names = {name for node in model.graph.node for name in node.output}
    for name in sorted(names - {"logits"}):
        model.graph.output.append(onnx.ValueInfoProto(name=name))
    session = runtime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    image = np.random.default_rng(7).random((batch, 3, 224, 224), np.float32)
    results = session.run(None, {"data": image})
    assert results[0].shape == (batch, 1000)
    assert all(np.isfinite(result).all() for result in results)
    assert all(0.01 < np.abs(result).max() < 1000 for result in results)
    assert results[0].std() > 0.01


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
