"""A board beside published ones: the same graph at the same batch, each with its conditions.

A ratio says how many times as fast the first board is: their time per image by ours. It is made
only of one graph: the same architecture of the catalogue, its multiply-adds within `SAME_MACS`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.paint.numbers import significant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgetop.results import Conditions, Model, Point, Results

SAME_MACS = 0.02
"""By how much two counts of one graph may differ: what is counted besides layers differs."""

_VARIANT = re.compile(r"^(Caffe|FB)(?=[A-Z])| \([^)]*\)| v1$")
"""What tells variants of one architecture apart in the catalogue's names."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One point of this board beside one of another."""

    ours: Point
    theirs: Point
    board: Results
    """The other board."""
    ratio: float | None
    """Their time per image by ours: 2 = this board is twice as fast. None: see `reason`."""
    reason: str = ""
    notes: tuple[str, ...] = ()
    """What a reader must know to judge the ratio."""
    impossible: bool = False
    """One of the two times would take more operations a second than its board can do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a board stands to this one, over all models that both ran."""

    board: Results
    conditions: Conditions
    """This board's."""
    ratio: float
    """Geometric mean over the models of the ratios, each the geometric mean over its batches."""
    models: int
    """How many models are behind it; 1 is one model's ratio and no more."""
    points: int


def pairs(ours: Results, boards: Iterable[Results]) -> list[Pair]:
    """Every point of this board that has a time, beside every board that ran its graph, or a
    variant of it, at its batch; boards in their order.
    """
    others = list(boards)
    return [
        _pair(point, ours, theirs, board)
        for point in ours.points
        if point.ms_per_image
        for board in others
        for theirs in board.points
        if theirs.batch == point.batch and related(point.model, theirs.model)
    ]


def related(ours: Model, theirs: Model) -> bool:
    """Whether both are the same architecture, or variants of one."""
    a, b = ours.canonical_name, theirs.canonical_name
    return bool(a and b) and (a == b or _without_variant(a) == _without_variant(b))


def _without_variant(name: str) -> str:
    return _VARIANT.sub("", name)


def same_graph(ours: Model, theirs: Model) -> bool:
    """Whether both are the same architecture with the same operations, as far as is known."""
    return related(ours, theirs) and not _difference(ours, theirs)


def _pair(ours: Point, here: Results, theirs: Point, there: Results) -> Pair:
    reason = _difference(ours.model, theirs.model)
    if not reason and not theirs.ms_per_image:
        reason = f"no time there: {theirs.error or 'not told'}"
    ratio = None
    if not reason:
        assert ours.ms_per_image and theirs.ms_per_image
        ratio = theirs.ms_per_image / ours.ms_per_image
    sides = (("here", ours, here), ("there", theirs, there))
    beyond = tuple(filter(None, (_beyond_peak(*side) for side in sides)))
    notes = (*_precisions(ours, theirs), *beyond, *filter(None, (ours.note, theirs.note)))
    return Pair(ours, theirs, there, ratio, reason, tuple(dict.fromkeys(notes)), bool(beyond))


def _difference(ours: Model, theirs: Model) -> str:
    """Why two related models are not the same graph; empty if they are."""
    a, b = ours.gmacs, theirs.gmacs
    if not a or not b:
        side = "here" if not a else "there"
        return f"operations unknown {side}: whether it is the same graph is not known"
    named = ours.canonical_name == theirs.canonical_name
    if named and abs(a - b) <= SAME_MACS * max(a, b):
        return ""
    variant = "" if named else f"{theirs.canonical_name}, "
    return f"different graph: {variant}{b:.4g} GMACs there, {a:.4g} here"


def _precisions(ours: Point, theirs: Point) -> tuple[str, ...]:
    here, there = ours.conditions.precision, theirs.conditions.precision
    return (f"{here} here, {there} there",) if here and there and here != there else ()


def _beyond_peak(where: str, point: Point, results: Results) -> str:
    """That a time cannot be true; 10^9 operations in a millisecond are 10^12 in a second."""
    peak, gmacs, ms = results.peak_tmacs, point.model.gmacs, point.ms_per_image
    if not peak or not gmacs or not ms or gmacs / ms <= peak:
        return ""
    return (
        f"impossible {where}: {gmacs / ms:.3g} TMAC/s is more than the board's peak of {peak:.3g}"
    )


def order(found: Sequence[Pair]) -> list[Place]:
    """The boards by how many times as fast this one is, for each conditions that it ran under;
    the slowest board first.

    Of several times that a board has for a graph at a batch (threads, implementations) the best
    counts. Times that cannot be true do not count.
    """
    best: dict[tuple[Conditions, str], dict[tuple[str, int], Pair]] = {}
    for pair in found:
        if pair.ratio is None or pair.impossible:
            continue
        of_board = best.setdefault((pair.ours.conditions, pair.board.id), {})
        key = (pair.ours.model.canonical_name, pair.ours.batch)
        known = of_board.get(key)
        if known is None or (known.ratio or math.inf) > pair.ratio:
            of_board[key] = pair
    places = [_place(conditions, of_board) for (conditions, _), of_board in best.items()]
    ran_under = list(dict.fromkeys(place.conditions for place in places))
    return sorted(places, key=lambda place: (ran_under.index(place.conditions), -place.ratio))


def _place(conditions: Conditions, best: dict[tuple[str, int], Pair]) -> Place:
    by_model: dict[str, list[float]] = {}
    for (model, _), pair in best.items():
        by_model.setdefault(model, []).append(pair.ratio or math.nan)
    means = [geometric_mean(ratios) for ratios in by_model.values()]
    board = next(iter(best.values())).board
    return Place(board, conditions, geometric_mean(means), len(means), len(best))


def geometric_mean(values: Sequence[float]) -> float:
    """The n-th root of the product of n positive values, at least one."""
    return math.exp(sum(map(math.log, values)) / len(values))


def times(ratio: float) -> str:
    """A ratio in two significant digits: ``0.42x``, ``7.5x``, ``130x``."""
    return f"{significant(ratio, 2)}x"
