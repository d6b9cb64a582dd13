"""SSD (Liu and others 2016, arXiv:1512.02325) on SqueezeNet 1.1, for the 20 classes of VOC.

The layers of ncnn's benchmark model, without its last step, which only sorts out boxes.
https://github.com/Tencent/ncnn/blob/master/benchmark/squeezenet_ssd.param

It was trained with batch normalisation behind some of its convolutions. Runtimes fold that into
their weights and biases, and so it is counted; the other variant has it as layers.
"""

from __future__ import annotations

from functools import partial

from edgetop.zoo.layers import Feature, concat

_CLASSES = 21
"""With the background."""


def _ssd(image: Feature, *, norm: bool) -> dict[str, Feature]:
    x = image.conv("conv1", 64, 3, stride=2).relu().max_pool(3, 2, ceil=True)
    x = _fire(_fire(x, "fire2", 16, 64), "fire3", 16, 64).max_pool(3, 2, ceil=True)
    x = fire5 = _fire(_fire(x, "fire4", 32, 128), "fire5", 32, 128)
    x = _fire(_fire(x.max_pool(3, 2, ceil=True), "fire6", 48, 192), "fire7", 48, 192)
    x = fire9 = _fire(_fire(x, "fire8", 64, 256), "fire9", 64, 256, norm=(False, norm))
    x = fire10 = _fire(x.max_pool(3, 2, ceil=True), "fire10", 96, 384, norm=(norm, norm))
    x = fire11 = _fire(x.max_pool(3, 2, ceil=True), "fire11", 96, 384, norm=(norm, norm))
    x = conv12 = _halving(x, "conv12", 128, 256, norm=norm)
    conv13 = _halving(x, "conv13", 64, 128, norm=norm)
    boxes, scores = [], []
    fire5 = fire5.batch_norm(name="fire5/norm") if norm else fire5
    for x, number in (
        (fire5, 4), (fire9, 6), (fire10, 6), (fire11, 6), (conv12, 6), (conv13, 4),
    ):  # fmt: skip
        name = x.name.partition("/")[0]
        boxes.append(x.conv(f"{name}/boxes", 4 * number, 3, pad=1).rows(4))
        scores.append(x.conv(f"{name}/scores", _CLASSES * number, 3, pad=1).rows(_CLASSES))
    return {
        "boxes": concat("all_boxes", *boxes),
        "scores": concat("all_scores", *scores).softmax(),
    }


def _fire(
    x: Feature, name: str, squeeze: int, expand: int, norm: tuple[bool, bool] = (False, False)
) -> Feature:
    """SqueezeNet's module; `norm` says whether the two steps are normalised."""
    x = _conv(x, f"{name}/squeeze1x1", squeeze, 1, norm=norm[0])
    one = _conv(x, f"{name}/expand1x1", expand, 1, norm=norm[1])
    return concat(name, one, _conv(x, f"{name}/expand3x3", expand, 3, norm=norm[1]))


def _halving(x: Feature, name: str, narrow: int, channels: int, *, norm: bool) -> Feature:
    bias = not norm
    x = _conv(x, f"{name}/reduce", narrow, 1, norm=norm, bias=bias)
    return _conv(x, name, channels, 3, stride=2, norm=norm, bias=bias)


def _conv(
    x: Feature, name: str, channels: int, kernel: int, *, norm: bool, stride: int = 1,
    bias: bool = True,
) -> Feature:  # fmt: skip
    x = x.conv(name, channels, kernel, stride=stride, pad=kernel // 2, bias=bias)
    return (x.batch_norm() if norm else x).relu()


NETWORKS = {
    "squeezenet_ssd": partial(_ssd, norm=False),
    "squeezenet_ssd_bn": partial(_ssd, norm=True),
}
