"""VGG (Simonyan and Zisserman 2014, arXiv:1409.1556), plain and with batch normalisation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature


def _vgg(image: Feature, repeats: tuple[int, ...], *, norm: bool = False) -> Feature:
    x = image
    for stage, (number, channels) in enumerate(
        zip(repeats, (64, 128, 256, 512, 512), strict=True), 1
    ):
        for layer in range(1, number + 1):
            x = x.conv(f"conv{stage}_{layer}", channels, 3, pad=1)
            x = (x.batch_norm() if norm else x).relu()
        x = x.max_pool(2, 2)
    x = x.flatten().linear("fc6", 4096).relu().linear("fc7", 4096).relu()
    return x.linear("fc8", 1000)


_REPEATS = {
    "vgg11": (1, 1, 2, 2, 2),
    "vgg13": (2, 2, 2, 2, 2),
    "vgg16": (2, 2, 3, 3, 3),
    "vgg19": (2, 2, 4, 4, 4),
}

NETWORKS = {
    **{name: partial(_vgg, repeats=repeats) for name, repeats in _REPEATS.items()},
    **{
        f"{name}_bn": partial(_vgg, repeats=repeats, norm=True)
        for name, repeats in _REPEATS.items()
    },
}
