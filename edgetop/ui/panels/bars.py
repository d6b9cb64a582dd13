"""The lines at the edges of the screen: what runs, how it stands, which keys work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.numbers import clock
from edgetop.paint.rows import Row, join, width_of
from edgetop.sample import processor_words
from edgetop.sensors.identity import short_name
from edgetop.ui.layout import STATUS_WIDTH
from edgetop.ui.panels.parts import state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.sample import Run, Sample
    from edgetop.session.player import Position
    from edgetop.ui.view import View

_ROOM_FOR_POSITION = 110
"""Columns of the screen from which the position stands beside the badge."""
_REPLAY_NARROW = 28
_REPLAY_WIDE = 51


def title(view: View, width: int, height: int) -> list[Row]:
    """Model, precision, batch, provider and threads, board."""
    sample = view.sample
    if not height:
        return []
    if sample is None:
        where = f" on {short_name(view.board)}" if view.board else ""
        return [((f" edgetop starts{where}", "dim"),)]
    run = sample.run
    dot = f" {view.symbols.dot} "
    row = join((" ", "text"), (run.model, "title"), (dot + dot.join(settings(run)), "text"))
    room = width - width_of(row) - 4
    board = _board(view, sample, room)
    if not board:
        return [row]
    return [join(row, (" " * (room + 2 - len(board)), "text"), (f"{board}  ", "dim"))]


def _board(view: View, sample: Sample, room: int) -> str:
    """Board, power mode and governor; the last go first where there is no room for all."""
    parts = [short_name(view.board), sample.board.power_mode, sample.board.governor]
    dot = f" {view.symbols.dot} "
    while len(parts) > 1 and len(dot.join(filter(None, parts))) > room:
        parts.pop()
    text = dot.join(filter(None, parts))
    return text if len(text) <= room else ""


def settings(run: Run) -> list[str]:
    """Precision, batch, provider with its threads, instances: a few words each."""
    parts = [f"batch {run.batch}", processor_words(run.provider, run.threads)]
    if run.precision:
        parts.insert(0, run.precision)
    if run.instances > 1:
        parts.append(f"{run.instances} instances")
    return parts


def status_width(view: View, width: int) -> int:
    """Cells that `status` needs at the right of the first row."""
    if view.position is None:
        return STATUS_WIDTH
    return _REPLAY_WIDE if width >= _ROOM_FOR_POSITION else _REPLAY_NARROW


def status(view: View, width: int, height: int) -> list[Row]:
    """Clock and state; the clock stands left, so that its tick is cheap.

    Live it is the run's; in a replay it is the position in the session, where there is room.
    """
    sample = view.sample
    if sample is None or not height:
        return []
    if view.position is None:
        return [join((f"{clock(sample.run_elapsed_s)}  ", "dim"), state(view))]
    row = join(replay_badge(view, view.position), ("  ", "text"), state(view))
    if width < _REPLAY_WIDE:
        return [row]
    return [join((f"  {position_text(view.position)}  ", "dim"), row)]


def position_text(position: Position) -> str:
    """``00:12:31 / 24:00:00``."""
    return f"{clock(position.elapsed_s)} / {clock(position.duration_s)}"


def replay_badge(view: View, position: Position) -> Row:
    """What nobody may take for a live measurement, and how fast time goes."""
    symbols = view.symbols
    mark = symbols.play if position.playing else symbols.paused
    speed = f"{position.speed:g}{symbols.times}"
    return ((f" {mark} replay {speed:<5} ", "selected"),)


def footer(keys: Sequence[tuple[str, str]], width: int) -> Row:
    """Keys with what they do, as many as fit; the last two always stay.

    Args:
        keys: (key, word) in the order of their importance, the last two help and quit.
        width: Cells.
    """
    *first, help_key, quit_key = keys
    kept: list[tuple[str, str]] = []
    for key in first:
        if _width([*kept, key, help_key, quit_key]) <= width:
            kept.append(key)
    row: Row = ((" ", "text"),)
    for name, word in (*kept, help_key, quit_key):
        row = join(row, (name, "key"), (f" {word}  ", "dim"))
    return row


def _width(keys: Sequence[tuple[str, str]]) -> int:
    return 1 + sum(len(key) + len(word) + 3 for key, word in keys)
