"""Models that are made for the benchmarks: shorter ones than any real network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_TINY_SIDE = 192
_CHANNELS = 32
_CONVOLUTIONS = 12
_SIDE = 28


def tiny() -> bytes:
    """A MatMul of 192x192 and a Relu."""
    side = _TINY_SIDE
    nodes = [
        helper.make_node("MatMul", ["input", "weights"], ["sums"]),
        helper.make_node("Relu", ["sums"], ["output"]),
    ]
    weights = np.random.default_rng(0).standard_normal((side, side)) / np.sqrt(side)
    return _model("tiny", nodes, ["N", side], ["N", side], {"weights": weights})


def small() -> bytes:
    """Twelve 3x3 convolutions of 32 channels on 28x28, each with a Relu."""
    random = np.random.default_rng(0)
    shape = (_CHANNELS, _CHANNELS, 3, 3)
    weights = {
        f"w{n}": random.standard_normal(shape) / np.sqrt(9 * _CHANNELS)
        for n in range(_CONVOLUTIONS)
    }
    nodes: list[Any] = []
    for n in range(_CONVOLUTIONS):
        before = f"x{n}" if n else "input"
        after = f"x{n + 1}" if n < _CONVOLUTIONS - 1 else "output"
        nodes.append(helper.make_node("Conv", [before, f"w{n}"], [f"s{n}"], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"s{n}"], [after]))
    dims: list[int | str] = ["N", _CHANNELS, _SIDE, _SIDE]
    return _model("small", nodes, dims, dims, weights)


def _model(
    name: str,
    nodes: Sequence[Any],
    input_dims: Sequence[int | str],
    output_dims: Sequence[int | str],
    weights: dict[str, NDArray[np.float64]],
) -> bytes:
    graph = helper.make_graph(
        list(nodes),
        name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, input_dims)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, output_dims)],
        [numpy_helper.from_array(array.astype(np.float32), key) for key, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())
