"""The architectures that edgetop can build: names, sizes and published accuracies.

``architectures.csv`` beside this file holds them. Parameters and multiply-adds were computed from
reference implementations (torchvision 0.28.0, timm 1.0.31, pretrainedmodels 0.7.4, keras 3.15.1,
ncnn and the code of Bianco and others); the graphs that edgetop builds count to the same.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

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
    module: str
    """Where in `edgetop.zoo.families` it is built, imported only to build."""
    year: int
    """Of its publication."""
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
    note: str
    """Which variant it is, where there are several; may be empty."""


def _read() -> tuple[Architecture, ...]:
    table = Path(__file__).with_name("architectures.csv")
    with table.open(encoding="utf-8", newline="") as file:
        return tuple(_architecture(row) for row in csv.DictReader(file))


def _architecture(row: dict[str, str]) -> Architecture:
    return Architecture(
        name=row["name"],
        canonical_name=row["canonical_name"],
        family=row["family"],
        module=row["module"],
        year=int(row["year"]),
        input_px=int(row["input_px"]),
        params_m=float(row["params_m"]),
        gmacs=float(row["gmacs"]),
        top1_pct=float(row["top1_pct"]) if row["top1_pct"] else None,
        top1_source=row["top1_source"],
        seed_reports=tuple(row["reports"].split()),
        aliases=tuple(row["aliases"].split()),
        note=row["note"],
    )


ARCHITECTURES = _read()
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
