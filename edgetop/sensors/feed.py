"""One provider's latest readings, taken in line or by a thread of its own."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgetop.sample import UNKNOWN, Reading, Reason, Sensor, SensorReading

if TYPE_CHECKING:
    from edgetop.sensors.provider import Clock, Provider

PROBE_EVERY_S = 30.0
"""A driver that is loaded again gives its sensors new paths."""

STALE_PERIODS = 3.0
"""So many periods without an answer, and the last values are no longer shown as values."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one turn of a provider gave."""

    items: tuple[SensorReading, ...]
    time_s: float
    """CLOCK_MONOTONIC seconds at the end of the turn."""


class Feed:
    """A provider that is asked in the caller's thread, no more often than its period."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock
        self._sensors: tuple[Sensor, ...] = ()
        self._probe_due_s = float("-inf")
        self._disabled: Reading | None = None
        self._delivery: Delivery | None = None
        self._delivered = threading.Event()

    def start(self) -> None:
        """Take the first readings, so that rates have something to compare with."""
        self._turn()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the first readings; False if they did not come in time."""
        return self._delivered.wait(timeout_s)

    def latest(self) -> tuple[SensorReading, ...]:
        """The sensors with their latest readings."""
        last_s = float("-inf") if self._delivery is None else self._delivery.time_s
        # A caller with the same period comes a little early as often as late.
        if self._clock() - last_s >= 0.9 * self._provider.period_s:
            self._turn()
        return self._delivery.items if self._delivery else ()

    def stop(self) -> None:
        """Close the provider."""
        self._close()

    def _close(self) -> None:
        with contextlib.suppress(Exception):
            self._provider.close()

    def _turn(self) -> None:
        """Probe if it is time, read, publish; one that raises is out until the next probe."""
        try:
            items = self._ask()
        except Exception as error:  # noqa: BLE001 - a faulty provider may take nothing else with it
            fault = f"read error: {type(error).__name__}: {error}"
            self._disabled = Reading(None, Reason.ERROR, fault, self._clock())
            items = self._rows(self._disabled)
        self._delivery = Delivery(items, self._clock())
        self._delivered.set()

    def _ask(self) -> tuple[SensorReading, ...]:
        now_s = self._clock()
        if now_s >= self._probe_due_s:
            self._probe_due_s = now_s + PROBE_EVERY_S
            self._disabled = None
            self._sensors = tuple(self._provider.probe())
        if self._disabled is not None:
            return self._rows(self._disabled)
        readings = self._provider.read()
        return tuple(
            SensorReading(sensor, readings.get(sensor.id, UNKNOWN)) for sensor in self._sensors
        )

    def _rows(self, reading: Reading) -> tuple[SensorReading, ...]:
        """The same reading for every sensor, or for one row that stands for the provider."""
        provider = self._provider
        sensors = self._sensors or (Sensor(provider.name, provider.kind, provider.name, ""),)
        return tuple(SensorReading(sensor, reading) for sensor in sensors)


class ThreadFeed(Feed):
    """A provider that may hang: its own daemon thread asks it, the caller only picks up."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        super().__init__(provider, clock)
        self._started_s = float("nan")
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"sensors-{provider.name}", daemon=True
        )

    def start(self) -> None:
        """Start the thread; the first readings come when the provider has answered."""
        self._started_s = self._clock()
        self._thread.start()

    def latest(self) -> tuple[SensorReading, ...]:
        """The sensors with their latest readings; without values if those are too old.

        What makes a row stale is the provider's silence, not the age of one sensor.
        """
        delivery, now_s = self._delivery, self._clock()
        silent_s = now_s - (self._started_s if delivery is None else delivery.time_s)
        if not silent_s > STALE_PERIODS * self._provider.period_s:
            return () if delivery is None else delivery.items
        if delivery is None:
            return self._rows(
                Reading(None, Reason.STALE, f"stale: no answer for {silent_s:.0f} s", now_s)
            )
        return tuple(_stale(item, silent_s) for item in delivery.items)

    def stop(self) -> None:
        """Tell the thread to close the provider and end; a hung one is left behind."""
        if self._thread.ident is None:
            self._close()
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            begun_s = self._clock()
            self._turn()
            self._stop.wait(max(0.0, begun_s + self._provider.period_s - self._clock()))
        self._close()


def _stale(item: SensorReading, silent_s: float) -> SensorReading:
    detail = f"stale: last answer {silent_s:.0f} s ago"
    return replace(item, reading=Reading(None, Reason.STALE, detail, item.reading.time_s))
