"""The whole screen without frames, for terminals that are too small for panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.histogram import histogram
from edgetop.paint.numbers import fixed, si
from edgetop.paint.rows import Row, fit, join, width_of
from edgetop.sample import State
from edgetop.ui.panels.bars import position_text, replay_badge
from edgetop.ui.panels.latency import unit
from edgetop.ui.panels.parts import history, labelled, number, state
from edgetop.ui.panels.trial import trial
from edgetop.ui.panels.versus import compared, versus

if TYPE_CHECKING:
    from edgetop.sample import Sample
    from edgetop.session.player import Position
    from edgetop.ui.view import View

_ROOM_FOR_TITLE = 6
_ROOM_FOR_VERSUS = 38
_STATE_ENDS = 25
"""Columns that throughput and state take: what stands behind them does not move."""
_ROOM_FOR_TWO = 24
"""Columns from which the median stands beside p99."""


def compact(view: View, width: int, height: int) -> list[Row]:
    """The figures in the order of their importance, charts where rows are left."""
    sample = view.sample
    if sample is None:
        return []
    rows = [_throughput(view, sample, width)]
    if view.position is not None:
        rows.insert(0, _replay(view, view.position, width))
    if sample.state in (State.FAILED, State.HUNG):
        rows.append(((sample.state_reason, "alert"),))
    rows += trial(view, width, 1)
    rows += [_latency(view, sample, width), _power(view, sample, width), _loads(view, sample)]
    if height >= _ROOM_FOR_TITLE and height > len(rows):
        rows.insert(0, _title(sample))
    room = height - len(rows)
    if room >= 2:
        chart_rows = room if room < 8 else room // 2
        rows += history(view, "fps", width, chart_rows, "throughput")
        if room - chart_rows >= 3:
            rows += histogram(sample.histogram, width, room - chart_rows, view.symbols)
    return rows[: max(0, height)]


def _title(sample: Sample) -> Row:
    run = sample.run
    return join((run.model, "title"), (f"  batch {run.batch}  {run.provider}", "dim"))


def _replay(view: View, position: Position, width: int) -> Row:
    """That this is no live measurement; the position as far as there is room."""
    row = replay_badge(view, position)
    whole = position_text(position)
    for text in (whole, whole.partition(" ")[0]):
        if width_of(row) + 1 + len(text) <= width:
            return join(row, (f" {text}", "dim"))
    return row


def _throughput(view: View, sample: Sample, width: int) -> Row:
    ink = "big" if sample.fps is not None else "dim"
    unit_text = " FPS   " if width >= _ROOM_FOR_TWO else " FPS "
    row = join(
        (fixed(sample.fps, 5, 4, dash=view.symbols.dash), ink), (unit_text, "text"), state(view)
    )
    than_a = compared(view)
    if than_a is None or width < _ROOM_FOR_VERSUS:
        return row
    return join(fit(row, _STATE_ENDS), versus(than_a.fps, more_is_better=True))


def _latency(view: View, sample: Sample, width: int) -> Row:
    stats = sample.total.latency
    factor, name = unit(stats, view.symbols.micro)
    p50, p99 = (None if v is None else v * factor for v in (stats.p50_ms, stats.p99_ms))
    tail = labelled(p99, f"p99 {name}", view)
    return join(labelled(p50, "p50 ", view), tail) if width >= _ROOM_FOR_TWO else tail


def _power(view: View, sample: Sample, width: int) -> Row:
    power = sample.board.power
    if power.power_w is None:
        return join((f"    {view.symbols.dash}", "dim"), (f" W {power.reason}", "dim"))
    row = join(number(power.power_w, view), (f" W {power.scope_words}", "dim"))
    if sample.energy.j_per_image is None:
        return row
    text, name = si(sample.energy.j_per_image, "J", micro=view.symbols.micro)
    energy = join((f"  {text}", "number"), (f" {name}/image", "dim"))
    room = width - width_of(energy)
    if width_of(row) > room and width >= _ROOM_FOR_TWO:  # what is measured may be shortened
        row = fit(row, room, view.symbols.ellipsis)
    return join(row, energy)


def _loads(view: View, sample: Sample) -> Row:
    board = sample.board
    row = labelled(board.cpu_percent.value, "% cpu", view)
    if board.gpu_percent.value is not None:
        row = join(row, labelled(board.gpu_percent.value, "% gpu", view))
    if board.temperature_c.value is not None:
        return join(row, labelled(board.temperature_c.value, f"{view.symbols.degree}C", view))
    return join(row, labelled(sample.worker.rss_mib, "MiB", view))
