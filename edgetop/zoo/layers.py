"""The layers that architectures are written in, as a builder of ONNX graphs.

A family is a function from the image to the class scores, chaining layers::

    def tiny(image: Feature) -> Feature:
        return image.conv("conv1", 64, 3, stride=2).relu().global_average_pool().flatten()

Weights are only declared while the layers are chained, and drawn when the model is written:
a graph can be counted without ever holding hundreds of megabytes.
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
    from collections.abc import Mapping

INPUT_NAME = "data"
OUTPUT_NAME = "logits"
BATCH_NAME = "batch"
"""The symbolic first dimension of input and output."""

# Opset 17 and IR 8 belong together (ONNX 1.12) and load in every onnxruntime since 1.12.
_OPSET = 17
_IR_VERSION = 8


@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor of the graph that training would have filled."""

    name: str
    shape: tuple[int, ...]
    std: float
    """Standard deviation of the normal distribution it is drawn from; 0 = all zero."""

    def declared(self) -> TensorProto:
        """The tensor without its values: enough to infer shapes and to count."""
        return TensorProto(name=self.name, dims=self.shape, data_type=TensorProto.FLOAT)

    def drawn(self) -> TensorProto:
        """The tensor with its values, float32.

        The seed is the weight's own name, so that the values neither depend on the order of the
        layers nor change from one process to the next (with the same numpy).
        """
        if not self.std:
            return numpy_helper.from_array(np.zeros(self.shape, np.float32), self.name)
        seed = int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:16], "little")
        values = np.random.Generator(np.random.PCG64(seed)).standard_normal(self.shape, np.float32)
        return numpy_helper.from_array(values * np.float32(self.std), self.name)


class Graph:
    """A network under construction: nodes in order of execution, and their weights."""

    def __init__(self, name: str, input_px: int) -> None:
        self.name = name
        self.input_px = input_px
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[Weight] = []
        self._names = {INPUT_NAME}

    @property
    def image(self) -> Feature:
        """The input: RGB, NCHW, float32."""
        return Feature(self, INPUT_NAME, 3)

    def weight(self, name: str, shape: tuple[int, ...], std: float = 0.0) -> str:
        """Declare a weight and return its name."""
        self._take(name)
        self._weights.append(Weight(name, shape, std))
        return name

    def node(
        self, operator: str, name: str, inputs: list[str], channels: int, **attributes: Any
    ) -> Feature:
        """Append a node with one output, which bears the node's name."""
        self._take(name)
        self._nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
        return Feature(self, name, channels)

    def _take(self, name: str) -> None:
        if name in self._names:
            raise ValueError(f"{self.name} has two tensors called {name}")
        self._names.add(name)

    def model(
        self, output: Feature, metadata: Mapping[str, str], *, weights: bool = True
    ) -> onnx.ModelProto:
        """The finished model with `output`, its last layer, as ``logits`` of [batch, channels].

        Args:
            output: What the last layer appended gave.
            metadata: Becomes the model's metadata properties.
            weights: False leaves the weights without values: to count, not to run.
        """
        if not self._nodes or self._nodes[-1].output[0] != output.name:
            raise ValueError(f"the last layer of {self.name} is not {output.name}")
        nodes = [*self._nodes[:-1], onnx.NodeProto()]
        nodes[-1].CopyFrom(self._nodes[-1])
        nodes[-1].output[0] = OUTPUT_NAME
        image = (BATCH_NAME, self.image.channels, self.input_px, self.input_px)
        scores = (BATCH_NAME, output.channels)
        graph = helper.make_graph(
            nodes,
            self.name,
            [helper.make_tensor_value_info(INPUT_NAME, TensorProto.FLOAT, image)],
            [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, scores)],
            [weight.drawn() if weights else weight.declared() for weight in self._weights],
        )
        model = helper.make_model(
            graph,
            producer_name="edgetop",
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
        )
        helper.set_model_props(model, dict(metadata))
        return model


@dataclass(frozen=True, slots=True)
class Feature:
    """The output of a layer; its methods append the next layer.

    Layers without weights take their name from the layer before.
    """

    graph: Graph
    name: str
    channels: int
    """Size of dimension 1."""

    def conv(
        self, name: str, channels: int, kernel: int, *, stride: int = 1, pad: int = 0
    ) -> Feature:
        """A square convolution with bias; weights normal with variance 2 / fan-in.

        That variance keeps activations of the same order through any number of layers with
        ReLU (He and others 2015, arXiv:1502.01852, equation 10).
        """
        fan_in = self.channels * kernel * kernel
        shape = (channels, self.channels, kernel, kernel)
        weight = self.graph.weight(f"{name}.weight", shape, math.sqrt(2 / fan_in))
        bias = self.graph.weight(f"{name}.bias", (channels,))
        return self.graph.node(
            "Conv",
            name,
            [self.name, weight, bias],
            channels,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[pad] * 4,
        )

    def relu(self) -> Feature:
        """max(x, 0)."""
        return self.graph.node("Relu", f"{self.name}/relu", [self.name], self.channels)

    def max_pool(self, kernel: int, stride: int, *, ceil: bool = False) -> Feature:
        """The largest value of each square window.

        Args:
            kernel: Height and width of the window.
            stride: Distance between windows.
            ceil: Round the output size up, so that a last window may reach over the edge.
        """
        return self.graph.node(
            "MaxPool",
            f"{self.name}/max_pool",
            [self.name],
            self.channels,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            ceil_mode=int(ceil),
        )

    def global_average_pool(self) -> Feature:
        """The mean of each channel, whatever the image size: [N, C, 1, 1]."""
        name = f"{self.name}/average"
        return self.graph.node("GlobalAveragePool", name, [self.name], self.channels)

    def flatten(self) -> Feature:
        """[N, C, 1, 1] as [N, C]."""
        return self.graph.node("Flatten", f"{self.name}/flat", [self.name], self.channels, axis=1)


def concat(name: str, *features: Feature) -> Feature:
    """Features of one height and width side by side, along the channels."""
    names = [feature.name for feature in features]
    channels = sum(feature.channels for feature in features)
    return features[0].graph.node("Concat", name, names, channels, axis=1)
