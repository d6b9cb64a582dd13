"""Temperatures, and what holds the board back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.bars import gauge
from edgetop.paint.numbers import fixed
from edgetop.paint.rows import Row, join
from edgetop.sample import Kind
from edgetop.ui.panels.parts import NUMBER_WIDTH, history, unknown

if TYPE_CHECKING:
    from edgetop.sample import Sample, SensorReading
    from edgetop.ui.view import View

_SCALE_C = 100.0
_LABEL_WIDTH = 14


def no_temperature(view: View) -> bool:
    """This board shows neither temperatures nor throttling."""
    sample = view.sample
    return sample is None or not (
        sample.board.of_kind(Kind.TEMPERATURE) or sample.board.of_kind(Kind.THROTTLE)
    )


def temperature(view: View, width: int, height: int) -> list[Row]:
    """The zones, hottest first, the throttle state, fans, and the hottest over time."""
    sample = view.sample
    if sample is None:
        return []
    if no_temperature(view):
        reason = sample.board.temperature_c.words or "no sensor"
        return [unknown(reason, view)][: max(0, height)]
    zones = sorted(sample.board.of_kind(Kind.TEMPERATURE), key=_coldness)
    status = [*_throttle(view, sample), *_fans(view, sample)]
    room = max(0, height - len(status))
    wants_chart = room >= 7
    shown = zones[: max(1, room - 5 if wants_chart else room)]
    rows = [_zone(view, item, width) for item in shown] + status
    if wants_chart:
        rows += history(view, "temperature_c", width, height - len(rows), "temperature")
    return rows[: max(0, height)]


def _coldness(item: SensorReading) -> float:
    return -(item.value if item.value is not None else -1000.0)


def _zone(view: View, item: SensorReading, width: int) -> Row:
    head = join(
        (fixed(item.value, NUMBER_WIDTH, decimals=1, dash=view.symbols.dash),
         "dim" if item.value is None else "number"),
        (f" {view.symbols.degree}C {item.sensor.label[:_LABEL_WIDTH]:<{_LABEL_WIDTH}}", "dim"),
    )  # fmt: skip
    if item.value is None:
        return join(head, (f" {item.reading.words}", "dim"))
    room = width - NUMBER_WIDTH - 5 - _LABEL_WIDTH
    if room < 5:
        return head
    return join(
        head, (" ", "text"), gauge(item.value / _SCALE_C, room, view.symbols, "chart.temperature.6")
    )


def _throttle(view: View, sample: Sample) -> list[Row]:
    now = sample.board.throttle
    if now:
        return [
            join((f"{view.symbols.throttled} throttled  {item.source}: {item.cause}", "alert"))
            for item in now
        ]
    known = [item for item in sample.board.of_kind(Kind.THROTTLE) if item.value is not None]
    return [(("      not throttled", "dim"),)] if known else []


def _fans(view: View, sample: Sample) -> list[Row]:
    return [
        join(
            (fixed(item.value, NUMBER_WIDTH, decimals=0, dash=view.symbols.dash), "text"),
            (f" {item.sensor.unit} {item.sensor.label} fan {item.reading.words}".rstrip(), "dim"),
        )
        for item in sample.board.of_kind(Kind.FAN)
    ]
