"""What number format a model's weights are stored in, read from the file without loading it.

The `onnx` package would tell too, but importing it adds 30 MB and 0.15 s to the very process
whose memory is measured, and it refuses files that onnxruntime runs. Only the wire format of
protocol buffers is walked, and only over tensor headers; weights are skipped, not read.
Field numbers are those of onnx.proto: ModelProto.graph = 7, GraphProto.node = 1 and
initializer = 5, NodeProto.attribute = 5, AttributeProto.t = 5, TensorProto.dims = 1 and
data_type = 2.
"""

from __future__ import annotations

import mmap
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORMATS = {
    1: "fp32",
    10: "fp16",
    16: "bf16",
    11: "fp64",
    2: "int8",
    3: "int8",
    21: "int4",
    22: "int4",
}
_ENOUGH = 0.9  # of all weights: the rest is biases and scales
_MOST_ELEMENTS = 1 << 63  # a damaged header may claim any product of dimensions


def stored_precision(path: str) -> str:
    """``fp32``, ``fp16``, ``int8``, ... or ``mixed``; empty if the file does not tell."""
    try:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            elements = list(_tensors(data))
    except (OSError, ValueError, IndexError):
        return ""
    count: Counter[str] = Counter()
    for data_type, number in elements:
        if data_type in _FORMATS:
            count[_FORMATS[data_type]] += number
    if not count:
        return ""
    name, most = count.most_common(1)[0]
    return name if most >= _ENOUGH * count.total() else "mixed"


def _tensors(data: mmap.mmap) -> Iterator[tuple[int, int]]:
    """(data type, elements) of every initializer and constant of the graph."""
    for graph in _messages(data, 0, len(data), 7):
        for start, end in _messages(data, *graph, 5):
            yield _tensor(data, start, end)
        for node in _messages(data, *graph, 1):
            for attribute in _messages(data, *node, 5):
                for start, end in _messages(data, *attribute, 5):
                    yield _tensor(data, start, end)


def _tensor(data: mmap.mmap, start: int, end: int) -> tuple[int, int]:
    data_type, elements = 0, 1
    for field, wire, value, stop in _fields(data, start, end):
        if field == 1 and wire == 0:
            elements = min(elements * value, _MOST_ELEMENTS)
        elif field == 1 and wire == 2:
            at = value
            while at < stop:
                size, at = _varint(data, at)
                elements = min(elements * size, _MOST_ELEMENTS)
        elif field == 2 and wire == 0:
            data_type = value
    return data_type, elements


def _messages(data: mmap.mmap, start: int, end: int, wanted: int) -> Iterator[tuple[int, int]]:
    """The extents of the sub-messages with one field number."""
    for field, wire, value, stop in _fields(data, start, end):
        if field == wanted and wire == 2:
            yield value, stop


def _fields(data: mmap.mmap, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(field, wire type, value or start, end) of each field between two offsets.

    Raises:
        ValueError: The bytes are no protocol buffer.
    """
    at = start
    while at < end:
        key, at = _varint(data, at)
        field, wire = key >> 3, key & 7
        value, stop = at, at
        if wire == 0:
            value, stop = _varint(data, at)
        elif wire == 1:
            stop = at + 8
        elif wire == 2:
            size, value = _varint(data, at)
            stop = value + size
        elif wire == 5:
            stop = at + 4
        else:
            raise ValueError(f"wire type {wire}")
        if stop > end:
            raise ValueError("a field ends behind its message")
        yield field, wire, value, stop
        at = stop


def _varint(data: mmap.mmap, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number longer than 64 bits")
