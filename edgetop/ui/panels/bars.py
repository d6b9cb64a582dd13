"""The lines at the edges of the screen: what runs, how it stands, which keys work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.numbers import clock
from edgetop.paint.rows import Row, join, width_of
from edgetop.sensors.identity import short_name
from edgetop.ui.panels.parts import state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.sample import Run, Sample
    from edgetop.ui.view import View


def title(view: View, width: int, height: int) -> list[Row]:
    """Model, precision, batch, provider and threads, board."""
    sample = view.sample
    if sample is None or not height:
        return []
    run = sample.run
    dot = f" {view.symbols.dot} "
    row = join((" ", "text"), (run.model, "title"), (dot + dot.join(_settings(run)), "text"))
    room = width - width_of(row) - 3
    board = _board(view, sample, room)
    if not board:
        return [row]
    return [join(row, (" " * (room + 2 - len(board)), "text"), (f"{board} ", "dim"))]


def _board(view: View, sample: Sample, room: int) -> str:
    """Board, power mode and governor; the last go first where there is no room for all."""
    parts = [short_name(view.board), sample.board.power_mode, sample.board.governor]
    dot = f" {view.symbols.dot} "
    while len(parts) > 1 and len(dot.join(filter(None, parts))) > room:
        parts.pop()
    text = dot.join(filter(None, parts))
    return text if len(text) <= room else ""


def _settings(run: Run) -> list[str]:
    threads = f" {run.threads} thread{'' if run.threads == 1 else 's'}" if run.threads else ""
    parts = [f"batch {run.batch}", f"{run.provider}{threads}"]
    if run.precision:
        parts.insert(0, run.precision)
    if run.instances > 1:
        parts.append(f"{run.instances} instances")
    return parts


def status(view: View, _width: int, height: int) -> list[Row]:
    """Time of the run and the state; the clock stands left, so that its tick is cheap."""
    sample = view.sample
    if sample is None or not height:
        return []
    return [join((f"{clock(sample.run_elapsed_s)}  ", "dim"), state(view))]


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
