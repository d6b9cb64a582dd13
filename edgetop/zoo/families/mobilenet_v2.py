"""MobileNet v2 (Sandler and others 2018, arXiv:1801.04381): inverted residuals.

The port that Bianco and others measured has the expanding layer also where it expands nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature

# Expansion, channels, blocks, stride of the first: table 2 of the paper.
_STAGES = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
)  # fmt: skip


def _mobilenet(image: Feature, *, always_expand: bool = False) -> Feature:
    x = image.conv_norm("conv1", 32, 3, stride=2, pad=1).relu6()
    for stage, (expansion, channels, number, first_stride) in enumerate(_STAGES, 1):
        for block in range(number):
            stride = 1 if block else first_stride
            name, expand = f"stage{stage}/block{block + 1}", expansion > 1 or always_expand
            y = x.conv_norm(f"{name}/expand", expansion * x.channels, 1).relu6() if expand else x
            y = _rest(y, name, channels, stride)
            x = y.add(x) if stride == 1 and x.channels == channels else y
    x = x.conv_norm("last", 1280, 1).relu6()
    return x.global_average_pool().flatten().linear("fc", 1000)


def _rest(x: Feature, name: str, channels: int, stride: int) -> Feature:
    """The depthwise convolution and the one that narrows, which no activation follows."""
    x = x.conv_norm(f"{name}/depthwise", x.channels, 3, stride=stride, pad=1, groups=x.channels)
    return x.relu6().conv_norm(f"{name}/project", channels, 1)


NETWORKS = {
    "mobilenet_v2": _mobilenet,
    "mobilenet_v2_bianco": partial(_mobilenet, always_expand=True),
}
