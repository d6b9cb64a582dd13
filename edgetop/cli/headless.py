"""The live monitor without a screen: a line or a JSON object per interval."""

from __future__ import annotations

import json
import sys
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from edgetop.cli import streams
from edgetop.cli.lines import event_line, interval_line
from edgetop.errors import ExitCode, UsageError
from edgetop.export import records

if TYPE_CHECKING:
    from edgetop.sample import Sample
    from edgetop.session.live import LiveSession
    from edgetop.ui.interrupts import Interrupts

_POLL_S = 0.2


def run(session: LiveSession, *, json_lines: bool, interrupts: Interrupts) -> ExitCode:
    """Print samples until the session ends by itself or by a signal; returns how it ended.

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

    session.subscribe(receive)
    session.start()
    interrupts.end_with(session.finish)
    code = ExitCode.DONE
    try:
        _print_until_finished(session, output)
    except UsageError as error:
        streams.complain(error.message)
        code = error.code
    finally:
        interrupts.end_with(None)
        session.stop()
    return ExitCode.INTERRUPTED if interrupts.happened else code


def _print_until_finished(session: LiveSession, output: SimpleQueue[tuple[bool, str]]) -> None:
    while not (session.finished.is_set() and output.empty()):
        try:
            is_sample, line = output.get(timeout=_POLL_S)
        except Empty:
            continue
        if not streams.say(line, sys.stdout if is_sample else sys.stderr) and is_sample:
            session.finish()
