"""`edgetop replay`: a recorded session on the live screen."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgetop import config, locations
from edgetop.cli import recorded, streams, values
from edgetop.cli.lines import event_line, interval_line, summary_lines
from edgetop.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from edgetop.session.store.reading import Recorded

_DEMO = "demo.edgetop"


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `replay` to the command line."""
    parser = commands.add_parser(
        "replay",
        description="Play a recorded session back: space plays and pauses, arrows seek, "
        "< and > change the speed, n and N go from event to event.",
    )
    parser.add_argument("session", metavar="ID|FILE", help=recorded.NAME_HELP)
    add_options(parser)
    parser.set_defaults(main=main)


def add_options(parser: argparse.ArgumentParser) -> None:
    """How a session is played, whichever it is."""
    parser.add_argument(
        "--speed", type=values.positive, default=1.0, metavar="X", help="0.25 to 64 times as fast"
    )
    parser.add_argument("--theme", metavar="T", help="colours of the screen")
    parser.add_argument(
        "--kiosk", action="store_true", help="large digits, panels in turn, only q works"
    )
    parser.add_argument("--headless", action="store_true", help="all samples as lines, at once")
    parser.add_argument("--json", action="store_true", help="all samples as JSON, at once")
    values.add_debug(parser)


def main(arguments: argparse.Namespace) -> int:
    """Play a session and return the exit code."""
    settings = config.load()
    session, title = _opened(arguments.session)
    if not len(session):
        streams.complain(f"session {session.info.id} has no samples")
        return ExitCode.USAGE
    if arguments.headless or arguments.json or not streams.has_screen():
        return _print(session, json_lines=arguments.json)
    from edgetop.session import exporting
    from edgetop.session.replay import Replay
    from edgetop.ui import start
    from edgetop.ui.interrupts import Interrupts

    def write(path: Path) -> None:
        exporting.export(_opened(arguments.session)[0], "csv", path, force=True)

    with Interrupts() as interrupts:
        player = Replay(session, title, arguments.speed)
        code = start.replay(
            player,
            theme=arguments.theme or settings.theme,
            interrupts=interrupts,
            kiosk=arguments.kiosk,
            export=write,
            minutes=session.minutes(),
            hashes={run.number: run.model_sha256 for run in session.runs()},
        )
    if player.crash is not None:
        raise player.crash
    return int(code or recorded.told_damage(session))


def _opened(name: str | None) -> tuple[Recorded, str]:
    """A session and what to call it; None = the one that comes with edgetop."""
    from edgetop.session.store import listing, reading

    if name is None:
        return reading.open_session(locations.shipped_dir("demo") / _DEMO, None), "demo"
    session = recorded.open_recorded(name)
    return session, session.info.id if name == listing.LATEST else Path(name).name


def _print(session: Recorded, *, json_lines: bool) -> int:
    """Everything at once, as the monitor without a screen printed it."""
    from edgetop.export import records

    for sample in session.samples():
        for event in sample.events:
            streams.say(event_line(event), sys.stderr)
        if json_lines:
            line = json.dumps(records.interval(sample))
        elif sample.window.duration_s:
            line = interval_line(sample)
        else:
            continue
        if not streams.say(line, sys.stdout):
            return ExitCode.DONE
    runs = session.last_of_runs()
    if json_lines and runs:
        streams.say(json.dumps(records.summary(runs[-1], session.info.id)), sys.stdout)
    elif not json_lines:
        streams.say("\n".join(summary_lines(session.info.board, runs)), sys.stdout)
    return recorded.told_damage(session)
