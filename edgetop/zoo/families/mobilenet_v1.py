"""MobileNet (Howard and others 2017, arXiv:1704.04861): depthwise, then 1x1 convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature

_CHANNELS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
_HALVED = {2, 4, 6, 12}
"""Blocks that begin with a stride of 2."""


def _mobilenet(image: Feature) -> Feature:
    x = image.conv_norm("conv1", 32, 3, stride=2, pad=1).relu()
    for number, channels in enumerate(_CHANNELS, 1):
        stride = 2 if number in _HALVED else 1
        x = x.conv_norm(f"block{number}/depthwise", x.channels, 3, stride=stride, pad=1,
                        groups=x.channels).relu()  # fmt: skip
        x = x.conv_norm(f"block{number}/pointwise", channels, 1).relu()
    return x.global_average_pool().flatten().linear("fc", 1000)


NETWORKS = {"mobilenet_v1": _mobilenet}
