"""`edgetop boards`: the published boards, and what was measured on one of them."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any

from edgetop.cli import streams, values
from edgetop.cli.table import aligned, wrapped
from edgetop.errors import ExitCode, UsageError
from edgetop.paint.numbers import significant
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from edgetop.reference.declared import Board
    from edgetop.results import Model, Point, Results

_NOT_PUBLISHED, _DID_NOT_RUN = "-", "x"


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `boards` to the command line."""
    parser = commands.add_parser(
        "boards",
        description="List the boards that others published measurements of, or show what was "
        "measured on one: milliseconds per image, models by batches.",
    )
    parser.add_argument(
        "name", metavar="ID|FILTER", nargs="?", default="",
        help="a board as it is listed, or a part of its ID, name or source",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="as JSON")
    values.add_debug(parser)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Print the list or the board; text goes to stdout.

    Raises:
        UsageError: No board has this ID or fits the filter; the nearest are named.
    """
    from edgetop.reference.declared import BOARDS

    name = arguments.name.strip().lower()
    if name in BOARDS:
        text = _one(BOARDS[name], as_json=arguments.json)
    else:
        text = _list(_fitting(BOARDS.values(), name), as_json=arguments.json)
    streams.say(text, sys.stdout)
    return ExitCode.DONE


def _fitting(boards: Iterable[Board], wanted: str) -> list[Board]:
    from edgetop import reference

    found = [
        board
        for board in boards
        if wanted in f"{board.id}\n{board.name}\n{board.source.short}".lower()
    ]
    if not found:
        raise UsageError(reference.unknown(wanted))
    return found


def _list(boards: Sequence[Board], *, as_json: bool) -> str:
    rows = [_row(board) for board in boards]
    if as_json:
        return json.dumps(rows, indent=2)
    lines = [["ID", "BOARD", "SOURCE", "MODELS", "POINTS", "BATCHES", "ALSO"]]
    for row in rows:
        batches = sorted({row["batches"][0], row["batches"][-1]})
        also = [key for key in ("accuracy", "memory", "power") if row[key]]
        lines.append(
            [
                row["id"],
                safe_text(row["board"], 44),
                row["source"],
                str(row["models"]),
                str(row["points"]),
                "-".join(map(str, batches)),
                " ".join(also),
            ]
        )
    return "\n".join(aligned(lines, [False, False, False, True, True, True, False]))


def _row(board: Board) -> dict[str, Any]:
    """A board as the list has it: points are those with a time, accuracy is the source's own."""
    from edgetop import reference

    measured = [point for point in reference.load(board.id).points if point.ms_per_image]
    return {
        "id": board.id,
        "board": board.name,
        "source": board.source.short,
        "models": len({point.model.name for point in measured}),
        "points": len(measured),
        "batches": sorted({point.batch for point in measured}),
        "accuracy": "top1_pct" in board.source.columns,
        "memory": any(point.memory_mib is not None for point in measured),
        "power": any(point.power_w is not None for point in measured),
    }


def _one(board: Board, *, as_json: bool) -> str:
    from edgetop import reference

    results = reference.load(board.id)
    return json.dumps(_record(results), indent=2) if as_json else "\n".join(_lines(results))


def _record(results: Results) -> dict[str, object]:
    from edgetop.cli import sweep_table

    return {
        "id": results.id,
        "board": results.board,
        "source": results.source,
        "conditions": results.conditions,
        "peak_tmacs": results.peak_tmacs,
        "peak_source": results.peak_source or None,
        "notes": list(results.notes),
        "points": [sweep_table.row(point, results) | _of_model(point) for point in results.points],
    }


def _of_model(point: Point) -> dict[str, object]:
    model = point.model
    return {
        "family": model.family or None,
        "input_px": model.input_px,
        "top1_pct": model.top1_pct,
        "top1_source": model.top1_source or None,
        "power_mode": point.conditions.power_mode or None,
    }


def _lines(results: Results) -> list[str]:
    """What the figures are, then a table for each of the conditions, then its footnotes."""
    lines = [f"{results.id}  {results.board}"]
    lines += _paragraph("source: ", results.source)
    lines += _paragraph("timed: ", results.conditions)
    if results.peak_tmacs is not None:
        peak = f"{results.peak_tmacs:g} T multiply-adds a second ({results.peak_source})"
        lines += _paragraph("peak: ", peak)
    for note in results.notes:
        lines += _paragraph("note: ", note)
    by_conditions: dict[str, list[Point]] = {}
    for point in results.points:
        by_conditions.setdefault(point.conditions.words(), []).append(point)
    for words, points in by_conditions.items():
        lines += ["", f"{words}, ms per image" if words else "ms per image", *_table(points)]
    return [*lines, *_footnotes(results)]


def _paragraph(head: str, text: str) -> list[str]:
    return wrapped(safe_text(text, 1000), head)


def _table(points: Sequence[Point]) -> list[str]:
    batches = sorted({point.batch for point in points})
    cells = {(point.model, point.batch): _cell(point) for point in points}
    rows = [["", "GMACS", "TOP-1 %", *(f"BATCH {batch}" for batch in batches)]]
    for model in dict.fromkeys(point.model for point in points):
        figures = [cells.get((model, batch), _NOT_PUBLISHED) for batch in batches]
        rows.append([model.name, *_model_cells(model), *figures])
    return [f"  {line}" for line in aligned(rows, [False, *(True for _ in rows[0][1:])])]


def _model_cells(model: Model) -> tuple[str, str]:
    gmacs = "-" if model.gmacs is None else f"{model.gmacs:.4f}"
    return gmacs, "-" if model.top1_pct is None else f"{model.top1_pct:.2f}"


def _cell(point: Point) -> str:
    figure = _DID_NOT_RUN if point.ms_per_image is None else significant(point.ms_per_image, 4)
    return f"{figure}*" if point.note else figure


def _footnotes(results: Results) -> list[str]:
    """Each error and note once, with the models that it is about; then what cannot be true."""
    errors: dict[str, None] = {}
    notes: dict[str, dict[str, None]] = {}
    for point in results.points:
        if point.error:
            errors[point.error] = None
        if point.note:
            notes.setdefault(point.note, {})[point.model.name] = None
    lines = [f"{_DID_NOT_RUN} {error}" for error in errors]
    for note, models in notes.items():
        lines += _paragraph("* ", f"{note} ({', '.join(models)})")
    lines += _doubts(results)
    return ["", *lines] if lines else []


def _doubts(results: Results) -> list[str]:
    """The most doubtful time of each model, and how many more there are."""
    from edgetop.study.plausible import flag

    flagged: dict[str, list[Point]] = {}
    for point in results.points:
        if flag(point, results):
            flagged.setdefault(point.model.name, []).append(point)
    lines = []
    for name, points in flagged.items():
        quickest = min(points, key=lambda point: point.ms_per_image or math.inf)
        more = f" (and {len(points) - 1} more)" if len(points) > 1 else ""
        where = f"{name} at batch {quickest.batch}{more}"
        lines += _paragraph("! ", f"{where}: {flag(quickest, results)}")
    return lines
