"""Latency: percentiles, histogram, history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.histogram import histogram
from edgetop.paint.numbers import grouped
from edgetop.paint.rows import Row, join
from edgetop.ui.panels.parts import history, labelled
from edgetop.ui.panels.versus import compared, versus

if TYPE_CHECKING:
    from edgetop.sample import LatencyStats, Sample
    from edgetop.ui.view import View

_FAST_MS = 0.1
_ROOM_FOR_HISTORY = 15
_HISTORY_ROWS = 5
_ROOM_FOR_ALL = 52
_ROOM_FOR_PACE = 68


def unit(stats: LatencyStats, micro: str) -> tuple[float, str]:
    """The unit that suits a run: its factor from milliseconds, and its name."""
    fast = stats.p50_ms is not None and stats.p50_ms < _FAST_MS
    return (1000.0, f"{micro}s") if fast else (1.0, "ms")


def latency(view: View, width: int, height: int) -> list[Row]:
    """Percentiles of the whole run, their histogram, and the median over time."""
    sample = view.sample
    if sample is None:
        return []
    head = _numbers(view, sample, width)[: max(0, height)]
    room = height - len(head)
    past = _HISTORY_ROWS if room >= _ROOM_FOR_HISTORY else 0
    gap: list[Row] = [()] if room - past >= 6 else []
    bars = room - past - len(gap) * (2 if past else 1)
    rows = [*head, *gap]
    if bars >= 2:
        rows += _histogram(view, sample, width, bars)
    if past:
        factor, _ = unit(sample.total.latency, view.symbols.micro)
        rows += [*gap, *history(view, "p50_ms", width, past, "latency", factor=factor)]
    return rows


def _histogram(view: View, sample: Sample, width: int, height: int) -> list[Row]:
    """The histogram, painted once a second: it is of the whole run and changes slowly."""
    key = ("histogram", width, height)
    moment = (sample.run.number, int(sample.run_elapsed_s))
    painted_at, painted = view.charts.get(key, (None, []))
    if painted_at != moment:
        painted = histogram(sample.histogram, width, height, view.symbols)
        view.keep_chart(key, moment, painted)
    return painted


def _numbers(view: View, sample: Sample, width: int) -> list[Row]:
    stats = sample.total.latency
    factor, name = unit(stats, view.symbols.micro)

    wide = width >= _ROOM_FOR_ALL
    label_width = 6 if wide else 5

    def cell(value: float | None, label: str) -> Row:
        return labelled(None if value is None else value * factor, f"{label:<{label_width}}", view)

    first = [
        cell(stats.p50_ms, "p50"),
        cell(stats.p90_ms, "p90"),
        cell(stats.p99_ms, "p99"),
        cell(stats.p99_9_ms, "p99.9"),
    ]
    # The count changes at every tick, so it stands left: what is right of it is not sent again.
    count = labelled(stats.count or None, f"{'n':<{label_width}}", view)
    second = [
        cell(stats.max_ms, "max"),
        cell(stats.mean_ms, "mean"),
        cell(stats.min_ms, "min"),
    ]
    if not wide:
        first, second = first[:3], second[:2]
    pace = "" if sample.run.rate_fps is None else "from scheduled time"
    lost = f"{grouped(sample.total.lost)} lost  " if sample.total.lost else ""
    rows = [
        join(*first, (name, "text")),
        join(count, (lost, "warn"), *second, (pace if width >= _ROOM_FOR_PACE else "", "dim")),
    ]
    than_a = _versus(view)
    return [*rows, than_a] if than_a else rows


def _versus(view: View) -> Row:
    """Median and p99 against those of A."""
    than_a = compared(view)
    if than_a is None:
        return ()
    # p99 is known later than p50: it stands last, and nothing moves when it comes.
    p50 = versus(than_a.latency_p50, more_is_better=False, words=" p50 vs A")
    p99 = versus(than_a.latency_p99, more_is_better=False, words=" p99 vs A")
    return join(p50, ("  ", "text"), p99) if p50 or p99 else ()
