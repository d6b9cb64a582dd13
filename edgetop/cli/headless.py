"""The live monitor without a screen: a line or a JSON object per interval."""

from __future__ import annotations

import json
import signal
import sys
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from edgetop.cli import streams
from edgetop.cli.lines import event_line, interval_line
from edgetop.errors import ExitCode, UsageError
from edgetop.export import records

if TYPE_CHECKING:
    from edgetop.sample import Sample
    from edgetop.session.live import LiveSession

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_POLL_S = 0.2


def run(session: LiveSession, *, json_lines: bool) -> ExitCode:
    """Print samples until the session ends; returns how it ended.

    Standard output carries the samples and nothing else; events go to standard error. The
    session ends when nobody reads its samples any more.
    """
    output: SimpleQueue[tuple[bool, str]] = SimpleQueue()

    def receive(sample: Sample) -> None:
        for event in sample.events:
            if event.severity != "error":  # the error that ends the session is told at its end
                output.put((False, event_line(event)))
        if json_lines:
            output.put((True, json.dumps(records.interval(sample))))
        elif sample.window.duration_s:
            output.put((True, interval_line(sample)))

    interrupted = False

    def interrupt(_number: int, _frame: Any) -> None:
        nonlocal interrupted
        interrupted = True
        session.finish()

    session.subscribe(receive)
    previous = {number: signal.signal(number, interrupt) for number in _SIGNALS}
    session.start()
    code = ExitCode.DONE
    try:
        _print_until_finished(session, output)
    except UsageError as error:
        streams.complain(error.message)
        code = error.code
    finally:
        session.stop()
        for number, handler in previous.items():
            signal.signal(number, handler)
    return ExitCode.INTERRUPTED if interrupted else code


def _print_until_finished(session: LiveSession, output: SimpleQueue[tuple[bool, str]]) -> None:
    while not (session.finished.is_set() and output.empty()):
        try:
            is_sample, line = output.get(timeout=_POLL_S)
        except Empty:
            continue
        if not streams.say(line, sys.stdout if is_sample else sys.stderr) and is_sample:
            session.finish()
