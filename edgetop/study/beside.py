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
class Peer:
    """What another board made of a graph, or of a variant of it, at the same batch."""

    board: Results
    point: Point
    reason: str = ""
    """Why its time cannot be compared; empty if it can."""
    notes: tuple[str, ...] = ()
    """What a reader must know to judge a ratio."""
    impossible: bool = False
    """It would take more operations a second than its board can do."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One point of this board beside one of another."""

    ours: Point
    peer: Peer

    @property
    def ratio(self) -> float | None:
        """Their time per image by ours: 2 = this board is twice as fast; None: no such ratio."""
        here, there = self.ours.ms_per_image, self.peer.point.ms_per_image
        return there / here if here and there and not self.peer.reason else None


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
    """Every point of this board that has a time, beside the peers of its graph on other boards."""
    others = list(boards)
    return [
        Pair(point, peer)
        for point in ours.points
        if point.ms_per_image
        for peer in peers(point, others)
    ]


def peers(ours: Point, boards: Iterable[Results]) -> list[Peer]:
    """What other boards made of the graph of a point, or of variants of it, at its batch.

    Args:
        ours: Its time is not needed.
        boards: In the order of the result.
    """
    return [
        _peer(ours, theirs, board)
        for board in boards
        for theirs in board.points
        if theirs.batch == ours.batch and related(ours.model, theirs.model)
    ]


def related(ours: Model, theirs: Model) -> bool:
    """Whether both are the same architecture, or variants of one."""
    a, b = ours.canonical_name, theirs.canonical_name
    return bool(a and b) and (a == b or _VARIANT.sub("", a) == _VARIANT.sub("", b))


def _peer(ours: Point, theirs: Point, board: Results) -> Peer:
    reason = _difference(ours.model, theirs.model)
    if not reason and not theirs.ms_per_image:
        reason = f"no time there: {theirs.error or 'not told'}"
    beyond = beyond_peak(theirs, board.peak_tmacs)
    notes = (_precisions(ours, theirs), beyond, ours.note, theirs.note)
    known = tuple(dict.fromkeys(note for note in notes if note))
    return Peer(board, theirs, reason, known, bool(beyond))


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


def _precisions(ours: Point, theirs: Point) -> str:
    here, there = ours.conditions.precision, theirs.conditions.precision
    return f"{here} here, {there} there" if here and there and here != there else ""


def beyond_peak(point: Point, peak_tmacs: float | None) -> str:
    """That a time cannot be true; 10^9 operations in a millisecond are 10^12 in a second."""
    gmacs, ms = point.model.gmacs, point.ms_per_image
    if not peak_tmacs or not gmacs or not ms or gmacs / ms <= peak_tmacs:
        return ""
    return (
        f"impossible: {gmacs / ms:.3g} TMAC/s is more than the {peak_tmacs:.3g} "
        "that the board can do"
    )


def order(found: Sequence[Pair]) -> list[Place]:
    """The other boards by how many times as fast this one is, the slowest first.

    For each of the conditions that this board ran under there is an order of its own. Of several
    times that a board has for a graph at a batch (threads, implementations) the best counts.
    Times that cannot be true do not count.
    """
    best: dict[tuple[Conditions, str], dict[tuple[str, int], Pair]] = {}
    for pair in found:
        if pair.ratio is None or pair.peer.impossible:
            continue
        of_board = best.setdefault((pair.ours.conditions, pair.peer.board.id), {})
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
    board = next(iter(best.values())).peer.board
    return Place(board, conditions, geometric_mean(means), len(means), len(best))


def geometric_mean(values: Sequence[float]) -> float:
    """The n-th root of the product of n positive values, at least one."""
    return math.exp(sum(map(math.log, values)) / len(values))


def times(ratio: float) -> str:
    """A ratio in two significant digits: ``0.42x``, ``7.5x``, ``134x``."""
    return f"{significant(ratio, 2)}x"
