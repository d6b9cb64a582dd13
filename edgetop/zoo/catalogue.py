"""The architectures that edgetop can build: names, sizes and published accuracies."""

from __future__ import annotations

from dataclasses import dataclass

RANDOM_WEIGHTS = "random weights: timing only"
"""What a reader must know about a model that edgetop built: its answers mean nothing."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """One network as a graph, whatever its weights."""

    name: str
    """The name on the command line."""
    canonical_name: str
    """The name in the published tables."""
    family: str
    input_px: int
    """Height and width of the input image."""
    params_m: float
    """Millions of trainable weights and biases, without BatchNorm's moving statistics."""
    gmacs: float
    """Billions of multiply-adds, counted once, for one image of `input_px`."""
    top1_pct: float | None
    """Published ImageNet top-1 accuracy of trained weights; None if none is published."""
    top1_source: str
    """Who published `top1_pct`; empty if nobody did."""
    seed_reports: tuple[str, ...]
    """Which of the reports that edgetop reproduces name this network: 000 DeepDetect, 001 Bianco
    and others 2018, 002 Tryolabs, 003 Canziani and others 2016, 004 dlmark."""
    aliases: tuple[str, ...]
    """Other names that users know it by, in lower case."""
    builder: str
    """``module:function`` of the graph builder, imported only to build."""


_TORCHVISION = "torchvision 0.28.0 IMAGENET1K_V1 metadata"

ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        name="squeezenet_v1.0",
        canonical_name="SqueezeNet 1.0",
        family="SqueezeNet",
        input_px=224,
        params_m=1.2484,
        gmacs=0.8189,
        top1_pct=58.092,
        top1_source=_TORCHVISION,
        seed_reports=("000", "001", "004"),
        aliases=("squeezenet1.0", "squeezenet1_0", "squeezenet-1.0", "squeezenet_v1_0"),
        builder="edgetop.zoo.squeezenet:squeezenet_v1_0",
    ),
    Architecture(
        name="squeezenet_v1.1",
        canonical_name="SqueezeNet 1.1",
        family="SqueezeNet",
        input_px=224,
        params_m=1.2355,
        gmacs=0.3492,
        top1_pct=58.178,
        top1_source=_TORCHVISION,
        seed_reports=("000", "001", "004"),
        aliases=(
            "squeezenet",
            "squeezenet1.1",
            "squeezenet1_1",
            "squeezenet-1.1",
            "squeezenet_v1_1",
        ),
        builder="edgetop.zoo.squeezenet:squeezenet_v1_1",
    ),
)
"""Every architecture, in the order in which it is listed."""

_BY_KEY = {
    key.lower(): architecture
    for architecture in ARCHITECTURES
    for key in (architecture.name, architecture.canonical_name, *architecture.aliases)
}


def find(name: str) -> Architecture | None:
    """The architecture of that name or alias, in any case, with or without ``.onnx``."""
    return _BY_KEY.get(name.strip().lower().removesuffix(".onnx"))


def nearest(name: str) -> tuple[str, ...]:
    """Up to three architecture names that are spelled most like `name`, the most likely first."""
    import difflib

    key = name.strip().lower().removesuffix(".onnx")[:80]
    close = difflib.get_close_matches(key, _BY_KEY, n=len(_BY_KEY))
    return tuple(dict.fromkeys(_BY_KEY[match].name for match in close))[:3]
