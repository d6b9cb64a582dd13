"""`edgetop report`: the classic reports' figures and tables for one's own runs, as a file."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgetop.cli import chosen, recorded, streams, values
from edgetop.errors import ExitCode, UsageError
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from edgetop.results import Results

_STDOUT = "-"
_FORMATS = ("html", "md")
_LONGEST_TITLE = 200


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `report` to the command line."""
    parser = commands.add_parser(
        "report",
        description="Write the figures and tables of the classic reports for recorded sessions "
        "and published boards: as one HTML file that needs no network, or as Markdown.",
    )
    chosen.add_arguments(parser)
    parser.add_argument(
        "--highlight", metavar="ID", default="",
        help="the board or session that stands out; default: those that edgetop measured",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar="F", default="report.html",
        help="the file; default: report.html; - is standard output",
    )  # fmt: skip
    parser.add_argument("--format", choices=_FORMATS, help="default: by the ending of F, or html")
    parser.add_argument("--title", metavar="T", default="", help="of the report")
    parser.add_argument("--force", action="store_true", help="replace what is there")
    values.add_debug(parser)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Write the report and return the exit code.

    Raises:
        UsageError: There is nothing to report, or the place cannot take the file.
    """
    from edgetop.export.atomic import write_atomically
    from edgetop.study.peak import with_known_peak
    from edgetop.study.report import written

    to_stdout = arguments.output == _STDOUT
    path = Path(arguments.output)
    if not to_stdout:
        _check(path, force=arguments.force)
    results = [with_known_peak(item) for item in chosen.chosen(arguments)]
    highlighted = _highlighted(arguments.highlight, results)
    text = written.report(
        results,
        kind=arguments.format or _by_ending(path),
        title=safe_text(arguments.title, _LONGEST_TITLE),
        highlighted=highlighted,
        facts=_facts(arguments.session, results),
        made_unix_s=time.time(),
    )
    if to_stdout:
        streams.write(text, sys.stdout)
        return ExitCode.DONE
    write_atomically(path, [text])
    streams.say(f"the report of {_what(results)} is in {path}", sys.stderr)
    return ExitCode.DONE


def _check(path: Path, *, force: bool) -> None:
    """Refuse a place before anything is read."""
    from edgetop.export.table import check_target

    check_target(path)
    if path.exists() and not force:
        raise UsageError(f"{path} exists already; --force replaces it")


def _by_ending(path: Path) -> str:
    ending = path.suffix.removeprefix(".").lower()
    return "md" if ending in ("md", "markdown") else "html"


def _highlighted(name: str, results: Sequence[Results]) -> str:
    """The ID that the option means: all of one, or its beginning if no other begins so."""
    if not name:
        return ""
    ids = [item.id for item in results]
    found = [item for item in ids if item == name] or [i for i in ids if i.startswith(name)]
    if len(found) != 1:
        raise UsageError(
            f"--highlight {name}: it must be one of what is reported: {', '.join(ids)}"
        )
    return found[0]


def _facts(names: Sequence[str], results: Sequence[Results]) -> dict[str, list[tuple[str, str]]]:
    """What the sessions wrote down of their systems, by ID."""
    from edgetop.study.report.facts import facts_of

    found = {}
    for name in names or [item.id for item in results if not item.published]:
        session = recorded.open_recorded(name)
        try:
            found[session.info.id] = facts_of(session)
        finally:
            session.close()
    return found


def _what(results: Sequence[Results]) -> str:
    points = sum(len(item.points) for item in results)
    boards = f"{len(results)} board{'' if len(results) == 1 else 's'}"
    return f"{boards} with {points} points"
