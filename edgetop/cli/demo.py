"""`edgetop demo`: the session that comes with edgetop, on the live screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgetop.cli import replay

if TYPE_CHECKING:
    import argparse


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `demo` to the command line."""
    parser = commands.add_parser(
        "demo", description="Play back a short session that comes with edgetop."
    )
    replay.add_options(parser)
    parser.set_defaults(main=replay.main, session=None)
