"""DenseNet (Huang and others 2016, arXiv:1608.06993): every layer sees all before it.

torchvision drops the odd row when it pools, Caffe rounds up: 8 to 11 % more operations.
"""

from __future__ import annotations

from functools import partial

from edgetop.zoo.layers import Feature, concat


def _densenet(
    image: Feature, repeats: tuple[int, ...], growth: int = 32, *, ceil: bool = False
) -> Feature:
    x = image.conv_norm("conv1", 2 * growth, 7, stride=2, pad=3).relu()
    x = x.max_pool(3, 2, pad=1, ceil=ceil)
    for stage, number in enumerate(repeats, 1):
        for layer in range(1, number + 1):
            x = _dense(x, f"block{stage}/layer{layer}", growth)
        if stage < len(repeats):
            x = x.batch_norm(name=f"transition{stage}/norm").relu()
            x = x.conv(f"transition{stage}", x.channels // 2, 1, bias=False)
            x = x.average_pool(2, 2, ceil=ceil, count_pad=False)
    return x.batch_norm(name="last/norm").relu().global_average_pool().flatten().linear("fc", 1000)


def _dense(x: Feature, name: str, growth: int) -> Feature:
    new = x.batch_norm(name=f"{name}/norm").relu().conv_norm(f"{name}/conv1", 4 * growth, 1).relu()
    return concat(name, x, new.conv(f"{name}/conv2", growth, 3, pad=1, bias=False))


NETWORKS = {
    "densenet121": partial(_densenet, repeats=(6, 12, 24, 16)),
    "densenet121_caffe": partial(_densenet, repeats=(6, 12, 24, 16), ceil=True),
    "densenet161": partial(_densenet, repeats=(6, 12, 36, 24), growth=48),
    "densenet169": partial(_densenet, repeats=(6, 12, 32, 32)),
    "densenet201": partial(_densenet, repeats=(6, 12, 48, 32)),
    "densenet201_caffe": partial(_densenet, repeats=(6, 12, 48, 32), ceil=True),
}
