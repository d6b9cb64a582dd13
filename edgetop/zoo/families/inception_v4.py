"""Inception v4 (Szegedy and others 2016, arXiv:1602.07261)."""

from __future__ import annotations

from edgetop.zoo.layers import Feature, concat


def _inception_v4(image: Feature) -> Feature:
    x = _stem(image)
    for number in range(1, 5):
        x = _block_35(x, f"block35_{number}")
    x = _shrink_to_17(x, "to17")
    for number in range(1, 8):
        x = _block_17(x, f"block17_{number}")
    x = _shrink_to_8(x, "to8")
    for number in range(1, 4):
        x = _block_8(x, f"block8_{number}")
    return x.global_average_pool().flatten().linear("fc", 1000)


def _stem(image: Feature) -> Feature:
    x = _conv(image, "conv1", 32, 3, stride=2)
    x = _conv(_conv(x, "conv2", 32, 3), "conv3", 64, 3, pad=1)
    x = concat("stem1", x.max_pool(3, 2), _conv(x, "stem1/conv", 96, 3, stride=2))
    short = _conv(_conv(x, "stem2/short_reduce", 64, 1), "stem2/short", 96, 3)
    long = _conv(_conv(x, "stem2/long_reduce", 64, 1), "stem2/1x7", 64, (1, 7), pad=(0, 3))
    long = _conv(_conv(long, "stem2/7x1", 64, (7, 1), pad=(3, 0)), "stem2/long", 96, 3)
    x = concat("stem2", short, long)
    return concat("stem3", _conv(x, "stem3/conv", 192, 3, stride=2), x.max_pool(3, 2))


def _block_35(x: Feature, name: str) -> Feature:
    three = _conv(_conv(x, f"{name}/3x3_reduce", 64, 1), f"{name}/3x3", 96, 3, pad=1)
    double = _conv(_conv(x, f"{name}/double_reduce", 64, 1), f"{name}/double_1", 96, 3, pad=1)
    double = _conv(double, f"{name}/double_2", 96, 3, pad=1)
    return concat(
        name, _conv(x, f"{name}/1x1", 96, 1), three, double, _pooled(x, f"{name}/pooled", 96)
    )


def _shrink_to_17(x: Feature, name: str) -> Feature:
    double = _conv(_conv(x, f"{name}/double_reduce", 192, 1), f"{name}/double_1", 224, 3, pad=1)
    double = _conv(double, f"{name}/double_2", 256, 3, stride=2)
    return concat(name, _conv(x, f"{name}/3x3", 384, 3, stride=2), double, x.max_pool(3, 2))


def _block_17(x: Feature, name: str) -> Feature:
    seven = _conv(_conv(x, f"{name}/7x7_reduce", 192, 1), f"{name}/1x7", 224, (1, 7), pad=(0, 3))
    seven = _conv(seven, f"{name}/7x1", 256, (7, 1), pad=(3, 0))
    double = _conv(x, f"{name}/double_reduce", 192, 1)
    for layer, channels in enumerate((192, 224, 224, 256), 1):
        kernel, pad = ((7, 1), (3, 0)) if layer % 2 else ((1, 7), (0, 3))
        double = _conv(double, f"{name}/double_{layer}", channels, kernel, pad=pad)
    one = _conv(x, f"{name}/1x1", 384, 1)
    return concat(name, one, seven, double, _pooled(x, f"{name}/pooled", 128))


def _shrink_to_8(x: Feature, name: str) -> Feature:
    three = _conv(_conv(x, f"{name}/3x3_reduce", 192, 1), f"{name}/3x3", 192, 3, stride=2)
    seven = _conv(_conv(x, f"{name}/7x7_reduce", 256, 1), f"{name}/1x7", 256, (1, 7), pad=(0, 3))
    seven = _conv(seven, f"{name}/7x1", 320, (7, 1), pad=(3, 0))
    seven = _conv(seven, f"{name}/7x7_last", 320, 3, stride=2)
    return concat(name, three, seven, x.max_pool(3, 2))


def _block_8(x: Feature, name: str) -> Feature:
    three = _both(_conv(x, f"{name}/3x3_reduce", 384, 1), f"{name}/3x3")
    double = _conv(
        _conv(x, f"{name}/double_reduce", 384, 1), f"{name}/3x1", 448, (3, 1), pad=(1, 0)
    )
    double = _both(_conv(double, f"{name}/1x3", 512, (1, 3), pad=(0, 1)), f"{name}/double")
    one = _conv(x, f"{name}/1x1", 256, 1)
    return concat(name, one, three, double, _pooled(x, f"{name}/pooled", 256))


def _both(x: Feature, name: str) -> Feature:
    """1x3 and 3x1 side by side."""
    wide = _conv(x, f"{name}/1x3", 256, (1, 3), pad=(0, 1))
    return concat(name, wide, _conv(x, f"{name}/3x1", 256, (3, 1), pad=(1, 0)))


def _pooled(x: Feature, name: str, channels: int) -> Feature:
    return _conv(x.average_pool(3, 1, pad=1, count_pad=False), name, channels, 1)


def _conv(
    x: Feature, name: str, channels: int, kernel: int | tuple[int, int], *, stride: int = 1,
    pad: int | tuple[int, int] = 0,
) -> Feature:  # fmt: skip
    return x.conv_norm(name, channels, kernel, stride=stride, pad=pad, eps=1e-3).relu()


NETWORKS = {"inception_v4": _inception_v4}
