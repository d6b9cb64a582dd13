"""What a sweep measures: the setups, the batches, how long and how often."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgetop.engine import variants
from edgetop.engine.spec import MAX_BATCH, RunSpec  # at run time: plans name their types
from edgetop.errors import UsageError
from edgetop.results import Model  # noqa: TC001  as above
from edgetop.session.store.plain import from_text, to_text
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.zoo.resolve import ModelChoice

AS_STORED = "stored"
"""On the command line: the precision that the model's file has."""

_MOST_POINTS = 20_000


@dataclass(frozen=True, slots=True)
class Setup:
    """A model on a provider at a precision: one row of a sweep's table."""

    spec: RunSpec
    """Its runs, but for the batch."""
    model: Model
    file: str = ""
    """Size and time of change of a user's file: points of two files must not be mixed."""

    @property
    def title(self) -> str:
        """The model as stored, for people."""
        return variants.title_as_stored(self.spec.title)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a sweep is to find out."""

    setups: tuple[Setup, ...]
    batches: tuple[int, ...] = ()
    """Ascending; empty = 1, 2, 4, ... until something ends it, then the largest is searched."""
    max_batch: int = 32
    """Where doubling ends at the latest."""
    rounds: int = 3
    """Visits of a point, spread over the sweep: the machine changes within minutes."""
    measure_s: float = 10.0
    """Measured time of a point at the most, all visits together."""
    timeout_s: float = 300.0
    """Longest time of a visit, with loading and warm-up."""
    cooldown_s: float = 60.0
    """Longest pause after a throttled visit."""
    within: float = 0.01
    """Half of the 95 % interval, relative, at which a point has been measured enough."""
    seed: int = 0
    """Of the order within each round."""
    board: str = ""
    """Where it began: another board would mix two things."""

    def __post_init__(self) -> None:
        """Refuse what makes no sense before anything runs."""
        if not self.setups:
            raise UsageError("a sweep needs a model: --models a,b")
        if any(batch < 1 for batch in self.batches) or self.max_batch < 1:
            raise UsageError("a batch has one image or more")
        if any(batch > MAX_BATCH for batch in (*self.batches, self.max_batch)):
            raise UsageError(f"a batch has at most {MAX_BATCH} images")
        if not 1 <= self.rounds <= 100:
            raise UsageError(f"the rounds must be 1 to 100, not {self.rounds}")
        if len(self.ladder) * len(self.setups) > _MOST_POINTS:
            raise UsageError(f"a sweep has at most {_MOST_POINTS} points; name fewer models")

    @property
    def doubles(self) -> bool:
        """The largest batch is to be found out."""
        return not self.batches

    @property
    def ladder(self) -> tuple[int, ...]:
        """The batches to be measured, ascending."""
        if self.batches:
            return tuple(sorted(set(self.batches)))
        steps = [1 << power for power in range(self.max_batch.bit_length())]
        return (*steps, *([self.max_batch] if steps[-1] != self.max_batch else []))

    @property
    def visit_s(self) -> float:
        """Measured time of one visit at the most."""
        return self.measure_s / self.rounds

    def spec(self, setup: int, batch: int) -> RunSpec:
        """The run of a point."""
        return replace(self.setups[setup].spec, batch=batch)

    def to_json(self) -> str:
        """One line of JSON that `from_json` reads back."""
        return to_text(self)

    @staticmethod
    def from_json(text: str) -> Plan:
        """The plan that was stored.

        Raises:
            ValueError: It is none.
        """
        return from_text(Plan, text)


def setups(
    models: Sequence[tuple[ModelChoice, Model]],
    providers: Sequence[str],
    precisions: Sequence[str],
    threads: int,
) -> tuple[Setup, ...]:
    """Every model on every provider at every precision.

    Args:
        models: What to run, and what is known of its graph.
        providers: Short names.
        precisions: ``fp16``, ``int8``; `AS_STORED` is the file as it is.
        threads: In one inference; 0 = one per core.

    Raises:
        UsageError: A file cannot be looked at.
    """
    found = []
    for choice, model in models:
        spec = RunSpec(
            model_path=str(choice.path),
            title=choice.title,
            architecture=choice.architecture.name if choice.architecture else "",
            label=choice.label,
            threads=threads,
        )
        file = "" if choice.architecture else fingerprint(str(choice.path))
        found += [
            Setup(
                variants.in_precision(
                    spec.with_(provider=provider), "" if precision == AS_STORED else precision
                ),
                model,
                file,
            )
            for provider in providers
            for precision in precisions
        ]
    return tuple(found)


def fingerprint(path: str) -> str:
    """Size and time of change of a file.

    Raises:
        UsageError: It is not there.
    """
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError as error:
        raise UsageError(f"cannot read {safe_text(path, 200)}: {error.strerror}") from error
    return f"{status.st_size} {status.st_mtime_ns}"


def check_unchanged(plan: Plan, board: str) -> None:
    """Refuse to go on with a sweep on another board, or with other files of the same name.

    Raises:
        UsageError: Something is not as it was.
    """
    if plan.board != board:
        raise UsageError(f"this sweep began on {plan.board}; on {board} begin a new one")
    for setup in plan.setups:
        path = setup.spec.source_path or setup.spec.model_path
        if setup.file and fingerprint(path) != setup.file:
            name = safe_text(setup.title)
            raise UsageError(f"{name} has changed since this sweep began; begin a new one")
