"""What happened, newest last."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

from edgetop.paint.rows import Row, join

if TYPE_CHECKING:
    from edgetop.sample import Event
    from edgetop.ui.view import View

_INKS = {"info": "text", "warning": "warn", "error": "alert"}
_TIME_WIDTH = 9


def events(view: View, width: int, height: int) -> list[Row]:
    """The latest events that fit; long ones go on in a second line."""
    rows: list[Row] = []
    for event in reversed(view.events):
        lines = event_rows(event, width)
        if len(rows) + len(lines) > height:
            break
        rows = [*lines, *rows]
    return rows


def event_rows(event: Event, width: int, most_lines: int = 4) -> list[Row]:
    """One event, broken at words."""
    clock = time.strftime("%H:%M:%S", time.localtime(event.time_unix_s))
    ink = _INKS.get(event.severity, "text")
    pieces = islice(_wrapped(event.text, max(10, width - _TIME_WIDTH)), most_lines)
    return [
        join((clock if index == 0 else " " * (_TIME_WIDTH - 1), "dim"), (f" {piece}", ink))
        for index, piece in enumerate(pieces)
    ]


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width) or [""]
