"""Shapes of all tensors of an ONNX graph, once those of its inputs are known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import onnx
from onnx import TensorProto, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KEPT = 1024
"""Numbers in a stored tensor that may be a shape; larger ones need not be looked into."""
_VALUES = (
    "raw_data", "float_data", "int32_data", "string_data", "int64_data", "double_data",
    "uint64_data",
)  # fmt: skip


RUNTIME_DOMAIN = "com.microsoft"
"""Of the operators that onnxruntime adds."""

LIKE = {
    "QLinearAdd": ("Add", (0, 3)),
    "QLinearAveragePool": ("AveragePool", (0,)),
    "QLinearGlobalAveragePool": ("GlobalAveragePool", (0,)),
    "QLinearLeakyRelu": ("Identity", (0,)),
    "QLinearMul": ("Mul", (0, 3)),
    "QLinearSigmoid": ("Identity", (0,)),
    "QLinearSoftmax": ("Identity", (0,)),
}
"""Operators of onnxruntime that onnx does not know, and which of its own give the same shape from
which of their inputs."""


class Shapes(NamedTuple):
    """What is known of the tensors of a graph, by name."""

    sizes: dict[str, tuple[int, ...]]
    """Only shapes that are known entirely."""
    types: dict[str, int]
    """ONNX's number of the type of elements."""


def infer(model: onnx.ModelProto, inputs: Mapping[str, tuple[int, ...]]) -> Shapes:
    """The shapes of all tensors.

    Args:
        model: Is not changed.
        inputs: Shapes of the inputs; what the graph declares of other batches is forgotten.
    """
    fixed = without_values(model)
    changed = False
    for value in fixed.graph.input:
        if value.name in inputs:
            changed |= _set(value, inputs[value.name])
    if changed:
        for value in [*fixed.graph.output, *fixed.graph.value_info]:
            value.type.tensor_type.ClearField("shape")
    for node in fixed.graph.node:
        if node.domain == RUNTIME_DOMAIN and node.op_type in LIKE:
            _replace(node)
    try:
        graph = onnx.shape_inference.infer_shapes(fixed, data_prop=True).graph
    except onnx.shape_inference.InferenceError:  # onnxruntime may still run what onnx refuses
        graph = fixed.graph
    stored = stored_tensors(model.graph)
    shapes = Shapes(
        {name: tuple(tensor.dims) for name, tensor in stored.items()},
        {name: tensor.data_type for name, tensor in stored.items()},
    )
    for value in [*graph.input, *graph.value_info, *graph.output]:
        tensor_type = value.type.tensor_type
        dims = tuple(dim.dim_value for dim in tensor_type.shape.dim)
        shapes.types.setdefault(value.name, tensor_type.elem_type)
        if tensor_type.HasField("shape") and all(dim > 0 for dim in dims):
            shapes.sizes.setdefault(value.name, dims)
    return shapes


def _replace(node: onnx.NodeProto) -> None:
    node.op_type, taken = LIKE[node.op_type]
    names = [node.input[at] for at in taken if at < len(node.input)]
    del node.input[:]
    node.input.extend(names)
    node.domain = ""


def _set(value: onnx.ValueInfoProto, shape: tuple[int, ...]) -> bool:
    """Give an input its shape; False if it had that."""
    dims = value.type.tensor_type.shape.dim
    if len(dims) != len(shape) or [dim.dim_value for dim in dims] == list(shape):
        return False
    for dim, size in zip(dims, shape, strict=True):
        if size > 0:
            dim.dim_value = size
    return True


def without_values(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy in which large weights are only described: they would be copied several times."""
    held = [(tensor, _taken(tensor)) for tensor in _large(model.graph)]
    try:
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
    finally:
        for tensor, values in held:
            tensor.MergeFrom(values)
    return copy


def _large(graph: onnx.GraphProto) -> Iterator[TensorProto]:
    return (tensor for tensor in graph.initializer if math.prod(tensor.dims) > _KEPT)


def _taken(tensor: TensorProto) -> TensorProto:
    """The values of a tensor, which it has no more."""
    values = TensorProto()
    if tensor.HasField("raw_data"):  # bytes are shared, not copied
        values.raw_data = tensor.raw_data
        tensor.ClearField("raw_data")
    for field in _VALUES[1:]:
        getattr(values, field).extend(getattr(tensor, field))
        tensor.ClearField(field)
    return values


def stored_tensors(graph: onnx.GraphProto) -> dict[str, TensorProto]:
    """Every tensor that the file holds, by the name that nodes use it under.

    Also those that it only describes: graphs made for timing fill their weights with one value.
    """
    stored = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        value = next((item.t for item in node.attribute if item.name == "value"), None)
        if node.op_type == "Constant" and value is not None and node.output:
            stored[node.output[0]] = value
        elif node.op_type == "ConstantOfShape" and node.output and node.input:
            shape = stored.get(node.input[0])
            if shape is not None and math.prod(shape.dims) <= _KEPT and not shape.external_data:
                kind = TensorProto.FLOAT if value is None else value.data_type
                dims = numpy_helper.to_array(shape).tolist()
                stored[node.output[0]] = TensorProto(dims=dims, data_type=kind)
    return stored
