"""GoogLeNet, the first Inception network (Szegedy and others 2014, arXiv:1409.4842).

As Caffe has it, without batch normalisation and auxiliary heads; torchvision's variant has batch
normalisation instead of biases, and a 3x3 kernel where the paper has 5x5.
"""

from __future__ import annotations

from functools import partial

from edgetop.zoo.layers import Feature, concat

# Channels: 1x1; 1x1 then 3x3; 1x1 then 5x5; 1x1 behind the pooling.
_BLOCKS = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def _googlenet(image: Feature, *, norm: bool) -> Feature:
    x = _conv(image, "conv1", 64, 7, stride=2, norm=norm).max_pool(3, 2, ceil=True)
    x = x if norm else x.local_response_norm()
    x = _conv(x, "conv2/reduce", 64, 1, norm=norm)
    x = _conv(x, "conv2", 192, 3, norm=norm)
    x = (x if norm else x.local_response_norm()).max_pool(3, 2, ceil=True)
    for name, channels in _BLOCKS.items():
        x = _inception(x, f"inception{name}", channels, norm=norm)
        if name == "3b":
            x = x.max_pool(3, 2, ceil=True)
        if name == "4e":
            x = x.max_pool(2 if norm else 3, 2, ceil=True)
    return x.global_average_pool().flatten().linear("fc", 1000)


def _inception(x: Feature, name: str, channels: tuple[int, ...], *, norm: bool) -> Feature:
    one, reduce3, three, reduce5, five, pooled = channels
    conv = partial(_conv, norm=norm)
    return concat(
        name,
        conv(x, f"{name}/1x1", one, 1),
        conv(conv(x, f"{name}/3x3_reduce", reduce3, 1), f"{name}/3x3", three, 3),
        conv(conv(x, f"{name}/5x5_reduce", reduce5, 1), f"{name}/5x5", five, 3 if norm else 5),
        conv(x.max_pool(3, 1, pad=1), f"{name}/pooled", pooled, 1),
    )


def _conv(
    x: Feature, name: str, channels: int, kernel: int, *, stride: int = 1, norm: bool
) -> Feature:
    pad = kernel // 2
    if norm:
        return x.conv_norm(name, channels, kernel, stride=stride, pad=pad, eps=1e-3).relu()
    return x.conv(name, channels, kernel, stride=stride, pad=pad).relu()


NETWORKS = {
    "googlenet": partial(_googlenet, norm=False),
    "googlenet_bn": partial(_googlenet, norm=True),
}
