"""Inception with batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167).

Also called Inception v2. Convolutions keep their biases, as in the Caffe model that is used.
"""

from __future__ import annotations

from edgetop.zoo.layers import Feature, concat

# Channels: 1x1; 1x1 then 3x3; 1x1 then two 3x3; 1x1 behind the pooling (0: only pooled, which
# is where a block halves the image and has no 1x1 branch).
_BLOCKS = {
    "3a": (64, 64, 64, 64, 96, 32),
    "3b": (64, 64, 96, 64, 96, 64),
    "3c": (0, 128, 160, 64, 96, 0),
    "4a": (224, 64, 96, 96, 128, 128),
    "4b": (192, 96, 128, 96, 128, 128),
    "4c": (160, 128, 160, 128, 160, 128),
    "4d": (96, 128, 192, 160, 192, 128),
    "4e": (0, 128, 192, 192, 256, 0),
    "5a": (352, 192, 320, 160, 224, 128),
    "5b": (352, 192, 320, 192, 224, 128),
}


def _inception(image: Feature) -> Feature:
    x = _conv(image, "conv1", 64, 7, stride=2).max_pool(3, 2, ceil=True)
    x = _conv(_conv(x, "conv2/reduce", 64, 1), "conv2", 192, 3).max_pool(3, 2, ceil=True)
    for name, channels in _BLOCKS.items():
        x = _block(x, f"inception{name}", channels)
    return x.global_average_pool().flatten().linear("fc", 1000)


def _block(x: Feature, name: str, channels: tuple[int, ...]) -> Feature:
    one, reduce3, three, reduce_double, double, pooled = channels
    stride = 1 if pooled else 2
    branches = [_conv(x, f"{name}/1x1", one, 1)] if one else []
    y = _conv(x, f"{name}/3x3_reduce", reduce3, 1)
    branches.append(_conv(y, f"{name}/3x3", three, 3, stride=stride))
    y = _conv(_conv(x, f"{name}/double_reduce", reduce_double, 1), f"{name}/double_1", double, 3)
    branches.append(_conv(y, f"{name}/double_2", double, 3, stride=stride))
    if not pooled:
        branches.append(x.max_pool(3, 2, ceil=True))
    elif name == "inception5b":
        branches.append(_conv(x.max_pool(3, 1, pad=1), f"{name}/pooled", pooled, 1))
    else:
        branches.append(_conv(x.average_pool(3, 1, pad=1), f"{name}/pooled", pooled, 1))
    return concat(name, *branches)


def _conv(x: Feature, name: str, channels: int, kernel: int, *, stride: int = 1) -> Feature:
    return x.conv(name, channels, kernel, stride=stride, pad=kernel // 2).batch_norm().relu()


NETWORKS = {"inception_v2": _inception}
