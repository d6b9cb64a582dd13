"""Inception v3 (Szegedy and others 2015, arXiv:1512.00567), as torchvision builds it."""

from __future__ import annotations

from edgetop.zoo.layers import Feature, concat


def _inception_v3(image: Feature) -> Feature:
    return _classes(_after_17(_until_17(image)))


def _with_auxiliary_head(image: Feature) -> dict[str, Feature]:
    """The network as it is trained, with a second classifier in the middle."""
    middle = _until_17(image)
    x = _conv(middle.average_pool(5, 3), "auxiliary/conv1", 128, 1)
    x = _conv(x, "auxiliary/conv2", 768, 5).global_average_pool().flatten()
    return {"logits": _classes(_after_17(middle)), "auxiliary": x.linear("auxiliary/fc", 1000)}


def _until_17(image: Feature) -> Feature:
    x = _conv(image, "conv1", 32, 3, stride=2)
    x = _conv(_conv(x, "conv2", 32, 3), "conv3", 64, 3, pad=1).max_pool(3, 2)
    x = _conv(_conv(x, "conv4", 80, 1), "conv5", 192, 3).max_pool(3, 2)
    for number, pooled in enumerate((32, 64, 64), 1):
        x = _block_35(x, f"block35_{number}", pooled)
    x = _shrink_to_17(x, "to17")
    for number, width in enumerate((128, 160, 160, 192), 1):
        x = _block_17(x, f"block17_{number}", width)
    return x


def _after_17(x: Feature) -> Feature:
    x = _shrink_to_8(x, "to8")
    return _block_8(_block_8(x, "block8_1"), "block8_2")


def _classes(x: Feature) -> Feature:
    return x.global_average_pool().flatten().linear("fc", 1000)


def _block_35(x: Feature, name: str, pooled: int) -> Feature:
    five = _conv(_conv(x, f"{name}/5x5_reduce", 48, 1), f"{name}/5x5", 64, 5, pad=2)
    three = _conv(_conv(x, f"{name}/3x3_reduce", 64, 1), f"{name}/3x3_1", 96, 3, pad=1)
    three = _conv(three, f"{name}/3x3_2", 96, 3, pad=1)
    return concat(
        name, _conv(x, f"{name}/1x1", 64, 1), five, three, _pooled(x, name, pooled)
    )  # fmt: skip


def _shrink_to_17(x: Feature, name: str) -> Feature:
    double = _conv(_conv(x, f"{name}/double_reduce", 64, 1), f"{name}/double_1", 96, 3, pad=1)
    double = _conv(double, f"{name}/double_2", 96, 3, stride=2)
    return concat(name, _conv(x, f"{name}/3x3", 384, 3, stride=2), double, x.max_pool(3, 2))


def _block_17(x: Feature, name: str, width: int) -> Feature:
    """7x7 convolutions split into 1x7 and 7x1."""
    once, twice = f"{name}/7x7", f"{name}/double"
    seven = _conv(_conv(x, f"{once}_reduce", width, 1), f"{once}_1", width, (1, 7), pad=(0, 3))
    seven = _conv(seven, f"{once}_2", 192, (7, 1), pad=(3, 0))
    double = _conv(x, f"{twice}_reduce", width, 1)
    for layer in range(1, 5):
        channels = 192 if layer == 4 else width
        kernel, pad = ((7, 1), (3, 0)) if layer % 2 else ((1, 7), (0, 3))
        double = _conv(double, f"{twice}_{layer}", channels, kernel, pad=pad)
    one = _conv(x, f"{name}/1x1", 192, 1)
    return concat(name, one, seven, double, _pooled(x, name, 192))


def _shrink_to_8(x: Feature, name: str) -> Feature:
    three = _conv(_conv(x, f"{name}/3x3_reduce", 192, 1), f"{name}/3x3", 320, 3, stride=2)
    seven = _conv(_conv(x, f"{name}/7x7_reduce", 192, 1), f"{name}/1x7", 192, (1, 7), pad=(0, 3))
    seven = _conv(seven, f"{name}/7x1", 192, (7, 1), pad=(3, 0))
    seven = _conv(seven, f"{name}/7x7_last", 192, 3, stride=2)
    return concat(name, three, seven, x.max_pool(3, 2))


def _block_8(x: Feature, name: str) -> Feature:
    three = _both(_conv(x, f"{name}/3x3_reduce", 384, 1), f"{name}/3x3")
    double = _conv(_conv(x, f"{name}/double_reduce", 448, 1), f"{name}/double_1", 384, 3, pad=1)
    double = _both(double, f"{name}/double")
    return concat(name, _conv(x, f"{name}/1x1", 320, 1), three, double, _pooled(x, name, 192))


def _both(x: Feature, name: str) -> Feature:
    """1x3 and 3x1 side by side."""
    wide = _conv(x, f"{name}/1x3", 384, (1, 3), pad=(0, 1))
    return concat(name, wide, _conv(x, f"{name}/3x1", 384, (3, 1), pad=(1, 0)))


def _pooled(x: Feature, name: str, channels: int) -> Feature:
    return _conv(x.average_pool(3, 1, pad=1), f"{name}/pooled", channels, 1)


def _conv(
    x: Feature, name: str, channels: int, kernel: int | tuple[int, int], *, stride: int = 1,
    pad: int | tuple[int, int] = 0,
) -> Feature:  # fmt: skip
    return x.conv_norm(name, channels, kernel, stride=stride, pad=pad, eps=1e-3).relu()


NETWORKS = {"inception_v3": _inception_v3, "inception_v3_aux": _with_auxiliary_head}
