"""NASNet-A (Zoph and others 2017, arXiv:1707.07012): two cells that a search has found.

Each cell sees the two before it. Where an even size is halved, TensorFlow's padding is imitated by
a row and a column more at top and left that is cut off again.
"""

from __future__ import annotations

from functools import partial

from edgetop.zoo.layers import Feature, concat


def _nasnet(image: Feature, stem: int, filters: int, repeats: int) -> Feature:
    """Three stages of `repeats` normal cells after the first, the filters doubled in each."""
    first = _norm(image.conv("conv0", stem, 3, stride=2, bias=False))
    before = _reduction(_squeeze(first, "stem0", filters // 4), first, "stem0", filters // 4)
    x = _squeeze(before, "stem1", filters // 2)
    x = _reduction(x, _halved(first, "stem1/before", filters // 2), "stem1", filters // 2)
    for stage in range(3):
        width = filters << stage
        if stage:
            name = f"reduction{stage}"
            new = _reduction(
                _squeeze(x, name, width), _squeeze(before, f"{name}/before", width), name, width
            )
            # The cell before the last: what comes next must not see the reduced one twice.
            before, x = x, new
        for number in range(repeats + 1):
            name = f"stage{stage + 1}/cell{number}"
            fitted = _fitted(before, f"{name}/before", width, halve=not number)
            before, x = x, _normal(_squeeze(x, name, width), fitted, name, width)
    return x.relu().global_average_pool().flatten().linear("fc", 1000)


def _fitted(x: Feature, name: str, width: int, *, halve: bool) -> Feature:
    """What came before, of the size of what came last."""
    return _halved(x, name, width) if halve else _squeeze(x, name, width)


def _squeeze(x: Feature, name: str, channels: int) -> Feature:
    return _norm(x.relu().conv(f"{name}/squeeze", channels, 1, bias=False))


def _halved(x: Feature, name: str, channels: int) -> Feature:
    """Every second point, and those between them, each through a 1x1 convolution."""
    x = x.relu()
    even, odd = x.average_pool(1, 2), x.pad(0, 1).crop(1).average_pool(1, 2)
    return _norm(
        concat(
            name,
            even.conv(f"{name}/even", channels // 2, 1, bias=False),
            odd.conv(f"{name}/odd", channels // 2, 1, bias=False),
        )
    )


def _normal(x: Feature, before: Feature, name: str, width: int) -> Feature:
    separable = partial(_separable, channels=width)
    return concat(
        name,
        before,
        separable(x, f"{name}/0_left", 5).add(separable(before, f"{name}/0_right", 3)),
        separable(before, f"{name}/1_left", 5).add(separable(before, f"{name}/1_right", 3)),
        _average(x).add(before),
        _average(before).add(_average(before)),
        separable(x, f"{name}/4", 3).add(x),
    )


def _reduction(x: Feature, before: Feature, name: str, width: int) -> Feature:
    even = x.px % 2 == 0
    halving = partial(_separable, channels=width, stride=2, padded=even)
    first = halving(x, f"{name}/0_left", 5).add(halving(before, f"{name}/0_right", 7))
    second = _shrunk(x, "max").add(halving(before, f"{name}/1_right", 7))
    third = _shrunk(x, "average").add(halving(before, f"{name}/2_right", 5))
    last = _separable(first, f"{name}/4_left", 3, width, padded=even)
    return concat(name, second, third, _average(first).add(second), last.add(_shrunk(x, "max")))


def _separable(
    x: Feature, name: str, kernel: int, channels: int, *, stride: int = 1, padded: bool = False
) -> Feature:
    """Two depthwise separable convolutions."""
    y = x.relu()
    y = (y.pad(1, 0) if padded else y).conv(
        f"{name}/depthwise1", x.channels, kernel, stride=stride, pad=kernel // 2,
        groups=x.channels, bias=False,
    )  # fmt: skip
    y = y.conv(f"{name}/pointwise1", channels, 1, bias=False)
    y = _norm(y.crop(1) if padded else y).relu()
    y = y.conv(f"{name}/depthwise2", channels, kernel, pad=kernel // 2, groups=channels, bias=False)
    return _norm(y.conv(f"{name}/pointwise2", channels, 1, bias=False))


def _shrunk(x: Feature, kind: str) -> Feature:
    even = x.px % 2 == 0
    y = x.pad(1, 0) if even else x
    y = y.max_pool(3, 2, pad=1) if kind == "max" else y.average_pool(3, 2, pad=1, count_pad=False)
    return y.crop(1) if even else y


def _average(x: Feature) -> Feature:
    return x.average_pool(3, 1, pad=1, count_pad=False)


def _norm(x: Feature) -> Feature:
    return x.batch_norm(eps=1e-3)


NETWORKS = {
    "nasnet_a_mobile": partial(_nasnet, stem=32, filters=44, repeats=3),
    "nasnet_a_large": partial(_nasnet, stem=96, filters=168, repeats=5),
}
