"""What people who pass by should read: the throughput in huge digits, of what, on what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edgetop.paint.digits import enlarged, enlarged_rows
from edgetop.paint.numbers import fixed
from edgetop.paint.rows import Row, join
from edgetop.sample import State
from edgetop.sensors.identity import short_name
from edgetop.ui.panels import PANELS
from edgetop.ui.panels.bars import replay_badge, settings
from edgetop.ui.panels.parts import history, state
from edgetop.ui.panels.trial import trial
from edgetop.ui.panels.versus import compared, versus

if TYPE_CHECKING:
    from edgetop.sample import Sample
    from edgetop.ui.view import View

_DIGITS = 5
_WIDEST = 19
"""Pixels of five digits with their gaps."""
_HEIGHT_SHARE = 0.45
CAPTION_ROWS = 3


def throughput_chart(view: View, width: int, height: int) -> list[Row]:
    """The history alone: the number stands above it."""
    return history(view, "fps", width, height, "throughput") if view.sample is not None else []


KINDS = tuple(
    replace(kind, paint=throughput_chart) if kind.name == "throughput" else kind
    for kind in PANELS
    if kind.name not in ("memory", "events", "published")
)
"""The panels that take turns: those that use the room, with a picture rather than words."""


def scale_for(width: int, height: int) -> int:
    """Cells of a pixel so that the digits fill the width and leave room below; at least 1."""
    scale = max(1, width // _WIDEST)
    while scale > 1 and enlarged_rows(scale) > height * _HEIGHT_SHARE:
        scale -= 1
    return scale


def left_edge(width: int, height: int) -> int:
    """Where the digits begin if they stand in the middle."""
    return max(0, (width - _WIDEST * scale_for(width, height)) // 2)


def digits(view: View, scale: int) -> list[Row]:
    """Images per second, right-aligned in a fixed width."""
    sample = view.sample
    if sample is None:
        return []
    text = fixed(sample.fps, _DIGITS, 4, dash="-")
    ink = "big" if sample.fps is not None else "dim"
    width = _WIDEST * scale
    return [((line.rjust(width), ink),) for line in enlarged(text, view.symbols, scale)]


def caption(view: View, width: int, height: int) -> list[Row]:
    """The unit and the state, what runs, where."""
    sample = view.sample
    if sample is None:
        return []
    dot = f" {view.symbols.dot} "
    run = sample.run
    rows = [
        _headline(view, sample),
        join((run.model, "title"), (dot + dot.join(settings(run)), "text")),
        _where(view, sample),
    ]
    comparison = trial(view, width, 1)
    return [rows[0], *comparison, *rows[1:]][: max(0, height)]


def _headline(view: View, sample: Sample) -> Row:
    badge: Row = () if view.position is None else replay_badge(view, view.position)
    row = join(state(view), ("  ", "text"), badge)
    than_a = compared(view)
    difference = () if than_a is None else versus(than_a.fps, more_is_better=True)
    row = join(("images per second  ", "text"), row, ("  " if badge else "", "text"), difference)
    return join(row, (sample.state_reason, "alert")) if sample.state is State.FAILED else row


def _where(view: View, sample: Sample) -> Row:
    parts = (short_name(view.board), sample.board.power_mode, sample.board.governor)
    return ((f" {view.symbols.dot} ".join(filter(None, parts)), "dim"),)
