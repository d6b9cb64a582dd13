"""A sweep as it was stored, checked: session files are mailed, and anybody can have written one."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from edgetop.engine.spec import MAX_BATCH
from edgetop.errors import UsageError
from edgetop.study.course import Course
from edgetop.study.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgetop.session.store.sweeps import StoredSweep, Visit

_MOST = 1e15
"""No figure of a sweep is larger, whatever its unit; sums and products of such stay finite."""
_LEAST_MS = 1e-7
"""A tenth of a nanosecond: no latency but 0 is shorter."""


def course_of(sweep: StoredSweep) -> Course:
    """The way through a stored sweep, with all visits that are over.

    Raises:
        ValueError: It is no plan, or one of its figures cannot be (infinite, not a number, of a
            setup that the plan does not have).
    """
    try:
        plan = Plan.from_json(sweep.plan)
    except UsageError as error:
        raise ValueError(error.message) from error
    _check("plan", (plan.measure_s, plan.timeout_s, plan.cooldown_s, plan.within))
    for setup in plan.setups:
        model = setup.model
        _check("model", (model.params_m, model.gmacs, model.top1_pct, model.input_px))
    for visit in sweep.visits:
        _check_visit(visit, len(plan.setups))
    return Course(plan, sweep.visits)


def _check(what: str, figures: Iterable[object], least: float = 0.0) -> None:
    """Refuse what is no figure; None is unknown, and True no number."""
    for figure in figures:
        if isinstance(figure, int | float) and not least <= figure <= _MOST:
            raise ValueError(f"a figure of a {what} cannot be")


def _check_visit(visit: Visit, setups: int) -> None:
    if not (0 <= visit.setup < setups and 1 <= visit.batch <= MAX_BATCH):
        raise ValueError("a visit of a point that is not in the plan")
    _check("visit", (getattr(visit, field.name) for field in fields(visit)), -_MOST)
    _check("visit", (value for value in visit.medians_ms if value), _LEAST_MS)
    if visit.latency is not None:
        latency = visit.latency
        _check("visit", (getattr(latency, field.name) for field in fields(latency)))
