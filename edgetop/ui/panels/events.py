"""What happened, newest last."""

from __future__ import annotations

import textwrap
import time
from typing import TYPE_CHECKING

from edgetop.paint.rows import Row, join

if TYPE_CHECKING:
    from edgetop.sample import Event
    from edgetop.ui.view import View

_INKS = {"info": "text", "warning": "warn", "error": "alert"}
_TIME_WIDTH = 9
_MOST_LINES = 4
"""Of one event."""
_HINT: Row = (("?", "key"), (" keys, figures  ", "dim"), ("ctrl+p", "key"), (" commands", "dim"))
_ROOM_FOR_HINT = 3
"""Free rows below which the hint for newcomers makes way."""


def events(view: View, width: int, height: int) -> list[Row]:
    """The latest events that fit; long ones go on in a second line, a hint fills what is left."""
    rows: list[Row] = []
    for event in reversed(view.events):
        lines = event_rows(event, width, view.symbols.ellipsis)
        if rows and len(rows) + len(lines) > height:
            break
        rows = [*lines[: max(0, height)], *rows]
    if rows and height - len(rows) >= _ROOM_FOR_HINT:
        rows += [()] * (height - len(rows) - 1) + [_HINT]
    return rows


def event_rows(event: Event, width: int, ellipsis: str) -> list[Row]:
    """One event, broken at words; an ellipsis stands where a very long one was cut."""
    clock = time.strftime("%H:%M:%S", time.localtime(event.time_unix_s))
    ink = _INKS.get(event.severity, "text")
    pieces = _wrapped(event.text, max(10, width - _TIME_WIDTH), ellipsis)
    return [
        join((clock if index == 0 else " " * (_TIME_WIDTH - 1), "dim"), (f" {piece}", ink))
        for index, piece in enumerate(pieces)
    ]


def _wrapped(text: str, width: int, ellipsis: str) -> list[str]:
    lines = textwrap.wrap(text, width, max_lines=_MOST_LINES, placeholder=f" {ellipsis}")
    return lines or [""]
