"""Two recorded sessions side by side: what both ran, and how far apart the figures are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgetop.stats.ratio import independent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.sample import Ratio, Run, Sample
    from edgetop.session.store.reading import Recorded


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity in both sessions."""

    name: str
    unit: str
    a: float | None
    """Median of the samples; None if unknown."""
    b: float | None
    ratio: Ratio | None
    """b/a with its interval; None with too few samples, or where they cannot be compared."""
    reason: str = ""
    """Why there is no ratio."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A model at a batch that both sessions ran."""

    model: str
    batch: int
    settings_a: str
    """Provider, threads and the like."""
    settings_b: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    """What a reader must know to judge the ratios."""


@dataclass(slots=True)
class _Side:
    """What one session measured of a model at a batch."""

    run: Run
    series: dict[str, list[float]] = field(default_factory=dict)
    scopes: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    sha256: str | None = None


def _power_w(sample: Sample) -> float | None:
    return sample.board.power.power_w


_QUANTITIES: tuple[tuple[str, str, Callable[[Sample], float | None]], ...] = (
    ("throughput", "images/s", lambda sample: sample.window.fps),
    ("latency p50", "ms", lambda sample: sample.window.latency.p50_ms),
    ("power", "W", _power_w),
    ("memory", "MiB", lambda sample: sample.worker.rss_mib),
    ("temperature", "°C", lambda sample: sample.board.temperature_c.value),
)
_POWER = "power"
_NO_RATIO = frozenset({"temperature"})
"""A ratio of degrees Celsius means nothing."""


def compare(a: Recorded, b: Recorded) -> list[Compared]:
    """Every model and batch that both sessions ran, in the order of the first."""
    sides_a, sides_b = _sides(a), _sides(b)
    return [_compared(key, side, sides_b[key]) for key, side in sides_a.items() if key in sides_b]


def _sides(session: Recorded) -> dict[tuple[str, int], _Side]:
    hashes = {run.number: run.model_sha256 for run in session.runs()}
    found: dict[tuple[str, int], _Side] = {}
    for sample in session.samples():
        if not sample.window.inferences:
            continue
        run = sample.run
        side = found.setdefault((run.model, run.batch), _Side(run))
        side.run, side.sha256 = run, hashes.get(run.number)
        side.scopes.add(sample.board.power.scope)
        side.states.add(sample.state.value)
        for name, _, value_of in _QUANTITIES:
            value = value_of(sample)
            if value is not None:
                side.series.setdefault(name, []).append(value)
    return found


def _compared(key: tuple[str, int], a: _Side, b: _Side) -> Compared:
    return Compared(
        model=key[0],
        batch=key[1],
        settings_a=_settings(a.run),
        settings_b=_settings(b.run),
        figures=tuple(_figure(name, unit, a, b) for name, unit, _ in _QUANTITIES),
        notes=tuple(_notes(a, b)),
    )


def _figure(name: str, unit: str, a: _Side, b: _Side) -> Figure:
    left, right = a.series.get(name, []), b.series.get(name, [])
    reason, ratio = "", None
    if not left or not right:
        reason = "unknown" if not left and not right else f"unknown in {'B' if left else 'A'}"
    elif name in _NO_RATIO:
        reason = ""
    elif name == _POWER and a.scopes != b.scopes:
        reason = f"A measures {_listed(a.scopes)}, B {_listed(b.scopes)}"
    else:
        ratio = independent(left, right)
        reason = "" if ratio is not None else "too few samples"
    return Figure(name, unit, _median(left), _median(right), ratio, reason)


def _notes(a: _Side, b: _Side) -> list[str]:
    notes = []
    if a.sha256 and b.sha256 and a.sha256 != b.sha256:
        notes.append("the model files differ")
    for side, name in ((a, "A"), (b, "B")):
        doubtful = side.states & {"throttled", "drifting", "hung"}
        if doubtful:
            notes.append(f"{name} was {_listed(doubtful)} for some time")
    return notes


def _settings(run: Run) -> str:
    parts = [
        run.precision,
        f"{run.provider} {run.threads} threads" if run.threads else run.provider,
    ]
    if run.instances > 1:
        parts.append(f"{run.instances} instances")
    if run.rate_fps is not None:
        parts.append(f"{run.rate_fps:g} images/s come in")
    return ", ".join(part for part in parts if part)


def _listed(words: set[str]) -> str:
    return " and ".join(sorted(words))


def _median(values: Sequence[float]) -> float | None:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else None
