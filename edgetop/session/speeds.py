"""How fast a model will run here, from what has been measured on this board."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from edgetop.sample import processor_words
from edgetop.session.facts import without_home
from edgetop.session.store.measured import MeasuredRun
from edgetop.stats.fit import time_on_operations
from edgetop.zoo import catalogue
from edgetop.zoo.resolve import ModelChoice, built_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgetop.sample import Run, Sample

_MOST_RECENT = 6


class Speed(NamedTuple):
    """Images per second of a model."""

    fps: float
    measured: bool
    """False: an estimate."""


class Speeds:
    """What earlier runs say of models under the conditions of the present run.

    Args:
        runs: All that were measured on this board, the newest first.
        present: Its provider, threads and batch count.
    """

    def __init__(self, runs: Iterable[MeasuredRun], present: Run) -> None:
        self._batch = present.batch
        self._ms: dict[str, float] = {}
        points: dict[str, float] = {}
        for run, latency_ms in runs:
            if latency_ms is None or not _alike(run, present):
                continue
            self._ms.setdefault(_key(run.model_path, run.model, run.label), latency_ms)
            if run.label == catalogue.RANDOM_WEIGHTS and run.precision == "fp32":
                points.setdefault(run.model, latency_ms / run.batch)
        known = {name: found for name in points if (found := catalogue.find(name))}
        self._fit = time_on_operations(
            [architecture.gmacs for architecture in known.values()],
            [points[name] for name in known],
        )
        self._under = f"{processor_words(present.provider, present.threads)}, batch {present.batch}"

    def of(self, choice: ModelChoice) -> Speed | None:
        """Measured, else estimated from the operations, else None."""
        path = without_home(str(choice.path))
        latency_ms = self._ms.get(_key(path, choice.title, choice.label))
        if latency_ms is not None:
            return Speed(1000 * self._batch / latency_ms, measured=True)
        if self._fit is None or choice.architecture is None:
            return None
        return Speed(1000 / self._fit.time_ms(choice.architecture.gmacs), measured=False)

    @property
    def basis(self) -> str:
        """On what the figures rest, in one line."""
        if self._fit is None:
            return f"no estimate: no built-in model measured here yet ({self._under})"
        if self._fit.points == 1:
            return f"~ rough estimate from 1 model measured here: {self._under}"
        return f"~ estimate from {self._fit.points} models measured here: {self._under}"


def _alike(run: Run, present: Run) -> bool:
    """Whether a run was made as a run of another model would be made now."""
    return (
        (run.provider, run.threads, run.batch) == (present.provider, present.threads, present.batch)
        and run.instances == 1
        and run.rate_fps is None
    )


def _key(path: str, title: str, label: str) -> str:
    """A file by its path; what edgetop built by its name, since its path changes with versions."""
    return f"built in: {title}" if label == catalogue.RANDOM_WEIGHTS else path


def measured_now(samples: Sequence[Sample]) -> list[MeasuredRun]:
    """The runs of a session that goes on, from the last sample of each, the newest first."""
    return [MeasuredRun(sample.run, sample.total.latency.p50_ms) for sample in reversed(samples)]


def recent(runs: Iterable[MeasuredRun], present: Run | None) -> list[ModelChoice]:
    """The models that ran last and are still there, the newest first, each once.

    The one that runs at present is not among them.
    """
    found: dict[Path, ModelChoice] = {}
    for run, _ in runs:
        choice = _choice(run)
        if choice is not None and (present is None or present.model != run.model):
            found.setdefault(choice.path, choice)
        if len(found) == _MOST_RECENT:
            break
    return list(found.values())


def _choice(run: Run) -> ModelChoice | None:
    if run.label == catalogue.RANDOM_WEIGHTS:
        architecture = catalogue.find(run.model)
        return None if architecture is None else built_in(architecture)
    if run.label:  # made of another model; that one is offered
        return None
    try:
        path = Path(run.model_path).expanduser()
        return ModelChoice(run.model, path) if path.is_absolute() and path.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None
