"""All sections of a report, from results to figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.study.report import accuracy, accuracy_bound, by_batch, costs, devices, look, tables
from edgetop.study.report.figure import Figure, Section
from edgetop.study.report.points import merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Results


def sections(
    results: Sequence[Results], highlighted: str = "", facts: tables.Facts | None = None
) -> list[Section]:
    """Everything a report shows, in its order.

    Args:
        results: At least one board's or session's.
        highlighted: ID of the one to highlight; empty for those that edgetop measured.
        facts: What a session wrote down of its system, by its ID: headings and texts.
    """
    looks = look.looks(results, highlighted)
    pairs = sorted(zip(results, looks, strict=True), key=lambda pair: not pair[1].highlighted)
    results, looks = [merged(item) for item, _ in pairs], [drawn for _, drawn in pairs]
    symbols = look.model_symbols(results)

    def over_batch(quantity: by_batch.Quantity) -> Figure:
        return by_batch.figure(quantity, results, looks, symbols)

    return [
        Section(
            "speed",
            "Speed",
            (
                over_batch(by_batch.TIME),
                devices.by_device(results, looks),
                devices.largest_batch(results, looks),
                costs.figure(costs.TIME, results, looks),
            ),
        ),
        Section(
            "accuracy",
            "Accuracy and what it costs",
            (
                accuracy.ball_chart(results, looks),
                accuracy_bound.against_throughput(results, looks),
                accuracy.density(results, looks),
                tables.constraint_grid(results, looks),
            ),
        ),
        Section(
            "memory",
            "Memory",
            (over_batch(by_batch.MEMORY), costs.figure(costs.MEMORY, results, looks)),
        ),
        Section(
            "power",
            "Power and energy",
            (over_batch(by_batch.POWER), over_batch(by_batch.ENERGY)),
        ),
        Section("findings", "The reports' findings", (tables.tested_claims(results, looks),)),
        Section("origin", "Conditions", (tables.conditions(results, looks, facts or {}),)),
    ]
