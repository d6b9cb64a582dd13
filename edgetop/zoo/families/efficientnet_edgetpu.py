"""EfficientNet-EdgeTPU (Google 2019): ordinary convolutions where an Edge TPU likes them.

As timm builds it. Without squeeze and excitation, with ReLU.
https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/edgetpu
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature

# Fused, expansion, kernel, stride, channels, blocks, of the smallest.
_STAGES = (
    (True, 4, 3, 1, 24, 1), (True, 8, 3, 2, 32, 2), (True, 8, 3, 2, 48, 4),
    (False, 8, 5, 2, 96, 5), (False, 8, 5, 1, 144, 4), (False, 8, 5, 2, 192, 2),
)  # fmt: skip


def _network(image: Feature, width: float, depth: float) -> Feature:
    x = image.conv_norm("conv1", _whole(32 * width), 3, stride=2, pad=1).relu()
    for stage, (fused, expansion, kernel, stride, channels, number) in enumerate(_STAGES, 1):
        for block in range(math.ceil(number * depth)):
            name, step = f"stage{stage}/block{block + 1}", 1 if block else stride
            # The first block of all expands what the next stages are made of.
            base = _whole(24 * width) if stage == 1 else x.channels
            y = _expanded(x, name, expansion * base, kernel, step, fused=fused)
            y = y.conv_norm(f"{name}/project", _whole(channels * width), 1)
            x = y.add(x) if step == 1 and x.channels == y.channels and stage > 1 else y
    x = x.conv_norm("last", _whole(1280 * max(1.0, width)), 1).relu()
    return x.global_average_pool().flatten().linear("fc", 1000)


def _expanded(
    x: Feature, name: str, channels: int, kernel: int, stride: int, *, fused: bool
) -> Feature:
    """Many channels in one convolution, or by 1x1 and then depthwise."""
    if fused:
        return x.conv_norm(f"{name}/expand", channels, kernel, stride=stride, pad=1).relu()
    x = x.conv_norm(f"{name}/expand", channels, 1).relu()
    pad = kernel // 2
    return x.conv_norm(
        f"{name}/depthwise", channels, kernel, stride=stride, pad=pad, groups=channels
    ).relu()


def _whole(channels: float) -> int:
    """The nearest multiple of 8, but not below nine tenths."""
    near = max(8, int(channels + 4) // 8 * 8)
    return near + 8 if near < 0.9 * channels else near


NETWORKS = {
    "efficientnet_edgetpu_s": partial(_network, width=1.0, depth=1.0),
    "efficientnet_edgetpu_m": partial(_network, width=1.0, depth=1.1),
    "efficientnet_edgetpu_l": partial(_network, width=1.2, depth=1.4),
}
