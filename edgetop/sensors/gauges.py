"""What providers of the kernel's files are made of: files, and the sensors that they fill."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgetop.readings import Kind, Reading, Reason, Sensor
from edgetop.sensors.files import FileReader, Number, Sysroot
from edgetop.sensors.plausibility import checked
from edgetop.sensors.provider import Clock, monotonic

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping, Sequence


class Gauge(ABC):
    """Files that are read together, and the sensors that they fill.

    Args:
        sensors: What it measures.
        files: What it reads.
    """

    def __init__(self, sensors: Sequence[Sensor], files: Sequence[FileReader]) -> None:
        self.sensors = tuple(sensors)
        self.files = tuple(files)

    @abstractmethod
    def read(self, now_s: float) -> Sequence[Reading]:
        """One reading per sensor, in their order; never raises.

        Args:
            now_s: CLOCK_MONOTONIC seconds.
        """

    @property
    def key(self) -> tuple[object, ...]:
        """The same for two gauges that read the same files in the same way."""
        return (type(self), *(sensor.id for sensor in self.sensors), *(f.path for f in self.files))

    def usable(self, _now_s: float) -> bool:
        """Whether it is worth a row; asked once, when the gauge is new."""
        return True

    def close(self) -> None:
        """Give the descriptors back."""
        for file in self.files:
            file.close()


class Scaled(Gauge):
    """One number, divided by ``scale``."""

    def __init__(self, sensor: Sensor, file: FileReader, scale: float = 1.0) -> None:
        super().__init__((sensor,), (file,))
        self._scale = scale

    def read(self, now_s: float) -> Sequence[Reading]:
        """The number in the sensor's unit."""
        return (self.files[0].reading(self.sensors[0].kind, self._scale, now_s),)


class Product(Gauge):
    """Power as voltage times current, of two files in mV and mA."""

    def __init__(self, sensor: Sensor, voltage: FileReader, current: FileReader) -> None:
        super().__init__((sensor,), (voltage, current))

    def read(self, now_s: float) -> Sequence[Reading]:
        """Watts; without a value if one of the two has none."""
        millivolts, milliamperes = (file.number(now_s) for file in self.files)
        for number in (millivolts, milliamperes):
            if number.value is None:
                return (no_value(number, now_s),)
        assert millivolts.value is not None
        assert milliamperes.value is not None
        return (checked(Kind.POWER, millivolts.value * milliamperes.value / 1e6, now_s),)


class Pattern(Gauge):
    """The number that a pattern finds in a file, in the sensor's unit.

    Args:
        sensor: What it measures.
        file: Where the number is, beside other things.
        pattern: Of the whole file without blanks around it; its first group is the number.
    """

    def __init__(self, sensor: Sensor, file: FileReader, pattern: re.Pattern[bytes]) -> None:
        super().__init__((sensor,), (file,))
        self._pattern = pattern

    def read(self, now_s: float) -> Sequence[Reading]:
        """The number; anything else in the file is ``implausible``."""
        raw = self.files[0].read(now_s)
        if raw.data is None:
            return (Reading(None, raw.reason, raw.detail, now_s),)
        match = self._pattern.fullmatch(raw.data.strip(b" \t\r\n\0"))
        if match is None:
            words = f"nothing to read in {self.files[0].path}"
            return (Reading(None, Reason.IMPLAUSIBLE, words, now_s),)
        return (checked(self.sensors[0].kind, float(match[1]), now_s),)


def no_value(number: Number, now_s: float) -> Reading:
    """The reading that stands for a number that could not be had."""
    return Reading(None, number.reason, number.detail, now_s)


@dataclass(slots=True)
class Rate:
    """Change per second of a counter that only grows."""

    _before: tuple[float, float] | None = None

    def per_s(self, value: float, now_s: float) -> float | None:
        """The rate since the previous call; None at the first one and after a reset."""
        before, self._before = self._before, (now_s, value)
        if before is None or now_s <= before[0] or value < before[1]:
            return None
        return (value - before[1]) / (now_s - before[0])

    def forget(self) -> None:
        """Compare the next value with nothing: a reading failed in between."""
        self._before = None


