"""ResNet with normalisation and ReLU before each convolution (He and others 2016, 1603.05027).

timm takes a stage's stride in its first block, Keras in its last, and pools the shortcut there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature


def _resnet(image: Feature, repeats: tuple[int, ...], *, bottleneck: bool) -> Feature:
    x = image.conv("conv1", 64, 7, stride=2, pad=3, bias=False).max_pool(3, 2, pad=1)
    for stage, number in enumerate(repeats):
        for block in range(number):
            stride = 2 if stage and not block else 1
            make = _bottleneck if bottleneck else _basic
            x = make(x, f"stage{stage + 1}/block{block + 1}", 64 << stage, stride)
    return x.batch_norm(name="last/norm").relu().global_average_pool().flatten().linear("fc", 1000)


def _basic(x: Feature, name: str, width: int, stride: int) -> Feature:
    ready, shortcut = _entry(x, name, width, stride)
    branch = ready.conv_norm(f"{name}/conv1", width, 3, stride=stride, pad=1).relu()
    return branch.conv(f"{name}/conv2", width, 3, pad=1, bias=False).add(shortcut)


def _bottleneck(x: Feature, name: str, width: int, stride: int) -> Feature:
    ready, shortcut = _entry(x, name, 4 * width, stride)
    branch = ready.conv_norm(f"{name}/conv1", width, 1).relu()
    branch = branch.conv_norm(f"{name}/conv2", width, 3, stride=stride, pad=1).relu()
    return branch.conv(f"{name}/conv3", 4 * width, 1, bias=False).add(shortcut)


def _entry(x: Feature, name: str, channels: int, stride: int) -> tuple[Feature, Feature]:
    """The normalised input and the shortcut: a convolution of it where the shape changes."""
    ready = x.batch_norm(name=f"{name}/norm").relu()
    if stride == 1 and x.channels == channels:
        return ready, x
    return ready, ready.conv(f"{name}/shortcut", channels, 1, stride=stride, bias=False)


def _keras(image: Feature, repeats: tuple[int, ...]) -> Feature:
    x = image.conv("conv1", 64, 7, stride=2, pad=3).max_pool(3, 2, pad=1)
    for stage, number in enumerate(repeats):
        for block in range(number):
            stride = 2 if block == number - 1 and stage < 3 else 1
            name = f"stage{stage + 1}/block{block + 1}"
            x = _keras_block(x, name, 64 << stage, stride, first=not block)
    return x.batch_norm(name="last/norm").relu().global_average_pool().flatten().linear("fc", 1000)


def _keras_block(x: Feature, name: str, width: int, stride: int, *, first: bool) -> Feature:
    ready = x.batch_norm(name=f"{name}/norm").relu()
    if first:
        shortcut = ready.conv(f"{name}/shortcut", 4 * width, 1, stride=stride)
    else:
        shortcut = x.max_pool(1, stride) if stride > 1 else x
    branch = ready.conv_norm(f"{name}/conv1", width, 1).relu()
    branch = branch.conv_norm(f"{name}/conv2", width, 3, stride=stride, pad=1).relu()
    return branch.conv(f"{name}/conv3", 4 * width, 1).add(shortcut)


_50, _101, _152 = (3, 4, 6, 3), (3, 4, 23, 3), (3, 8, 36, 3)

NETWORKS = {
    "resnet18_v2": partial(_resnet, repeats=(2, 2, 2, 2), bottleneck=False),
    "resnet34_v2": partial(_resnet, repeats=(3, 4, 6, 3), bottleneck=False),
    "resnet50_v2": partial(_resnet, repeats=_50, bottleneck=True),
    "resnet101_v2": partial(_resnet, repeats=_101, bottleneck=True),
    "resnet152_v2": partial(_resnet, repeats=_152, bottleneck=True),
    "resnet50_v2_keras": partial(_keras, repeats=_50),
    "resnet101_v2_keras": partial(_keras, repeats=_101),
    "resnet152_v2_keras": partial(_keras, repeats=_152),
}
