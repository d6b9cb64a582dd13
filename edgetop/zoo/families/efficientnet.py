"""EfficientNet (Tan and Le 2019, arXiv:1905.11946), as torchvision builds it."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature

# Expansion, kernel, stride, channels, blocks of B0: table 1 of the paper.
_STAGES = (
    (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4), (6, 3, 1, 320, 1),
)  # fmt: skip


def _efficientnet(image: Feature, width: float, depth: float, eps: float = 1e-5) -> Feature:
    """Channels and blocks are those of B0 times `width` and `depth`."""
    x = image.conv_norm("conv1", _whole(32 * width), 3, stride=2, pad=1, eps=eps).swish()
    for stage, (expansion, kernel, stride, channels, number) in enumerate(_STAGES, 1):
        for block in range(math.ceil(number * depth)):
            name, step = f"stage{stage}/block{block + 1}", 1 if block else stride
            x = _block(x, name, expansion, kernel, step, _whole(channels * width), eps)
    x = x.conv_norm("last", 4 * x.channels, 1, eps=eps).swish()
    return x.global_average_pool().flatten().linear("fc", 1000)


def _block(
    x: Feature, name: str, expansion: int, kernel: int, stride: int, channels: int, eps: float
) -> Feature:
    """An inverted residual with squeeze and excitation."""
    y = x
    if expansion > 1:
        y = y.conv_norm(f"{name}/expand", expansion * x.channels, 1, eps=eps).swish()
    y = y.conv_norm(
        f"{name}/depthwise", y.channels, kernel, stride=stride, pad=kernel // 2,
        groups=y.channels, eps=eps,
    ).swish()  # fmt: skip
    gate = y.global_average_pool().conv(f"{name}/squeeze", x.channels // 4, 1).swish()
    y = y.multiply(gate.conv(f"{name}/excite", y.channels, 1).sigmoid())
    y = y.conv_norm(f"{name}/project", channels, 1, eps=eps)
    return y.add(x) if stride == 1 and x.channels == channels else y


def _whole(channels: float) -> int:
    """The nearest multiple of 8, but not below nine tenths."""
    near = max(8, int(channels + 4) // 8 * 8)
    return near + 8 if near < 0.9 * channels else near


NETWORKS = {
    "efficientnet_b0": partial(_efficientnet, width=1.0, depth=1.0),
    "efficientnet_b3": partial(_efficientnet, width=1.2, depth=1.4),
    "efficientnet_b5": partial(_efficientnet, width=1.6, depth=2.2, eps=1e-3),
}
