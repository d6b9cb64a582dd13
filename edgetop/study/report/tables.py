"""Figures that are tables: what meets the limits of a job, and under what all was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from edgetop.errors import UsageError
from edgetop.study import best, claims
from edgetop.study.neighbours import with_memory
from edgetop.study.plausible import peak_words
from edgetop.study.report.figure import UNKNOWN, Figure, Table, joined, number
from edgetop.study.report.points import condition_words, usual_batch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgetop.results import Results
    from edgetop.study.report.look import Look

Facts: TypeAlias = "Mapping[str, Sequence[tuple[str, str]]]"

_TOP = 5
_MOST_TESTED = 8


def constraint_grid(results: Sequence[Results], looks: Sequence[Look]) -> Figure:
    """The most accurate models under limits of memory and speed, board by board.

    Args:
        results: Of all boards.
        looks: Theirs.
    """
    title = "Best models under limits of memory and speed"
    rows: list[tuple[str, ...]] = []
    told: dict[str, list[str]] = {}
    for item, look in zip(results, looks, strict=True):
        found, notes = _grid(item, look)
        rows += found
        for note in notes:
            told.setdefault(note, []).append(look.name)
    findings = [f"{joined(names, 8)}: {note}." for note, names in told.items()]
    if not rows:
        return Figure(
            "constraint-grid",
            title,
            missing="it needs models whose accuracy, memory and time are known and meet the "
            f"limits. {' '.join(findings)}",
        )
    return Figure(
        "constraint-grid",
        title,
        says=f"The {_TOP} most accurate models (top-1 %) that take at most so much memory (GB of "
        "1024 MiB) and run at least so many images per second; equal ones in the order of their "
        "source.",
        findings=tuple(findings),
        table=Table(
            ("board", "GB", "FPS", "batch", *(f"{place}." for place in range(1, _TOP + 1))),
            tuple(rows),
            (False, True, True, True, *[False] * _TOP),
        ),
        table_open=True,
    )


def _grid(item: Results, look: Look) -> tuple[list[tuple[str, ...]], list[str]]:
    """The rows of one board, and what must be known of it."""
    batch = usual_batch(item, lambda point: point.ms_per_image) or 1
    lent = with_memory(item)
    if all(point.memory_mib is None for point in lent.points):
        return [], ["memory is not known, so no model can be held against a limit of it"]
    try:
        cells, notes = best.grid(lent, batch=batch, top=_TOP)
    except UsageError as error:
        return [], [error.message]
    if lent is not item:
        scopes = dict.fromkeys(point.memory_scope for point in lent.points if point.memory_scope)
        notes = (*notes, f"held against {joined(list(scopes))}")
    if not any(cell.points for cell in cells):
        return [], [*notes, f"no model at batch {batch} meets any of the limits"]
    rows = []
    for cell in cells:
        ranked = [f"{point.model.name} {number(point.model.top1_pct, 4)}" for point in cell.points]
        limits = (f"{cell.max_memory_gb:g}", f"{cell.min_fps:g}", str(batch))
        places = (*ranked, *[UNKNOWN] * (_TOP - len(ranked)))
        rows.append((look.name, *limits, *places))
    return rows, list(notes)


def tested_claims(results: Sequence[Results], looks: Sequence[Look]) -> Figure:
    """The findings of the classic reports, put to the highlighted boards, or to the first ones.

    Args:
        results: Of all boards.
        looks: Theirs.
    """
    own = [item for item, look in zip(results, looks, strict=True) if look.highlighted]
    chosen = own or results[:_MOST_TESTED]
    names = {item.id: look.name for item, look in zip(results, looks, strict=True)}
    found = [outcome for item in chosen for outcome in claims.outcomes(item, results)]
    untested: dict[str, list[str]] = {}
    for outcome in found:
        if outcome.verdict is claims.Verdict.UNTESTED:
            reason = f"{names[outcome.board]}, {outcome.why}"
            untested.setdefault(reason, []).append(outcome.claim.id)
    rows = [
        (
            names[outcome.board],
            outcome.claim.id,
            outcome.verdict.value,
            outcome.claim.statement,
            outcome.why,
            outcome.claim.source,
        )
        for outcome in found
        if outcome.verdict is not claims.Verdict.UNTESTED
    ]
    findings = tuple(f"Cannot be tested: {', '.join(ids)}: {why}." for why, ids in untested.items())
    title = "What the reports found, and whether it holds here"
    if not rows:
        return Figure(
            "claims", title, missing=f"none of the claims can be tested. {' '.join(findings)}"
        )
    return Figure(
        "claims",
        title,
        says=f"{len(claims.CLAIMS)} findings of five edge reports as tests on the figures of "
        f"{joined([names[item.id] for item in chosen])}"
        f"{'' if own or len(results) <= _MOST_TESTED else f' (the first {_MOST_TESTED} boards)'}.",
        findings=findings,
        table=Table(
            ("board", "claim", "verdict", "statement", "figures", "source"),
            tuple(rows),
            (False,) * 6,
        ),
        table_open=True,
    )


def conditions(results: Sequence[Results], looks: Sequence[Look], facts: Facts) -> Figure:
    """On what, by whom and how everything was measured.

    Args:
        results: Of all boards.
        looks: Theirs.
        facts: What a session wrote down of its system, by its ID: headings and texts.
    """
    rows: list[tuple[str, str, str]] = []
    numbers: dict[str, int] = {}
    for item, look in zip(results, looks, strict=True):
        told = _conditions(item, facts.get(item.id, ()))
        # Boards of one source share notes: they are printed once.
        shared = [str(numbers[note]) for note in _notes(item) if note in numbers]
        for note in _notes(item):
            if note not in numbers:
                numbers[note] = len(numbers) + 1
                told.append((f"note {numbers[note]}", note))
        if shared:
            told.append(("more notes", f"{joined(shared, 99)} above hold here, too"))
        rows += [
            ("" if place else look.name, heading, text)
            for place, (heading, text) in enumerate(told)
        ]
    return Figure(
        "conditions",
        "Conditions and sources",
        says="What the figures of each board hold for. Figures that were measured differently "
        "may only be compared as far as this allows.",
        table=Table(("board", "", "what holds"), tuple(rows), (False, False, False)),
        table_open=True,
    )


def _conditions(item: Results, facts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    points = item.points
    ran = sum(point.ms_per_image is not None for point in points)
    memory = [scope for scope in dict.fromkeys(point.memory_scope for point in points) if scope]
    power = [scope for scope in dict.fromkeys(point.power_scope for point in points) if scope]
    return [
        ("id", item.id),
        ("source", item.source),
        *facts,
        ("points", f"{ran} with a time, {len(points) - ran} without"),
        ("how", item.conditions or UNKNOWN),
        ("runtime, provider, precision, power mode", condition_words(points, 6) or UNKNOWN),
        ("memory counts", joined(memory) or "memory was not measured"),
        ("power counts", joined(power) or "power was not measured"),
        ("peak", peak_words(item) or UNKNOWN),
    ]


def _notes(item: Results) -> list[str]:
    """What a reader must know of all points, then of single ones with their models."""
    models: dict[str, list[str]] = {}
    for point in item.points:
        if point.note:
            models.setdefault(point.note, []).append(point.model.name)
    single = [
        f"{joined(list(dict.fromkeys(names)), 6)}: {note}"
        for note, names in models.items()
        if note not in item.notes
    ]
    return list(dict.fromkeys([*item.notes, *single]))
