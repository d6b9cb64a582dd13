"""The most accurate models that meet the limits of a job: memory, speed, power, energy."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from edgetop.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.results import Point, Results

MIB_PER_GB = 1024
"""As Bianco and others print gigabytes: 943 MiB are 0.92."""

GRID_MEMORY_GB = (0.7, 1.0, 1.4)
GRID_FPS = (15.0, 30.0, 60.0)
"""The limits of Table 3 of Bianco and others 2018 (arXiv:1810.00736)."""

_ROUNDING = 1e-9
"""0.7 GB times 1024 and back is not quite 0.7."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a model must keep to; None is no limit. All are met by a value equal to them."""

    max_memory_gb: float | None = None
    min_fps: float | None = None
    max_power_w: float | None = None
    max_energy_j: float | None = None
    """Of one image."""
    max_ms: float | None = None
    """For one image."""

    def __post_init__(self) -> None:
        """Refuse what no model could meet or miss."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and not (math.isfinite(value) and value > 0):
                name = field.name.replace("_", "-")
                raise UsageError(f"the limit {name} must be a number above 0, not {value:g}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What meets the limits, and what must be known about the rest."""

    points: tuple[Point, ...]
    """One of each model, the most accurate first."""
    nearest: Point | None
    """What misses the limits by least, if none meets them."""
    notes: tuple[str, ...]
    """How many models could not be judged, and why."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the grid: the limits and what meets them."""

    max_memory_gb: float
    min_fps: float
    points: tuple[Point, ...]


class _Quantity:
    """A figure of a point that a limit may be set on."""

    def __init__(self, noun: str, value: Callable[[Point], float | None], *, least: bool) -> None:
        self.noun = noun
        self.value = value
        self.least = least

    def excess(self, point: Point, limit: float) -> float | None:
        """The figure by its limit, 1 or less if it is met; None if the figure is unknown."""
        value = self.value(point)
        if value is None:
            return None
        if self.least:
            return limit / value if value > 0 else math.inf
        return value / limit


def memory_gb(point: Point) -> float | None:
    """Memory in GB of 1024 MiB."""
    return None if point.memory_mib is None else point.memory_mib / MIB_PER_GB


_QUANTITIES = {
    "max_memory_gb": _Quantity("memory", memory_gb, least=False),
    "min_fps": _Quantity("throughput", lambda point: point.fps, least=True),
    "max_power_w": _Quantity("power", lambda point: point.power_w, least=False),
    "max_energy_j": _Quantity("energy", lambda point: point.j_per_image, least=False),
    "max_ms": _Quantity("time", lambda point: point.ms_per_image, least=False),
}


def best(results: Results, limits: Limits, *, batch: int = 1, top: int = 5) -> Chosen:
    """The most accurate models of a board that keep to the limits.

    A model whose limited figure is unknown does not qualify. A model that was measured under
    several conditions is judged by each, and shown by the most accurate that qualifies, of those
    by the fastest. Models of the same accuracy keep the order in which they were measured.

    Args:
        results: Of one board.
        limits: All of them must be met.
        batch: Only points of this batch count.
        top: How many at most.

    Raises:
        UsageError: Nothing ran at that batch.
    """
    notes: list[str] = []
    candidates = _ranked(_with_accuracy(_at_batch(results, batch), results, notes))
    known = _with_figures(candidates, limits, notes)
    excess = {id(point): _excess(point, limits) for point in known}
    meeting = _one_of_each([point for point in known if excess[id(point)] <= 1 + _ROUNDING])
    nearest = None
    if not meeting and known:
        nearest = min(known, key=lambda point: excess[id(point)])
    return Chosen(tuple(meeting[:top]), nearest, tuple(notes))


def grid(results: Results, *, batch: int = 1, top: int = 5) -> tuple[list[Cell], tuple[str, ...]]:
    """Bianco's Table 3 for a board: every memory limit with every speed limit, and the notes.

    Raises:
        UsageError: Nothing ran at that batch.
    """
    cells: list[Cell] = []
    notes: tuple[str, ...] = ()
    for max_memory_gb in GRID_MEMORY_GB:
        for min_fps in GRID_FPS:
            chosen = best(results, Limits(max_memory_gb, min_fps), batch=batch, top=top)
            cells.append(Cell(max_memory_gb, min_fps, chosen.points))
            notes = chosen.notes
    return cells, notes


def _at_batch(results: Results, batch: int) -> list[Point]:
    ran = [point for point in results.points if point.ms_per_image is not None]
    found = [point for point in ran if point.batch == batch]
    if not found:
        batches = ", ".join(map(str, sorted({point.batch for point in ran}))) or "none"
        raise UsageError(f"{results.id} has no model at batch {batch}; its batches are {batches}")
    return found


def _with_accuracy(points: list[Point], results: Results, notes: list[str]) -> list[Point]:
    """Those whose accuracy is known; of edgetop's own int8 variants nobody knows it."""
    quantised = [
        point for point in points if point.conditions.precision == "int8" and not results.published
    ]
    if quantised:
        notes.append(
            f"{_models(quantised)} ran as int8, whose accuracy is not that of the published "
            "weights: left out"
        )
    rest = [point for point in points if point not in quantised]
    unknown = [point for point in rest if point.model.top1_pct is None]
    if unknown:
        notes.append(f"{_models(unknown)} {_have(unknown)} no known accuracy: left out")
    return [point for point in rest if point.model.top1_pct is not None]


def _with_figures(points: list[Point], limits: Limits, notes: list[str]) -> list[Point]:
    """Those that have every figure that is limited."""
    known = points
    for name, quantity in _QUANTITIES.items():
        if getattr(limits, name) is None:
            continue
        unknown = [point for point in points if quantity.value(point) is None]
        left_out = {point.model.name for point in unknown} - {
            point.model.name for point in points if quantity.value(point) is not None
        }
        if left_out:
            without = [point for point in unknown if point.model.name in left_out]
            notes.append(f"{_models(without)} {_have(without)} no {quantity.noun} figure")
        known = [point for point in known if quantity.value(point) is not None]
    return known


def _ranked(points: Sequence[Point]) -> list[Point]:
    # The sort is stable: ties stay in the order of the table.
    return sorted(points, key=lambda point: -(point.model.top1_pct or 0.0))


def _excess(point: Point, limits: Limits) -> float:
    """The worst of the figures by its limit: above 1 the limits are missed."""
    worst = 0.0
    for name, quantity in _QUANTITIES.items():
        limit = getattr(limits, name)
        if limit is not None:
            excess = quantity.excess(point, limit)
            worst = max(worst, math.inf if excess is None else excess)
    return worst


def _one_of_each(points: Sequence[Point]) -> list[Point]:
    """Of each model the most accurate point, and of those the fastest; in the order given.

    Args:
        points: The most accurate first.
    """
    best_of: dict[str, Point] = {}
    for point in points:
        so_far = best_of.setdefault(point.model.name, point)
        if point.model.top1_pct == so_far.model.top1_pct and _fps(point) > _fps(so_far):
            best_of[point.model.name] = point
    return list(best_of.values())


def _fps(point: Point) -> float:
    return point.fps or 0.0


def _models(points: Sequence[Point]) -> str:
    names = Counter(point.model.name for point in points)
    if len(names) == 1:
        return next(iter(names))
    return f"{len(names)} models"


def _have(points: Sequence[Point]) -> str:
    return "has" if len({point.model.name for point in points}) == 1 else "have"
