"""The present run beside the one that was marked A, and what a trial of two found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.sample import Mark, Sample, Trial


@dataclass(frozen=True, slots=True)
class Against:
    """Figures of the present run by those of A: 1.3 is 30 % more. None where one is unknown."""

    run: int
    """Number of the run that was marked."""
    title: str
    """What ran as A."""
    fps: float | None = None
    latency_p50: float | None = None
    latency_p99: float | None = None
    cpu_percent: float | None = None
    """Of the whole board."""
    memory_worker: float | None = None
    power: float | None = None
    """None too if the two figures do not cover the same."""
    energy_j_per_image: float | None = None
    """None too if the two figures do not cover the same."""
    temperature_c_difference: float | None = None
    """Degrees more than A: temperatures have no ratio."""


def against(sample: Sample) -> Against | None:
    """The whole run so far beside the marked one; None while nothing is marked."""
    mark = sample.mark
    if mark is None:
        return None
    board, total = sample.board, sample.total
    same = _same_scope(mark, board.power.scope)
    power_w = sample.energy.mean_power_w
    if power_w is None:
        power_w = board.power.power_w
    return Against(
        run=mark.run,
        title=mark.title,
        fps=_ratio(total.fps, mark.fps),
        latency_p50=_ratio(total.latency.p50_ms, mark.p50_ms),
        latency_p99=_ratio(total.latency.p99_ms, mark.p99_ms),
        cpu_percent=_ratio(board.cpu_percent.value, mark.cpu_percent),
        memory_worker=_ratio(sample.worker.rss_mib, mark.worker_rss_mib),
        power=_ratio(power_w, mark.power_w) if same else None,
        energy_j_per_image=(_ratio(sample.energy.j_per_image, mark.j_per_image) if same else None),
        temperature_c_difference=_difference(board.temperature_c.value, mark.temperature_c),
    )


def verdict(trial: Trial) -> str:
    """Which of the two is faster, in words; empty while there are too few pairs to tell."""
    ratio = trial.ratio
    if ratio is None:
        return ""
    if not ratio.distinguishable:
        return "cannot tell apart"
    return "B is faster" if ratio.low > 1 else "A is faster"


def _same_scope(mark: Mark, scope: str) -> bool:
    return mark.power_scope == scope != "none"


def _ratio(now: float | None, then: float | None) -> float | None:
    if now is None or then is None or not then > 0:
        return None
    return _finite(now / then)


def _difference(now: float | None, then: float | None) -> float | None:
    return None if now is None or then is None else _finite(now - then)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
