"""Memory of the model, of the machine and of the accelerator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.bars import gauge
from edgetop.paint.numbers import mib
from edgetop.paint.rows import Row, join
from edgetop.readings import Kind, Reason
from edgetop.ui.panels.parts import NUMBER_WIDTH
from edgetop.ui.panels.versus import compared, versus

if TYPE_CHECKING:
    from edgetop.readings import Reading
    from edgetop.sample import Sample
    from edgetop.ui.view import View


def memory(view: View, width: int, height: int) -> list[Row]:
    """The model's resident memory, what the machine has left, the GPU's."""
    sample = view.sample
    if sample is None:
        return []
    board = sample.board
    text, unit = mib(sample.worker.rss_mib, view.symbols.dash)
    difference = _versus(view)
    rows = [
        join(
            (text.rjust(NUMBER_WIDTH), "dim" if sample.worker.rss_mib is None else "number"),
            (f" {unit} model{' ' if difference else ' (resident)'}", "dim"),
            difference,
        ),
        _share(view, board.memory_used_mib, board.memory_total_mib.value, "used", width),
    ]
    gpu = board.gpu_memory_used_mib
    if gpu.value is not None:
        rows.append(_share(view, gpu, _gpu_total_mib(sample), "gpu", width))
    elif gpu.detail or gpu.reason is not Reason.ABSENT:
        rows.append(
            join((view.symbols.dash.rjust(NUMBER_WIDTH), "dim"), (f" gpu: {gpu.words}", "dim"))
        )
    return rows[: max(0, height)]


def _versus(view: View) -> Row:
    than_a = compared(view)
    if than_a is None or than_a.memory_worker is None:
        return ()
    return join((" ", "text"), versus(than_a.memory_worker, more_is_better=False))


def _gpu_total_mib(sample: Sample) -> float | None:
    """Memory of the GPUs whose use is shown; None unless each of them tells."""
    sizes = [
        (item.sensor.maximum or 0.0) / (2**20 if item.sensor.unit == "bytes" else 1)
        for item in sample.board.of_kind(Kind.MEMORY)
        if item.sensor.label.rstrip("0123456789") == "gpu" and item.sensor.role == "used"
    ]
    return sum(sizes) if sizes and all(sizes) else None


def _share(view: View, reading: Reading, total: float | None, name: str, width: int) -> Row:
    used = reading.value
    if used is None:
        dash = view.symbols.dash.rjust(NUMBER_WIDTH)
        return join((f"{dash} {name}: {reading.words}", "dim"))
    text, unit = mib(used, view.symbols.dash)
    row = join((text.rjust(NUMBER_WIDTH), "number"), (f" {unit}", "dim"))
    if not total:
        return join(row, (f" {name}", "dim"))
    of_text, of_unit = mib(total, view.symbols.dash)
    tail = f" of {of_text} {of_unit} {name}"
    row = join(row, (f"{tail:<19}", "dim"))
    room = width - NUMBER_WIDTH - 4 - 19 - 2
    if room < 4:
        return row
    return join(row, (" ", "text"), gauge(used / total, room, view.symbols, "chart.memory.6"))
