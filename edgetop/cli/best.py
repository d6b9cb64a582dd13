"""`edgetop best`: the most accurate models that meet limits on a board."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from edgetop.cli import chosen, streams, values
from edgetop.cli.table import aligned, wrapped
from edgetop.errors import ExitCode, UsageError
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from edgetop.results import Point, Results
    from edgetop.study.best import Cell, Chosen, Limits


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `best` to the command line."""
    parser = commands.add_parser(
        "best",
        description="The most accurate models that keep to limits of memory, speed, power and "
        "energy, on a published board or as measured here. A model whose limited figure is "
        "unknown does not qualify.",
    )
    chosen.add_arguments(parser)
    limits = parser.add_argument_group("limits")
    for option, unit, meaning in (
        ("--max-memory-gb", "GB", "of 1024 MiB"),
        ("--min-fps", "FPS", "images per second"),
        ("--max-power-w", "W", "mean power"),
        ("--max-energy-j", "J", "energy of one image"),
        ("--max-ms", "MS", "time of one image"),
    ):
        limits.add_argument(option, type=values.positive, metavar=unit, help=meaning)
    parser.add_argument("--batch", type=_count, default=1, metavar="N", help="images a run (1)")
    parser.add_argument("--top", type=_count, default=5, metavar="N", help="how many models (5)")
    parser.add_argument(
        "--grid", action="store_true",
        help="all of 0.7, 1.0, 1.4 GB by 15, 30, 60 FPS, as Bianco et al. 2018 print it",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="as JSON")
    values.add_debug(parser)
    parser.set_defaults(main=main)


def _count(text: str) -> int:
    import argparse

    number = values.whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return number


def main(arguments: argparse.Namespace) -> int:
    """Print the models and return the exit code.

    An empty answer is an answer: it is no error that no model meets the limits.

    Raises:
        UsageError: Nothing ran at that batch, or limits beside ``--grid``.
    """
    from edgetop.study.best import Limits
    from edgetop.study.neighbours import with_memory
    from edgetop.study.peak import with_known_peak

    names = ("max_memory_gb", "min_fps", "max_power_w", "max_energy_j", "max_ms")
    limits = Limits(**{name: getattr(arguments, name) for name in names})
    if arguments.grid and limits != Limits():
        raise UsageError("--grid has limits of its own; give either it or limits")
    boards = [with_known_peak(with_memory(results)) for results in chosen.chosen(arguments)]
    say = _say_grid if arguments.grid else _say_best
    say(boards, limits, arguments)
    return ExitCode.DONE


def _say_best(boards: Sequence[Results], limits: Limits, arguments: argparse.Namespace) -> None:
    from edgetop.study.best import best

    found = [
        (results, best(results, limits, batch=arguments.batch, top=arguments.top))
        for results in boards
    ]
    if arguments.json:
        rows = [row for results, picked in found for row in _rows(picked.points, results)]
        streams.say(json.dumps(rows, indent=2), sys.stdout)
        for results, picked in found:
            if not picked.points:
                streams.complain(_none(results, picked))
        return
    parts = ["\n".join(_lines(results, picked, arguments.batch)) for results, picked in found]
    streams.say("\n\n".join(parts), sys.stdout)


def _say_grid(boards: Sequence[Results], _limits: Limits, arguments: argparse.Namespace) -> None:
    from edgetop.study.best import grid

    found = [
        (results, *grid(results, batch=arguments.batch, top=arguments.top)) for results in boards
    ]
    if arguments.json:
        cells = [
            {
                "board": results.id,
                "max_memory_gb": cell.max_memory_gb,
                "min_fps": cell.min_fps,
                "models": _rows(cell.points, results),
            }
            for results, cells, _ in found
            for cell in cells
        ]
        streams.say(json.dumps(cells, indent=2), sys.stdout)
        return
    parts = [
        "\n".join(_grid_lines(results, cells, notes, arguments.batch))
        for results, cells, notes in found
    ]
    streams.say("\n\n".join(parts), sys.stdout)


def _rows(points: Sequence[Point], results: Results) -> list[dict[str, object]]:
    from edgetop.study.best import memory_gb
    from edgetop.study.plausible import flag

    return [
        {
            "board": results.id,
            "rank": rank,
            "model": point.model.name,
            "top1_pct": point.model.top1_pct,
            "fps": point.fps,
            "memory_gb": memory_gb(point),
            "power_w": point.power_w,
            "batch": point.batch,
            "ms_per_image": point.ms_per_image,
            "j_per_image": point.j_per_image,
            "params_m": point.model.params_m,
            "gmacs": point.model.gmacs,
            "top1_source": point.model.top1_source or None,
            "memory_scope": point.memory_scope or None,
            "power_scope": point.power_scope or None,
            "conditions": point.conditions.words(),
            "state": point.state or None,
            "note": point.note or None,
            "flag": flag(point, results) or None,
        }
        for rank, point in enumerate(points, 1)
    ]


