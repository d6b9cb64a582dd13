"""PolyNet (Zhang and others 2016, arXiv:1611.05725), the "very deep" one.

Inception-ResNet blocks are applied several times: in a 2-way module side by side with weights of
their own, in a poly-3 module one after the other, most of their convolutions shared.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from edgetop.zoo.layers import Feature, concat

if TYPE_CHECKING:
    from collections.abc import Callable

    Block = Callable[..., Feature]


def _polynet(image: Feature) -> Feature:
    x = _stem(image)
    for number in range(10):
        x = _two_way(x, f"a{number + 1}", _share(number), _block_a)
    x = _to_b(x, "to_b")
    for number in range(20):
        x = _alternating(x, f"b{number + 1}", _share(10 + number), _block_b, number)
    x = _to_c(x, "to_c")
    for number in range(10):
        x = _alternating(x, f"c{number + 1}", _share(30 + number), _block_c, number)
    return x.global_average_pool().flatten().linear("fc", 1000)


def _share(number: int) -> float:
    """How much of what a module adds is taken: less with each of the 40."""
    return 1 - number / 130


def _alternating(x: Feature, name: str, share: float, block: Block, number: int) -> Feature:
    return (_two_way if number % 2 else _poly_3)(x, name, share, block)


def _two_way(x: Feature, name: str, share: float, block: Block) -> Feature:
    branches = [block(x, f"{name}/way{way}").scale(share) for way in (1, 2)]
    return x.add(*branches).relu()


def _poly_3(x: Feature, name: str, share: float, block: Block) -> Feature:
    total, first = x, f"{name}/order1"
    for order in (1, 2, 3):
        x = block(x, f"{name}/order{order}", weights_of="" if order == 1 else first)
        total = total.add(x.scale(share))
        x = x.relu()
    return total.relu()


def _stem(image: Feature) -> Feature:
    x = _conv(image, "conv1", 32, 3, stride=2)
    x = _conv(_conv(x, "conv2", 32, 3), "conv3", 64, 3, pad=1)
    x = concat("stem1", x.max_pool(3, 2), _conv(x, "stem1/conv", 96, 3, stride=2))
    short = _conv(_conv(x, "stem2/short_reduce", 64, 1), "stem2/short", 96, 3)
    long = _conv(_conv(x, "stem2/long_reduce", 64, 1), "stem2/7x1", 64, (7, 1), pad=(3, 0))
    long = _conv(_conv(long, "stem2/1x7", 64, (1, 7), pad=(0, 3)), "stem2/long", 96, 3)
    x = concat("stem2", short, long)
    return concat("stem3", x.max_pool(3, 2), _conv(x, "stem3/conv", 192, 3, stride=2))


def _block_a(x: Feature, name: str) -> Feature:
    double = _conv(_conv(x, f"{name}/double_reduce", 32, 1), f"{name}/double_1", 48, 3, pad=1)
    double = _conv(double, f"{name}/double_2", 64, 3, pad=1)
    three = _conv(_conv(x, f"{name}/3x3_reduce", 32, 1), f"{name}/3x3", 32, 3, pad=1)
    x_one = _conv(x, f"{name}/1x1", 32, 1)
    mixed = concat(f"{name}/mixed", double, three, x_one)
    return mixed.conv_norm(f"{name}/up", x.channels, 1)


def _block_b(x: Feature, name: str, weights_of: str = "") -> Feature:
    conv = partial(_shared, name=name, weights_of=weights_of)
    seven = conv(conv(x, "7x7_reduce", 128, 1), "1x7", 160, (1, 7), pad=(0, 3))
    seven = conv(seven, "7x1", 192, (7, 1), pad=(3, 0))
    mixed = concat(f"{name}/mixed", seven, conv(x, "1x1", 192, 1))
    return mixed.conv_norm(f"{name}/up", x.channels, 1)


def _block_c(x: Feature, name: str, weights_of: str = "") -> Feature:
    conv = partial(_shared, name=name, weights_of=weights_of)
    three = conv(conv(x, "3x3_reduce", 192, 1), "1x3", 224, (1, 3), pad=(0, 1))
    three = conv(three, "3x1", 256, (3, 1), pad=(1, 0))
    mixed = concat(f"{name}/mixed", three, conv(x, "1x1", 192, 1))
    return mixed.conv_norm(f"{name}/up", x.channels, 1)


def _to_b(x: Feature, name: str) -> Feature:
    double = _conv(_conv(x, f"{name}/double_reduce", 256, 1), f"{name}/double_1", 256, 3, pad=1)
    double = _conv(double, f"{name}/double_2", 384, 3, stride=2)
    return concat(name, double, _conv(x, f"{name}/3x3", 384, 3, stride=2), x.max_pool(3, 2))


def _to_c(x: Feature, name: str) -> Feature:
    first = _conv(_conv(x, f"{name}/1_reduce", 256, 1), f"{name}/1_first", 256, 3, pad=1)
    first = _conv(first, f"{name}/1", 256, 3, stride=2)
    second = _conv(_conv(x, f"{name}/2_reduce", 256, 1), f"{name}/2", 256, 3, stride=2)
    third = _conv(_conv(x, f"{name}/3_reduce", 256, 1), f"{name}/3", 384, 3, stride=2)
    return concat(name, first, second, third, x.max_pool(3, 2))


def _conv(
    x: Feature, name: str, channels: int, kernel: int | tuple[int, int], *, stride: int = 1,
    pad: int | tuple[int, int] = 0,
) -> Feature:  # fmt: skip
    return x.conv_norm(name, channels, kernel, stride=stride, pad=pad).relu()


def _shared(
    x: Feature, word: str, channels: int, kernel: int | tuple[int, int],
    pad: int | tuple[int, int] = 0, *, name: str, weights_of: str,
) -> Feature:  # fmt: skip
    """A convolution whose weights, but not whose normalisation, an earlier block may lend."""
    lent = f"{weights_of}/{word}" if weights_of else ""
    x = x.conv(f"{name}/{word}", channels, kernel, pad=pad, bias=False, weights_of=lent)
    return x.batch_norm().relu()


NETWORKS = {"polynet": _polynet}
