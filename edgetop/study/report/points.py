"""What the figures ask of results: lines by batch, one point per model, what models share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.study.report.figure import positive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from edgetop.results import Conditions, Model, Point, Results

    Value = Callable[[Point], float | None]


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


def series(results: Results) -> list[Series]:
    """The points of a board as lines by batch, in the order in which they first come."""
    groups: dict[tuple[Model, Conditions], list[Point]] = {}
    for point in results.points:
        groups.setdefault((point.model, point.conditions), []).append(point)
    return [
        Series(model, conditions, tuple(sorted(points, key=lambda point: point.batch)))
        for (model, conditions), points in groups.items()
    ]


def at_batch(results: Results, batch: int) -> list[Point]:
    """The points of one batch, the last of each model and conditions."""
    found = {
        (point.model, point.conditions): point for point in results.points if point.batch == batch
    }
    return list(found.values())


def usual_batch(results: Results, value: Value) -> int | None:
    """The smallest batch at which most models have a value; None where none has.

    One image at a time is what boards do; some sources only have larger batches.
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
