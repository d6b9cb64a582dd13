"""What Bianco and others found in 2018 about memory (arXiv:1810.00736)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.stats.lines import Line, least_squares, theil_sen
from edgetop.study.best import MIB_PER_GB
from edgetop.study.claims.claim import LINEAR_R2, CannotTest, Claim, Figure, Finding
from edgetop.study.claims.evidence import Evidence, known, memory_of, params_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Point

_NEAR_ONE = (1 / 2**0.5, 2**0.5)
"""Nearer to 1 than to a half or to 2 on a logarithmic scale."""

_GROUPS = {
    "vgg_se_squeezenet": frozenset({"VGG", "SENet", "SqueezeNet"}),
    "resnet_dpn_densenet_inception_mobilenet": frozenset(
        {"ResNet", "DPN", "DenseNet", "Inception", "MobileNet"}
    ),
}
"""The two groups of families that the paper fits apart."""

_BYTES = {"fp16": 2, "bf16": 2, "int8": 1}


def size_predicts_memory(evidence: Evidence) -> Finding:
    """B4: linear fit of memory on what the parameters take; of a GPU's in the paper's groups."""
    points = known(evidence.at(1), lambda point: point.memory_mib, "memory", 4)
    points = known(points, lambda point: point.model.params_m, "size", 4)
    groups = {
        name: [point for point in points if point.model.family in families]
        for name, families in _GROUPS.items()
    }
    lines = {}
    if "gpu" in points[0].memory_scope.lower():
        lines = {name: line for name, group in groups.items() if (line := _memory_line(group))}
    everything = _memory_line(points)
    judged = lines or ({"all": everything} if everything else {})
    if not judged:
        raise CannotTest("all models have the same size")
    holds = all(
        line.r2 >= LINEAR_R2 and _NEAR_ONE[0] <= line.slope <= _NEAR_ONE[1]
        for line in judged.values()
    )
    figures: dict[str, Figure] = {}
    for name, line in (judged | ({"all": everything} if everything else {})).items():
        figures[name] = {
            "slope": line.slope, "intercept_mib": line.intercept, "r2": line.r2,
            "models": line.points,
        }  # fmt: skip
    robust = theil_sen([_weights_mib(point) for point in points], [*map(memory_of, points)])
    if robust:
        figures["all_theil_sen"] = {"slope": robust.slope, "intercept_mib": robust.intercept}
    words = "; ".join(
        f"{name}: {line.slope:.2f} x weights + {line.intercept:.0f} MiB, R2 {line.r2:.2f}, "
        f"{line.points} models"
        for name, line in judged.items()
    )
    return Finding(holds, f"{words} ({points[0].memory_scope})", figures)


def _memory_line(points: Sequence[Point]) -> Line | None:
    return least_squares([_weights_mib(point) for point in points], [*map(memory_of, points)])


def _weights_mib(point: Point) -> float:
    """What the parameters take at the point's precision; at fp32 where nobody says which."""
    return params_of(point) * 1e6 * _BYTES.get(point.conditions.precision, 4) / 2**20


def memory_floor(evidence: Evidence) -> Finding:
    """B5: the smallest memory at batch 1, against the weights of that model."""
    points = known(evidence.at(1), lambda point: point.memory_mib, "memory", 1)
    least = min(points, key=memory_of)
    floor_gb = memory_of(least) / MIB_PER_GB
    figures: dict[str, Figure] = {
        "floor_gb": floor_gb, "model": least.model.name, "memory_scope": least.memory_scope,
    }  # fmt: skip
    if "gpu" not in least.memory_scope.lower():
        raise CannotTest(
            f"it is about GPU memory, this is {least.memory_scope or 'of unknown scope'}; the "
            f"smallest here is {floor_gb:.2f} GB ({least.model.name})",
            figures,
        )
    return Finding(
        0.5 <= floor_gb < 0.7,
        f"the smallest is {floor_gb:.2f} GB ({least.model.name}, {least.memory_scope})",
        figures,
    )


_PAPER = "Bianco et al. 2018, arXiv:1810.00736v2"

MEMORY_CLAIMS = (
    Claim(
        "B4",
        "The size of a model predicts its memory: the weights once and a floor, 910 MiB for VGG, "
        "SE and SqueezeNet, 639 MiB for ResNet, DPN, DenseNet, Inception and MobileNet.",
        f"{_PAPER}, figure 4",
        size_predicts_memory,
    ),
    Claim(
        "B5",
        "There is a floor of memory: even the smallest network takes about 0.6 GB of a GPU.",
        f"{_PAPER}, table 2",
        memory_floor,
    ),
)