class EventCounter(Gauge):
    """A count since boot, and whether it grows now.

    The first sensor is the count (unit ``events``), the second its rate (``events/s``); the
    count alone says nothing of now.

    Args:
        count: Sensor of the count.
        rate: Sensor of the rate.
        file: Holds the count.
        cause: What an event means, in words.
    """

    def __init__(self, count: Sensor, rate: Sensor, file: FileReader, cause: str) -> None:
        super().__init__((count, rate), (file,))
        self._cause = cause
        self._rate = Rate()

    def read(self, now_s: float) -> Sequence[Reading]:
        """Count and rate."""
        number = self.files[0].number(now_s)
        if number.value is None:
            self._rate.forget()
            return (no_value(number, now_s),) * 2
        count = checked(Kind.THROTTLE, number.value, now_s)
        if count.value:
            count = replace(count, since_boot=f"{self._cause}, {count.value:.0f} times")
        per_s = self._rate.per_s(number.value, now_s)
        if per_s is None:
            return count, Reading(None, Reason.WARMING_UP, "", now_s)
        return count, Reading(per_s, Reason.OK, self._cause if per_s else "", now_s)


class GaugeProvider(ABC):
    """A provider that is a list of gauges.

    Args:
        sysroot: The board's root.
        clock: CLOCK_MONOTONIC seconds.
    """

    name: str
    kind: Kind
    blocks = False
    period_s = 1.0

    def __init__(self, sysroot: Sysroot, clock: Clock = monotonic) -> None:
        self.sysroot = sysroot
        self._clock = clock
        self._gauges: dict[tuple[object, ...], Gauge] = {}

    @abstractmethod
    def find(self) -> Iterable[Gauge]:
        """Fresh gauges for what is there now; their files are not yet opened."""

    def probe(self) -> tuple[Sensor, ...]:
        """The sensors of all gauges; a gauge that was there before keeps what it remembers."""
        now_s = self._clock()
        known, self._gauges = self._gauges, {}
        for gauge in self.find():
            old = known.pop(gauge.key, None)
            if old is not None:
                old.sensors = gauge.sensors  # a limit may have changed
            elif not gauge.usable(now_s):
                gauge.close()
                continue
            self._gauges[gauge.key] = old or gauge
        for gauge in known.values():
            gauge.close()
        return tuple(sensor for gauge in self._gauges.values() for sensor in gauge.sensors)

    def read(self) -> Mapping[str, Reading]:
        """Present values of everything listed."""
        now_s = self._clock()
        return {
            sensor.id: reading
            for gauge in self._gauges.values()
            for sensor, reading in zip(gauge.sensors, gauge.read(now_s), strict=True)
        }

    def close(self) -> None:
        """Close all files."""
        for gauge in self._gauges.values():
            gauge.close()

    def sensor(
        self,
        kind: Kind,
        label: str,
        unit: str,
        source: str,
        role: str = "",
        *,
        name: str = "",
        scope: str = "",
        physical_id: str = "",
        parent: str = "",
        maximum: float | None = None,
        hint: str = "",
    ) -> Sensor:
        """A sensor of this provider; what is left out follows from the source.

        Args:
            kind: What is measured.
            label: The board's name for it.
            unit: Of the value.
            source: The file it is read from.
            role: See `Sensor`, as for the others.
            name: Unique within the provider; default: the kind and the source.
            scope: What a power covers.
            physical_id: Default: the source.
            parent: Rail that contains it.
            maximum: The largest value that the device allows.
            hint: What would help where there is no value.
        """
        return Sensor(
            id=f"{self.name}/{name or f'{kind.value}{source}'}",
            kind=kind,
            label=label,
            unit=unit,
            role=role,
            scope=scope,
            source=source,
            physical_id=physical_id or source,
            parent=parent,
            maximum=maximum,
            min_period_s=self.period_s,
            hint=hint,
        )

    def file(self, path: str, size: int = 4096) -> FileReader:
        """A reader of one of the board's files."""
        return FileReader(self.sysroot, path, size)

    def limit(self, path: str, kind: Kind, scale: float) -> float | None:
        """A maximum that stands in a file; None if it does not tell."""
        file = self.file(path)
        value = file.reading(kind, scale, self._clock()).value
        file.close()
        return value
