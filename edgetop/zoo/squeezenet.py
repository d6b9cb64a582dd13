"""SqueezeNet (Iandola and others 2016, arXiv:1602.07360), as torchvision builds it.

torchvision leaves conv10 without padding; the authors' Caffe file of 1.0 pads it by 1, which costs
0.8476 instead of 0.8189 GMACs. Dropout does nothing at inference and is left out.
"""

from __future__ import annotations

from edgetop.zoo.layers import Feature, concat


def squeezenet_v1_0(image: Feature) -> Feature:
    """The network of the paper: a 7x7 first layer, pooling late."""
    return _squeezenet(image.conv("conv1", 96, 7, stride=2), pool_after=(4, 8))


def squeezenet_v1_1(image: Feature) -> Feature:
    """The authors' revision: a 3x3 first layer and earlier pooling, 2.3 times fewer operations."""
    return _squeezenet(image.conv("conv1", 64, 3, stride=2), pool_after=(3, 5))


def _squeezenet(x: Feature, pool_after: tuple[int, int]) -> Feature:
    x = _pool(x.relu())
    for number in range(2, 10):
        x = _fire(x, number)
        if number in pool_after:
            x = _pool(x)
    return x.conv("conv10", 1000, 1).relu().global_average_pool().flatten()


def _fire(x: Feature, number: int) -> Feature:
    """1x1 convolutions squeeze, 1x1 and 3x3 convolutions expand eightfold.

    Modules 2 and 3 squeeze to 16 channels, each following pair to 16 more.
    """
    squeeze = 16 * (number // 2)
    expand = 4 * squeeze
    x = x.conv(f"fire{number}/squeeze1x1", squeeze, 1).relu()
    return concat(
        f"fire{number}",
        x.conv(f"fire{number}/expand1x1", expand, 1).relu(),
        x.conv(f"fire{number}/expand3x3", expand, 3, pad=1).relu(),
    )


def _pool(x: Feature) -> Feature:
    return x.max_pool(3, 2, ceil=True)
