"""What the figures ask of results: lines by batch, one point per model, what models share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from edgetop.stats.interval import of_visits
from edgetop.study.report.figure import positive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from edgetop.results import Conditions, Model, Point, Results

    Value = Callable[[Point], float | None]

TOP1 = "ImageNet top-1, %"
"""The axis of accuracy."""


@dataclass(frozen=True, slots=True)
class Series:
    """One model under the same conditions at all its batches."""

    model: Model
    conditions: Conditions
    points: tuple[Point, ...]
    """By batch, those that did not run among them."""

    @property
    def name(self) -> str:
        """The model's, as the source calls it."""
        return self.model.name


def key_of(model: Model) -> str:
    """What two boards that ran the same network agree on: its place in the catalogue or its name.

    Args:
        model: As a source has it.
    """
    return (model.canonical_name or model.name).casefold()


def top1_pct(model: Model) -> float | None:
    """Its published top-1 accuracy; None if it is not known.

    Args:
        model: As a source has it.
    """
    return positive(model.top1_pct)


def series(results: Results) -> list[Series]:
    """The points of a board as lines by batch, in the order in which they first come."""
    groups: dict[tuple[Model, Conditions], list[Point]] = {}
    for point in results.points:
        groups.setdefault((point.model, point.conditions), []).append(point)
    return [
        Series(model, conditions, tuple(sorted(points, key=lambda point: point.batch)))
        for (model, conditions), points in groups.items()
    ]


def merged(results: Results) -> Results:
    """One point for each model, batch and conditions: what several runs of it come to.

    The figures are the medians of the runs that ran, the interval is that of the visits of a
    sweep (`edgetop.stats.interval`).
    """
    groups: dict[tuple[Model, int, Conditions], list[Point]] = {}
    for point in results.points:
        groups.setdefault((point.model, point.batch, point.conditions), []).append(_plain(point))
    return replace(results, points=tuple(_merged(points) for points in groups.values()))


def _plain(point: Point) -> Point:
    """A point without figures that are no numbers above 0: a damaged record may have any."""
    return replace(
        point,
        ms_per_image=positive(point.ms_per_image),
        ms_low=positive(point.ms_low),
        ms_high=positive(point.ms_high),
        fps=positive(point.fps),
        memory_mib=positive(point.memory_mib),
        power_w=positive(point.power_w),
        j_per_image=positive(point.j_per_image),
    )


def _merged(points: Sequence[Point]) -> Point:
    ran = [point for point in points if positive(point.ms_per_image) is not None]
    if len(ran) < 2:
        return ran[0] if ran else points[-1]
    interval = of_visits([[point.ms_per_image or 0.0] for point in ran])
    states = dict.fromkeys(point.state for point in ran)
    notes = dict.fromkeys(point.note for point in ran)
    return replace(
        ran[-1],
        ms_per_image=median(point.ms_per_image or 0.0 for point in ran),
        ms_low=interval.low if interval else None,
        ms_high=interval.high if interval else None,
        fps=_median(point.fps for point in ran),
        inferences=sum(point.inferences or 0 for point in ran) or None,
        memory_mib=_median(point.memory_mib for point in ran),
        power_w=_median(point.power_w for point in ran),
        j_per_image=_median(point.j_per_image for point in ran),
        state=next(iter(states)) if len(states) == 1 else "",
        note="; ".join([f"median of {len(ran)} runs", *(note for note in notes if note)]),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def at_batch(results: Results, batch: int) -> list[Point]:
    """The points of one batch."""
    return [point for point in results.points if point.batch == batch]


def usual_batch(results: Results, value: Value) -> int | None:
    """1 where a model has a value at it, else the smallest batch at which most have one.

    One image at a time is what boards do; some sources only have larger batches.

    Returns:
        None where no model has a value.
    """
    counts: dict[int, set[str]] = {}
    for point in results.points:
        if positive(value(point)) is not None:
            counts.setdefault(point.batch, set()).add(key_of(point.model))
    if not counts:
        return None
    if 1 in counts:
        return 1
    return min(counts, key=lambda batch: (-len(counts[batch]), batch))


def models(results: Iterable[Results]) -> list[Model]:
    """Every network once, those that are known best first asked, in the order of the sources."""
    found: dict[str, Model] = {}
    for item in results:
        for point in item.points:
            known = found.get(key_of(point.model))
            if known is None or _known(point.model) > _known(known):
                found[key_of(point.model)] = point.model
    return list(found.values())


def _known(model: Model) -> int:
    return sum(value is not None for value in (model.params_m, model.gmacs, model.top1_pct))


def fastest(points: Iterable[Point]) -> dict[str, Point]:
    """The quickest point of each model, by `key_of`."""
    found: dict[str, Point] = {}
    for point in points:
        time = positive(point.ms_per_image)
        known = found.get(key_of(point.model))
        if time is not None and (known is None or time < (known.ms_per_image or 0)):
            found[key_of(point.model)] = point
    return found


def condition_words(points: Sequence[Point], most: int = 3) -> str:
    """Under what points were measured, in words; empty where no source says."""
    words = dict.fromkeys(point.conditions.words() for point in points)
    known = [text for text in words if text]
    return "; ".join(known[:most]) + (f"; {len(known) - most} more" if len(known) > most else "")
