"""Xception (Chollet 2016, arXiv:1610.02357): depthwise separable convolutions with shortcuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature


def _xception(image: Feature) -> Feature:
    x = image.conv_norm("conv1", 32, 3, stride=2).relu().conv_norm("conv2", 64, 3).relu()
    x = _shrinking(x, "entry1", 128, 128, relu_first=False)
    x = _shrinking(x, "entry2", 256, 256)
    x = _shrinking(x, "entry3", 728, 728)
    for number in range(1, 9):
        y = x
        for layer in range(1, 4):
            y = _separable(y.relu(), f"middle{number}/conv{layer}", 728)
        x = y.add(x)
    x = _shrinking(x, "exit1", 728, 1024)
    x = _separable(_separable(x, "exit2", 1536).relu(), "exit3", 2048).relu()
    return x.global_average_pool().flatten().linear("fc", 1000)


def _shrinking(
    x: Feature, name: str, first: int, second: int, *, relu_first: bool = True
) -> Feature:
    """Two separable convolutions and a pooling, beside a 1x1 convolution of stride 2."""
    y = _separable(x.relu() if relu_first else x, f"{name}/conv1", first)
    y = _separable(y.relu(), f"{name}/conv2", second).max_pool(3, 2, pad=1)
    return y.add(x.conv_norm(f"{name}/shortcut", second, 1, stride=2))


def _separable(x: Feature, name: str, channels: int) -> Feature:
    x = x.conv(f"{name}/depthwise", x.channels, 3, pad=1, groups=x.channels, bias=False)
    return x.conv_norm(name, channels, 1)


NETWORKS = {"xception": _xception}
