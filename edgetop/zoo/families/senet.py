"""Networks with squeeze and excitation (Hu and others 2017, arXiv:1709.01507).

SE-ResNet takes the stride in its first 1x1 layer, as its authors' Caffe models do; SE-ResNeXt and
SENet-154 take it in the 3x3 layer.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature

Kind = Literal["resnet", "resnext", "senet"]


def _network(image: Feature, repeats: tuple[int, ...], kind: Kind) -> Feature:
    if kind == "senet":
        x = image.conv_norm("conv1_1", 64, 3, stride=2, pad=1).relu()
        x = x.conv_norm("conv1_2", 64, 3, pad=1).relu()
        x = x.conv_norm("conv1_3", 128, 3, pad=1).relu()
    else:
        x = image.conv_norm("conv1", 64, 7, stride=2, pad=3).relu()
    x = x.max_pool(3, 2, ceil=True)
    for stage, number in enumerate(repeats):
        for block in range(number):
            name, stride = f"stage{stage + 1}/block{block + 1}", 2 if stage and not block else 1
            x = _block(x, name, 64 << stage, stride, kind, stage)
    return x.global_average_pool().flatten().linear("fc", 1000)


def _block(x: Feature, name: str, width: int, stride: int, kind: Kind, stage: int) -> Feature:
    branch = _bottleneck(x, name, width, stride, kind)
    branch = branch.multiply(_gate(branch, f"{name}/gate"))
    if x.channels != branch.channels:
        # SENet-154 looks at 3x3 to halve the image, the others at every second point.
        kernel = 3 if kind == "senet" and stage else 1
        x = x.conv_norm(f"{name}/shortcut", branch.channels, kernel, stride=stride, pad=kernel // 2)
    return branch.add(x).relu()


def _bottleneck(x: Feature, name: str, width: int, stride: int, kind: Kind) -> Feature:
    conv1, conv2, conv3 = (f"{name}/conv{layer}" for layer in (1, 2, 3))
    if kind == "resnet":
        y = x.conv_norm(conv1, width, 1, stride=stride).relu().conv_norm(conv2, width, 3, pad=1)
    elif kind == "resnext":
        y = x.conv_norm(conv1, 2 * width, 1).relu()
        y = y.conv_norm(conv2, 2 * width, 3, stride=stride, pad=1, groups=32)
    else:
        y = x.conv_norm(conv1, 2 * width, 1).relu()
        y = y.conv_norm(conv2, 4 * width, 3, stride=stride, pad=1, groups=64)
    return y.relu().conv_norm(conv3, 4 * width, 1)


def _gate(x: Feature, name: str) -> Feature:
    """How much of each channel to let through, from the means of all."""
    x = x.global_average_pool().conv(f"{name}/squeeze", x.channels // 16, 1).relu()
    return x.conv(f"{name}/excite", 16 * x.channels, 1).sigmoid()


NETWORKS = {
    "se_resnet50": partial(_network, repeats=(3, 4, 6, 3), kind="resnet"),
    "se_resnet101": partial(_network, repeats=(3, 4, 23, 3), kind="resnet"),
    "se_resnet152": partial(_network, repeats=(3, 8, 36, 3), kind="resnet"),
    "se_resnext50_32x4d": partial(_network, repeats=(3, 4, 6, 3), kind="resnext"),
    "se_resnext101_32x4d": partial(_network, repeats=(3, 4, 23, 3), kind="resnext"),
    "senet154": partial(_network, repeats=(3, 8, 36, 3), kind="senet"),
}
