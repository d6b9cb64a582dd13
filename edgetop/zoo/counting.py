"""Parameters and multiply-adds of an ONNX graph, counted from the graph itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import onnx
from onnx import TensorProto, numpy_helper

from edgetop.zoo import build

if TYPE_CHECKING:
    from edgetop.zoo.catalogue import Architecture

_FLOATS = {
    TensorProto.FLOAT,
    TensorProto.FLOAT16,
    TensorProto.BFLOAT16,
    TensorProto.DOUBLE,
}

# Inputs that hold floats which are no trained weights: moving statistics, scales, limits.
_NOT_TRAINED = {
    "BatchNormalization": {3, 4},
    "Clip": {1, 2},
    "DequantizeLinear": {1, 2},
    "Pad": {2},
    "QLinearConv": {1, 4, 6},
    "QLinearMatMul": {1, 4, 6},
    "QuantizeLinear": {1, 2},
    "Resize": {1, 2},
    "Upsample": {1},
}

# A single number that these are given is a constant of the design: a scale, an epsilon.
_ARITHMETIC = {"Add", "Div", "Mul", "Pow", "Sub"}

# Inputs that hold weights stored as integers; integers elsewhere are shapes and indices.
_QUANTIZED_WEIGHTS = {
    "ConvInteger": {1},
    "DequantizeLinear": {0},
    "MatMulInteger": {1},
    "QLinearConv": {3, 8},
    "QLinearMatMul": {3},
}


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of a graph."""

    parameters: int
    """Trainable weights and biases, without BatchNorm's moving statistics."""
    macs: int | None
    """Multiply-adds, counted once; None if the shape of a layer is not known."""


def count(model: onnx.ModelProto, batch: int = 1) -> Counts:
    """Count one run of a model.

    Multiply-adds are those of convolutions and matrix products (also quantised ones), without
    biases, activations and pooling, and without the bodies of If, Loop and Scan.

    Args:
        model: The graph; its weights may lack their values.
        batch: Images in a run, for inputs whose first dimension is not fixed.
    """
    return Counts(_parameters(model.graph), _macs(model, batch))


@cache
def count_architecture(architecture: Architecture) -> Counts:
    """Count an architecture of the catalogue at batch 1, from the graph that `build` writes."""
    return count(build.assemble(architecture, weights=False))


def _stored_tensors(graph: onnx.GraphProto) -> dict[str, TensorProto]:
    """Every tensor that the file holds, by the name that nodes use it under.

    Also those that it only describes: graphs made for timing fill their weights with one value.
    """
    stored = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        value = next((item.t for item in node.attribute if item.name == "value"), None)
        if node.op_type == "Constant" and value is not None:
            stored[node.output[0]] = value
        elif node.op_type == "ConstantOfShape" and node.input[0] in stored:
            dims = numpy_helper.to_array(stored[node.input[0]]).tolist()
            kind = TensorProto.FLOAT if value is None else value.data_type
            stored[node.output[0]] = TensorProto(dims=dims, data_type=kind)
    return stored


def _parameters(graph: onnx.GraphProto) -> int:
    """Elements of the tensors that some node uses as a trained weight; shared ones count once."""
    stored = _stored_tensors(graph)
    trained = set()
    for node in graph.node:
        for position, name in enumerate(node.input):
            tensor = stored.get(name)
            if tensor is not None and _is_trained(node.op_type, position, tensor):
                trained.add(name)
    return sum(math.prod(stored[name].dims) for name in trained)


def _is_trained(operator: str, position: int, tensor: TensorProto) -> bool:
    if tensor.data_type in _FLOATS:
        if operator in _ARITHMETIC and math.prod(tensor.dims) == 1:
            return False
        return position not in _NOT_TRAINED.get(operator, ())
    return position in _QUANTIZED_WEIGHTS.get(operator, ())


def _macs(model: onnx.ModelProto, batch: int) -> int | None:
    shapes = _shapes(model, batch)
    total = 0
    for node in model.graph.node:
        macs = _node_macs(node, shapes)
        if macs is None:
            return None
        total += macs
    return total


def _node_macs(node: onnx.NodeProto, shapes: dict[str, tuple[int, ...]]) -> int | None:
    """Multiply-adds of one node: 0 for an operator without any, None if a shape is missing.

    Weights are [out, in / groups, ...] for Conv and [in, out / groups, ...] for ConvTranspose, so
    that groups need no term of their own.
    """
    left = shapes.get(node.input[0]) if node.input else None
    output = shapes.get(node.output[0])
    match node.op_type:
        case "Conv" | "ConvInteger" | "QLinearConv":
            weight = shapes.get(node.input[3 if node.op_type == "QLinearConv" else 1])
            return _product(output, weight and weight[1:])
        case "ConvTranspose":
            weight = shapes.get(node.input[1])
            return _product(left, weight and weight[1:])
        case "Gemm":
            transposed = any(item.name == "transA" and item.i for item in node.attribute)
            return _product(output, left and left[:1] if transposed else left and left[1:])
        case "MatMul" | "MatMulInteger" | "QLinearMatMul":
            return _product(output, left and left[-1:])
    return 0


def _product(*shapes: tuple[int, ...] | None) -> int | None:
    """Elements of all shapes multiplied; None if one of them is not known."""
    known = [math.prod(shape) for shape in shapes if shape is not None]
    return math.prod(known) if len(known) == len(shapes) else None


def _shapes(model: onnx.ModelProto, batch: int) -> dict[str, tuple[int, ...]]:
    """Shapes of all tensors that are fully known once the batch is."""
    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    weights = {tensor.name for tensor in model.graph.initializer}
    for value in fixed.graph.input:
        dims = value.type.tensor_type.shape.dim
        if value.name not in weights and dims and dims[0].dim_value <= 0:
            dims[0].dim_value = batch
            _forget_declared_shapes(fixed.graph)
    graph = onnx.shape_inference.infer_shapes(fixed, data_prop=True).graph
    shapes = {name: tuple(tensor.dims) for name, tensor in _stored_tensors(graph).items()}
    for value in [*graph.input, *graph.value_info, *graph.output]:
        tensor_type = value.type.tensor_type
        dims = [dim.dim_value for dim in tensor_type.shape.dim]
        if tensor_type.HasField("shape") and all(dim > 0 for dim in dims):
            shapes.setdefault(value.name, tuple(dims))
    return shapes


def _forget_declared_shapes(graph: onnx.GraphProto) -> None:
    """Leave the shapes of results to inference: those declared may be of another batch."""
    for value in [*graph.output, *graph.value_info]:
        value.type.tensor_type.ClearField("shape")
