"""How a session ends for the user: files written, summary printed, a true exit code."""

from __future__ import annotations

import contextlib
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
    from edgetop.session.recorder import Recorder


def finish(
    session: LiveSession,
    recorder: Recorder,
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
        save(session, recorder, export)
        raise EdgetopError(
            f"the sampler ended by a defect of edgetop: {session.crash!r}; --debug shows where",
            ExitCode.DEFECT,
        ) from session.crash
    code = _summarise(session, recorder, code, json_lines=json_lines)
    if export is not None:
        code = _export(session, recorder, export, code)
    _rescue_session(session, recorder)
    if session.failure is not None:
        streams.complain(session.failure.message)
        return int(code if code is ExitCode.INTERRUPTED else session.failure.code)
    return int(code)


def save(session: LiveSession, recorder: Recorder, export: Path | None) -> None:
    """Export what there is after a defect; whatever is wrong, the measurements are not lost."""
    _rescue_session(session, recorder)
    if export is not None and session.last is not None:
        _export(session, recorder, export, ExitCode.DONE)


def _summarise(
    session: LiveSession, recorder: Recorder, code: ExitCode, *, json_lines: bool
) -> ExitCode:
    """Print the summary; as JSON also that of a run which measured nothing."""
    runs = session.runs
    last = runs[-1] if runs else session.last
    try:
        if json_lines and last is not None:
            streams.say(json.dumps(records.summary(last, recorder.session_id)), sys.stdout)
        elif not json_lines and runs:
            streams.say("\n".join(summary_lines(session.board, runs)), sys.stdout)
    except UsageError as error:
        streams.complain(error.message)
        return ExitCode.USAGE if code is ExitCode.DONE else code
    return code


def _export(session: LiveSession, recorder: Recorder, path: Path, code: ExitCode) -> ExitCode:
    """Write the files where the user asked, or else where there is room: data are not lost."""
    if session.last is None:
        return code
    try:
        recorder.export(path)
    except EdgetopError as error:
        rescued = _exported_elsewhere(recorder, path.name)
        where = f"; the session is in {rescued}" if rescued else ""
        streams.complain(f"{error.message}{where}")
        return ExitCode.USAGE if code is ExitCode.DONE else code
    return code


def _exported_elsewhere(recorder: Recorder, name: str) -> Path | None:
    for folder in _rescue_folders():
        with contextlib.suppress(EdgetopError):
            recorder.export(folder / name)
            return folder / name
    return None


def _rescue_session(session: LiveSession, recorder: Recorder) -> None:
    """If the sessions' database did not take all of it, keep it as a file of its own."""
    if not recorder.problem or session.last is None:
        return
    path = recorder.rescue(_rescue_folders())
    where = f"the session is in {path}" if path else "the session could not be kept anywhere"
    streams.complain(f"{recorder.problem}; {where}")


def _rescue_folders() -> tuple[Path, ...]:
    return locations.state_dir(), Path(tempfile.gettempdir())
