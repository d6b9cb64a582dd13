"""Dual path networks (Chen and others 2017, arXiv:1707.01629): one path is added, one grows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from edgetop.zoo.layers import Feature, concat


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes of one network."""

    first: int
    """Channels of the first convolution."""
    width: int
    """Channels of the grouped convolution in the first stage."""
    groups: int
    repeats: tuple[int, ...]
    growth: tuple[int, ...]
    """By how many channels the dense path grows with each block of a stage."""
    residual: int = 256
    """Channels of the path that is added, in the first stage."""
    kernel: int = 7
    """Of the first convolution."""


def _dpn(image: Feature, plan: _Plan) -> Feature:
    pad = plan.kernel // 2
    x = image.conv_norm("conv1", plan.first, plan.kernel, stride=2, pad=pad, eps=1e-3).relu()
    x = x.max_pool(3, 2, pad=1)
    dense: Feature | None = None
    for stage, (number, growth) in enumerate(zip(plan.repeats, plan.growth, strict=True)):
        width, channels = plan.width << stage, plan.residual << stage
        for block in range(number):
            name, stride = f"stage{stage + 1}/block{block + 1}", 2 if stage and not block else 1
            whole = x if dense is None else concat(f"{name}/both", x, dense)
            y = _bottleneck(whole, name, width, channels + growth, stride, plan.groups)
            if not block:
                w = _conv(whole, f"{name}/shortcut", channels + 2 * growth, 1, stride=stride)
                x, dense = w.channel_slice(0, channels), w.channel_slice(channels, w.channels)
            assert dense is not None
            x = x.add(y.channel_slice(0, channels))
            dense = concat(f"{name}/dense", dense, y.channel_slice(channels, y.channels))
    assert dense is not None
    x = concat("last", x, dense).batch_norm(eps=1e-3).relu()
    return x.global_average_pool().conv("fc", 1000, 1).flatten()


def _bottleneck(
    x: Feature, name: str, width: int, channels: int, stride: int, groups: int
) -> Feature:
    y = _conv(_conv(x, f"{name}/conv1", width, 1), f"{name}/conv2", width, 3, stride, groups)
    return _conv(y, f"{name}/conv3", channels, 1)


def _conv(
    x: Feature, name: str, channels: int, kernel: int, stride: int = 1, groups: int = 1
) -> Feature:
    """Normalisation and ReLU come first."""
    x = x.batch_norm(eps=1e-3, name=f"{name}/norm").relu()
    return x.conv(name, channels, kernel, stride=stride, pad=kernel // 2, groups=groups, bias=False)


_PLANS = {
    "dpn68": _Plan(10, 128, 32, (3, 4, 12, 3), (16, 32, 32, 64), residual=64, kernel=3),
    "dpn92": _Plan(64, 96, 32, (3, 4, 20, 3), (16, 32, 24, 128)),
    "dpn98": _Plan(96, 160, 40, (3, 6, 20, 3), (16, 32, 32, 128)),
    "dpn107": _Plan(128, 200, 50, (4, 8, 20, 3), (20, 64, 64, 128)),
    "dpn131": _Plan(128, 160, 40, (4, 8, 28, 3), (16, 32, 32, 128)),
}

NETWORKS = {name: partial(_dpn, plan=plan) for name, plan in _PLANS.items()}
