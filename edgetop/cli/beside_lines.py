"""What `edgetop compare` says to people of a board beside published ones."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from edgetop.cli.table import aligned
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from edgetop.results import Point, Results
    from edgetop.study.beside import Pair, Place

_LINE_WIDTH = 110
_MOST_NAMED = 6
"""Boards that one line lists."""


def lines(
    ours: Results, known_by: Mapping[str, str], found: Sequence[Pair], asked: Sequence[Results]
) -> list[str]:
    """All of one board.

    Args:
        ours: The board.
        known_by: How the graphs of its models are known, by their names.
        found: What there is beside it.
        asked: Boards that the user named: one that shares nothing is told.
    """
    lines = [f"{safe_text(ours.board, 100)}: {ours.id}, {safe_text(ours.source, 200)}"]
    alone = []
    for point in ours.points:
        those = [pair for pair in found if pair.ours is point]
        if not those:
            alone.append(f"{point.model.name} at batch {point.batch}")
        if those or len(ours.points) == 1 or point.model.name in known_by:
            lines += ["", *_block(point, those, known_by.get(point.model.name, ""))]
    if not found:
        lines += ["", "no published board ran any of these graphs at these batches"]
        return lines
    lines += ["", *_order(found), "", *_sources(ours, found)]
    if alone:
        lines.append(f"not published by these boards: {few(alone)}")
    shared = {pair.peer.board.id for pair in found}
    missing = [board.id for board in asked if board.id not in shared]
    if missing:
        lines.append(f"no model and batch in common with {few(missing)}")
    return lines


def _block(point: Point, found: Sequence[Pair], known_by: str) -> list[str]:
    """One point of ours among those of the others, the fastest first."""
    from edgetop.study import beside

    model = point.model
    canonical = model.canonical_name if model.canonical_name != model.name else ""
    names = f"{model.name} ({canonical})" if canonical else model.name
    counts = "" if model.gmacs is None else f", {model.gmacs:.4g} GMACs"
    lines = [f"{names}, batch {point.batch}{counts}"]
    if known_by:
        lines.append(f"  {known_by}")
    if point.ms_per_image is None:
        return [*lines, f"  no time here: {point.error}"]
    if not found:
        return [*lines, f"  {point.ms_per_image:.4g} ms per image; nobody published it"]
    interval = ""
    if point.ms_low is not None and point.ms_high is not None:
        interval = f"95 %: {point.ms_low:.4g} to {point.ms_high:.4g} ms"
    own = (beside.conditions_words(point), interval, found[0].flag, point.note)
    rows = [(point.ms_per_image, ["", "this board", "", "; ".join(filter(None, own))])]
    named = beside.in_several_ways(pair.peer for pair in found)
    rows += [_row(pair, named) for pair in found if pair.ratio is not None]
    rows.sort(key=lambda row: row[0])
    head = ["ms", "ratio", "board", "source", "conditions"]
    cells = [[f"{ms:.4g}", *words] for ms, words in rows]
    table = aligned([head, *cells], (True, True, False, False, False))
    return [*lines, *(f"  {line}" for line in (*table, *_not_comparable(found)))]


def _row(pair: Pair, named: Collection[str]) -> tuple[float, list[str]]:
    from edgetop.study import beside

    peer = pair.peer
    conditions = beside.conditions_words(peer.point, named=peer.board.id in named)
    words = "; ".join((conditions, *peer.notes))
    board, source = safe_text(beside.board_name(peer.board)), beside.source_name(peer.board)
    ratio = beside.times(pair.ratio or 0.0)
    return peer.point.ms_per_image or 0.0, [ratio, board, source, safe_text(words, 300)]


def _not_comparable(found: Sequence[Pair]) -> list[str]:
    """Why some have no ratio, each reason once, with the boards and their best times."""
    from edgetop.study import beside

    told: dict[str, dict[str, list[float]]] = {}
    for pair in found:
        if pair.ratio is None:
            name = f"{beside.board_name(pair.peer.board)} ({beside.source_name(pair.peer.board)})"
            times = told.setdefault(pair.peer.reason, {}).setdefault(name, [])
            times += [ms for ms in (pair.peer.point.ms_per_image,) if ms]
    return [
        f"{reason}: {few([f'{name} {min(ms):.4g} ms' if ms else name for name, ms in of.items()])}"
        for reason, of in told.items()
    ]


def _order(found: Sequence[Pair]) -> list[str]:
    """Where this board stands among the others, under each of the conditions that it ran under."""
    from edgetop.study import beside

    lines: list[str] = []
    by_conditions = groupby(beside.order(found), lambda place: place.conditions)
    for conditions, places in by_conditions:
        lines += ["", f"in all, {conditions.words() or 'conditions not told'}"]
        lines += [f"  {line}" for line in _places(list(places))]
    if not lines:
        return ["in all: no time here and there of the same graph"]
    meaning = (
        "ratio: their time per image by ours, 2x = this board is twice as fast; in all the "
        "geometric mean over the models"
    )
    return [*lines[1:], "", meaning]


def _places(places: Sequence[Place]) -> list[str]:
    from edgetop.study import beside

    rows = [
        [
            beside.times(place.ratio), str(place.models), str(place.points),
            safe_text(beside.board_name(place.board)), beside.source_name(place.board),
        ]
        for place in places
    ]  # fmt: skip
    head = ["ratio", "models", "points", "board", "source"]
    return aligned([head, *rows], (True, True, True, False, False))


def _sources(ours: Results, found: Sequence[Pair]) -> list[str]:
    """What was timed, and how, by each who is compared; errata that concern what is shown."""
    from edgetop.study import beside

    models = {pair.peer.point.model.name for pair in found}
    lines = [f"this board: {ours.conditions}"] if ours.conditions else []
    told = dict.fromkeys(ours.notes)
    lines += [f"  {note}" for note in told]
    boards = {pair.peer.board.id: pair.peer.board for pair in found if pair.ratio is not None}
    for name, those in groupby(boards.values(), beside.source_name):
        same_source = list(those)
        lines.append(f"{name}: {same_source[0].conditions}")
        notes = dict.fromkeys(note for board in same_source for note in board.notes)
        new = [note for note in notes if note not in told and _concerns(note, models, same_source)]
        lines += [f"  {note}" for note in new]
    return [piece for line in lines for piece in _wrapped(line)]


def _concerns(note: str, models: set[str], boards: Sequence[Results]) -> bool:
    """Not if it begins with the name of a model that is not shown."""
    named = {point.model.name for board in boards for point in board.points}
    about = note.partition(": ")[0]
    return about not in named or about in models


def _wrapped(line: str) -> list[str]:
    indent = "    " if line.startswith(" ") else "  "
    return textwrap.wrap(line, _LINE_WIDTH, subsequent_indent=indent) or [""]


def few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
