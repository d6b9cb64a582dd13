"""Memory of the model, of the machine and of the accelerator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.bars import gauge
from edgetop.paint.numbers import mib
from edgetop.paint.rows import Row, join
from edgetop.sample import Kind, Reason
from edgetop.ui.panels.parts import NUMBER_WIDTH

if TYPE_CHECKING:
    from edgetop.sample import Sample
    from edgetop.ui.view import View


def memory(view: View, width: int, height: int) -> list[Row]:
    """The model's resident memory, what the machine has left, the GPU's."""
    sample = view.sample
    if sample is None:
        return []
    board = sample.board
    text, unit = mib(sample.worker.rss_mib, view.symbols.dash)
    rows = [
        join(
            (text.rjust(NUMBER_WIDTH), "dim" if sample.worker.rss_mib is None else "number"),
            (f" {unit} model (resident)", "dim"),
        ),
        _share(view, board.memory_used_mib.value, board.memory_total_mib.value, "used", width),
    ]
    gpu = board.gpu_memory_used_mib
    if gpu.value is not None:
        rows.append(_share(view, gpu.value, _gpu_total(sample), "gpu", width))
    elif gpu.reason is not Reason.ABSENT:
        rows.append(
            join((view.symbols.dash.rjust(NUMBER_WIDTH), "dim"), (f" gpu: {gpu.words}", "dim"))
        )
    return rows[: max(0, height)]


def _gpu_total(sample: Sample) -> float | None:
    """Memory of the GPU whose use is shown."""
    for item in sample.board.of_kind(Kind.MEMORY):
        sensor = item.sensor
        if sensor.label == "gpu" and sensor.role == "used" and sensor.maximum:
            return sensor.maximum / 2**20 if sensor.unit == "bytes" else sensor.maximum
    return None


def _share(view: View, used: float | None, total: float | None, name: str, width: int) -> Row:
    text, unit = mib(used, view.symbols.dash)
    row = join((text.rjust(NUMBER_WIDTH), "dim" if used is None else "number"), (f" {unit}", "dim"))
    if total is None:
        return join(row, (f" {name}", "dim"))
    of_text, of_unit = mib(total, view.symbols.dash)
    tail = f" of {of_text} {of_unit} {name}"
    row = join(row, (f"{tail:<19}", "dim"))
    room = width - NUMBER_WIDTH - 4 - 19 - 2
    if used is None or room < 4:
        return row
    return join(row, (" ", "text"), gauge(used / total, room, view.symbols, "chart.memory.6"))
