"""Parameters and multiply-adds of an ONNX graph, counted from the graph itself."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from onnx import TensorProto

from edgetop.zoo import build
from edgetop.zoo.shapes import LIKE, RUNTIME_DOMAIN, infer, stored_tensors

if TYPE_CHECKING:
    from collections.abc import Mapping

    import onnx

    from edgetop.zoo.catalogue import Architecture
    from edgetop.zoo.shapes import Shapes

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
    "DynamicQuantizeMatMul": {1},
    "MatMulInteger": {1},
    "MatMulIntegerToFloat": {1},
    "QGemm": {3},
    "QLinearConv": {3, 8},
    "QLinearMatMul": {3},
}


# A matrix product under all its names; the first input is a factor of it.
_PRODUCTS = {
    "MatMul", "MatMulInteger", "QLinearMatMul", "FusedMatMul", "TransposeMatMul",
    "DynamicQuantizeMatMul", "MatMulIntegerToFloat",
}  # fmt: skip
_RECURRENT = {"LSTM", "GRU", "RNN"}

# What may hold products that are not looked into.
_UNCOUNTED = {
    "Attention", "DeformConv", "Einsum", "GroupQueryAttention", "If", "Loop", "MatMulNBits",
    "MultiHeadAttention", "QAttention", "QGemm", "Scan", "SequenceMap",
}  # fmt: skip
_STANDARD_DOMAINS = {"", "ai.onnx"}

# Operators of onnxruntime that are counted, or that multiply no matrices; all others may.
_KNOWN_OF_RUNTIME = _PRODUCTS | set(LIKE) | {
    "BiasAdd", "BiasGelu", "BiasSoftmax", "EmbedLayerNormalization", "FastGelu", "FusedConv",
    "FusedGemm", "Gelu", "GroupNorm", "QLinearConcat", "QuickGelu", "RotaryEmbedding",
    "SimplifiedLayerNormalization", "SkipLayerNormalization",
    "SkipSimplifiedLayerNormalization", "QuantizeLinear", "DequantizeLinear",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of a graph."""

    parameters: int
    """Trainable weights and biases, without BatchNorm's moving statistics."""
    macs: int | None
    """Multiply-adds, counted once; None if those of a layer are not known."""
    least_macs: int = field(default=0, compare=False)
    """Those of the layers that could be counted."""
    unknown: tuple[str, ...] = field(default=(), compare=False)
    """Operators whose multiply-adds are not known, once for each layer."""


def count(
    model: onnx.ModelProto, batch: int = 1, inputs: Mapping[str, tuple[int, ...]] | None = None
) -> Counts:
    """Count one run of a model.

    Multiply-adds are those of convolutions, matrix products (also quantised ones) and recurrent
    layers, without biases, activations and pooling. Those in the bodies of If, Loop and Scan,
    of functions and of custom operators are not known.

    Args:
        model: The graph; its weights may lack their values.
        batch: Images in a run, for inputs whose first dimension is not fixed.
        inputs: Shapes of the inputs instead.
    """
    shapes = infer(model, _batches(model, batch) if inputs is None else inputs)
    return count_with(model, shapes)


def count_with(model: onnx.ModelProto, shapes: Shapes) -> Counts:
    """Count one run of a model whose shapes are known."""
    functions = {(item.domain, item.name) for item in model.functions}
    found = [
        (node, None if _is_closed(node, functions) else _node_macs(node, shapes.sizes))
        for node in model.graph.node
    ]
    unknown = tuple(node.op_type for node, macs in found if macs is None)
    least = sum(macs or 0 for _, macs in found)
    return Counts(_parameters(model.graph), None if unknown else least, least, unknown)


def _is_closed(node: onnx.NodeProto, functions: set[tuple[str, str]]) -> bool:
    """Whether nobody can tell from outside what the node multiplies."""
    if node.op_type in _UNCOUNTED or (node.domain, node.op_type) in functions:
        return True
    if node.domain == RUNTIME_DOMAIN:
        return node.op_type not in _KNOWN_OF_RUNTIME
    return node.domain not in _STANDARD_DOMAINS


def _batches(model: onnx.ModelProto, batch: int) -> dict[str, tuple[int, ...]]:
    """The shapes of inputs of which only the first dimension is open."""
    weights = {tensor.name for tensor in model.graph.initializer}
    shapes = {}
    for value in model.graph.input:
        dims = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        if value.name not in weights and dims and dims[0] <= 0:
            shapes[value.name] = (batch, *dims[1:])
    return shapes


@cache
def count_architecture(architecture: Architecture) -> Counts:
    """Count an architecture of the catalogue at batch 1, from the graph that `build` writes."""
    return count(build.assemble(architecture, weights=False))


def _parameters(graph: onnx.GraphProto) -> int:
    """Elements of the tensors that some node uses as a trained weight; shared ones count once.

    Those of subgraphs count as well, whichever of them runs.
    """
    stored = stored_tensors(graph)
    trained, inner = set(), 0
    for node in graph.node:
        for position, name in enumerate(node.input):
            tensor = stored.get(name)
            if tensor is not None and _is_trained(node.op_type, position, tensor):
                trained.add(name)
        for item in node.attribute:
            inner += sum(_parameters(part) for part in (item.g, *item.graphs) if part.node)
    return inner + sum(int(math.prod(stored[name].dims)) for name in trained)


def _is_trained(operator: str, position: int, tensor: TensorProto) -> bool:
    if tensor.data_type in _FLOATS:
        if operator in _ARITHMETIC and math.prod(tensor.dims) == 1:
            return False
        return position not in _NOT_TRAINED.get(operator, ())
    return position in _QUANTIZED_WEIGHTS.get(operator, ())


def _node_macs(node: onnx.NodeProto, shapes: dict[str, tuple[int, ...]]) -> int | None:
    """Multiply-adds of one node: 0 for an operator without any, None if a shape is missing.

    Weights are [out, in / groups, ...] for Conv and [in, out / groups, ...] for ConvTranspose, so
    that groups need no term of their own.
    """
    names = [*node.input, "", "", "", ""]
    left, output = shapes.get(names[0]), shapes.get(node.output[0]) if node.output else None
    operator = node.op_type
    if operator in ("Conv", "ConvInteger", "FusedConv", "QLinearConv"):
        weight = shapes.get(names[3 if operator == "QLinearConv" else 1])
        return _product(output, weight and weight[1:])
    if operator == "ConvTranspose":
        weight = shapes.get(names[1])
        return _product(left, weight and weight[1:])
    if operator in ("Gemm", "FusedGemm"):
        transposed = any(item.name == "transA" and item.i for item in node.attribute)
        return _product(output, left and (left[:1] if transposed else left[1:]))
    if operator in _PRODUCTS:
        transposed = any(item.name == "transA" and item.i for item in node.attribute)
        return _product(output, left and (left[-2:-1] if transposed else left[-1:]))
    if operator in _RECURRENT:
        # Each step multiplies the input by W and the state by R, for each direction.
        steps = left and left[:2]
        return _sum(_product(steps, shapes.get(names[1])), _product(steps, shapes.get(names[2])))
    return 0


def _sum(*numbers: int | None) -> int | None:
    return None if None in numbers else sum(number or 0 for number in numbers)


def _product(*shapes: tuple[int, ...] | None) -> int | None:
    """Elements of all shapes multiplied; None if one of them is not known."""
    known = [int(math.prod(shape)) for shape in shapes if shape is not None]
    return math.prod(known) if len(known) == len(shapes) else None
