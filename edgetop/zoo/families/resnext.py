"""ResNeXt (Xie and others 2016, arXiv:1611.05431): bottlenecks of many groups."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature


def _resnext(image: Feature, repeats: tuple[int, ...], groups: int, group_width: int) -> Feature:
    x = image.conv_norm("conv1", 64, 7, stride=2, pad=3).relu().max_pool(3, 2, pad=1)
    for stage, number in enumerate(repeats):
        for block in range(number):
            name, stride = f"stage{stage + 1}/block{block + 1}", 2 if stage and not block else 1
            x = _block(x, name, groups * group_width << stage, 256 << stage, stride, groups)
    return x.global_average_pool().flatten().linear("fc", 1000)


def _block(x: Feature, name: str, width: int, channels: int, stride: int, groups: int) -> Feature:
    branch = x.conv_norm(f"{name}/conv1", width, 1).relu()
    branch = branch.conv_norm(f"{name}/conv2", width, 3, stride=stride, pad=1, groups=groups)
    branch = branch.relu().conv_norm(f"{name}/conv3", channels, 1)
    if x.channels != channels:
        x = x.conv_norm(f"{name}/shortcut", channels, 1, stride=stride)
    return branch.add(x).relu()


NETWORKS = {
    "resnext101_32x4d": partial(_resnext, repeats=(3, 4, 23, 3), groups=32, group_width=4),
    "resnext101_64x4d": partial(_resnext, repeats=(3, 4, 23, 3), groups=64, group_width=4),
}
