"""What the sensors of a board say at one moment: the board's part of a `Sample`.

Frozen data with its unit in the name. A value that is not known is a `Reading` with the reason;
it is never zero. Nothing here does I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Reason(str, Enum):
    """Why a reading has a value, or has none."""

    OK = "ok"
    WARMING_UP = "warming-up"
    """A rate or a counter that needs a second reading."""
    ABSENT = "absent"
    NO_PERMISSION = "no-permission"
    OFFLINE = "offline"
    """The sensor exists but is switched off or asleep."""
    ERROR = "error"
    STALE = "stale"
    IMPLAUSIBLE = "implausible"

    @property
    def words(self) -> str:
        """The reason as people read it."""
        return _REASON_WORDS[self]


_REASON_WORDS = {
    Reason.OK: "",
    Reason.WARMING_UP: "no value yet",
    Reason.ABSENT: "no sensor",
    Reason.NO_PERMISSION: "needs permission",
    Reason.OFFLINE: "offline",
    Reason.ERROR: "read error",
    Reason.STALE: "stale",
    Reason.IMPLAUSIBLE: "implausible value",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a sensor, or the reason why there is none."""

    value: float | None = None
    """In the unit of the sensor; None if unknown."""
    reason: Reason = Reason.ABSENT
    detail: str = ""
    """What would help or what exactly failed, in words; may be empty."""
    time_s: float = float("nan")
    """CLOCK_MONOTONIC seconds of the reading."""
    since_boot: str = ""
    """What the sensor remembers of earlier, in words: it happened since boot, maybe not now."""

    @staticmethod
    def of(value: float, time_s: float = float("nan")) -> Reading:
        """A known value."""
        return Reading(value, Reason.OK, "", time_s)

    @property
    def words(self) -> str:
        """Why there is no value, for people; empty if there is one."""
        return self.detail or self.reason.words if self.value is None else ""


UNKNOWN = Reading()


class Kind(str, Enum):
    """What a sensor measures. The words are those of `edgetop sensors --json`."""

    POWER = "power"
    ENERGY = "energy"
    UTILIZATION = "utilization"
    TEMPERATURE = "temperature"
    CLOCK = "clock"
    MEMORY = "memory"
    FAN = "fan"
    THROTTLE = "throttle"
    VOLTAGE = "voltage"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Sensor:
    """What one sensor is: its meaning, unit and place, without a value."""

    id: str
    """Unique on this board, stable while it runs: ``thermal/thermal_zone0``."""
    kind: Kind
    label: str
    """The name that the board gives it: ``cpu``, ``cpu0``, ``VDD_IN``, ``gpu``."""
    unit: str
    """``%``, ``MHz``, ``bytes``, ``W``, ``J``, ``V``, ``A``, ``°C``, ``RPM``, ``bool``, ``bits``,
    ``events``, ``events/s``."""
    role: str = ""
    """For power: board, module, module-branch, carrier, package, platform, gpu, battery, part.
    For others what tells sensors of one kind apart (``system``, ``core``, ``used``, ``limit``)."""
    scope: str = ""
    """Power and energy: what the figure covers, in words (``gpu board, not the computer``)."""
    source: str = ""
    """The path or interface it is read from."""
    physical_id: str = ""
    """The device behind it; two sensors with one id measure the same thing."""
    parent: str = ""
    """Label of the rail that contains this one; empty for a rail of its own."""
    maximum: float | None = None
    """The largest value the device allows (a clock's limit, a memory's size); None if unknown."""
    min_period_s: float = 0.5
    """Reading more often than this gives no news or disturbs the board."""
    hint: str = ""
    """What the user can do where it gives no value: a group, a rule, a package."""


@dataclass(frozen=True, slots=True)
class SensorReading:
    """A sensor with its latest reading."""

    sensor: Sensor
    reading: Reading

    @property
    def value(self) -> float | None:
        """The value in the sensor's unit; None if unknown."""
        return self.reading.value


_MOST_RAILS = 3
"""That are named one by one."""


@dataclass(frozen=True, slots=True)
class Power:
    """The headline power figure with its scope: never a number without what it covers."""

    power_w: float | None = None
    scope: str = "none"
    """board, module, platform, battery, package, package+gpu, gpu, accelerator, pmic-rails, named
    (rails that the user's configuration names), or none."""
    rails: tuple[str, ...] = ()
    """Labels of the sensors that the figure is the sum of."""
    covers: str = ""
    excludes: str = ""
    reason: str = "no sensor"
    """Why there is no figure; empty if there is one."""
    energy_j: float | None = None
    """Reading of the hardware energy counter of the same scope, joules since an arbitrary
    start; None if the board has none."""
    time_s: float = float("nan")
    """CLOCK_MONOTONIC seconds of the reading."""
    period_s: float = 1.0
    """Time between two readings of the sensor."""

    @property
    def scope_words(self) -> str:
        """The scope as people read it, with the rails that make it: ``module (VDD_IN)``."""
        if self.scope == "pmic-rails":
            return "PMIC rails (partial)"
        if self.scope == "package+gpu":
            return "package+gpu (partial)"
        names = [rail for rail in self.rails if rail != self.scope]
        if not names:
            return self.scope
        shown = " + ".join(names) if len(names) <= _MOST_RAILS else f"{len(names)} rails"
        return f"{self.scope} ({shown})"


@dataclass(frozen=True, slots=True)
class Throttle:
    """Something that holds the board back now."""

    source: str
    """Who says so: ``gpu``, ``cpu``, ``container``."""
    cause: str
    """In words: ``software power cap``, ``thermal``."""
    since_s: float | None = None
    """CLOCK_MONOTONIC seconds of the first reading that said so without a break."""


@dataclass(frozen=True, slots=True)
class BoardReadings:
    """Everything the sensors of this board say at one moment."""

    sensors: tuple[SensorReading, ...] = ()
    cpu_percent: Reading = UNKNOWN
    gpu_percent: Reading = UNKNOWN
    memory_used_mib: Reading = UNKNOWN
    memory_total_mib: Reading = UNKNOWN
    """Physical memory, or the container's limit where that is smaller."""
    gpu_memory_used_mib: Reading = UNKNOWN
    temperature_c: Reading = UNKNOWN
    """The hottest plausible zone of the processor or accelerator."""
    power: Power = field(default_factory=Power)
    throttle: tuple[Throttle, ...] = ()
    throttled_before: tuple[str, ...] = ()
    """What held the board back at some time since it was started, in words."""
    power_mode: str = ""
    """The vendor's power mode (``15W``, ``MAXN``); empty where there is none."""
    governor: str = ""
    """How the processor's clock is chosen (``schedutil``); several are joined by commas."""

    def of_kind(self, kind: Kind) -> tuple[SensorReading, ...]:
        """The sensors of one kind, in the board's order."""
        return tuple(item for item in self.sensors if item.sensor.kind is kind)
