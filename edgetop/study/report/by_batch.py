"""Figures over the batch: time, memory, power and energy of an image, and the largest batch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.study.plausible import flag
from edgetop.study.report import draw
from edgetop.study.report.figure import UNKNOWN, Figure, Table, axis, joined, number, positive
from edgetop.study.report.points import condition_words, key_of, series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgetop.results import Point, Results
    from edgetop.study.report.look import Look
    from edgetop.study.report.points import Series, Value


_NAME_PX = 84
"""What the names at the ends of lines get to the right of a chart."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that is measured at every batch."""

    id: str
    title: str
    name: str
    unit: str
    value: Value
    low: Value = lambda _: None
    high: Value = lambda _: None
    says: str = ""
    missing: str = ""
    log: bool = True


TIME = Quantity(
    id="time-by-batch",
    title="Time per image by batch",
    name="time per image",
    unit="ms",
    value=lambda point: point.ms_per_image,
    low=lambda point: point.ms_low,
    high=lambda point: point.ms_high,
    says="The time of a batch divided by its images: a larger batch pays off as far as its line "
    "falls.",
    missing="no point has a time: nothing ran, or nothing was measured for long enough",
)
MEMORY = Quantity(
    id="memory-by-batch",
    title="Memory by batch",
    name="memory",
    unit="MiB",
    value=lambda point: point.memory_mib,
    says="What the model's process holds at each batch.",
    missing="none of the sources tells the memory by batch",
)
POWER = Quantity(
    id="power-by-batch",
    title="Power by batch",
    name="power",
    unit="W",
    value=lambda point: point.power_w,
    says="Mean power while the model ran, of what the sensor covers.",
    missing="no board here has a power sensor that could be read, and no source prints watts by "
    "batch",
    log=False,
)
ENERGY = Quantity(
    id="energy-by-batch",
    title="Energy per image by batch",
    name="energy per image",
    unit="J",
    value=lambda point: point.j_per_image,
    says="Energy over the time that the sensor covered, divided by the images finished in it.",
    missing="energy needs a power sensor, and none covered a run",
)


def figure(
    quantity: Quantity,
    results: Sequence[Results],
    looks: Sequence[Look],
    symbols: Mapping[str, str],
) -> Figure:
    """A quantity by batch, one line for each model and conditions of each board.

    Args:
        quantity: What is drawn.
        results: Of all boards.
        looks: Theirs.
        symbols: Of the models, by `key_of`.
    """
    boards = [
        (look, marks)
        for item, look in zip(results, looks, strict=True)
        if (marks := _marks(quantity, item, symbols)).known()
    ]
    if not boards:
        return Figure(quantity.id, quantity.title, missing=quantity.missing)
    values = [value for _, marks in boards for value in marks.y]
    name = f"{quantity.name}, {quantity.unit}"
    batches = [int(x) for _, marks in boards for x in marks.x if x is not None]
    hover = f"batch %{{x}}: %{{y:.4~g}} {quantity.unit}"
    return Figure(
        quantity.id,
        quantity.title,
        says=_says(quantity, results),
        # The first board lies on top, and the names on all lines.
        traces=(
            *(draw.trace(marks, look, hover, lines=True) for look, marks in boards[::-1]),
            *(draw.line_labels(marks, look) for look, marks in boards[::-1] if any(marks.label)),
        ),
        layout={
            "margin": {"r": _NAME_PX if any(any(marks.label) for _, marks in boards) else 14},
            "xaxis": draw.batch_axis(batches),
            "yaxis": draw.log_axis(name, values)
            if quantity.log
            else axis(name, rangemode="tozero"),
        },
        height_px=520,
        legend=tuple(draw.key(look, lines=True) for look, _ in boards),
        findings=_absences(quantity, results, looks),
        table=_table(quantity, results, looks),
    )


