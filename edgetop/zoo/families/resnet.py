"""ResNet (He and others 2015, arXiv:1512.03385), original order of layers.

Networks with bottlenecks come in two variants: the paper's and Caffe's take the stride in the
first 1x1 layer, torchvision's ("v1.5") in the 3x3 layer, which costs 6 % more operations.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature


def _resnet(
    image: Feature, repeats: tuple[int, ...], *, bottleneck: bool, stride_first: bool = False,
    bias: bool = False,
) -> Feature:  # fmt: skip
    x = image.conv("conv1", 64, 7, stride=2, pad=3, bias=bias).batch_norm().relu()
    # Caffe pools without padding but rounds up, which gives the same size.
    x = x.max_pool(3, 2, ceil=True) if stride_first else x.max_pool(3, 2, pad=1)
    for stage, number in enumerate(repeats):
        for block in range(number):
            name, stride = f"stage{stage + 1}/block{block + 1}", 2 if stage and not block else 1
            width = 64 << stage
            if bottleneck:
                x = _bottleneck(x, name, width, stride, stride_first=stride_first, bias=bias)
            else:
                x = _basic(x, name, width, stride)
    return x.global_average_pool().flatten().linear("fc", 1000)


def _basic(x: Feature, name: str, width: int, stride: int) -> Feature:
    branch = x.conv_norm(f"{name}/conv1", width, 3, stride=stride, pad=1).relu()
    branch = branch.conv_norm(f"{name}/conv2", width, 3, pad=1)
    return _joined(x, branch, name, stride, bias=False)


def _bottleneck(
    x: Feature, name: str, width: int, stride: int, *, stride_first: bool, bias: bool
) -> Feature:
    first, second = (stride, 1) if stride_first else (1, stride)
    branch = x.conv(f"{name}/conv1", width, 1, stride=first, bias=bias).batch_norm().relu()
    branch = branch.conv(f"{name}/conv2", width, 3, stride=second, pad=1, bias=bias)
    branch = branch.batch_norm().relu().conv(f"{name}/conv3", 4 * width, 1, bias=bias).batch_norm()
    return _joined(x, branch, name, stride, bias=bias)


def _joined(x: Feature, branch: Feature, name: str, stride: int, *, bias: bool) -> Feature:
    """The sum with the shortcut: a 1x1 convolution where the shape changes."""
    if stride != 1 or x.channels != branch.channels:
        x = x.conv(f"{name}/shortcut", branch.channels, 1, stride=stride, bias=bias).batch_norm()
    return branch.add(x).relu()


_50, _101, _152 = (3, 4, 6, 3), (3, 4, 23, 3), (3, 8, 36, 3)

NETWORKS = {
    "resnet18": partial(_resnet, repeats=(2, 2, 2, 2), bottleneck=False),
    "resnet34": partial(_resnet, repeats=(3, 4, 6, 3), bottleneck=False),
    "resnet50": partial(_resnet, repeats=_50, bottleneck=True),
    "resnet101": partial(_resnet, repeats=_101, bottleneck=True),
    "resnet152": partial(_resnet, repeats=_152, bottleneck=True),
    "resnet50_caffe": partial(_resnet, repeats=_50, bottleneck=True, stride_first=True),
    "resnet101_caffe": partial(_resnet, repeats=_101, bottleneck=True, stride_first=True),
    "resnet152_caffe": partial(_resnet, repeats=_152, bottleneck=True, stride_first=True),
    # fb.resnet.torch keeps the biases that batch normalisation makes needless.
    "resnet152_fb": partial(_resnet, repeats=_152, bottleneck=True, bias=True),
}
