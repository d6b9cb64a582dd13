"""The one record that flows from the measuring side to the showing side.

Everything here is frozen data with its unit in the name. A value that is not known is
``None``, or a `Reading` with the reason; it is never zero. Nothing here does I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.readings import BoardReadings


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
    HUNG = "hung"
    """No inference has ended for far longer than any took."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input or output of a model as it really ran."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    values: str = ""
    """Where the values come from if the user chose them: ``16000``, ``0 to 255``."""

    def words(self, times: str = "x") -> str:
        """Name, shape, type and chosen values: ``sr scalar int64 16000``."""
        shape = times.join(map(str, self.shape)) or "scalar"
        return " ".join(part for part in (self.name, shape, self.dtype, self.values) if part)


def processor_words(provider: str, threads: int) -> str:
    """On what a model runs: ``cpu 2 threads``; 0 threads are not told yet."""
    if not threads:
        return provider
    return f"{provider} {threads} thread{'' if threads == 1 else 's'}"


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
    baseline_mib: float | None = None
    """Resident in the model's process before the model was loaded: Python and the runtime."""
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
class Ratio:
    """How one set of figures stands to another, with its spread."""

    value: float
    low: float
    """Lower end of the 95 % interval."""
    high: float
    count: int
    """Pairs of figures, or figures on the smaller side, behind it."""

    @property
    def distinguishable(self) -> bool:
        """The interval leaves out 1: the two differ by more than chance explains."""
        return self.low > 1 or self.high < 1


@dataclass(frozen=True, slots=True)
class Mark:
    """The run marked A: its figures when it was marked, for later runs to be compared with."""

    run: int
    title: str
    """What ran: ``squeezenet_v1.1, batch 1, cpu 2 threads``."""
    fps: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_percent: float | None = None
    gpu_percent: float | None = None
    worker_rss_mib: float | None = None
    cpu_ms_per_inference: float | None = None
    power_w: float | None = None
    power_scope: str = "none"
    j_per_image: float | None = None
    temperature_c: float | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """Two configurations that run in turn, in short slices of random order."""

    a: str
    """What ran as A: ``squeezenet_v1.1, batch 1, cpu 2 threads``."""
    b: str
    running: str = ""
    """``A`` or ``B``, the one that runs now; empty when the trial has ended."""
    pairs: int = 0
    """Slices of each that are done."""
    planned_pairs: int = 0
    fps_a: float | None = None
    """Median of A's slices, images per second."""
    fps_b: float | None = None
    ratio: Ratio | None = None
    """Throughput of B by that of A; None with too few pairs."""
    runs: tuple[int, ...] = ()
    """Numbers of the two runs, as far as they have begun."""


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
    mark: Mark | None = None
    """What the user marked as A; None while nothing is marked."""
    trial: Trial | None = None
    """The comparison of A and B that goes on, or that ended last."""
