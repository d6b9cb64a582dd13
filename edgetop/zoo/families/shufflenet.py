"""ShuffleNet (Zhang and others 2017, arXiv:1707.01083): grouped 1x1 convolutions, shuffled."""

from __future__ import annotations

from functools import partial

from edgetop.zoo.layers import Feature, concat


def _shufflenet(image: Feature, groups: int, channels: tuple[int, int, int]) -> Feature:
    x = image.conv("conv1", 24, 3, stride=2, pad=1).max_pool(3, 2, pad=1)
    for stage, (size, number) in enumerate(zip(channels, (4, 8, 4), strict=True), 2):
        for block in range(number):
            # The very first 1x1 convolution sees too few channels to be grouped.
            first = 1 if stage == 2 and not block else groups
            x = _unit(x, f"stage{stage}/unit{block + 1}", size, first, groups, halve=not block)
    return x.global_average_pool().flatten().linear("fc", 1000)


def _unit(
    x: Feature, name: str, channels: int, first_groups: int, groups: int, *, halve: bool
) -> Feature:
    """A bottleneck; one that halves the image is joined to the pooled input, not added."""
    width, new = channels // 4, channels - x.channels if halve else channels
    y = x.conv(f"{name}/conv1", width, 1, groups=first_groups).batch_norm().relu()
    y = y.shuffle(groups)
    y = y.conv(f"{name}/depthwise", width, 3, stride=2 if halve else 1, pad=1, groups=width)
    y = y.batch_norm().conv(f"{name}/conv2", new, 1, groups=groups).batch_norm()
    if halve:
        return concat(name, x.average_pool(3, 2, pad=1), y).relu()
    return y.add(x).relu()


NETWORKS = {
    "shufflenet_g3": partial(_shufflenet, groups=3, channels=(240, 480, 960)),
    "shufflenet_g8": partial(_shufflenet, groups=8, channels=(384, 768, 1536)),
}
