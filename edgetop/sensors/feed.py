"""One provider's latest readings: when it is asked, and what stands where it is silent."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgetop.readings import UNKNOWN, Reading, Reason, Sensor, SensorReading

if TYPE_CHECKING:
    from edgetop.sensors.provider import Clock, Provider

PROBE_EVERY_S = 30.0
"""A driver that is loaded again gives its sensors new paths."""

_PROBE_SOON_S = 2.0
"""After a sensor with values has vanished; not at once, for a driver needs its time to come up."""

STALE_PERIODS = 3.0
"""So many periods without an answer, and the last values are no longer shown as values."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one turn of a provider gave."""

    items: tuple[SensorReading, ...]
    time_s: float
    """CLOCK_MONOTONIC seconds at the end of the turn."""


class Feed:
    """A provider and what it last said. `turn` is called by one thread at a time.

    Args:
        provider: Whom to ask.
        clock: CLOCK_MONOTONIC seconds.
        least_period_s: Nobody wants its readings more often.
    """

    def __init__(self, provider: Provider, clock: Clock, least_period_s: float = 0.0) -> None:
        self._provider = provider
        self._clock = clock
        self._asked_every_s = max(provider.period_s, least_period_s)
        self._sensors: tuple[Sensor, ...] = ()
        self._probe_due_s = float("-inf")
        self._disabled: Reading | None = None
        self._begun_s: float | None = None
        self._delivery: Delivery | None = None
        self.delivered = threading.Event()
        """Set at the end of every turn; whoever waits for the next one clears it."""

    @property
    def name(self) -> str:
        """Of the provider."""
        return self._provider.name

    @property
    def blocks(self) -> bool:
        """The provider needs a thread of its own."""
        return self._provider.blocks

    @property
    def period_s(self) -> float:
        """Seconds from one turn to the next; a provider without sensors only looks for some."""
        return self._asked_every_s if self._sensors else PROBE_EVERY_S

    def expect(self) -> None:
        """From now on silence counts."""
        self._begun_s = self._clock()

    def turn(self) -> None:
        """Probe if it is time, read, publish; one that raises is out until the next probe."""
        try:
            items = self._ask()
        except Exception as error:  # noqa: BLE001 - a faulty provider may take nothing else with it
            fault = f"read error: {type(error).__name__}: {error}"
            self._disabled = Reading(None, Reason.ERROR, fault, self._clock())
            items = self._rows(self._disabled)
        before, self._delivery = self._delivery, Delivery(items, self._clock())
        if before is not None and _lost_one(before.items, items):
            self._probe_due_s = min(self._probe_due_s, self._clock() + _PROBE_SOON_S)
        self.delivered.set()

    def latest(self, now_s: float) -> tuple[SensorReading, ...]:
        """The sensors with their latest readings; without values if those are too old.

        What makes a row stale is the provider's silence, not the age of one sensor.

        Args:
            now_s: CLOCK_MONOTONIC seconds.
        """
        delivery = self._delivery
        if delivery is not None and not delivery.items:
            return ()
        heard_s = self._begun_s if delivery is None else delivery.time_s
        silent_s = 0.0 if heard_s is None else now_s - heard_s
        period_s = self._asked_every_s if delivery is None else self.period_s
        if silent_s <= STALE_PERIODS * period_s:
            return () if delivery is None else delivery.items
        if delivery is None:
            return self._rows(
                Reading(None, Reason.STALE, f"stale: no answer for {silent_s:.0f} s", now_s)
            )
        return tuple(_stale(item, silent_s) for item in delivery.items)

    def close(self) -> None:
        """Close the provider."""
        with contextlib.suppress(Exception):
            self._provider.close()

    def _ask(self) -> tuple[SensorReading, ...]:
        now_s = self._clock()
        if now_s >= self._probe_due_s:
            self._probe_due_s = now_s + PROBE_EVERY_S
            self._disabled = None
            self._sensors = tuple(self._provider.probe())
        if self._disabled is not None:
            return self._rows(self._disabled)
        if not self._sensors:
            return ()
        readings = self._provider.read()
        return tuple(
            SensorReading(sensor, readings.get(sensor.id, UNKNOWN)) for sensor in self._sensors
        )

    def _rows(self, reading: Reading) -> tuple[SensorReading, ...]:
        """The same reading for every sensor, or for one row that stands for the provider."""
        provider = self._provider
        sensors = self._sensors or (Sensor(provider.name, provider.kind, provider.name, ""),)
        return tuple(SensorReading(sensor, reading) for sensor in sensors)


def _lost_one(before: tuple[SensorReading, ...], after: tuple[SensorReading, ...]) -> bool:
    """A file that gave a value is no longer there."""
    gone = [item.sensor.id for item in after if item.reading.reason is Reason.ABSENT]
    return bool(gone) and any(item.value is not None and item.sensor.id in gone for item in before)


def _stale(item: SensorReading, silent_s: float) -> SensorReading:
    last = "" if item.value is None else f", {item.value:.4g} {item.sensor.unit}"
    detail = f"stale: last answer {silent_s:.0f} s ago{last}"
    return replace(item, reading=Reading(None, Reason.STALE, detail, item.reading.time_s))
