"""SqueezeNet (Iandola and others 2016, arXiv:1602.07360), as torchvision builds it.

torchvision leaves conv10 without padding; the authors' Caffe file of 1.0 pads it by 1, which costs
0.8476 instead of 0.8189 GMACs. Dropout does nothing at inference and is left out.
"""

from __future__ import annotations

from functools import partial

from edgetop.zoo.layers import Feature, concat


def _squeezenet(
    image: Feature, channels: int, kernel: int, pool_after: tuple[int, int], last_pad: int = 0
) -> Feature:
    x = _pool(image.conv("conv1", channels, kernel, stride=2).relu())
    for number in range(2, 10):
        x = _fire(x, number)
        if number in pool_after:
            x = _pool(x)
    return x.conv("conv10", 1000, 1, pad=last_pad).relu().global_average_pool().flatten()


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


_V1_0 = partial(_squeezenet, channels=96, kernel=7, pool_after=(4, 8))

NETWORKS = {
    "squeezenet_v1.0": _V1_0,
    "squeezenet_v1.0_caffe": partial(_V1_0, last_pad=1),
    # The authors' revision: 2.3 times fewer operations.
    "squeezenet_v1.1": partial(_squeezenet, channels=64, kernel=3, pool_after=(3, 5)),
}
