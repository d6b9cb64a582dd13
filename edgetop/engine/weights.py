"""What number format a model's weights are stored in, read from the file without loading it."""

from __future__ import annotations

import mmap
from collections import Counter

from edgetop.engine import onnx_file, protobuf

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
            elements = [_tensor(data, *extent) for extent in onnx_file.tensors(data)]
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


def _tensor(data: protobuf.Data, start: int, end: int) -> tuple[int, int]:
    """(data type, elements): TensorProto.data_type = 2 and dims = 1, packed or not."""
    data_type, elements = 0, 1
    for field, wire, value, stop in protobuf.fields(data, start, end):
        if field == 1 and wire == protobuf.VARINT:
            elements = min(elements * value, _MOST_ELEMENTS)
        elif field == 1 and wire == protobuf.BYTES:
            at = value
            while at < stop:
                size, at = protobuf.varint(data, at)
                elements = min(elements * size, _MOST_ELEMENTS)
        elif field == 2 and wire == protobuf.VARINT:
            data_type = value
    return data_type, elements
