"""Two recorded sessions side by side: what both ran, and how far apart the figures are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from edgetop.engine.variants import title_as_stored
from edgetop.sample import processor_words
from edgetop.stats.ratio import independent, median

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    """A model at a batch that both sessions ran, with the same settings where there are such."""

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
    """What one session measured of a model at a batch with some settings."""

    run: Run
    """The last of the runs with these settings."""
    series: dict[str, list[float]] = field(default_factory=dict)
    scopes: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    hashes: set[str] = field(default_factory=set)
    """Of the model's file."""


_Key = tuple[str, int]
"""Model and batch."""


class _Settings(NamedTuple):
    """What must be equal for two runs of a model at a batch to be alike."""

    provider: str
    threads: int
    instances: int
    rate_fps: float | None
    precision: str


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
_NO_RATIO = {"temperature": "degrees have no ratio"}


def compare(a: Recorded, b: Recorded) -> list[Compared]:
    """Every model and batch that both sessions ran, in the order of the first.

    Like is compared with like: each settings that both ran is one of them. Where there are no
    such settings it is the last ones of each.
    """
    sides_a, sides_b = _sides(a), _sides(b)
    return [
        item
        for key, by_settings in sides_a.items()
        if key in sides_b
        for item in _pairs(key, by_settings, sides_b[key])
    ]


def _sides(session: Recorded) -> dict[_Key, dict[_Settings, _Side]]:
    hashes = {run.number: run.model_sha256 for run in session.runs()}
    found: dict[_Key, dict[_Settings, _Side]] = {}
    for sample in session.samples():
        if not _counts(sample):
            continue
        run = sample.run
        settings = _Settings(run.provider, run.threads, run.instances, run.rate_fps, run.precision)
        model = title_as_stored(run.model)  # the precision is one of the settings
        side = found.setdefault((model, run.batch), {}).setdefault(settings, _Side(run))
        side.run = run
        if sha256 := hashes.get(run.number):
            side.hashes.add(sha256)
        _add(side, sample)
    return found


def _counts(sample: Sample) -> bool:
    """Neither warm-up nor pause, nor a trial: in short slices a model runs as it does not alone."""
    in_trial = sample.trial is not None and sample.run.number in sample.trial.runs
    return bool(sample.window.inferences) and not in_trial


def _add(side: _Side, sample: Sample) -> None:
    side.scopes.add(sample.board.power.scope)
    side.states.add(sample.state.value)
    for name, _, value_of in _QUANTITIES:
        value = value_of(sample)
        if value is not None:
            side.series.setdefault(name, []).append(value)


def _pairs(key: _Key, a: Mapping[_Settings, _Side], b: Mapping[_Settings, _Side]) -> list[Compared]:
    both = [(side, b[settings]) for settings, side in a.items() if settings in b]
    notes = []
    if not both:
        both = [(_last(a), _last(b))]
        notes.append("the settings differ")
    for name, sides in (("A", a), ("B", b)):
        others = len(sides) - len(both)
        if others:
            notes.append(f"{name} ran {others} other {'settings' if others > 1 else 'setting'}")
    return [_compared(key, *pair, notes) for pair in both]


def _last(sides: Mapping[_Settings, _Side]) -> _Side:
    return max(sides.values(), key=lambda side: side.run.number)


def _compared(key: _Key, a: _Side, b: _Side, notes: list[str]) -> Compared:
    return Compared(
        model=key[0],
        batch=key[1],
        settings_a=_settings(a.run),
        settings_b=_settings(b.run),
        figures=tuple(_figure(name, unit, a, b) for name, unit, _ in _QUANTITIES),
        notes=(*notes, *_notes(a, b)),
    )


def _figure(name: str, unit: str, a: _Side, b: _Side) -> Figure:
    left, right = a.series.get(name, []), b.series.get(name, [])
    reason, ratio = "", None
    if not left or not right:
        reason = "unknown" if not left and not right else f"unknown in {'B' if left else 'A'}"
    elif name in _NO_RATIO:
        reason = _NO_RATIO[name]
    elif name == _POWER and a.scopes != b.scopes:
        reason = f"A measures {_listed(a.scopes)}, B {_listed(b.scopes)}"
    else:
        ratio = independent(left, right)
        reason = "" if ratio is not None else "too few samples"
    return Figure(name, unit, median(left), median(right), ratio, reason)


def _notes(a: _Side, b: _Side) -> list[str]:
    notes = []
    if a.hashes and b.hashes and a.hashes != b.hashes:
        notes.append("the model files differ")
    for side, name in ((a, "A"), (b, "B")):
        doubtful = side.states & {"throttled", "drifting", "hung"}
        if doubtful:
            notes.append(f"{name} was {_listed(doubtful)} for some time")
    return notes


def _settings(run: Run) -> str:
    parts = [run.precision, processor_words(run.provider, run.threads)]
    if run.instances > 1:
        parts.append(f"{run.instances} instances")
    if run.rate_fps is not None:
        parts.append(f"{run.rate_fps:g} images/s come in")
    return ", ".join(part for part in parts if part)


def _listed(words: set[str]) -> str:
    return " and ".join(sorted(words))
