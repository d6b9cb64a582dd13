"""Network in Network (Lin, Chen and Yan 2013, arXiv:1312.4400) with batch normalisation.

After Zagoruyko's published printout of the layers (BN-NIN, 2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.zoo.layers import Feature


def _nin_bn(image: Feature) -> Feature:
    x = _block(image, 1, 96, 11, stride=4, pad=5).max_pool(3, 2, ceil=True)
    x = _block(x, 2, 256, 5, pad=2).max_pool(3, 2, ceil=True)
    x = _block(x, 3, 384, 3, pad=1).max_pool(3, 2, ceil=True)
    x = _block(x, 4, 1024, 3, pad=1, last=1000)
    return x.global_average_pool().flatten()


def _block(
    x: Feature, number: int, channels: int, kernel: int, *, stride: int = 1, pad: int,
    last: int = 0,
) -> Feature:  # fmt: skip
    """A convolution and two of 1x1 behind it."""
    x = _conv(x, f"conv{number}", channels, kernel, stride=stride, pad=pad)
    x = _conv(x, f"cccp{2 * number - 1}", channels, 1)
    return _conv(x, f"cccp{2 * number}", last or channels, 1)


def _conv(
    x: Feature, name: str, channels: int, kernel: int, *, stride: int = 1, pad: int = 0
) -> Feature:
    return x.conv(name, channels, kernel, stride=stride, pad=pad).batch_norm(eps=1e-3).relu()


NETWORKS = {"nin_bn": _nin_bn}
