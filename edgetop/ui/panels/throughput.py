"""The one big number, its history, and what exactly runs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from edgetop.paint.digits import big, enlarged
from edgetop.paint.numbers import fixed, grouped, si
from edgetop.paint.rows import Row, beside, fit, join
from edgetop.sample import State
from edgetop.ui.panels.parts import STATE_INKS, history, labelled, number
from edgetop.ui.panels.published import line
from edgetop.ui.panels.truth import truth, warning
from edgetop.ui.panels.versus import compared, versus, what_is_a

if TYPE_CHECKING:
    from edgetop.sample import Sample
    from edgetop.ui.view import View

_MOST_LINES = 4
"""Of the reason for a failure."""
_DIGITS = 5
_SIGNIFICANT = 4
_BIG_WIDTH = 19
_ROOM_FOR_BIG = 52
_ROOM_FOR_HUGE = (80, 24)
"""Cells and rows from which the digits are twice as large."""
_LEAST_CHART = 3
"""Rows that the history should keep before the panel says what is marked."""
_ROOM_FOR_PUBLISHED = 6
"""Rows below the head from which a line names the published boards next to this one."""
_ROOM_FOR_TRUTH = 13
"""Rows from which the panel also says what exactly runs."""


def throughput(view: View, width: int, height: int) -> list[Row]:
    """Images per second now, mean and range of the run, history."""
    sample = view.sample
    if sample is None:
        return []
    if sample.state is State.FAILED:
        head = [_plain(view, sample)[0], *_failure(view, sample, width)]
    elif height >= 7 and width >= _ROOM_FOR_BIG:
        huge = width >= _ROOM_FOR_HUGE[0] and height >= _ROOM_FOR_HUGE[1]
        head = [*_big(view, sample, width, 2 if huge else 1), *_a(sample)]
    else:
        head = _plain(view, sample)
        if height - len(head) > _LEAST_CHART:
            head += _a(sample)
    foot: list[Row] = []
    if height >= _ROOM_FOR_TRUTH:
        foot = [(), *truth(sample, view.symbols)]
    if height - len(head) - len(foot) > _ROOM_FOR_PUBLISHED and sample.state is not State.FAILED:
        head.append(line(view, width))
    room = height - len(head) - len(foot)
    caution = _doubt(view, sample) or (() if foot else warning(sample))
    gap = [caution] if room >= 5 else []
    chart = history(view, "fps", width, room - len(gap), "throughput")
    return [*head, *gap, *chart, *foot][: max(0, height)]


def _big(view: View, sample: Sample, width: int, scale: int) -> list[Row]:
    text = fixed(sample.fps, _DIGITS, _SIGNIFICANT, dash="-")
    ink = "big" if sample.fps is not None else "dim"
    digits_width = scale * _BIG_WIDTH
    lines = (
        big(text, view.symbols, _BIG_WIDTH)
        if scale == 1
        else [*(line.rjust(digits_width) for line in enlarged(text, view.symbols, scale)), ""]
    )
    digits: list[Row] = [((line, ink),) for line in lines]
    beside_it = [
        join(("images per second   ", "text"), _versus(view)),
        join(labelled(sample.total.fps, "mean ", view), _range(view)),
        _pace(view, sample),
    ]
    right = [fit(row, width - digits_width - 3, view.symbols.ellipsis) for row in beside_it]
    return beside(digits, right, digits_width, 3, width)


def _versus(view: View) -> Row:
    than_a = compared(view)
    return versus(than_a.fps, more_is_better=True) if than_a is not None else ()


def _a(sample: Sample) -> list[Row]:
    """What all panels compare with, if anything is marked."""
    row = what_is_a(sample)
    return [row] if row else []


def _range(view: View) -> Row:
    return join(labelled(view.lowest_fps, "min ", view), labelled(view.highest_fps, "max", view))


def _plain(view: View, sample: Sample) -> list[Row]:
    first = join(
        (
            fixed(sample.fps, _DIGITS, _SIGNIFICANT, dash=view.symbols.dash),
            "big" if sample.fps is not None else "dim",
        ),
        (" FPS ", "text"),
        labelled(sample.total.fps, "mean", view),
        ("  ", "text"),
        _versus(view),
    )
    return [first, _pace(view, sample)]


def _failure(view: View, sample: Sample, width: int) -> list[Row]:
    """Why there is no throughput, broken at words, and what can be done."""
    ending = f" {view.symbols.ellipsis}"
    lines = textwrap.wrap(
        sample.state_reason, max(10, width), max_lines=_MOST_LINES, placeholder=ending
    )
    rows: list[Row] = [((line, "alert"),) for line in lines]
    if view.position is None and "another model" not in sample.state_reason:
        rows.append((("m", "key"), (" chooses another model", "dim")))
    return rows


def _doubt(view: View, sample: Sample) -> Row:
    """Why the figures are not to be trusted yet, or no more; blank while they are.

    The reason for a failure stands in place of the figures.
    """
    if sample.state in (State.STEADY, State.PAUSED, State.FAILED):
        return ()
    return (
        (f"{view.symbols.state(sample.state)} {sample.state_reason}", STATE_INKS[sample.state]),
    )


def _pace(view: View, sample: Sample) -> Row:
    """Closed loop with the time per image, or what comes in and how much of it waits."""
    rate = sample.run.rate_fps
    if rate is None:
        symbols = view.symbols
        # Of the whole run: the big number says how it stands now, and this one may stand still.
        per_image_s = 1 / sample.total.fps if sample.total.fps else None
        per_image, unit = si(per_image_s, "s", micro=symbols.micro, dash=symbols.dash)
        unit = unit if per_image_s else "ms"
        return join(
            (f"{per_image:>5}", "number" if per_image_s else "dim"),
            (f" {unit}/image mean, closed loop", "dim"),
        )
    row = join(number(rate, view), (" come in per second", "dim"))
    if sample.backlog:
        row = join(row, (f", {grouped(sample.backlog)} wait", "warn"))
    return row
