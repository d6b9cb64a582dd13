"""The layers that architectures are written in.

A family is a function from the image to the last layer, chaining layers::

    def tiny(image: Feature) -> Feature:
        return image.conv("conv1", 64, 3, stride=2).relu().global_average_pool().flatten()
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from edgetop.zoo.graph import INPUT_NAME, OUTPUT_NAME, Graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    Size = int | tuple[int, int]
    """Of a square, or height and width."""

_IMAGE_POWER = 1 / 3  # of values spread evenly from 0 to 1, as edgetop feeds them


@dataclass(frozen=True, slots=True)
class Feature:
    """The output of a layer; its methods append the next layer.

    Layers without weights take their name from the layer before.
    """

    graph: Graph
    name: str
    shape: tuple[int, ...]
    """Behind the batch: channels, height and width (equal) of an image."""
    power: float = _IMAGE_POWER
    """About the mean square of the values; what `batch_norm` brings to 1."""
    is_sum: bool = False
    """It is the sum of a branch and what the branch began from."""

    @property
    def channels(self) -> int:
        """Size of the first dimension behind the batch."""
        return self.shape[0]

    @property
    def px(self) -> int:
        """Height and width of an image."""
        return self.shape[2]

    def conv(
        self, name: str, channels: int, kernel: Size, *, stride: int = 1, pad: Size = 0,
        groups: int = 1, bias: bool = True, weights_of: str = "",
    ) -> Feature:  # fmt: skip
        """A convolution; weights normal with variance 2 / fan-in.

        That variance keeps activations of the same order through any number of layers with
        ReLU (He and others 2015, arXiv:1502.01852, equation 10).

        Args:
            name: Of the layer and, with an ending, of its weights.
            channels: Of the output.
            kernel: Height and width of the window.
            stride: Distance between windows.
            pad: Rows and columns of zeros added at each edge.
            groups: Into how many parts the channels are divided, each with its own weights.
            bias: Add a weight to each channel.
            weights_of: An earlier layer of the same shape whose weights are used here, too.
        """
        (height, width), (top, left) = _pair(kernel), _pair(pad)
        fan_in = self.channels // groups * height * width
        weight = f"{weights_of or name}.weight"
        if not weights_of:
            shape = (channels, self.channels // groups, height, width)
            self.graph.weight(weight, shape, math.sqrt(2 / fan_in))
        inputs = [self.name, weight]
        if bias:
            inputs.append(self.graph.weight(f"{name}.bias", (channels,)))
        self.graph.node(
            "Conv", name, inputs, kernel_shape=[height, width], strides=[stride] * 2,
            pads=[top, left] * 2, group=groups,
        )  # fmt: skip
        px = (self.px + 2 * top - height) // stride + 1
        assert px == (self.px + 2 * left - width) // stride + 1, f"{name} makes no square"
        return Feature(self.graph, name, (channels, px, px), 2 * self.power)

    def conv_norm(
        self, name: str, channels: int, kernel: Size, *, stride: int = 1, pad: Size = 0,
        groups: int = 1, eps: float = 1e-5,
    ) -> Feature:  # fmt: skip
        """A convolution without bias and a batch normalisation behind it."""
        x = self.conv(name, channels, kernel, stride=stride, pad=pad, groups=groups, bias=False)
        return x.batch_norm(eps=eps)

    def batch_norm(self, *, eps: float = 1e-5, name: str = "") -> Feature:
        """Batch normalisation as at inference: scale 1, shift 0.

        The moving variance is `power`, so that values come out of the order of one as in a
        trained network; otherwise they would double with every shortcut that is added.
        """
        name = self.graph.free_name(name or f"{self.name}/norm")
        size = (self.channels,)
        weights = [
            self.graph.weight(f"{name}.scale", size, mean=1.0),
            self.graph.weight(f"{name}.shift", size),
            self.graph.weight(f"{name}.mean", size),
            self.graph.weight(f"{name}.variance", size, mean=self.power),
        ]
        self.graph.node("BatchNormalization", name, [self.name, *weights], epsilon=eps)
        return replace(self, name=name, power=1.0, is_sum=False)

    def linear(self, name: str, channels: int, *, bias: bool = True) -> Feature:
        """A fully connected layer, behind `flatten`."""
        shape = (channels, self.channels)
        inputs = [self.name, self.graph.weight(f"{name}.weight", shape, (2 / self.channels) ** 0.5)]
        if bias:
            inputs.append(self.graph.weight(f"{name}.bias", (channels,)))
        self.graph.node("Gemm", name, inputs, transB=1)
        return Feature(self.graph, name, (channels,), 2 * self.power)

    def local_response_norm(self) -> Feature:
        """Each value damped by those of its neighbour channels, with AlexNet's constants."""
        return self._after("LRN", "lrn", size=5, alpha=1e-4, beta=0.75, bias=1.0)

    def relu(self) -> Feature:
        """max(x, 0)."""
        # What shortcuts carry is positive, mostly: half of the power is lost elsewhere only.
        power = self.power if self.is_sum else self.power / 2
        return self._after("Relu", "relu", power=power)

    def relu6(self) -> Feature:
        """min(max(x, 0), 6)."""
        name = self.graph.free_name(f"{self.name}/relu6")
        low = self.graph.constant(f"{name}.low", 0.0)
        high = self.graph.constant(f"{name}.high", 6.0)
        return self._after("Clip", "relu6", low, high, power=self.power / 2)

    def sigmoid(self) -> Feature:
        """1 / (1 + exp(-x))."""
        # Of a normal x: a quarter where it is small, half where it is large.
        return self._after("Sigmoid", "sigmoid", power=0.25 + self.power / (4 * self.power + 20))

    def swish(self) -> Feature:
        """The product of x and its sigmoid."""
        share = 0.25 + self.power / (4 * self.power + 5.6)  # 0.356 of a standard normal x
        return replace(self.multiply(self.sigmoid()), power=share * self.power)

    def softmax(self) -> Feature:
        """Shares that sum to 1 over the last dimension."""
        return self._after("Softmax", "softmax", axis=-1)

    def max_pool(self, kernel: int, stride: int, *, pad: int = 0, ceil: bool = False) -> Feature:
        """The largest value of each square window.

        Args:
            kernel: Height and width of the window.
            stride: Distance between windows.
            pad: Rows and columns added at each edge.
            ceil: Round the output size up, so that a last window may reach over the edge.
        """
        return self._pool("MaxPool", "max_pool", kernel, stride, pad, ceil=ceil)

    def average_pool(
        self, kernel: int, stride: int, *, pad: int = 0, ceil: bool = False,
        count_pad: bool = True,
    ) -> Feature:  # fmt: skip
        """The mean of each square window; `count_pad`: also over the padding."""
        return self._pool(
            "AveragePool", "average_pool", kernel, stride, pad, ceil=ceil,
            count_include_pad=int(count_pad),
        )  # fmt: skip

    def _pool(
        self, operator: str, word: str, kernel: int, stride: int, pad: int, *, ceil: bool,
        **attributes: Any,
    ) -> Feature:  # fmt: skip
        reach = self.px + 2 * pad - kernel
        px = reach // stride + 1
        if ceil and reach % stride and px * stride < self.px + pad:
            px += 1  # a last window must begin within the image
        return self._after(
            operator, word, shape=(self.channels, px, px), kernel_shape=[kernel] * 2,
            strides=[stride] * 2, pads=[pad] * 4, ceil_mode=int(ceil), **attributes,
        )  # fmt: skip

    def global_average_pool(self) -> Feature:
        """The mean of each channel, whatever the image size: [N, C, 1, 1]."""
        # Of values behind ReLU a third is left: the square of their mean.
        return self._after(
            "GlobalAveragePool", "average", shape=(self.channels, 1, 1), power=self.power / 3
        )

    def flatten(self) -> Feature:
        """[N, C, H, W] as [N, C x H x W]."""
        return self._after("Flatten", "flat", shape=(math.prod(self.shape),), axis=1)

    def rows(self, size: int) -> Feature:
        """[N, C, H, W] as [N, H x W x C / size, size]: so many channels of a point in each row."""
        px = self.px
        x = self._after("Transpose", "by_point", shape=(px, px, self.channels), perm=[0, 2, 3, 1])
        return x.reshape(px * px * self.channels // size, size)

    def add(self, *others: Feature) -> Feature:
        """The sum with features of the same shape."""
        x = self
        for other in others:
            x = x._after("Add", "add", other.name, power=x.power + other.power)
        return replace(x, is_sum=True)

    def multiply(self, other: Feature) -> Feature:
        """The product with a feature of the same shape, or with a gate of [N, C, 1, 1]."""
        return self._after("Mul", "times", other.name, power=self.power * other.power)

    def scale(self, factor: float) -> Feature:
        """Every value times a constant."""
        name = self.graph.free_name(f"{self.name}/scaled")
        constant = self.graph.constant(f"{name}.factor", factor)
        return self._after("Mul", "scaled", constant, power=self.power * factor**2)

    def channel_slice(self, start: int, end: int) -> Feature:
        """Channels `start` up to, without, `end`."""
        return self._slice("channels", 1, start, end)

    def pad(self, before: int, after: int) -> Feature:
        """Rows and columns of zeros: so many at top and left, so many at bottom and right."""
        name = self.graph.free_name(f"{self.name}/padded")
        pads = self.graph.constant(f"{name}.pads", [0, 0, before, before, 0, 0, after, after])
        px = self.px + before + after
        return self._after("Pad", "padded", pads, shape=(self.channels, px, px))

    def crop(self, before: int) -> Feature:
        """Without so many rows at the top and columns at the left."""
        x = self._slice("cropped", 2, before, self.px)
        return x._slice("cropped", 3, before, self.px)

    def _slice(self, word: str, axis: int, start: int, end: int) -> Feature:
        name = self.graph.free_name(f"{self.name}/{word}")
        bounds = [
            self.graph.constant(f"{name}.{part}", [number])
            for part, number in (("start", start), ("end", end), ("axis", axis))
        ]
        shape = (*self.shape[: axis - 1], end - start, *self.shape[axis:])
        return self._after("Slice", word, *bounds, shape=shape)

    def shuffle(self, groups: int) -> Feature:
        """Channels of all groups interleaved (Zhang and others 2017, arXiv:1707.01083)."""
        size, px = self.channels // groups, self.px
        x = self.reshape(groups, size, px * px)
        x = x._after("Transpose", "shuffled", shape=(size, groups, px * px), perm=[0, 2, 1, 3])
        return x.reshape(*self.shape)

    def reshape(self, *shape: int) -> Feature:
        """The same values in another shape behind the batch."""
        name = self.graph.free_name(f"{self.name}/reshaped")
        dims = self.graph.constant(f"{name}.shape", [0, *shape])  # 0: as many as there are
        return self._after("Reshape", "reshaped", dims, shape=shape)

    def _after(
        self, operator: str, word: str, *inputs: str, shape: tuple[int, ...] | None = None,
        power: float | None = None, **attributes: Any,
    ) -> Feature:  # fmt: skip
        """Append a layer without weights; shape and power that are not given stay."""
        name = self.graph.free_name(f"{self.name}/{word}")
        self.graph.node(operator, name, [self.name, *inputs], **attributes)
        return Feature(
            self.graph,
            name,
            self.shape if shape is None else shape,
            self.power if power is None else power,
        )


def concat(name: str, *features: Feature) -> Feature:
    """Features side by side along the channels; their other dimensions are equal."""
    first = features[0]
    assert len({feature.shape[1:] for feature in features}) == 1, f"{name} joins different sizes"
    first.graph.node("Concat", name, [feature.name for feature in features], axis=1)
    channels = sum(feature.channels for feature in features)
    power = sum(feature.power * feature.channels for feature in features) / channels
    return Feature(first.graph, name, (channels, *first.shape[1:]), power)


def image_of(graph: Graph, input_px: int) -> Feature:
    """The input: RGB, NCHW, float32."""
    return Feature(graph, INPUT_NAME, (3, input_px, input_px))


def outputs_of(
    last: Feature | Mapping[str, Feature],
) -> dict[str, tuple[str, tuple[int, ...]]]:
    """What `Graph.model` must know of the outputs; a single one is called ``logits``."""
    features = {OUTPUT_NAME: last} if isinstance(last, Feature) else last
    return {name: (item.name, item.shape) for name, item in features.items()}


def _pair(size: Size) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size
