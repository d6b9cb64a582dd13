"""`edgetop compare`: this board beside published ones, or two recorded sessions side by side."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from edgetop.cli import beside, recorded, streams, values
from edgetop.cli.table import aligned
from edgetop.errors import UsageError
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from edgetop.session.comparing import Compared, Figure
    from edgetop.session.store.listing import SessionInfo


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `compare` to the command line."""
    parser = commands.add_parser(
        "compare",
        description="Without A and B: the times of this board beside those of published boards, "
        "for the same graph at the same batch. With them: two sessions side by side, for every "
        "model and batch that both ran, the ratio B/A with its 95 % interval, or that they cannot "
        "be told apart.",
    )
    parser.add_argument("a", metavar="A", nargs="?", help=f"a session: {recorded.NAME_HELP}")
    parser.add_argument("b", metavar="B", nargs="?", help="another")
    beside.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    values.add_debug(parser)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Print the comparison and return the exit code.

    Raises:
        UsageError: There is nothing to compare, or the options contradict each other.
    """
    if arguments.a is None:
        return beside.main(arguments)
    if arguments.b is None:
        raise UsageError(
            "compare takes two sessions, or none and --session ID to set one beside published "
            "boards"
        )
    if others := beside.given(arguments):
        raise UsageError(
            f"{', '.join(others)} does not go with two sessions: drop one or the other"
        )
    return _two_sessions(arguments)


def _two_sessions(arguments: argparse.Namespace) -> int:
    from edgetop.session.comparing import compare

    a, b = recorded.open_recorded(arguments.a), recorded.open_recorded(arguments.b)
    found = compare(a, b)
    if not found:
        raise UsageError(
            f"the sessions {a.info.id} and {b.info.id} have no model and batch in common"
        )
    if arguments.json:
        sessions = {"a": a.info.id, "b": b.info.id}
        rows = [sessions | _record(item) for item in found]
        streams.say(json.dumps(rows, indent=2), sys.stdout)
    else:
        streams.say("\n".join(_lines(a.info, b.info, found)), sys.stdout)
    return max(recorded.told_damage(a), recorded.told_damage(b))


def _record(item: Compared) -> dict[str, object]:
    return {
        "model": item.model,
        "batch": item.batch,
        "settings": {"a": item.settings_a, "b": item.settings_b},
        "notes": list(item.notes),
        "figures": {
            figure.name: {
                "unit": figure.unit,
                "a": figure.a,
                "b": figure.b,
                "ratio": None if figure.ratio is None else figure.ratio.value,
                "low": None if figure.ratio is None else figure.ratio.low,
                "high": None if figure.ratio is None else figure.ratio.high,
                "distinguishable": figure.ratio.distinguishable if figure.ratio else None,
                "reason": figure.reason or None,
            }
            for figure in item.figures
        },
    }


def _lines(a: SessionInfo, b: SessionInfo, found: Sequence[Compared]) -> list[str]:
    lines = [f"{side} {_title(info)}" for side, info in (("A", a), ("B", b))]
    for item in found:
        settings = item.settings_a
        if item.settings_b != settings:
            settings = f"A: {item.settings_a}; B: {item.settings_b}"
        lines += ["", f"{item.model}, batch {item.batch} ({settings})"]
        head = ["", "A", "B", "B/A", "95 %", ""]
        rows = [_cells(figure) for figure in item.figures]
        numeric = [False, True, True, True, False, False]
        lines += [f"  {line}" for line in aligned([head, *rows], numeric)]
        lines += [f"  {note}" for note in item.notes]
    return lines


def _title(info: SessionInfo) -> str:
    started = time.strftime("%Y-%m-%d %H:%M", time.localtime(info.started_unix_s))
    return f"{info.id}  {safe_text(info.board, 60)}, {started}"


def _cells(figure: Figure) -> list[str]:
    ratio = figure.ratio
    values = [_number(figure.a), _number(figure.b)]
    name = f"{figure.name} {figure.unit}".strip()
    if ratio is None:
        return [name, *values, "-", "", figure.reason]
    verdict = "" if ratio.distinguishable else "not distinguishable"
    return [name, *values, f"{ratio.value:.3f}", f"{ratio.low:.3f} to {ratio.high:.3f}", verdict]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
