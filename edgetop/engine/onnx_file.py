"""An ONNX file as edgetop reads it by itself: where its tensors are and what goes in.

The `onnx` package would tell too, but importing it adds 30 MB and 0.15 s to the very process
whose memory is measured, and it refuses files that onnxruntime runs. Only headers are walked;
weights are skipped, not read. Field numbers are those of onnx.proto.

A message that must be there once may be there several times; a protobuf library then joins
their contents. Here each is visited by itself, which finds the same tensors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.engine import protobuf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgetop.engine.protobuf import Data

MODEL, TRAINING, FUNCTION, GRAPH, NODE, ATTRIBUTE, SPARSE, TENSOR = (
    "ModelProto", "TrainingInfoProto", "FunctionProto", "GraphProto", "NodeProto",
    "AttributeProto", "SparseTensorProto", "TensorProto",
)  # fmt: skip

PARTS: dict[str, dict[int, str]] = {
    MODEL: {7: GRAPH, 20: TRAINING, 25: FUNCTION},
    TRAINING: {1: GRAPH, 2: GRAPH},
    FUNCTION: {7: NODE, 11: ATTRIBUTE},
    GRAPH: {1: NODE, 5: TENSOR, 15: SPARSE},
    NODE: {5: ATTRIBUTE},
    ATTRIBUTE: {5: TENSOR, 6: GRAPH, 10: TENSOR, 11: GRAPH, 22: SPARSE, 23: SPARSE},
    SPARSE: {1: TENSOR, 2: TENSOR},
}
"""Where a tensor can be: fields by message, with the message that each holds."""

_VALUE_TYPES = {4: "sequence", 5: "map", 7: "opaque", 8: "sparse_tensor", 9: "optional"}


def tensors(data: Data) -> Iterator[tuple[int, int]]:
    """The extents of all tensors, those in subgraphs, attributes and functions too.

    Raises:
        ValueError, IndexError: The bytes are no protocol buffer.
    """
    pending = [(MODEL, 0, len(data))]  # not recursive: a file may nest as deep as it is long
    while pending:
        message, start, end = pending.pop()
        if message == TENSOR:
            yield start, end
            continue
        parts = PARTS[message]
        for field, wire, value, stop in protobuf.fields(data, start, end):
            if field in parts and wire == protobuf.BYTES:
                pending.append((parts[field], value, stop))


def input_kinds(data: Data) -> dict[str, tuple[str, int]]:
    """What each input of the graph takes, by name: ("tensor", its data type) or (other, 0).

    Inputs that have an initializer, as IR 3 demands of all initializers, are left out.

    Raises:
        ValueError, IndexError: The bytes are no protocol buffer.
    """
    kinds: dict[str, tuple[str, int]] = {}
    stored: set[str] = set()
    for graph in _inner(data, (0, len(data)), 7):
        for tensor in _inner(data, graph, 5):
            stored.update(_text(data, *name) for name in _inner(data, tensor, 8))
        for info in _inner(data, graph, 11):
            name = "".join(_text(data, *text) for text in list(_inner(data, info, 1))[-1:])
            for kind in _inner(data, info, 2):
                kinds[name] = _kind(data, kind)
    return {name: kind for name, kind in kinds.items() if name not in stored}


def _kind(data: Data, extent: tuple[int, int]) -> tuple[str, int]:
    """What a TypeProto says."""
    for field, wire, value, stop in protobuf.fields(data, *extent):
        if wire == protobuf.BYTES and field in _VALUE_TYPES:
            return _VALUE_TYPES[field], 0
        if wire == protobuf.BYTES and field == 1:
            for inner, inner_wire, number, _ in protobuf.fields(data, value, stop):
                if inner == 1 and inner_wire == protobuf.VARINT:
                    return "tensor", number
    return "tensor", 0


def _inner(data: Data, extent: tuple[int, int], wanted: int) -> Iterator[tuple[int, int]]:
    """The extents of the sub-messages and texts with one field number."""
    for field, wire, value, stop in protobuf.fields(data, *extent):
        if field == wanted and wire == protobuf.BYTES:
            yield value, stop


def _text(data: Data, start: int, end: int) -> str:
    return data[start:end].decode(errors="replace")
