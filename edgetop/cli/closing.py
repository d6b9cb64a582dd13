"""How a session ends for the user: files written, summary printed, a true exit code."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop import locations
from edgetop.cli import streams
from edgetop.cli.lines import summary_lines
from edgetop.errors import EdgetopError, ExitCode, UsageError
from edgetop.export import records

if TYPE_CHECKING:
    from edgetop.session.live import LiveSession
    from edgetop.session.recording import Recording


def finish(
    session: LiveSession,
    recording: Recording,
    *,
    export: Path | None,
    json_lines: bool,
    code: ExitCode,
) -> int:
    """Export, print the summary and return the exit code of the whole session.

    Raises:
        EdgetopError: A defect of ours ended the sampler.
    """
    if session.crash is not None:
        save(session, recording, export)
        raise EdgetopError(
            f"the sampler ended by a defect of edgetop: {session.crash!r}; --debug shows where",
            ExitCode.DEFECT,
        ) from session.crash
    code = _summarise(session, code, json_lines=json_lines)
    if export is not None:
        code = _export(session, recording, export, code)
    if session.failure is not None:
        streams.complain(session.failure.message)
        return int(code if code is ExitCode.INTERRUPTED else session.failure.code)
    return int(code)


def save(session: LiveSession, recording: Recording, export: Path | None) -> None:
    """Export what there is after a defect; whatever is wrong, the measurements are not lost."""
    if export is not None and session.last is not None:
        _export(session, recording, export, ExitCode.DONE)


def _summarise(session: LiveSession, code: ExitCode, *, json_lines: bool) -> ExitCode:
    """Print the summary; as JSON also that of a run which measured nothing."""
    runs = session.runs
    last = runs[-1] if runs else session.last
    try:
        if json_lines and last is not None:
            streams.say(json.dumps(records.summary(last)), sys.stdout)
        elif not json_lines and runs:
            streams.say("\n".join(summary_lines(session.board, runs)), sys.stdout)
    except UsageError as error:
        streams.complain(error.message)
        return ExitCode.USAGE if code is ExitCode.DONE else code
    return code


def _export(session: LiveSession, recording: Recording, path: Path, code: ExitCode) -> ExitCode:
    """Write the files where the user asked, or else where there is room: data are not lost."""
    try:
        recording.export(path, session.board, session.runs)
    except UsageError as error:
        rescued = _rescue(session, recording, path.name)
        where = f"; the session is in {rescued}" if rescued else ""
        streams.complain(f"{error.message}{where}")
        return ExitCode.USAGE if code is ExitCode.DONE else code
    return code


def _rescue(session: LiveSession, recording: Recording, name: str) -> Path | None:
    for folder in (locations.state_dir(), Path(tempfile.gettempdir())):
        path = folder / name
        try:
            recording.export(path, session.board, session.runs)
        except UsageError:
            continue
        return path
    return None
