"""An ONNX graph under construction: nodes in order of execution, and weights to be drawn.

Weights are only declared while the layers are chained. They are drawn when the file is written,
piece by piece: neither counting nor writing a network of 600 MB needs memory for its weights.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import BinaryIO

INPUT_NAME = "data"
OUTPUT_NAME = "logits"
BATCH_NAME = "batch"
"""The symbolic first dimension of input and outputs."""

# Opset 17 and IR 8 belong together (ONNX 1.12) and load in every onnxruntime since 1.12.
_OPSET = 17
_IR_VERSION = 8

_PIECE = 1 << 20
"""Weights drawn at a time."""

# Field numbers of onnx.proto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
_MODEL_GRAPH = 7
_GRAPH_INITIALIZER = 5
_TENSOR_RAW_DATA = 9


@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor of float32 that training would have filled."""

    name: str
    shape: tuple[int, ...]
    std: float
    """Standard deviation of the normal distribution it is drawn from; 0 = all `mean`."""
    mean: float = 0.0

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)

    def declared(self) -> TensorProto:
        """The tensor without its values: enough to infer shapes and to count."""
        return TensorProto(name=self.name, dims=self.shape, data_type=TensorProto.FLOAT)

    def drawn(self) -> TensorProto:
        """The tensor with its values."""
        tensor = self.declared()
        tensor.raw_data = b"".join(self.pieces())
        return tensor

    def pieces(self) -> Iterator[bytes]:
        """The values in the order of ONNX's raw data, little-endian, up to 4 MiB at a time.

        The seed is the weight's own name, so that the values neither depend on the order of the
        layers nor change from one process to the next (with the same numpy).
        """
        seed = int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:16], "little")
        generator = np.random.Generator(np.random.PCG64(seed))
        for start in range(0, self.size, _PIECE):
            number = min(_PIECE, self.size - start)
            values = np.full(number, self.mean, np.float32)
            if self.std:
                values += generator.standard_normal(number, np.float32) * np.float32(self.std)
            yield values.astype("<f4", copy=False).tobytes()


class Graph:
    """A network under construction."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[Weight] = []
        self._constants: list[TensorProto] = []
        self._names = {INPUT_NAME}

    def weight(self, name: str, shape: tuple[int, ...], std: float = 0.0, mean: float = 0.0) -> str:
        """Declare a weight and return its name."""
        self._take(name)
        self._weights.append(Weight(name, shape, std, mean))
        return name

    def constant(self, name: str, values: Sequence[int] | float) -> str:
        """Store whole numbers (a shape, indices) or one float as a tensor; returns its name."""
        self._take(name)
        kind = np.float32 if isinstance(values, float) else np.int64
        self._constants.append(numpy_helper.from_array(np.array(values, kind), name))
        return name

    def node(self, operator: str, name: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Append a node with one output, which bears the node's name; returns that name."""
        self._take(name)
        self._nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
        return name

    def free_name(self, wanted: str) -> str:
        """The name, with a number behind it if it is taken."""
        name, number = wanted, 2
        while name in self._names:
            name, number = f"{wanted}_{number}", number + 1
        return name

    def _take(self, name: str) -> None:
        if name in self._names:
            raise ValueError(f"{self.name} has two tensors called {name}")
        self._names.add(name)

    def model(
        self,
        image: tuple[int, ...],
        outputs: Mapping[str, tuple[str, tuple[int, ...]]],
        metadata: Mapping[str, str],
        *,
        weights: bool = True,
    ) -> onnx.ModelProto:
        """The finished model.

        Args:
            image: Shape of the input behind the batch.
            outputs: By the name that an output shall have: the node it comes from, which no
                other node may use, and its shape behind the batch.
            metadata: Becomes the model's metadata properties.
            weights: False leaves the weights without values: to count, not to run.
        """
        model = self._skeleton(image, outputs, metadata)
        stored = [weight.drawn() if weights else weight.declared() for weight in self._weights]
        model.graph.initializer.extend(stored)
        return model

    def write(
        self,
        file: BinaryIO,
        image: tuple[int, ...],
        outputs: Mapping[str, tuple[str, tuple[int, ...]]],
        metadata: Mapping[str, str],
    ) -> None:
        """Write the finished model, drawing its weights on the way.

        The same bytes in every process, and what protobuf itself would write of `model`, but
        for the order of the fields: the graph comes last.
        """
        model = self._skeleton(image, outputs, metadata)
        graph = model.graph.SerializeToString(deterministic=True)
        model.ClearField("graph")
        file.write(model.SerializeToString(deterministic=True))
        weights = self._weights
        heads = [_tensor_head(weight) for weight in weights]
        sizes = [len(head) + 4 * weight.size for head, weight in zip(heads, weights, strict=True)]
        labels = [_label(_GRAPH_INITIALIZER, size) for size in sizes]
        file.write(_label(_MODEL_GRAPH, len(graph) + sum(sizes) + sum(map(len, labels))))
        file.write(graph)
        for label, head, weight in zip(labels, heads, weights, strict=True):
            file.write(label + head)
            file.writelines(weight.pieces())

    def _skeleton(
        self,
        image: tuple[int, ...],
        outputs: Mapping[str, tuple[str, tuple[int, ...]]],
        metadata: Mapping[str, str],
    ) -> onnx.ModelProto:
        graph = helper.make_graph(
            self._named({node: name for name, (node, _) in outputs.items()}),
            self.name,
            [_value(INPUT_NAME, image)],
            [_value(name, shape) for name, (_, shape) in outputs.items()],
            self._constants,
        )
        model = helper.make_model(
            graph,
            producer_name="edgetop",
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
        )
        helper.set_model_props(model, dict(metadata))
        return model

    def _named(self, names: Mapping[str, str]) -> list[onnx.NodeProto]:
        """The nodes, those that give an output under its name."""
        used = {name for node in self._nodes for name in node.input}
        made = {node.name for node in self._nodes}
        for name in names:
            if name in used or name not in made:
                raise ValueError(f"{name} of {self.name} is not a last layer")
        nodes = [onnx.NodeProto() for _ in self._nodes]
        for copy, node in zip(nodes, self._nodes, strict=True):
            copy.CopyFrom(node)
            copy.output[0] = names.get(node.name, node.name)
        return nodes


def _value(name: str, shape: tuple[int, ...]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, (BATCH_NAME, *shape))


def _tensor_head(weight: Weight) -> bytes:
    """The serialised tensor up to its values."""
    declared: bytes = weight.declared().SerializeToString(deterministic=True)
    return declared + _label(_TENSOR_RAW_DATA, 4 * weight.size)


def _label(field: int, length: int) -> bytes:
    """What stands before a field of that many bytes in protobuf's wire format."""
    return _varint(field << 3 | 2) + _varint(length)


def _varint(number: int) -> bytes:
    digits = bytearray()
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*digits, number])
