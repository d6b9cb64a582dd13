"""Latency: percentiles, histogram, history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.histogram import histogram
from edgetop.paint.numbers import grouped
from edgetop.paint.rows import Row, join
from edgetop.ui.panels.parts import history, labelled

if TYPE_CHECKING:
    from edgetop.sample import LatencyStats, Sample
    from edgetop.ui.view import View

_FAST_MS = 0.1
_ROOM_FOR_HISTORY = 15
_HISTORY_ROWS = 5
_ROOM_FOR_ALL = 52


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
        rows += histogram(sample.histogram, width, bars, view.symbols)
    if past:
        factor, _ = unit(sample.total.latency, view.symbols.micro)
        rows += [*gap, *history(view, "p50_ms", width, past, "latency", factor=factor)]
    return rows


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
    second = [cell(stats.max_ms, "max"), cell(stats.mean_ms, "mean"), cell(stats.min_ms, "min")]
    if not wide:
        first, second = first[:3], second[:2]
    counted = f"{grouped(stats.count)} {'inferences' if wide else 'n'}"
    pace = "" if sample.run.rate_fps is None else "  from scheduled time"
    lost = f"{grouped(sample.total.lost)} lost, " if sample.total.lost else ""
    return [
        join(*first, (name, "text")),
        join(
            *second,
            (lost, "warn"),
            (counted, "dim"),
            (f" {pace}" if width >= 60 else "", "dim"),
        ),
    ]
