"""The points of a board as the tests of claims look at them."""

from __future__ import annotations

import math
from collections import Counter
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

from edgetop.study.claims.claim import CannotTest
from edgetop.study.plausible import flag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.results import Conditions, Point, Results

DENSE = frozenset({"DenseNet", "DPN"})
ORDINARY = frozenset({"AlexNet", "Inception", "NIN", "ResNet", "SqueezeNet", "VGG"})
"""Families by their kind of layers: most of their channels see all that went before, or all of the
layer before. Those whose channels see few others are `edgetop.study.plausible.DEPTHWISE`."""


class Evidence:
    """The points of one board under the conditions that most of them share, and its neighbours.

    Ratios and fits mean something only between points under one set of conditions: of a session
    with two providers, the one with more points counts.

    Args:
        results: The board.
        others: Boards to compare it with: of the same report, or the others that were given.
    """

    def __init__(self, results: Results, others: Sequence[Results] = ()) -> None:
        self.results = results
        self.others = tuple(others)

    @cached_property
    def conditions(self) -> Conditions:
        """Those of most points that have a time."""
        number = Counter(point.conditions for point in self.results.points if _is_timed(point))
        if not number:
            raise CannotTest("nothing was measured")
        return number.most_common(1)[0][0]

    @cached_property
    def points(self) -> list[Point]:
        """One point with a time of each model and batch: of several the longest measured."""
        longest: dict[tuple[str, int], Point] = {}
        for point in self.results.points:
            if _is_timed(point) and point.conditions == self.conditions:
                so_far = longest.setdefault((point.model.name, point.batch), point)
                if (point.inferences or 0) > (so_far.inferences or 0):
                    longest[point.model.name, point.batch] = point
        return list(longest.values())

    @cached_property
    def series(self) -> dict[str, list[Point]]:
        """The points of each model by batch, ascending."""
        found: dict[str, list[Point]] = {}
        for point in sorted(self.points, key=lambda point: point.batch):
            found.setdefault(point.model.name, []).append(point)
        return found

    def at(self, batch: int) -> list[Point]:
        """The points of a batch.

        Raises:
            CannotTest: There are none.
        """
        found = [point for point in self.points if point.batch == batch]
        if not found:
            raise CannotTest(f"no model ran at batch {batch}")
        return found

    def doubts(self, *points: Point) -> str:
        """What speaks against the times of points, to be put behind them; empty if nothing does."""
        flags = [
            f"{point.model.name} at batch {point.batch} is {found}"
            for point in points
            if (found := flag(point, self.results))
        ]
        return "".join(f"; {words}" for words in flags)

    def usual_batch(self, wanted: int) -> int:
        """The batch that a report took if three models ran at it, else the one with most models."""
        number = Counter(point.batch for point in self.points)
        if number[wanted] >= 3:
            return wanted
        return max(number, key=lambda batch: (number[batch], -batch), default=wanted)


def _is_timed(point: Point) -> bool:
    """It has a time that can be divided by: a session file may hold any number."""
    return point.ms_per_image is not None and 0 < point.ms_per_image < math.inf


def ms_of(point: Point) -> float:
    """Milliseconds for an image of a point that has a time."""
    assert point.ms_per_image is not None
    return point.ms_per_image


def fps_of(point: Point) -> float:
    """Images per second of a point that has a time."""
    return point.fps or 1000 / ms_of(point)


def known(
    points: Sequence[Point], value: Callable[[Point], float | None], noun: str, least: int = 3
) -> list[Point]:
    """The points that have a figure.

    Args:
        points: To choose from.
        value: The figure of a point.
        noun: What it is, for people.
        least: How many models there must be.

    Raises:
        CannotTest: There are fewer.
    """
    found = [point for point in points if value(point) is not None]
    models = len({point.model.name for point in found})
    if models < least:
        has = "no model has" if not models else f"only {models} of the models {_have(models)}"
        raise CannotTest(f"{has} a known {noun}; it takes {least}")
    return found


def accurate(points: Sequence[Point], least: int = 3) -> list[Point]:
    """The points whose model has a known accuracy."""
    return known(points, lambda point: point.model.top1_pct, "accuracy", least)


def top1_of(point: Point) -> float:
    """Top-1 of a point that has one."""
    assert point.model.top1_pct is not None
    return point.model.top1_pct


def gmacs_of(point: Point) -> float:
    """Billions of multiply-adds of a point whose model has a known count."""
    assert point.model.gmacs is not None
    return point.model.gmacs


def params_of(point: Point) -> float:
    """Millions of parameters of a point whose model has a known count."""
    assert point.model.params_m is not None
    return point.model.params_m


def memory_of(point: Point) -> float:
    """MiB of a point that has a memory figure."""
    assert point.memory_mib is not None
    return point.memory_mib


def is_model(point: Point, *canonical: str) -> bool:
    """The point is of one of these networks, by the catalogue's name or a variant of it."""
    name = point.model.canonical_name or point.model.name
    return any(name == wanted or name.startswith(f"{wanted} (") for wanted in canonical)


def speed_ratio(slow: Evidence, fast: Evidence) -> tuple[float, int] | None:
    """Median of time by time over the models and batches that both ran, and how many.

    Boards of one report are matched by its own names, others by the catalogue's.
    """
    for name_of in (_printed, _canonical):
        times = {
            (name, point.batch): ms_of(point) for point in fast.points if (name := name_of(point))
        }
        ratios = [
            ms_of(point) / times[name_of(point), point.batch]
            for point in slow.points
            if (name_of(point), point.batch) in times
        ]
        if len(ratios) >= 3:
            return median(ratios), len(ratios)
    return None


def _printed(point: Point) -> str:
    return point.model.name


def _canonical(point: Point) -> str:
    return point.model.canonical_name


def board_is(results: Results, *names: str) -> bool:
    """The board's name has one of these words in it."""
    text = f"{results.board} {results.id}".lower().replace("-", " ")
    return any(name.lower().replace("-", " ") in text for name in names)


def _have(number: int) -> str:
    return "has" if number == 1 else "have"
