"""A board beside published ones: the same graph at the same batch, each with its conditions.

A ratio says how many times as fast the first board is: their time per image by ours. It is made
only of one graph: the same architecture of the catalogue, its multiply-adds within `SAME_MACS`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from edgetop.paint.numbers import significant
from edgetop.sensors.identity import short_name
from edgetop.study import plausible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

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
    """Its board cannot do so many operations a second."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One point of this board beside one of another."""

    ours: Point
    peer: Peer
    flag: str = ""
    """What speaks against the time of this board; empty if nothing does."""
    impossible_here: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know to judge the ratio."""
        here = (f"here {self.flag}" if self.flag else "", self.ours.note)
        return (*filter(None, here), *self.peer.notes)

    @property
    def impossible(self) -> bool:
        """One of the two times cannot be true."""
        return self.impossible_here or self.peer.impossible

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
    others = [board for board in boards if board.id != ours.id]
    return [
        Pair(point, peer, plausible.flag(point, ours), plausible.is_impossible(point, ours))
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
    flag = plausible.flag(theirs, board)
    notes = tuple(filter(None, (_precisions(ours, theirs), flag, theirs.note)))
    return Peer(board, theirs, reason, notes, plausible.is_impossible(theirs, board))


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


def order(found: Sequence[Pair]) -> list[Place]:
    """The other boards by how many times as fast this one is, the slowest first.

    For each of the conditions that this board ran under there is an order of its own. Of several
    times that a board has for a graph at a batch (threads, implementations) the best counts.
    Times that cannot be true do not count.
    """
    comparable: dict[tuple[Conditions, str], list[Pair]] = {}
    for pair in found:
        if pair.ratio is not None and not pair.impossible:
            key = (pair.ours.conditions, pair.peer.board.id)
            comparable.setdefault(key, []).append(pair)
    places = [_place(those) for those in comparable.values()]
    ran_under = list(dict.fromkeys(place.conditions for place in places))
    return sorted(places, key=lambda place: (ran_under.index(place.conditions), -place.ratio))


def _place(found: Sequence[Pair]) -> Place:
    """The place of one board under one of our conditions."""
    best: dict[tuple[str, int], tuple[float, float]] = {}
    for pair in found:
        key = (pair.ours.model.canonical_name, pair.ours.batch)
        here, there = best.get(key, (math.inf, math.inf))
        best[key] = (
            min(here, pair.ours.ms_per_image or math.inf),
            min(there, pair.peer.point.ms_per_image or math.inf),
        )
    by_model: dict[str, list[float]] = {}
    for (model, _), (here, there) in best.items():
        by_model.setdefault(model, []).append(there / here)
    means = [geometric_mean(ratios) for ratios in by_model.values()]
    first = found[0]
    return Place(
        first.peer.board, first.ours.conditions, geometric_mean(means), len(means), len(best)
    )


def best_of_each(found: Iterable[Peer], precisions: Collection[str]) -> tuple[Peer, ...]:
    """Of each board the best time that can be true and compared, the fastest first.

    Args:
        found: Of one graph at one batch.
        precisions: Those that count; the empty one is "not told".
    """
    best: dict[str, Peer] = {}
    for peer in found:
        if peer.reason or peer.impossible or peer.point.conditions.precision not in precisions:
            continue
        if peer.board.id not in best or _ms(peer) < _ms(best[peer.board.id]):
            best[peer.board.id] = peer
    return tuple(sorted(best.values(), key=_ms))


def _ms(peer: Peer) -> float:
    return peer.point.ms_per_image or math.inf


def geometric_mean(values: Sequence[float]) -> float:
    """The n-th root of the product of n positive values, at least one."""
    return math.exp(sum(map(math.log, values)) / len(values))


def times(ratio: float) -> str:
    """A ratio in two significant digits: ``0.42x``, ``7.5x``, ``134x``."""
    return f"{significant(ratio, 2)}x"


def source_name(board: Results) -> str:
    """Who measured a published board, in a few words: ``Bianco et al. 2018``."""
    return _names(board.id, board.board)[1] if board.published else board.source


def board_name(board: Results) -> str:
    """A published board's name for narrow places: the shorter of the source's and ours."""
    return _names(board.id, board.board)[0] if board.published else short_name(board.board)


@cache
def _names(board: str, name: str) -> tuple[str, str]:
    """Short names of a published board and of its source."""
    from edgetop.reference.declared import BOARDS, SOURCES

    source = board.partition("/")[0]
    known = BOARDS.get(board)
    device = known.device if known is not None and "_" not in known.device else ""
    short = min(filter(None, (short_name(name), short_name(device))), key=len)
    return short, SOURCES[source].short if source in SOURCES else source


def in_several_ways(found: Iterable[Peer]) -> frozenset[str]:
    """IDs of the boards whose source has the graph under several names: two implementations."""
    names: dict[str, set[str]] = {}
    for peer in found:
        if not peer.reason:
            names.setdefault(peer.board.id, set()).add(peer.point.model.name)
    return frozenset(board for board, known in names.items() if len(known) > 1)


def conditions_words(point: Point, *, named: bool = False) -> str:
    """All conditions of a point, for people; a precision that nobody told is missed aloud.

    Args:
        point: Of any board.
        named: The name of the model in its source is one of them.
    """
    conditions = point.conditions
    told = "" if conditions.precision else "precision not told"
    px = f"{point.model.input_px} px" if point.model.input_px else ""
    name = f"as {point.model.name}" if named else ""
    return ", ".join(filter(None, (name, conditions.words(), told, px)))
