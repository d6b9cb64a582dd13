"""The session minute by minute: what is sustained, and what heat does to it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.paint.numbers import clock, fixed
from edgetop.paint.rows import Row, join, width_of
from edgetop.readings import Kind
from edgetop.ui.panels.bars import replay_badge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.paint.symbols import Symbols
    from edgetop.sample import Sample
    from edgetop.stats.minute import Minute
    from edgetop.stats.soak import Sustained
    from edgetop.ui.view import View

_NUMBER_WIDTH = 7
_NARROW_NUMBER_WIDTH = 6
_NARROW = 50
"""Columns below which there are fewer words and less space."""
_RECENT = 60
"""Minutes in which a sensor that is silent now may have spoken."""


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of a minute."""

    name: str
    unit: str
    series: str
    """The ink of its chart."""
    value: Callable[[Minute], float | None]
    why_not: Callable[[Sample], str] = lambda _sample: ""
    """Why it is not known at present; empty if it is."""

    def unit_in(self, symbols: Symbols) -> str:
        """The unit as the terminal can write it."""
        return self.unit.replace("°", symbols.degree)


def _no_clock(sample: Sample) -> str:
    known = [item.value for item in sample.board.of_kind(Kind.CLOCK)]
    return "" if any(value is not None for value in known) else "no sensor"


def _no_temperature(sample: Sample) -> str:
    return sample.board.temperature_c.words


def _no_power(sample: Sample) -> str:
    return sample.board.power.reason if sample.board.power.power_w is None else ""


FPS = Column("throughput", "FPS", "throughput", lambda minute: minute.fps)
"""What the history is about: the first chart, and the first column of the table."""

COLUMNS = (
    Column("p50", "ms", "latency", lambda minute: minute.p50_ms),
    Column("temperature", "°C", "temperature", lambda minute: minute.temperature_c,
           _no_temperature),
    Column("clock", "MHz", "cpu", lambda minute: minute.clock_mhz, _no_clock),
    Column("power", "W", "power", lambda minute: minute.power_w, _no_power),
)  # fmt: skip
"""What is charted and stands in the table behind the throughput."""


def known_columns(view: View, sample: Sample) -> list[Column]:
    """Those that this board tells, or told of late."""
    recent = view.soak.minutes(_RECENT)
    return [
        column
        for column in COLUMNS
        if not column.why_not(sample) or any(column.value(one) is not None for one in recent)
    ]


def summary(view: View, width: int, height: int) -> list[Row]:
    """What was sustained of the burst, when throttling began, the hottest; what has no sensor."""
    sample = view.sample
    if sample is None:
        return []
    total = view.soak.summary()
    badge: Row = () if view.position is None else replay_badge(view, view.position)
    narrow = width < _NARROW
    speed = join(badge, _speed(total, view.symbols, narrow=narrow))
    heat = _heat(total, sample, view.symbols, narrow=narrow)
    both = join(speed, heat)
    rows = [both] if width_of(both) <= width else [speed, heat]
    return [*rows, _missing(view, sample)][: max(0, height)]


def _speed(total: Sustained, symbols: Symbols, *, narrow: bool) -> Row:
    if total.sustained_fps is None and total.burst_fps is None:
        return ((f" {'needs' if narrow else 'sustained FPS needs'} a full minute  ", "dim"),)
    known = total.sustained_fps is not None
    share = "" if total.ratio is None else f" ({100 * total.ratio:.0f} %)"
    return join(
        (f" {fixed(total.sustained_fps, 5, 4, dash=symbols.dash)}", "big" if known else "dim"),
        (" FPS of " if narrow else " FPS sustained of ", "text"),
        (fixed(total.burst_fps, 5, 4, dash=symbols.dash), "number"),
        (f" burst{share:<8}", "text"),
    )


def _heat(total: Sustained, sample: Sample, symbols: Symbols, *, narrow: bool) -> Row:
    if total.time_to_throttle_s is None:
        told = any(item.value is not None for item in sample.board.of_kind(Kind.THROTTLE))
        held: Row = ((" never throttled" if told else " throttling not told", "dim"),)
    else:
        after = clock(total.time_to_throttle_s)
        held = ((f" {symbols.throttled} throttled after {after}", "alert"),)
    if total.hottest_c is None:
        return held
    hottest = fixed(total.hottest_c, 5, decimals=1, dash=symbols.dash)
    return join(
        held,
        ("" if narrow else "  hottest", "dim"),
        (hottest, "number"),
        (f" {symbols.degree}C", "dim"),
    )


def _missing(view: View, sample: Sample) -> Row:
    """What this board does not tell, and why: said once instead of in every minute."""
    known = known_columns(view, sample)
    reasons = [
        f"{view.symbols.dash} {column.name}: {column.why_not(sample)}"
        for column in COLUMNS
        if column not in known
    ]
    return ((" " + "   ".join(reasons), "dim"),) if reasons else ()


def table_head(view: View, width: int, height: int) -> list[Row]:
    """The names of the columns."""
    sample = view.sample
    if sample is None:
        return []
    each = _number_width(width)
    names = ["FPS", *(_head(column, view.symbols, each) for column in known_columns(view, sample))]
    line = f"   time  {''.join(f'{name:>{each}}' for name in names)}"
    line += "" if width < _NARROW else "  marks"
    row: Row = ((line, "dim"),)
    return [row][: max(0, height)]


def _head(column: Column, symbols: Symbols, width: int) -> str:
    """The unit tells what most columns are; a median needs its name."""
    unit = column.unit_in(symbols)
    if column.name != "p50":
        return unit
    return column.name if width < _NUMBER_WIDTH else f"{column.name} {unit}"


def _number_width(width: int) -> int:
    return _NARROW_NUMBER_WIDTH if width < _NARROW else _NUMBER_WIDTH


def table(view: View, width: int, height: int, first: int | None) -> list[Row]:
    """Minutes from the `first`-th on, or the newest that fit; the newest last."""
    sample = view.sample
    if sample is None:
        return []
    minutes = view.soak.minutes()
    newest = max(0, len(minutes) - height)
    first = newest if first is None else min(first, newest)
    known = known_columns(view, sample)
    each = _number_width(width)
    shown = minutes[first : first + max(0, height)]
    return [_minute(minute, known, view.symbols, each) for minute in shown]


def _minute(minute: Minute, known: Sequence[Column], symbols: Symbols, each: int) -> Row:
    unix_s = minute.start_unix_s
    at = symbols.dash if unix_s is None else time.strftime("%H:%M", time.localtime(unix_s))
    head = f" {symbols.throttled if minute.throttled else ' '} {at:>5} "
    figures = fixed(minute.fps, each, 4, dash=symbols.dash) + "".join(
        fixed(column.value(minute), each, dash=symbols.dash) for column in known
    )
    marks = f"  {', '.join(minute.marks)}"
    if minute.throttled:
        return ((head + figures + marks, "alert"),)
    return join((head, "dim"), (figures, "text"), (marks, "dim"))
