"""What was measured on a board, point by point: by edgetop itself or by a published report.

Recorded sessions and published tables come in this one shape, so that every study, fit and chart
works on either. Like `edgetop.sample` it is frozen data with units in the names; a value that is
not known is None, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.sample import processor_words

if TYPE_CHECKING:
    from edgetop.sample import LatencyStats


@dataclass(frozen=True, slots=True)
class Model:
    """A network, whoever ran it: the graph decides what it costs, not the name."""

    name: str
    """As the source calls it, safe to print."""
    canonical_name: str = ""
    """As the catalogue calls the architecture; empty if it is none that edgetop knows."""
    family: str = ""
    input_px: int | None = None
    params_m: float | None = None
    """Millions of trainable weights and biases."""
    gmacs: float | None = None
    """Billions of multiply-adds, counted once, for one image."""
    top1_pct: float | None = None
    """ImageNet top-1 accuracy of trained weights."""
    top1_source: str = ""
    """Who published or measured `top1_pct`."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What decides a result besides the model and its batch."""

    runtime: str = ""
    """``PyTorch``, ``onnxruntime 1.32.0``."""
    provider: str = ""
    """What it ran on: ``cpu``, ``cuda``; empty where the source does not say."""
    threads: int | None = None
    precision: str = ""
    """fp32, fp16, int8; empty where the source does not say."""
    power_mode: str = ""
    """Clock, governor or power mode; empty where the source does not say."""

    def words(self) -> str:
        """All that is known, for people: ``onnxruntime 1.32.0, cpu 2 threads, fp32``."""
        on = processor_words(self.provider, self.threads or 0).strip()
        known = (self.runtime, on, self.precision, self.power_mode)
        return ", ".join(part for part in known if part)


@dataclass(frozen=True, slots=True)
class Point:
    """One model at one batch under fixed conditions, and what came of it."""

    model: Model
    batch: int
    conditions: Conditions = Conditions()
    ms_per_image: float | None = None
    """Time of a batch divided by the batch: the median where edgetop measured, else as published.
    None if it did not run; then `error` says why."""
    ms_low: float | None = None
    """Lower end of the 95 % interval of `ms_per_image`; None if nobody knows."""
    ms_high: float | None = None
    fps: float | None = None
    """Images per second of wall time; for published times 1000 / `ms_per_image`."""
    latency: LatencyStats | None = None
    """Of a whole batch, milliseconds."""
    inferences: int | None = None
    """How many are behind the figures."""
    memory_mib: float | None = None
    memory_scope: str = ""
    """What `memory_mib` counts: ``process RSS``, ``GPU memory of the process``."""
    baseline_mib: float | None = None
    """Of `memory_mib`, what the same process took before the model was loaded."""
    gpu_used_mib: float | None = None
    """Memory in use on the GPU while it ran, of all processes."""
    power_w: float | None = None
    power_scope: str = ""
    j_per_image: float | None = None
    temperature_c: float | None = None
    state: str = ""
    """How far the figures can be trusted (`edgetop.sample.State`); empty for published ones."""
    error: str = ""
    """Why there is no time: ``out of memory``, ``killed``, ``timeout``, ``refused``: details."""
    note: str = ""
    """What a reader must know: an erratum of the source, a throttled run."""


@dataclass(frozen=True, slots=True)
class Results:
    """All points of one board from one source."""

    id: str
    """``bianco/titan-xp`` for a published board, the session's ID for a recorded one."""
    board: str
    """The board's name for people."""
    source: str
    """Who measured it, with the place of publication."""
    points: tuple[Point, ...]
    published: bool
    """Somebody else measured it."""
    conditions: str = ""
    """What holds for all points, in words: what is timed, warm-up, clocks."""
    peak_tmacs: float | None = None
    """Most multiply-adds a second that the board can do at the precision of its points, in
    10^12; None if unknown."""
    peak_source: str = ""
    peak_precision: str = ""
    """What the peak is of: fp32, fp16, int8; empty where its source does not say."""
    notes: tuple[str, ...] = ()
    """Errata and warnings that concern all points."""
