"""Inception-ResNet v2 (Szegedy and others 2016, arXiv:1602.07261)."""

from __future__ import annotations

from edgetop.zoo.layers import Feature, concat


def _inception_resnet(image: Feature) -> Feature:
    x = _mixed(_stem(image), "block35_0")
    for number in range(1, 11):
        x = _block_35(x, f"block35_{number}")
    x = _shrink_to_17(x, "to17")
    for number in range(1, 21):
        x = _block_17(x, f"block17_{number}")
    x = _shrink_to_8(x, "to8")
    for number in range(1, 10):
        x = _block_8(x, f"block8_{number}", 0.2).relu()
    x = _block_8(x, "block8_10", 1.0)
    x = _conv(x, "last", 1536, 1)
    return x.global_average_pool().flatten().linear("fc", 1000)


def _stem(image: Feature) -> Feature:
    x = _conv(image, "conv1", 32, 3, stride=2)
    x = _conv(_conv(x, "conv2", 32, 3), "conv3", 64, 3, pad=1).max_pool(3, 2)
    return _conv(_conv(x, "conv4", 80, 1), "conv5", 192, 3).max_pool(3, 2)


def _mixed(x: Feature, name: str) -> Feature:
    five = _conv(_conv(x, f"{name}/5x5_reduce", 48, 1), f"{name}/5x5", 64, 5, pad=2)
    three = _conv(_conv(x, f"{name}/3x3_reduce", 64, 1), f"{name}/3x3_1", 96, 3, pad=1)
    three = _conv(three, f"{name}/3x3_2", 96, 3, pad=1)
    pooled = _conv(x.average_pool(3, 1, pad=1, count_pad=False), f"{name}/pooled", 64, 1)
    return concat(name, _conv(x, f"{name}/1x1", 96, 1), five, three, pooled)


def _block_35(x: Feature, name: str) -> Feature:
    three = _conv(_conv(x, f"{name}/3x3_reduce", 32, 1), f"{name}/3x3", 32, 3, pad=1)
    double = _conv(_conv(x, f"{name}/double_reduce", 32, 1), f"{name}/double_1", 48, 3, pad=1)
    double = _conv(double, f"{name}/double_2", 64, 3, pad=1)
    mixed = concat(f"{name}/mixed", _conv(x, f"{name}/1x1", 32, 1), three, double)
    return _joined(x, mixed, name, 0.17).relu()


def _shrink_to_17(x: Feature, name: str) -> Feature:
    double = _conv(_conv(x, f"{name}/double_reduce", 256, 1), f"{name}/double_1", 256, 3, pad=1)
    double = _conv(double, f"{name}/double_2", 384, 3, stride=2)
    return concat(name, _conv(x, f"{name}/3x3", 384, 3, stride=2), double, x.max_pool(3, 2))


def _block_17(x: Feature, name: str) -> Feature:
    seven = _conv(_conv(x, f"{name}/7x7_reduce", 128, 1), f"{name}/1x7", 160, (1, 7), pad=(0, 3))
    seven = _conv(seven, f"{name}/7x1", 192, (7, 1), pad=(3, 0))
    mixed = concat(f"{name}/mixed", _conv(x, f"{name}/1x1", 192, 1), seven)
    return _joined(x, mixed, name, 0.10).relu()


def _shrink_to_8(x: Feature, name: str) -> Feature:
    first = _conv(_conv(x, f"{name}/1_reduce", 256, 1), f"{name}/1", 384, 3, stride=2)
    second = _conv(_conv(x, f"{name}/2_reduce", 256, 1), f"{name}/2", 288, 3, stride=2)
    third = _conv(_conv(x, f"{name}/3_reduce", 256, 1), f"{name}/3_first", 288, 3, pad=1)
    third = _conv(third, f"{name}/3", 320, 3, stride=2)
    return concat(name, first, second, third, x.max_pool(3, 2))


def _block_8(x: Feature, name: str, share: float) -> Feature:
    three = _conv(_conv(x, f"{name}/3x3_reduce", 192, 1), f"{name}/1x3", 224, (1, 3), pad=(0, 1))
    three = _conv(three, f"{name}/3x1", 256, (3, 1), pad=(1, 0))
    mixed = concat(f"{name}/mixed", _conv(x, f"{name}/1x1", 192, 1), three)
    return _joined(x, mixed, name, share)


def _joined(x: Feature, mixed: Feature, name: str, share: float) -> Feature:
    """The sum with a small share of what the block adds: section 3.3 of the paper."""
    added = mixed.conv(f"{name}/up", x.channels, 1)
    return x.add(added.scale(share) if share != 1 else added)


def _conv(
    x: Feature, name: str, channels: int, kernel: int | tuple[int, int], *, stride: int = 1,
    pad: int | tuple[int, int] = 0,
) -> Feature:  # fmt: skip
    return x.conv_norm(name, channels, kernel, stride=stride, pad=pad, eps=1e-3).relu()


NETWORKS = {"inception_resnet_v2": _inception_resnet}
