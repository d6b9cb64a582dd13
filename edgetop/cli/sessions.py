"""`edgetop sessions`: what is recorded, and keeping it in order."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from edgetop import locations
from edgetop.cli import recorded as on_command_line
from edgetop.cli import streams, values
from edgetop.cli.lines import event_line, summary_lines
from edgetop.cli.table import aligned
from edgetop.errors import ExitCode, UsageError
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from edgetop.session.store.listing import SessionInfo
    from edgetop.session.store.reading import Recorded


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `sessions` to the command line."""
    parser = commands.add_parser(
        "sessions",
        description="What edgetop has recorded on this machine; without an action: the list.",
    )
    parser.set_defaults(main=_list, json=False, ids=False)
    _add_json(parser)
    values.add_debug(parser)
    actions = parser.add_subparsers(metavar="ACTION")
    listing = actions.add_parser("list", help="all sessions, the newest first")
    _add_json(listing)
    listing.add_argument("--ids", action="store_true", help="only the IDs, one a line")
    values.add_debug(listing)
    listing.set_defaults(main=_list)
    showing = actions.add_parser("show", help="one session: its runs and what happened")
    showing.add_argument("session", metavar="ID", help=on_command_line.NAME_HELP)
    _add_json(showing)
    values.add_debug(showing)
    showing.set_defaults(main=_show)
    deleting = actions.add_parser("delete", help="delete sessions for good")
    deleting.add_argument("sessions", metavar="ID", nargs="+")
    values.add_debug(deleting)
    deleting.set_defaults(main=_delete)
    check = actions.add_parser("check", help="read everything that is recorded, and say how it is")
    _add_json(check)
    values.add_debug(check)
    check.set_defaults(main=_check)


def _add_json(parser: argparse.ArgumentParser) -> None:
    # No default: it would undo what stands before the action.
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as JSON")


def _list(arguments: argparse.Namespace) -> int:
    found = on_command_line.listed()
    if arguments.json:
        streams.say(json.dumps([session_record(info) for info in found], indent=2), sys.stdout)
    elif arguments.ids:
        streams.write("".join(f"{info.id}\n" for info in found), sys.stdout)
    elif found:
        streams.say("\n".join(_table(found)), sys.stdout)
    else:
        streams.say("no session is recorded yet", sys.stderr)
    return ExitCode.DONE


def session_record(info: SessionInfo) -> dict[str, object]:
    """A session as JSON lists it."""
    from edgetop.export import records

    return {
        "id": info.id,
        "started": records.iso_utc(info.started_unix_s),
        "board": info.board,
        "runs": info.runs,
        "samples": info.samples,
        "duration_s": round(info.duration_s, 3),
        "models": list(info.models),
        "state": _state(info),
        "bytes": info.size_bytes,
    }


def _state(info: SessionInfo) -> str:
    if info.running:
        return "running"
    return "whole" if info.ended_unix_s is not None else "interrupted"


def _table(found: list[SessionInfo]) -> list[str]:
    head = ["ID", "STARTED", "LENGTH", "RUNS", "SAMPLES", "KB", "BOARD", "MODELS", ""]
    rows = [
        [
            info.id,
            time.strftime("%Y-%m-%d %H:%M", time.localtime(info.started_unix_s)),
            _length(info.duration_s),
            str(info.runs),
            str(info.samples),
            f"{info.size_bytes / 1000:.0f}",
            safe_text(info.board, 40),
            safe_text(", ".join(info.models), 40),
            "" if _state(info) == "whole" else _state(info),
        ]
        for info in found
    ]
    return aligned([head, *rows], [False, False, True, True, True, True, False, False, False])


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def _show(arguments: argparse.Namespace) -> int:
    session = on_command_line.open_recorded(arguments.session)
    text = (
        json.dumps(_shown_record(session), indent=2)
        if arguments.json
        else "\n".join(_shown_lines(session))
    )
    streams.say(text, sys.stdout)
    return on_command_line.told_damage(session)


def _shown_record(session: Recorded) -> dict[str, object]:
    from edgetop.export import records

    hashes = {run.number: run.model_sha256 for run in session.runs()}
    return {
        **session_record(session.info),
        "facts": session.info.facts,
        "run_summaries": [
            {
                **records.summary(sample, session.info.id),
                "model_sha256": hashes.get(sample.run.number),
            }
            for sample in session.last_of_runs()
        ],
        "events": [
            {
                "t": records.iso_utc(event.time_unix_s),
                "text": event.text,
                "severity": event.severity,
                "mark": event.mark or None,
            }
            for event in session.events()
        ],
    }


def _shown_lines(session: Recorded) -> list[str]:
    info = session.info
    started = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(info.started_unix_s))
    length = f"{_length(info.duration_s)}, {info.samples} samples"
    lines = [f"session {info.id}, {_state(info)}: {started}, {length}"]
    for name, value in info.facts.items():
        if name != "board" and isinstance(value, str) and value:
            lines.append(f"  {name.replace('_', ' ')}: {safe_text(value, 200)}")
    lines += summary_lines(safe_text(info.board, 100), session.last_of_runs())
    lines += [event_line(event) for event in session.events()]
    return lines


def _delete(arguments: argparse.Namespace) -> int:
    import sqlite3

    from edgetop.session.store import listing, rows, schema

    path = locations.sessions_file()
    if not schema.is_there(path):
        raise UsageError("no session is recorded yet")
    connection = schema.connect(path)
    try:
        found = [listing.find(connection, name) for name in arguments.sessions]
        running = [info.id for info in found if info.running]
        if running:
            raise UsageError(f"{', '.join(running)} still runs; end it first")
        rows.delete(connection, [info.id for info in found])
    except sqlite3.Error as error:
        raise schema.explained(error, path) from error
    finally:
        connection.close()
    streams.say("deleted " + ", ".join(info.id for info in found), sys.stdout)
    return ExitCode.DONE


def _check(arguments: argparse.Namespace) -> int:
    """Exit code 2 if something is damaged."""
    from edgetop.session.store import checking, schema

    path = locations.sessions_file()
    if not schema.is_there(path):
        raise UsageError(f"no session is recorded yet: there is no {path}")
    report = checking.check(path)
    if arguments.json:
        streams.say(json.dumps(report.record(), indent=2), sys.stdout)
    else:
        streams.say("\n".join(report.lines()), sys.stdout)
    return ExitCode.USAGE if report.problems else ExitCode.DONE
