"""The self test: edgetop's lines and its screen against the bare loop, on this machine."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from edgetop.selftest import figures, machine, slices
from edgetop.selftest.contestants import BareLoop, Edgetop, end_all
from edgetop.selftest.patience import StoppedError
from edgetop.stats.ratio import median

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgetop.engine.spec import RunSpec
    from edgetop.selftest.contestants import Contestant
    from edgetop.selftest.figures import Figures
    from edgetop.selftest.home import Home
    from edgetop.selftest.patience import Patience

CONTROL = "A/A control"
HEADLESS = "headless"


@dataclass(frozen=True, slots=True)
class Plan:
    """How it is measured."""

    size: tuple[int, int]
    """Columns and rows of the terminal."""
    interval_s: float
    """Between samples and frames."""
    pairs: int
    """That are wanted of each variant."""
    limit_s: float
    """When to end without them."""
    max_load_percent: float = slices.MAX_LOAD_PERCENT
    """What others may use of the machine in a slice that counts."""
    options: tuple[str, ...] = ()
    """More options of `edgetop run`."""


@dataclass(slots=True)
class Result:
    """What was measured."""

    plan: Plan
    facts: dict[str, Any] = field(default_factory=dict)
    """``batch``, ``provider``, ``threads`` and ``runtime`` as they really were."""
    timing: slices.Timing | None = None
    control: Figures | None = None
    variants: list[Figures] = field(default_factory=list)
    rss_mib: dict[str, float] = field(default_factory=dict)
    """Memory of edgetop's own process, by variant."""
    other_load_percent: float | None = None
    """Median over all slices."""
    interrupted: bool = False

    @property
    def pairs(self) -> int:
        """Of all variants, the control's included."""
        return sum(one.pairs for one in (self.control, *self.variants) if one)

    @property
    def bare_fps(self) -> float | None:
        """Images per second of the bare loop."""
        per_s = median(
            [one.bare_per_s for one in (self.control, *self.variants) if one and one.bare_per_s]
        )
        return None if per_s is None else per_s * self.facts["batch"]


def measure(
    spec: RunSpec,
    plan: Plan,
    home: Home,
    patience: Patience,
    progress: Callable[[int, int, str], object],
) -> Result:
    """Run all variants beside the bare loop; what was measured until it was stopped counts.

    Args:
        spec: What to run.
        plan: How.
        home: Where the programs live.
        patience: Tells when somebody wants it to end.
        progress: Told how many pairs there are, of how many, and in words what was dropped.

    Raises:
        EdgetopError: The model cannot be run, or a program died.
    """
    result = Result(plan)
    started: list[Contestant] = []
    comparisons: list[slices.Comparison] = []
    try:
        bare = _start(spec, plan, home, patience, started, comparisons)
        result.facts = bare.facts
        result.timing = slices.timing(inference_s(bare), plan.interval_s)
        slices.compare(
            comparisons, result.timing, random.Random(),  # noqa: S311  an order, no secret
            pairs=plan.pairs, limit_s=plan.limit_s, patience=patience, progress=progress,
        )  # fmt: skip
    except StoppedError:
        result.interrupted = True
    finally:
        for program in started:
            rss_mib = machine.rss_mib(program.own_pids[0]) if program.own_pids else None
            if rss_mib is not None:
                result.rss_mib[program.name] = rss_mib
        end_all(started)
    if comparisons:
        result.control, *result.variants = map(figures.of, comparisons)
    result.other_load_percent = median(
        [load for comparison in comparisons for load in comparison.other_percents]
    )
    return result


def _start(
    spec: RunSpec,
    plan: Plan,
    home: Home,
    patience: Patience,
    started: list[Contestant],
    comparisons: list[slices.Comparison],
) -> BareLoop:
    """Start all programs, one after the other; each stands still before the next begins.

    edgetop comes first: it says best what is wrong with a model.
    """

    def halted(program: Any) -> Any:
        started.append(program)
        program.stop()
        return program

    def edgetop(name: str, size: tuple[int, int] | None) -> Any:
        return halted(
            Edgetop(
                name, spec, home, patience,
                interval_s=plan.interval_s, size=size, more=plan.options,
            )
        )  # fmt: skip

    headless = edgetop(HEADLESS, None)
    screen = edgetop("screen {}x{}".format(*plan.size), plan.size)
    bare: BareLoop = halted(BareLoop("bare loop", spec, home, patience))
    control = halted(BareLoop(CONTROL, spec, home, patience))
    comparisons += [
        slices.Comparison(one, bare, plan.max_load_percent) for one in (control, headless, screen)
    ]
    return bare


def inference_s(bare: BareLoop) -> float:
    """How long one inference takes, from the first ones."""
    return float(np.median(np.diff(bare.ends()))) / 1e9
