"""What one run is: everything that stays fixed while a model's process lives."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from edgetop.engine.providers import AUTO
from edgetop.errors import UsageError

MAX_BATCH = 1 << 20
MAX_INSTANCES = 64
MAX_THREADS = 1024
MAX_RATE_FPS = 1e6

Range: TypeAlias = "tuple[float, float]"
"""Lowest and highest value, both included. Whole numbers stay `int`: 64 bits must be exact."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Model, batch, provider, threads and inputs of one run.

    Only the rate may change while the run lives; anything else is a new run in a fresh
    process, so that memory and statistics never mix.
    """

    model_path: str
    title: str
    architecture: str = ""
    """Built-in model to build at `model_path` if nothing is there; empty for a file."""
    label: str = ""
    """What readers must know about the weights; empty for a file of the user's."""
    precision: str = ""
    """``fp16`` or ``int8``: `model_path` is a variant that edgetop makes; empty = as stored."""
    source_path: str = ""
    """The file that the variant is made from; empty if `precision` is."""
    batch: int = 1
    provider: str = AUTO
    threads: int = 0
    """Threads inside one inference; 0 = one per physical core that this process may use."""
    instances: int = 1
    """Sessions that run in parallel in the one process."""
    rate_fps: float | None = None
    """Images per second that come in (open loop); None = closed loop."""
    input_shapes: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Shapes given by the user, by input name; an empty name means the first input."""
    input_ranges: tuple[tuple[str, float, float], ...] = ()
    """Name, lowest and highest value of inputs; an empty name means the first input."""
    input_file: str = ""
    """An .npz file with arrays by input name; empty = seeded random values."""
    warmup_s: float | None = None
    """Length of the warm-up; None = until a test says that the model is warm."""
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no machine can run, before anything is started."""
        _in_range("batch", self.batch, 1, MAX_BATCH)
        _in_range("instances", self.instances, 1, MAX_INSTANCES)
        _in_range("threads", self.threads, 0, MAX_THREADS)
        if self.rate_fps is not None and not 0 < self.rate_fps <= MAX_RATE_FPS:
            limits = f"above 0 and at most {MAX_RATE_FPS:.0f} images per second"
            raise UsageError(f"the rate must be {limits}, not {self.rate_fps:g}")
        if self.warmup_s is not None and not 0 <= self.warmup_s <= 3600:
            raise UsageError(f"the warm-up must last 0 to 3600 s, not {self.warmup_s:g}")
        for name, low, high in self.input_ranges:
            _check_range(name, low, high)
        if self.input_file and self.input_ranges:
            raise UsageError("give values by --input or by --input-range, not by both")

    def with_(self, **changes: Any) -> RunSpec:
        """This spec with some fields changed."""
        return replace(self, **changes)

    def to_json(self) -> str:
        """One line of JSON that `from_json` reads back."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> RunSpec:
        """The spec that `to_json` wrote."""
        fields = json.loads(text)
        fields["input_shapes"] = tuple(
            (name, tuple(shape)) for name, shape in fields["input_shapes"]
        )
        fields["input_ranges"] = tuple(tuple(item) for item in fields["input_ranges"])
        return RunSpec(**fields)


def _check_range(name: str, low: float, high: float) -> None:
    # Whole numbers of any length are finite; `isfinite` would fail to convert the longest.
    if not all(isinstance(value, int) or math.isfinite(value) for value in (low, high)):
        raise UsageError(f"the range of input {name!r} must be of finite numbers")
    if low > high:
        raise UsageError(f"the range of input {name!r} ends below its start: {low} to {high}")


def _in_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise UsageError(f"{name} must be {low} to {high}, not {value}")