def _heading(results: Results, batch: int) -> str:
    return f"{safe_text(results.id)}  {safe_text(results.board)}, batch {batch}"


def _lines(results: Results, picked: Chosen, batch: int) -> Iterator[str]:
    from edgetop.study.best import memory_gb

    yield _heading(results, batch)
    if picked.points:
        head = ["", "model", "top-1 %", "FPS", "GB", "W", "J/image", "conditions"]
        rows = [
            [
                str(rank),
                safe_text(point.model.name),
                f"{point.model.top1_pct:.2f}",
                _number(point.fps),
                "-" if point.memory_mib is None else f"{memory_gb(point):.2f}",
                _number(point.power_w),
                _number(point.j_per_image),
                safe_text(point.conditions.words(), 60),
            ]
            for rank, point in enumerate(picked.points, 1)
        ]
        numeric = (True, False, True, True, True, True, True, False)
        yield from (f"  {line}" for line in aligned([head, *rows], numeric))
    else:
        yield f"  {safe_text(_none(results, picked), 300)}"
        if picked.nearest is None:  # the notes are in that line
            return
    yield from _notes(picked.points, results, picked.notes)


def _none(results: Results, picked: Chosen) -> str:
    """That no model meets the limits, and what comes nearest."""
    from edgetop.study.best import memory_gb

    point = picked.nearest
    if point is None:
        return f"no model of {safe_text(results.id)} can be judged: {'; '.join(picked.notes)}"
    memory = memory_gb(point)
    figures = [
        f"{value:.{digits}f} {unit}"
        for value, digits, unit in (
            (memory, 2, "GB"), (point.fps, 1, "FPS"), (point.ms_per_image, 2, "ms"),
            (point.power_w, 2, "W"), (point.j_per_image, 3, "J"),
        )
        if value is not None
    ]  # fmt: skip
    nearest = f"{safe_text(point.model.name)} ({', '.join(figures)})"
    return f"no model of {safe_text(results.id)} meets this; nearest is {nearest}"


def _notes(points: Sequence[Point], results: Results, notes: Sequence[str]) -> Iterator[str]:
    """What concerns the models that are printed, and those that are not."""
    from edgetop.study.plausible import flag

    said = list(notes)
    said += dict.fromkeys(
        f"memory is {point.memory_scope}" for point in points if point.memory_scope
    )
    said += dict.fromkeys(f"power is {point.power_scope}" for point in points if point.power_scope)
    for point in points:
        doubts = [flag(point, results), point.note]
        if point.state not in ("", "steady") and not point.note.startswith(f"{point.state}: "):
            doubts.append(f"measured while {point.state}")
        said += [f"{point.model.name}: {doubt}" for doubt in doubts if doubt]
    for text in dict.fromkeys(said):
        yield from wrapped(safe_text(text, 300), indent=2, hanging=2)


def _grid_lines(
    results: Results, cells: Sequence[Cell], notes: Sequence[str], batch: int
) -> Iterator[str]:
    """Limits of memory side by side, limits of speed one below the other."""
    yield _heading(results, batch)
    speeds = dict.fromkeys(cell.min_fps for cell in cells)
    for min_fps in speeds:
        row = [cell for cell in cells if cell.min_fps == min_fps]
        yield ""
        head = [
            text
            for cell in row
            for text in (f"<= {cell.max_memory_gb:g} GB, >= {min_fps:g} FPS", "top-1 %", "FPS")
        ]
        depth = max(1, *(len(cell.points) for cell in row))
        lines = [[text for cell in row for text in _cell(cell, line)] for line in range(depth)]
        yield from (f"  {line}" for line in aligned([head, *lines], (False, True, True) * len(row)))
    yield ""
    points = [point for cell in cells for point in cell.points]
    yield from _notes(points, results, notes)


def _cell(cell: Cell, line: int) -> tuple[str, str, str]:
    if line >= len(cell.points):
        return ("no model" if not cell.points and not line else "", "", "")
    point = cell.points[line]
    return (
        safe_text(point.model.name, 24), f"{point.model.top1_pct:.2f}", _number(point.fps)
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
