"""What values on the command line may be, and the options that several commands share."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop import config
from edgetop.errors import UsageError

if TYPE_CHECKING:
    from edgetop.config import Settings
    from edgetop.sensors.board import Board


def whole(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def seconds(text: str) -> float:
    """A number of 0 or more."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 0 or more")
    return value


def positive(text: str) -> float:
    """A number above 0."""
    value = seconds(text)
    if not value:
        raise argparse.ArgumentTypeError("it must be more than 0")
    return value


def interval(text: str) -> float:
    """Seconds between samples, within reason."""
    value = seconds(text)
    low, high = config.SHORTEST_INTERVAL_S, config.LONGEST_INTERVAL_S
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"it must be {low:g} to {high:g} s")
    return value


def duration(time_s: float) -> str:
    """A time for people: ``45 s``, ``12 min``, ``3 h 05 min``."""
    minutes = round(time_s / 60)
    if time_s < 90:
        return f"{max(1, round(time_s))} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


def add_debug(parser: argparse._ActionsContainer) -> None:
    """``--debug``, which `edgetop.cli.main` looks for among all words."""
    parser.add_argument(
        "--debug",
        action="store_true",
        default=argparse.SUPPRESS,
        help="tracebacks instead of one-line errors",
    )


def add_sensor_options(parser: argparse.ArgumentParser) -> None:
    """Where the sensors are read, and which more of them."""
    group = parser.add_argument_group("sensors")
    group.add_argument(
        "--sensors", choices=("jtop",), metavar="jtop",
        help="ask the jtop service of jetson-stats as well",
    )  # fmt: skip
    group.add_argument(
        "--sysroot", type=Path, default=Path("/"), metavar="DIR",
        help="read file-based sensors below DIR, commands from DIR/bin",
    )  # fmt: skip


def board_for(
    arguments: argparse.Namespace,
    settings: Settings,
    interval_s: float,
    *,
    on_demand: bool = False,
) -> Board:
    """The board that the options and settings mean, not yet started.

    Args:
        arguments: With the options of `add_sensor_options`.
        settings: The user's.
        interval_s: How often the readings will be picked up.
        on_demand: See `Board`.

    Raises:
        UsageError: There is no such folder.
    """
    from edgetop.sensors.board import Board

    if not arguments.sysroot.is_dir():
        raise UsageError(f"--sysroot {arguments.sysroot} is no folder")
    return Board(
        arguments.sysroot.absolute(),
        interval_s=interval_s,
        on_demand=on_demand,
        jtop="jtop" in (arguments.sensors, settings.sensors),
        power_rails=settings.power_rails,
    )
