"""`edgetop compare` without two sessions: this board beside published ones."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from edgetop.cli import chosen, recorded, streams
from edgetop.cli.beside_lines import few, lines
from edgetop.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping, Sequence

    from edgetop.results import Conditions, Results
    from edgetop.study.beside import Pair

REPORTS = ("deepdetect", "bianco", "tryolabs", "elab", "dlmark")
"""The sources of the five classic reports' boards, which come first."""
ALL = "all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options to those of two sessions."""
    chosen.add_arguments(parser)
    parser.add_argument(
        "--boards", metavar="A,B,...",
        help="the others: IDs or sources, as 'edgetop boards' lists them, or 'all' (those of the "
        "five classic reports)",
    )  # fmt: skip
    parser.add_argument("--models", metavar="A,B,...", help="only these models")
    parser.add_argument("--batch", type=int, metavar="N", help="only this batch")


def given(arguments: argparse.Namespace) -> list[str]:
    """The options of `add_arguments` that were used."""
    names = ("board", "session", "boards", "models", "batch")
    return [f"--{name}" for name in names if getattr(arguments, name) not in (None, [])]


def main(arguments: argparse.Namespace) -> int:
    """Print the comparison and return the exit code.

    Raises:
        UsageError: There is nothing to compare.
    """
    from edgetop.study import beside

    boards = _boards(arguments.boards)
    models = [name.strip() for name in (arguments.models or "").split(",") if name.strip()]
    compared = []
    for results in chosen.chosen(arguments):
        ours, known_by = _identified(results, arguments.session)
        ours = _narrowed(ours, models, arguments.batch)
        compared.append((ours, known_by, beside.pairs(ours, boards)))
    if arguments.json:
        rows = [row for ours, words, found in compared for row in _records(ours, words, found)]
        streams.say(json.dumps(rows, indent=2), sys.stdout)
        return ExitCode.DONE
    asked = arguments.boards not in (None, ALL)
    parts = [lines(*item, boards if asked else ()) for item in compared]
    streams.say("\n\n".join("\n".join(part) for part in parts), sys.stdout)
    return ExitCode.DONE


def _boards(named: str | None) -> list[Results]:
    """The boards to compare with, those of the classic reports first."""
    from edgetop import reference

    known = reference.boards()
    first = [name for source in REPORTS for name in known if name.startswith(f"{source}/")]
    if named is None:
        names = first
    elif named.strip().lower() == ALL:
        names = [*first, *known]
    else:
        names = []
        for word in filter(None, (word.strip().lower() for word in named.split(","))):
            of_source = [name for name in known if name.startswith(f"{word}/")]
            names += of_source or [word]
    if not names:
        raise UsageError("--boards names no board; 'edgetop boards' lists them")
    return [reference.load(name) for name in dict.fromkeys(names)]


def _identified(results: Results, sessions: Sequence[str]) -> tuple[Results, Mapping[str, str]]:
    """The results of a session with what its files are; published ones as they are."""
    from edgetop.study import graphs

    if results.published:
        return results, {}
    for name in (*sessions, results.id):
        session = recorded.open_recorded(name)
        try:
            if session.info.id == results.id:
                return graphs.identified(results, session)
        finally:
            session.close()
    return results, {}


def _narrowed(ours: Results, models: Sequence[str], batch: int | None) -> Results:
    """Only the points of these models and this batch.

    Raises:
        UsageError: There are none.
    """
    from dataclasses import replace

    from edgetop.zoo import catalogue

    wanted = set()
    for name in models:
        known = catalogue.find(name)
        wanted |= {name.lower(), *((known.canonical_name.lower(),) if known else ())}
    points = [
        point
        for point in ours.points
        if (batch is None or point.batch == batch)
        and (not wanted or {point.model.name.lower(), point.model.canonical_name.lower()} & wanted)
    ]
    if not points:
        ran = dict.fromkeys(f"{point.model.name} at batch {point.batch}" for point in ours.points)
        raise UsageError(f"{ours.id} has no such model at such a batch; it has {few(list(ran))}")
    return replace(ours, points=tuple(points))


def _records(
    ours: Results, known_by: Mapping[str, str], found: Sequence[Pair]
) -> Iterable[dict[str, object]]:
    from edgetop.study import beside

    places = {(place.conditions, place.board.id): place for place in beside.order(found)}
    for pair in found:
        here, there, board = pair.ours, pair.peer.point, pair.peer.board
        place = places.get((here.conditions, board.id))
        yield {
            "model": here.model.name,
            "canonical_name": here.model.canonical_name,
            "graph_known_by": known_by.get(here.model.name) or None,
            "batch": here.batch,
            "this": ours.id,
            "board": board.id,
            "board_name": board.board,
            "source": board.source,
            "their_model": there.model.name,
            "ratio": pair.ratio,
            "reason": pair.peer.reason or None,
            "impossible": pair.impossible,
            "ms_per_image": {
                "this": here.ms_per_image, "this_low": here.ms_low, "this_high": here.ms_high,
                "board": there.ms_per_image,
            },
            "gmacs": {"this": here.model.gmacs, "board": there.model.gmacs},
            "input_px": {"this": here.model.input_px, "board": there.model.input_px},
            "conditions": {
                "this": _conditions(here.conditions), "board": _conditions(there.conditions),
            },
            "notes": list(pair.notes),
            "board_ratio": place.ratio if place else None,
            "board_ratio_models": place.models if place else 0,
        }  # fmt: skip


def _conditions(conditions: Conditions) -> dict[str, object]:
    return {
        "runtime": conditions.runtime or None,
        "provider": conditions.provider or None,
        "threads": conditions.threads,
        "precision": conditions.precision or None,
        "power_mode": conditions.power_mode or None,
    }
