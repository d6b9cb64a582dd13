"""AlexNet in one tower (Krizhevsky 2014, arXiv:1404.5997) and in the two groups of 2012.

The network of 2012 (NIPS, Krizhevsky, Sutskever and Hinton) was split over two GPUs; the BVLC's
Caffe model keeps that as grouped convolutions. Local response normalisation is only there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature


def _one_tower(image: Feature) -> Feature:
    x = image.conv("conv1", 64, 11, stride=4, pad=2).relu().max_pool(3, 2)
    x = x.conv("conv2", 192, 5, pad=2).relu().max_pool(3, 2)
    x = x.conv("conv3", 384, 3, pad=1).relu()
    x = x.conv("conv4", 256, 3, pad=1).relu()
    return _classes(x.conv("conv5", 256, 3, pad=1).relu())


def _two_groups(image: Feature) -> Feature:
    x = image.conv("conv1", 96, 11, stride=4).relu().local_response_norm().max_pool(3, 2)
    x = x.conv("conv2", 256, 5, pad=2, groups=2).relu().local_response_norm().max_pool(3, 2)
    x = x.conv("conv3", 384, 3, pad=1).relu()
    x = x.conv("conv4", 384, 3, pad=1, groups=2).relu()
    return _classes(x.conv("conv5", 256, 3, pad=1, groups=2).relu())


def _classes(x: Feature) -> Feature:
    x = x.max_pool(3, 2).flatten().linear("fc6", 4096).relu().linear("fc7", 4096).relu()
    return x.linear("fc8", 1000)


NETWORKS = {"alexnet": _one_tower, "alexnet_bvlc": _two_groups}
