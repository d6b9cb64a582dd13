"""Stored sweeps from anywhere: figures that cannot be are refused before a study sees them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from edgetop.engine.spec import RunSpec
from edgetop.results import Model
from edgetop.sample import LatencyStats
from edgetop.session.store.plain import to_text
from edgetop.session.store.sweeps import StoredSweep, Visit
from edgetop.study.plan import Plan, Setup
from edgetop.study.stored import course_of

NAN, INFINITE = float("nan"), float("inf")
VISIT = Visit(0, 1, medians_ms=(1.0, 1.1), latency=LatencyStats(), temperature_c=-3.0)


def stored(visit: Visit = VISIT, **model: Any) -> StoredSweep:
    """A sweep of one model with one visit."""
    setup = Setup(RunSpec("/a.onnx", "a"), replace(Model("a", gmacs=1.0), **model))
    return StoredSweep("id", 0.0, to_text(Plan((setup,), (1,))), (visit,))


def test_a_sweep_is_read_back_with_its_visits() -> None:
    assert course_of(stored()).history == [VISIT]


@pytest.mark.parametrize(
    "model",
    [{"gmacs": NAN}, {"gmacs": 1e308}, {"params_m": -1.0}, {"top1_pct": INFINITE},
     {"input_px": 10**400}],
)  # fmt: skip
def test_a_model_that_cannot_be_is_refused(model: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a figure of a model"):
        course_of(stored(**model))


@pytest.mark.parametrize(
    "visit",
    [{"medians_ms": (NAN,)}, {"medians_ms": (5e-324,)}, {"medians_ms": (-1.0,)},
     {"fps": INFINITE}, {"memory_mib": NAN}, {"inferences": 10**4000},
     {"latency": LatencyStats(p50_ms=NAN)}, {"batch": 0}, {"batch": 10**9}, {"setup": -1},
     {"setup": 1}],
)  # fmt: skip
def test_a_visit_that_cannot_be_is_refused(visit: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="visit"):
        course_of(stored(replace(VISIT, **visit)))


@pytest.mark.parametrize("change", [("[1]", "[-1]"), ('"measure_s":10.0', '"measure_s":NaN')])
def test_a_plan_that_cannot_be_is_damage_and_no_wrong_usage(change: tuple[str, str]) -> None:
    sweep = stored()
    assert change[0] in sweep.plan
    with pytest.raises(ValueError, match=r"batch|plan"):
        course_of(sweep._replace(plan=sweep.plan.replace(*change)))
