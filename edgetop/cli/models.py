"""`edgetop models`: what edgetop can build itself, and building it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgetop.cli import pull, streams
from edgetop.cli.table import aligned
from edgetop.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from edgetop.zoo.catalogue import Architecture

_NOTE = (
    "Built-in models have random weights: for timing only.\n"
    "Top-1 is what its source published for trained ones."
)


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add ``models`` and its actions to the parser of the edgetop command."""
    parser = subparsers.add_parser(
        "models",
        description="The networks that edgetop builds itself; without an action: the list, with "
        "parameters, multiply-adds and the accuracy that others published of trained weights.",
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.set_defaults(main=main)
    actions = parser.add_subparsers(dest="models_action", metavar="ACTION")
    building = actions.add_parser("build", help="write a built-in model to a file")
    building.add_argument("name", metavar="NAME", help="as 'edgetop models' lists it")
    building.add_argument("-o", "--output", metavar="FILE", required=True, type=Path)
    building.add_argument("--force", action="store_true", help="overwrite FILE")
    pull.add_parser(actions)


def main(arguments: argparse.Namespace) -> int:
    """Do what `add_parser` parsed; text goes to stdout.

    Raises:
        EdgetopError: No such model, or the file exists or cannot be written.
    """
    if arguments.models_action == "build":
        return _build(arguments.name, arguments.output, force=arguments.force)
    from edgetop.zoo.catalogue import ARCHITECTURES

    rows = [_row(architecture) for architecture in ARCHITECTURES]
    text = json.dumps(rows, indent=2) if arguments.json else _table(rows)
    streams.say(text, sys.stdout)
    return ExitCode.DONE


def _build(name: str, output: Path, *, force: bool) -> int:
    from edgetop.zoo import catalogue
    from edgetop.zoo.build import build
    from edgetop.zoo.naming import safe_text
    from edgetop.zoo.resolve import unknown_model

    architecture = catalogue.find(name)
    if architecture is None:
        raise unknown_model(name)
    path = output.absolute()
    shown = safe_text(str(path), 200)
    if not force and _exists(path):
        raise UsageError(f"{shown} exists; name another file or add --force to overwrite it")
    build(architecture, path)
    streams.say(f"{shown}: {architecture.canonical_name}, {catalogue.RANDOM_WEIGHTS}", sys.stdout)
    return ExitCode.DONE


def _exists(path: Path) -> bool:
    try:
        path.lstat()
    except (OSError, ValueError):  # whether it can be written is for the builder to find out
        return False
    return True


def _row(architecture: Architecture) -> dict[str, object]:
    """One model under the keys of ``--json``; its graph counts to the same sizes."""
    return {
        "name": architecture.name,
        "canonical_name": architecture.canonical_name,
        "family": architecture.family,
        "year": architecture.year,
        "input_px": architecture.input_px,
        "params_m": architecture.params_m,
        "gmacs": architecture.gmacs,
        "top1_pct": architecture.top1_pct,
        "top1_source": architecture.top1_source or None,
        "seed_reports": list(architecture.seed_reports),
        "aliases": list(architecture.aliases),
        "note": architecture.note or None,
    }


_COLUMNS = {
    "name": "NAME",
    "input_px": "INPUT PX",
    "params_m": "PARAMS M",
    "gmacs": "GMACS",
    "top1_pct": "TOP-1 %",
    "top1_source": "TOP-1 FROM",
}


def _table(rows: Sequence[Mapping[str, object]]) -> str:
    """Aligned columns, numbers to the right, and what to know about the figures."""
    lines = [list(_COLUMNS.values())]
    lines += [[_cell(key, row[key]) for key in _COLUMNS] for row in rows]
    numeric = [key not in ("name", "top1_source") for key in _COLUMNS]
    return "\n".join([*aligned(lines, numeric), "", _NOTE])


def _cell(key: str, value: object) -> str:
    if value is None:
        return "-"
    digits = {"params_m": 4, "gmacs": 4, "top1_pct": 2}.get(key)
    return str(value) if digits is None else f"{value:.{digits}f}"
