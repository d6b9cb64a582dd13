"""`edgetop sensors`: what this board can measure, and for what it cannot, why."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from edgetop import config
from edgetop.cli import streams, values
from edgetop.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from edgetop.sensors.board import Board

_FIRST_ANSWERS_S = 6.5
"""How long a silent firmware or service is waited for; the others answer within milliseconds."""
_RATES_S = 1.0
"""A person who asks once wants rates, too, and they need two readings."""


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `sensors` to the command line."""
    parser = commands.add_parser(
        "sensors",
        description="List every sensor of this board with its value, and why others have none. "
        "Nothing is changed.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per reading")
    parser.add_argument(
        "--for", type=values.positive, dest="for_s", metavar="S", help="go on for S seconds"
    )
    parser.add_argument(
        "--interval", type=values.interval, default=1.0, metavar="S", help="between readings (1)"
    )
    values.add_sensor_options(parser)
    values.add_debug(parser)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Print the readings; as JSON the first one has no rates yet."""
    board = values.board_for(arguments, config.load(), arguments.interval, on_demand=True)
    try:
        board.start(wait_s=_FIRST_ANSWERS_S)
        if arguments.for_s is not None:
            _follow(board, arguments)
        else:
            if not arguments.json:
                time.sleep(_RATES_S)
                board.refresh(_RATES_S)
            _print(board, as_json=arguments.json)
    finally:
        board.close()
    return ExitCode.DONE


def _follow(board: Board, arguments: argparse.Namespace) -> None:
    """A reading at once and after every interval, while the time is not over."""
    begun_s = time.monotonic()
    readings = int(arguments.for_s / arguments.interval + 1e-6) + 1
    for number in range(readings):
        wait_s = begun_s + number * arguments.interval - time.monotonic()
        if number:
            time.sleep(max(0.0, wait_s))
            board.refresh(min(arguments.interval, _RATES_S))
        if not _print(board, as_json=arguments.json):
            return


def _print(board: Board, *, as_json: bool) -> bool:
    """Print one reading; False if nobody reads any more."""
    # Here and not at the top: every command imports this module for its options.
    import shutil

    from edgetop.cli.sensor_table import sensor_table
    from edgetop.export.board import board_record

    now_s, readings, identity = time.time(), board.read(), board.identity()
    if as_json:
        record = board_record(
            readings,
            model=identity.model,
            board_id=identity.id,
            release=identity.release,
            time_unix_s=now_s,
        )
        return streams.say(json.dumps(record), sys.stdout)
    width = shutil.get_terminal_size((100, 24)).columns
    text = sensor_table(identity, readings, board.absences(readings), width)
    return streams.say(text, sys.stdout)
