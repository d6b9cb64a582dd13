"""`edgetop export`: a recorded session as a file for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgetop.cli import recorded, streams, values
from edgetop.errors import ExitCode

if TYPE_CHECKING:
    import argparse

_FORMATS = ("csv", "json", "parquet", "md", "edgetop")
_STDOUT = "-"


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `export` to the command line."""
    parser = commands.add_parser(
        "export",
        description="Write a recorded session: as CSV (a row per sample, beside it a file with a "
        "row per run), JSON lines, Parquet, a Markdown summary, or a session file that another "
        "machine can replay.",
    )
    parser.add_argument("session", metavar="ID", help=recorded.NAME_HELP)
    parser.add_argument("--format", choices=_FORMATS, help="default: by the ending of F, or csv")
    parser.add_argument(
        "-o", "--output", metavar="F", default=_STDOUT, help="the file; - is standard output"
    )
    parser.add_argument("--force", action="store_true", help="replace what is there")
    values.add_debug(parser)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Write the session and return the exit code."""
    from edgetop.session import exporting

    session = recorded.open_recorded(arguments.session)
    kind = arguments.format or _by_ending(arguments.output)
    if arguments.output == _STDOUT:
        for piece in exporting.text(session, kind):
            if not streams.write(piece, sys.stdout):
                return ExitCode.DONE
        return recorded.told_damage(session)
    path = Path(arguments.output)
    exporting.export(session, kind, path, force=arguments.force)
    streams.say(f"session {session.info.id} is in {path}", sys.stderr)
    return recorded.told_damage(session)


def _by_ending(output: str) -> str:
    ending = Path(output).suffix.removeprefix(".").lower()
    return {"jsonl": "json", "markdown": "md"}.get(
        ending, ending if ending in _FORMATS else _FORMATS[0]
    )
