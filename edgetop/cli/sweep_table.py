"""The points of a sweep as a table of milliseconds per image, and as JSON rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.cli.table import aligned
from edgetop.study.plausible import flag
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgetop.results import Point, Results
    from edgetop.study.course import Course

_NOT_MEASURED, _DID_NOT_RUN = "-", "x"
_TITLE = 40
_WHOLE_PERCENT = 10
_MOST_PERCENT = 100
"""Half of an interval by the value: above that the time is not known."""
_WHOLE_MS = 1000
"""From where four digits need no fraction."""


def lines(results: Results) -> list[str]:
    """Models by batches, ms per image with half of the 95 % interval in percent; then the reasons.

    Points under different conditions have a table each.
    """
    points = results.points
    found: list[str] = []
    for words, group in _by_conditions(points).items():
        batches = sorted({point.batch for point in group})
        rows = [["ms per image", *(f"batch {batch}" for batch in batches)]]
        cells = {(point.model.name, point.batch): _cell(point) for point in group}
        for name in dict.fromkeys(point.model.name for point in group):
            figures = [cells.get((name, batch), _NOT_MEASURED) for batch in batches]
            rows.append([safe_text(name, _TITLE), *figures])
        found += ["", words] if words else [""]
        found += aligned(rows, (False, *(True for _ in batches)))
    remarks = [*_reasons(points), *_doubts(results)]
    return [*found, *([""] if remarks else []), *remarks]


def _reasons(points: Iterable[Point]) -> list[str]:
    """Why each x is one; what was not tried for that stands in the table only."""
    return [
        f"x {safe_text(point.model.name, _TITLE)}, batch {point.batch}: {point.error}"
        for point in points
        if point.error and not point.error.startswith("not tried")
    ]


def _doubts(results: Results) -> list[str]:
    """What a reader must know of figures: each once, with the points that it concerns."""
    doubts: dict[str, list[str]] = {}
    for point in results.points:
        for doubt in (point.note, flag(point, results)):
            if doubt and not point.error:
                where = f"{safe_text(point.model.name, _TITLE)} at batch {point.batch}"
                doubts.setdefault(doubt, []).append(where)
    return [f"! {doubt}: {', '.join(where)}" for doubt, where in doubts.items()]


def _by_conditions(points: Iterable[Point]) -> dict[str, list[Point]]:
    """The points under each conditions, in words.

    One that did not run stands beside those of its setup.
    """
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        key = (point.conditions.provider, point.conditions.precision)
        groups.setdefault(key, []).append(point)
    found: dict[str, list[Point]] = {}
    for group in groups.values():
        told = [point.conditions.words() for point in group if point.conditions.runtime]
        for point in group:
            words = point.conditions.words()
            found.setdefault(words if point.ms_per_image else [*told, words][0], []).append(point)
    return found


def _cell(point: Point) -> str:
    if point.ms_per_image is None:
        return _DID_NOT_RUN
    ms = point.ms_per_image
    value = f"{ms:.4g}" if ms < _WHOLE_MS else f"{ms:.0f}"
    if point.ms_low is None or point.ms_high is None:
        return value
    percent = 50 * (point.ms_high - point.ms_low) / point.ms_per_image
    if percent > _MOST_PERCENT:
        return f"{value} ±>{_MOST_PERCENT}%"
    return f"{value} ±{f'{percent:.2g}' if percent < _WHOLE_PERCENT else f'{percent:.0f}'}%"


def largest_lines(course: Course) -> list[str]:
    """The largest batch of each setup that was looked for."""
    if not course.plan.doubles:
        return []
    rows = []
    setups = course.plan.setups
    several = len({setup.spec.provider for setup in setups}) > 1
    for number, setup in enumerate(setups):
        largest = course.largest(number)
        if largest is None:
            continue
        title = safe_text(setup.spec.title, _TITLE)
        final = course.largest_is_final(number)
        rows.append(
            [
                f"{title}, {setup.spec.provider}" if several else title,
                f"{'' if final else 'at least '}{largest}",
            ]
        )
    return ["", *aligned([["largest batch", ""], *rows], (False, True))] if rows else []


def row(point: Point, results: Results) -> dict[str, object]:
    """One point by the contract's names."""
    from edgetop.export import records

    model, conditions = point.model, point.conditions
    return {
        "model": model.name,
        "canonical_name": model.canonical_name or None,
        "batch": point.batch,
        "provider": conditions.provider or None,
        "threads": conditions.threads,
        "precision": conditions.precision or None,
        "runtime": conditions.runtime or None,
        "ms_per_image": point.ms_per_image,
        "ms_per_image_low": point.ms_low,
        "ms_per_image_high": point.ms_high,
        "fps": point.fps,
        "inferences": point.inferences,
        "latency_ms": None if point.latency is None else records.latency(point.latency),
        "memory": {
            "worker_mib": point.memory_mib,
            "baseline_mib": point.baseline_mib,
            "gpu_used_mib": point.gpu_used_mib,
            "scope": point.memory_scope or None,
        },
        "power": {"watts": point.power_w, "scope": point.power_scope or None},
        "energy_j_per_image": point.j_per_image,
        "temperature_c": point.temperature_c,
        "state": point.state or None,
        "gmacs": model.gmacs,
        "params_m": model.params_m,
        "error": point.error or None,
        "note": point.note or None,
        "flag": flag(point, results) or None,
    }
