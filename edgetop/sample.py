"""The one record that flows from the measuring side to the showing side.

Everything here is frozen data with its unit in the name. A value that is not known is
``None``, or a `Reading` with the reason; it is never zero. Nothing here does I/O.
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


@dataclass(frozen=True, slots=True)
class LatencyStats:
    """Latency of the inferences in a window, milliseconds.

    A percentile without enough samples behind it is None: 64 for p90, 130 for p95, 662 for
    p99, 6636 for p99.9 (MLPerf LoadGen's early-stopping bound at 99 % confidence).
    """

    count: int = 0
    mean_ms: float | None = None
    min_ms: float | None = None
    p50_ms: float | None = None
    p90_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    p99_9_ms: float | None = None
    max_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """What the model did in a stretch of wall time."""

    duration_s: float = 0.0
    """Wall time that counts: paused time and warm-up are outside."""
    inferences: int = 0
    images: int = 0
    fps: float | None = None
    """Images per second of wall time; None if no time passed."""
    latency: LatencyStats = LatencyStats()
    lost: int = 0
    """Inferences whose record was overwritten before it was read."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of latencies in logarithmic bins; only the occupied range is kept."""

    edges_ms: tuple[float, ...] = ()
    """Bin edges, one more than counts."""
    counts: tuple[int, ...] = ()


class State(str, Enum):
    """How far the figures of a run can be trusted. The words are a contract."""

    WARMING = "warming"
    STEADY = "steady"
    DRIFTING = "drifting"
    THROTTLED = "throttled"
    PAUSED = "paused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input or output of a model as it really ran."""

    name: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One run: one model in one process with fixed settings, and what came of it."""

    number: int
    """1 for the first run of the session."""
    model: str
    """The model's title, safe to print."""
    model_path: str
    batch: int
    provider: str
    """Short name: cpu, cuda, tensorrt, ..."""
    threads: int
    """Threads inside one inference; 0 while the runtime has not said."""
    instances: int = 1
    rate_fps: float | None = None
    """Images per second asked for (open loop); None = closed loop, as fast as it goes."""
    precision: str = ""
    """What the graph's weights are stored as: fp32, fp16, int8, mixed; empty while unknown."""
    label: str = ""
    """What a reader must know about the weights: ``random weights: timing only``."""
    batch_fixed: bool = False
    """The graph allows no other batch."""
    inputs: tuple[Tensor, ...] = ()
    providers_used: tuple[str, ...] = ()
    nodes: tuple[tuple[str, int], ...] = ()
    """Graph nodes per provider; empty if the runtime does not tell."""
    runtime: str = ""
    """``onnxruntime 1.32.0``."""
    available_providers: tuple[str, ...] = ()
    load_s: float | None = None
    first_run_ms: float | None = None
    warmup_s: float | None = None

    @property
    def nodes_on_cpu(self) -> int | None:
        """Nodes that ran on the CPU although another provider was asked for; None if unknown."""
        if self.provider == "cpu" or not self.nodes:
            return None
        return dict(self.nodes).get("cpu", 0)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at one moment and belongs into the record."""

    time_unix_s: float
    text: str
    severity: str = "info"
    """info, warning or error."""
    mark: str = ""
    """A short word for the charts (``batch 4``); empty for events that change no figure."""


@dataclass(frozen=True, slots=True)
class WorkerUse:
    """What the model's process uses of the machine."""

    rss_mib: float | None = None
    cpu_percent: float | None = None
    """Of one core: 200 = two cores busy."""
    cpu_ms_per_inference: float | None = None


@dataclass(frozen=True, slots=True)
class OwnCost:
    """What edgetop itself costs: every process of ours but the model's."""

    cpu_percent: float | None = None
    """Of one core."""
    rss_mib: float | None = None


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy of the run so far, only over time that the sensor covered."""

    energy_j: float | None = None
    covered_s: float | None = None
    images: int = 0
    """Images finished in the covered time."""
    j_per_image: float | None = None

    @property
    def mean_power_w(self) -> float | None:
        """Energy by the time that the sensor covered; None if it covered none."""
        if self.energy_j is None or not self.covered_s:
            return None
        return self.energy_j / self.covered_s


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything known at one moment; the screen, the log and the export are functions of it."""

    time_unix_s: float
    monotonic_s: float
    elapsed_s: float
    """Since the session began."""
    run: Run
    run_elapsed_s: float
    """Measured time of this run: since its warm-up or the last reset, without pauses."""
    state: State
    state_reason: str
    fps: float | None
    """Throughput of the last second or the last few images, whichever is longer."""
    window: Window
    """Since the previous sample."""
    total: Window
    """Since the run's warm-up ended, or the last reset."""
    histogram: Histogram
    worker: WorkerUse
    board: BoardReadings
    energy: Energy
    own: OwnCost
    backlog: int = 0
    """Open loop: images due but not yet started."""
    events: tuple[Event, ...] = ()
    """New since the previous sample."""