def _marks(quantity: Quantity, results: Results, symbols: Mapping[str, str]) -> draw.Marks:
    marks = draw.Marks()
    lines = series(results)
    mixed = len({line.conditions for line in lines}) > 1
    # A single mark at the edge would only cover the lines.
    labelled = [line for line in lines if len({point.batch for point in line.points}) > 1]
    for line in lines:
        known = [point for point in line.points if positive(quantity.value(point)) is not None]
        for point in known:
            marks.add(
                point.batch,
                quantity.value(point) or 0.0,
                about=draw.about(point, conditions=mixed),
                label=line.name if point is known[-1] and line in labelled else "",
                symbol=symbols[key_of(point.model)],
                low=quantity.low(point),
                high=quantity.high(point),
            )
        marks.gap()
    return marks


def _says(quantity: Quantity, results: Sequence[Results]) -> str:
    points = [p for item in results for p in item.points if quantity.value(p) is not None]
    words = [quantity.says]
    scopes = {
        MEMORY.id: [point.memory_scope for point in points],
        POWER.id: [point.power_scope for point in points],
        ENERGY.id: [point.power_scope for point in points],
    }
    named = [scope for scope in dict.fromkeys(scopes.get(quantity.id, [])) if scope]
    if named:
        words.append(f"Counted: {joined(named)}.")
    conditions = condition_words(points)
    if conditions:
        words.append(f"Conditions: {conditions}.")
    return " ".join(words)


def _absences(
    quantity: Quantity, results: Sequence[Results], looks: Sequence[Look]
) -> tuple[str, ...]:
    """Boards without the quantity, and why points have no time."""
    found = []
    without = [
        look.name
        for item, look in zip(results, looks, strict=True)
        if not any(positive(quantity.value(point)) is not None for point in item.points)
    ]
    if without:
        found.append(f"No {quantity.name} is known of {joined(without)}.")
    if quantity is TIME:
        for item, look in zip(results, looks, strict=True):
            reasons = Counter(reason_of(point) for point in item.points if point.error)
            if reasons:
                told = joined([f"{reason} ({count})" for reason, count in reasons.most_common()])
                found.append(f"{look.name}: points without a time, and why: {told}.")
            found += _beyond_belief(item, look)
    return tuple(found)


def _beyond_belief(item: Results, look: Look) -> list[str]:
    """Times that the board's peak speaks against, by what is said of them."""
    doubts = [(point, doubt) for point in item.points if (doubt := flag(point, item))]
    found = []
    for word in dict.fromkeys(doubt.split(":")[0] for _, doubt in doubts):
        names = [
            f"{point.model.name} at batch {point.batch} ({doubt.partition(': ')[2]})"
            for point, doubt in doubts
            if doubt.split(":")[0] == word
        ]
        found.append(f"{look.name}: {word}: {joined(names, 3)}.")
    return found


def reason_of(point: Point) -> str:
    """Why a point has no time, without the details."""
    return point.error.split(":")[0].strip()


def _table(quantity: Quantity, results: Sequence[Results], looks: Sequence[Look]) -> Table:
    """Models by batches, with the conditions where a board has several."""
    batches = sorted({point.batch for item in results for point in item.points})
    lines = [
        (look, line)
        for item, look in zip(results, looks, strict=True)
        for line in series(item)
        if quantity is TIME or any(positive(quantity.value(point)) for point in line.points)
    ]
    told = any(len({p.conditions for p in item.points}) > 1 for item in results)
    rows = [
        (
            look.name,
            line.name,
            *([line.conditions.words() or UNKNOWN] if told else []),
            *_cells(quantity, line, batches),
        )
        for look, line in lines
    ]
    words = ("board", "model", "conditions") if told else ("board", "model")
    return Table(
        (*words, *(f"{quantity.unit}, batch {batch}" for batch in batches)),
        tuple(rows),
        (*(False for _ in words), *(True for _ in batches)),
    )


def _cells(quantity: Quantity, line: Series, batches: Sequence[int]) -> list[str]:
    by_batch = {point.batch: point for point in line.points}
    cells = []
    for batch in batches:
        point = by_batch.get(batch)
        value = None if point is None else positive(quantity.value(point))
        reason = reason_of(point) if point is not None and quantity is TIME else ""
        cells.append(reason if value is None and reason else number(value))
    return cells
