"""How busy the processors are, with whose work, and what edgetop itself costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.bars import cores
from edgetop.paint.numbers import fixed, si
from edgetop.paint.rows import Row, join
from edgetop.readings import Kind
from edgetop.ui.panels.parts import NUMBER_WIDTH, history, number, percent_bar
from edgetop.ui.panels.versus import cpu_time_ratio, versus

if TYPE_CHECKING:
    from edgetop.readings import SensorReading
    from edgetop.sample import Sample
    from edgetop.ui.view import View

_ROOM_FOR_BYTES = 42
_ROOM_FOR_EMC = 9


def processors(view: View, width: int, height: int) -> list[Row]:
    """CPU in all and per core, GPU, clocks, CPU time per inference, our own cost."""
    sample = view.sample
    if sample is None:
        return []
    rows = [percent_bar(sample.board.cpu_percent, "cpu", view, width, "cpu", _clock(sample, "cpu"))]
    if height >= 4:
        rows.append(_cores(view, sample, width))
    if height >= 6:
        rows += _clock_domains(view, sample, width)
    if _has_gpu(sample):
        rows.append(
            percent_bar(sample.board.gpu_percent, "gpu", view, width, "gpu", _clock(sample, "gpu"))
        )
    for item in _others(sample, height):
        label = item.sensor.label
        rows.append(percent_bar(item.reading, label, view, width, "gpu", _clock(sample, label)))
    foot = [_per_inference(view, sample), _own(view, sample, width)]
    room = height - len(rows) - len(foot)
    gap: list[Row] = [()] if room >= 4 else []
    name, ink = ("gpu_percent", "gpu") if _gpu_works(sample) else ("cpu_percent", "cpu")
    chart = history(view, name, width, room - len(gap), ink, ceiling=100.0)
    return [*rows, *foot, *(gap if chart else []), *chart][: max(0, height)]


def _gpu_works(sample: Sample) -> bool:
    return sample.run.provider != "cpu" and sample.board.gpu_percent.value is not None


def _has_gpu(sample: Sample) -> bool:
    return any(
        item.sensor.label.startswith("gpu") for item in sample.board.of_kind(Kind.UTILIZATION)
    )


def _others(sample: Sample, height: int) -> list[SensorReading]:
    """Further engines that can be busy: an NPU, and with room the memory controller (EMC)."""
    return [
        item
        for item in sample.board.of_kind(Kind.UTILIZATION)
        if item.sensor.label == "npu"
        or (item.sensor.label == "emc" and item.value is not None and height >= _ROOM_FOR_EMC)
    ]


def _clock_domains(view: View, sample: Sample, width: int) -> list[Row]:
    """Each clock domain against its own maximum, where the processor has several kinds of cores.

    Domains of one maximum differ by chance only, and the fastest stands beside the load.
    """
    items = [item for item in sample.board.of_kind(Kind.CLOCK) if item.sensor.role == "core"]
    limits = {item.sensor.maximum for item in items}
    if len(limits) < 2 or None in limits:
        return []
    shares = [
        None if item.value is None else 100.0 * item.value / (item.sensor.maximum or 1.0)
        for item in items
    ]
    columns = min(len(shares), max(0, width - NUMBER_WIDTH - 9))
    top = " ".join(f"{_ghz(limit):.2f}" for limit in sorted(limits, key=lambda limit: limit or 0.0))
    return [
        join(
            number(float(len(shares)), view, digits=1),
            ("   clock ", "dim"),
            (cores(shares, columns, view.symbols), "chart.cpu.6"),
            (f" of {top} GHz", "dim"),
        )
    ]


def _clock(sample: Sample, label: str) -> Row:
    """The highest present clock of the processor, and its limit."""
    found = [
        item
        for item in sample.board.of_kind(Kind.CLOCK)
        if item.value is not None and item.sensor.label.rstrip("0123456789") == label
    ]
    if not found:
        return ()
    fastest = max(found, key=lambda item: item.value or 0.0)
    limit_mhz = fastest.sensor.maximum
    limit = f" of {_ghz(limit_mhz):.2f} GHz" if limit_mhz else " GHz"
    return join((fixed(_ghz(fastest.value), 4, decimals=2), "text"), (limit, "dim"))


def _ghz(mhz: float | None) -> float:
    return (mhz or 0.0) / 1000


def _cores(view: View, sample: Sample, width: int) -> Row:
    loads = _core_loads(sample.board.of_kind(Kind.UTILIZATION))
    columns = min(len(loads), max(0, width - NUMBER_WIDTH - 3))
    name = "core" if len(loads) == 1 else "cores"
    return join(
        number(float(len(loads)) if loads else None, view, digits=1),
        (f"   {name:<6}", "dim"),
        (cores(loads, columns, view.symbols), "chart.cpu.6"),
    )


def _core_loads(items: tuple[SensorReading, ...]) -> list[float | None]:
    return [item.value for item in items if item.sensor.role == "core"]


def _per_inference(view: View, sample: Sample) -> Row:
    used_ms = sample.worker.cpu_ms_per_inference
    used_s = None if used_ms is None else used_ms / 1000
    text, unit = si(used_s, "s", micro=view.symbols.micro, dash=view.symbols.dash)
    unit = unit if used_s else "ms"
    head = (text.rjust(NUMBER_WIDTH), "dim" if used_ms is None else "number")
    ratio = cpu_time_ratio(sample)
    if ratio is None:
        return join(head, (f" {unit} of cpu time per inference", "dim"))
    difference = versus(ratio, more_is_better=False)
    return join(head, (f" {unit} cpu/inference  ", "dim"), difference)


def _own(view: View, sample: Sample, width: int) -> Row:
    """What watching costs, always in sight."""
    own = sample.own
    parts = [] if own.rss_mib is None else [f"{own.rss_mib:.0f} MiB"]
    if view.bytes_per_s is not None and width >= _ROOM_FOR_BYTES:
        parts.append(f"{view.bytes_per_s / 1000:.1f} kB/s")
    return join(
        (fixed(own.cpu_percent, NUMBER_WIDTH, decimals=1, dash=view.symbols.dash), "text"),
        (f" % edgetop itself{', ' if parts else ''}{', '.join(parts)}", "dim"),
    )
