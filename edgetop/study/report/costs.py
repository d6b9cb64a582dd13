"""Whether a model's size and operations foretell its memory and its time, board by board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgetop.stats.lines import least_squares
from edgetop.study.report import draw
from edgetop.study.report.figure import UNKNOWN, Figure, Table, axis, joined, number, positive
from edgetop.study.report.points import at_batch, condition_words, usual_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.results import Conditions, Point, Results
    from edgetop.stats.lines import Line
    from edgetop.study.report.look import Look
    from edgetop.study.report.points import Value

_BYTES = {"fp16": 2, "bf16": 2, "int8": 1, "uint8": 1}
_MIB = 2**20
_CORNERS = 60
"""Of a fitted line, which is a curve on logarithmic axes."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What is drawn against what, and how a fit of it is told."""

    id: str
    title: str
    says: str
    missing: str
    x: Value
    x_title: str
    y: Value
    y_title: str
    equation: Callable[[float, float], str]
    """The fit in words, of its slope and intercept."""
    log: bool


def weights_mib(point: Point) -> float | None:
    """The parameters of a point as stored, MiB: 4 bytes each unless its precision is lower."""
    if point.model.params_m is None:
        return None
    size = _BYTES.get(point.conditions.precision.lower(), 4)
    return point.model.params_m * 1e6 * size / _MIB


MEMORY = Relation(
    id="memory-parameters",
    title="Memory against parameters",
    says="If parameters decide, memory grows by one MiB for each MiB of them above a floor that "
    "the runtime takes whatever the model.",
    missing="it needs models whose parameters are known and whose memory was measured",
    x=weights_mib,
    x_title="parameters, MiB as stored",
    y=lambda point: point.memory_mib,
    y_title="memory, MiB",
    equation=lambda slope, floor: f"memory = {number(slope)} × parameters {_signed(floor)} MiB",
    log=False,
)
TIME = Relation(
    id="time-operations",
    title="Time against operations",
    says="If multiply-adds decide, the models of a board lie on its line; those far above it "
    "are held up by something else: memory traffic, many small layers.",
    missing="it needs models whose operations are known and whose time was measured",
    x=lambda point: point.model.gmacs,
    x_title="operations of an image, GMACs",
    y=lambda point: point.ms_per_image,
    y_title="time per image, ms",
    equation=lambda slope, base: f"time = {number(slope)} ms × GMACs {_signed(base)} ms",
    log=True,
)


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else '+'} {number(abs(value))}"


def figure(relation: Relation, results: Sequence[Results], looks: Sequence[Look]) -> Figure:
    """One mark for each model of each board, and each board's line through them.

    Args:
        relation: What is drawn.
        results: Of all boards.
        looks: Theirs.
    """
    boards = [
        (look, item, batch, points)
        for item, look in zip(results, looks, strict=True)
        if (batch := usual_batch(item, relation.y)) is not None
        and (points := _usable(relation, at_batch(item, batch)))
    ]
    if not boards:
        return Figure(relation.id, relation.title, missing=relation.missing)
    traces, findings, rows = [], [], []
    for look, _, batch, points in boards:
        fitted, told = _fit(relation, look, points)
        traces += [draw.trace(_marks(relation, points), look, _hover(relation)), *fitted]
        findings.append(f"{look.name}, batch {batch}: {told}")
        rows += [
            (
                look.name,
                p.model.name,
                p.conditions.words() or UNKNOWN,
                str(batch),
                number(relation.x(p)),
                number(relation.y(p)),
            )
            for p in points
        ]
    every = [p for *_, points in boards for p in points]
    return Figure(
        relation.id,
        relation.title,
        says=_says(relation, every, sorted({batch for _, _, batch, _ in boards})),
        traces=tuple(reversed(traces)),  # the first board lies on top
        legend=tuple(draw.key(board[0]) for board in boards),
        layout={
            "xaxis": _axis(relation.x_title, [_at(relation.x, p) for p in every], relation),
            "yaxis": _axis(relation.y_title, [_at(relation.y, p) for p in every], relation),
        },
        height_px=520,
        findings=tuple(findings),
        table=Table(
            ("board", "model", "conditions", "batch", relation.x_title, relation.y_title),
            tuple(rows),
            (False, False, False, True, True, True),
        ),
    )


def _fit(
    relation: Relation, look: Look, points: Sequence[Point]
) -> tuple[list[dict[str, Any]], str]:
    """A board's line and what it says; of the conditions under which most of its models ran."""
    groups: dict[Conditions, list[Point]] = {}
    for point in points:
        groups.setdefault(point.conditions, []).append(point)
    # Of several as large ones, those with the smaller values: the accelerator, not the CPU.
    group = max(groups.values(), key=lambda g: (len(g), -sum(_at(relation.y, p) for p in g)))
    x, y = [_at(relation.x, p) for p in group], [_at(relation.y, p) for p in group]
    line = least_squares(x, y)
    if line is None:
        return [], "too few different models for a fit."
    equation = relation.equation(line.slope, line.intercept)
    trace = draw.fitted(
        look, *_corners(x, y, line, log=relation.log), name=f"{look.name}: {equation}"
    )
    words = group[0].conditions.words() or "conditions not told"
    under = f" ({words})" if len(groups) > 1 else ""
    return [trace], f"{equation}, R² {number(line.r2)}, {line.points} models{under}."


def _usable(relation: Relation, points: Sequence[Point]) -> list[Point]:
    return [p for p in points if positive(relation.x(p)) and positive(relation.y(p))]


def _at(value: Value, point: Point) -> float:
    return positive(value(point)) or 0.0


def _marks(relation: Relation, points: Sequence[Point]) -> draw.Marks:
    marks = draw.Marks()
    for point in points:
        x, y = _at(relation.x, point), _at(relation.y, point)
        marks.add(x, y, about=draw.about(point), label=point.model.name)
    return marks


def _hover(relation: Relation) -> str:
    return f"{relation.x_title}: %{{x:.4~g}}<br>{relation.y_title}: %{{y:.4~g}}"


def _axis(title: str, values: Sequence[float], relation: Relation) -> dict[str, object]:
    return draw.log_axis(title, values) if relation.log else axis(title, rangemode="tozero")


def _says(relation: Relation, points: Sequence[Point], batches: Sequence[int]) -> str:
    words = [relation.says, f"Batch {joined([str(batch) for batch in batches])}."]
    scopes = [scope for scope in dict.fromkeys(p.memory_scope for p in points) if scope]
    if relation is MEMORY and scopes:
        words.append(f"Counted: {joined(scopes)}.")
    conditions = condition_words(points)
    if conditions:
        words.append(f"Conditions: {conditions}.")
    return " ".join(words)


def _corners(
    x: Sequence[float], y: Sequence[float], line: Line, *, log: bool
) -> tuple[list[float], list[float]]:
    """The line from the first to the last mark, as far as the chart can show it."""
    if not log:
        ends = [0.0, max(x)] if line.intercept >= 0 else [min(x), max(x)]
        return ends, [line.at(end) for end in ends]
    first, last = min(x), max(x)
    steps = [first * (last / first) ** (step / _CORNERS) for step in range(_CORNERS + 1)]
    shown = [step for step in steps if line.at(step) > min(y) / 2]
    return shown, [line.at(step) for step in shown]
