"""Samples as lines of text for people: while it runs, and the summary at the end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from edgetop.paint.numbers import si
from edgetop.sample import processor_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.sample import Event, Run, Sample, Window

_UNKNOWN = "-"
_MOST_INPUTS = 4


def event_line(event: Event) -> str:
    """An event with its local time."""
    moment = time.strftime("%H:%M:%S", time.localtime(event.time_unix_s))
    prefix = "" if event.severity == "info" else f"{event.severity}: "
    return f"{moment}  {prefix}{event.text}"


def interval_line(sample: Sample) -> str:
    """One interval: throughput, latency, load, memory, power, state."""
    board, stats = sample.board, sample.window.latency
    parts = [
        f"{_number(sample.window.fps)} FPS",
        f"p50 {_number(stats.p50_ms)}",
        f"p99 {_number(stats.p99_ms)} ms",
        f"cpu {_number(board.cpu_percent.value)} %",
    ]
    if board.gpu_percent.value is not None:
        parts.append(f"gpu {_number(board.gpu_percent.value)} %")
    parts.append(f"{_number(sample.worker.rss_mib)} MiB")
    if board.temperature_c.value is not None:
        parts.append(f"{_number(board.temperature_c.value)} °C")
    if board.power.power_w is not None:
        parts.append(f"{_number(board.power.power_w)} W {board.power.scope}")
    if sample.window.lost:
        parts.append(f"{sample.window.lost} records lost")
    parts.append(sample.state.value)
    return "  ".join(parts)


def summary_lines(board: str, runs: Sequence[Sample]) -> list[str]:
    """What a session found: one block per run, fit to be pasted into a chat."""
    lines = [f"edgetop on {board}"]
    for sample in runs:
        lines += _run_lines(sample)
    return lines


def _run_lines(sample: Sample) -> list[str]:
    run, total = sample.run, sample.total
    stats = total.latency
    title = [
        run.model,
        run.precision,
        f"batch {run.batch}",
        processor_words(run.provider, run.threads),
    ]
    if run.instances > 1:
        title.append(f"{run.instances} instances")
    title.append("closed loop" if run.rate_fps is None else f"{run.rate_fps:g} images/s come in")
    lines = [
        "  " + " · ".join(part for part in title if part),
        (
            f"    {_number(total.fps)} FPS  p50 {_number(stats.p50_ms)}  "
            f"p90 {_number(stats.p90_ms)}  p99 {_number(stats.p99_ms)}  "
            f"max {_number(stats.max_ms)} ms"
        ),
        f"    memory {_number(sample.worker.rss_mib)} MiB  {_energy(sample)}",
        "    "
        + "  ".join([f"{total.inferences} inferences in {total.duration_s:.1f} s", *_start(run)]),
    ]
    if run.inputs:
        lines.append("    " + _inputs(run))
    lines += [f"    {note}" for note in _notes(sample, total)]
    return lines


def _inputs(run: Run) -> str:
    """What went in, for the first few inputs."""
    shown = [item.words() for item in run.inputs[:_MOST_INPUTS]]
    if len(run.inputs) > _MOST_INPUTS:
        shown.append(f"{len(run.inputs) - _MOST_INPUTS} more")
    return f"input{'s' if len(run.inputs) > 1 else ''}: " + ", ".join(shown)


def _energy(sample: Sample) -> str:
    power, energy = sample.board.power, sample.energy
    if power.power_w is None:
        return f"power: {power.reason}"
    mean_w = energy.mean_power_w
    text = f"{_number(power.power_w if mean_w is None else mean_w)} W {power.scope_words}"
    if energy.j_per_image is not None:
        text += f"  {_number(energy.j_per_image * 1000)} mJ per image"
    return text


def _notes(sample: Sample, total: Window) -> list[str]:
    """What a reader must know to judge the figures."""
    notes = []
    if sample.run.label:
        notes.append(sample.run.label)
    on_cpu = sample.run.nodes_on_cpu
    if on_cpu:
        notes.append(f"{on_cpu} of {sum(n for _, n in sample.run.nodes)} nodes ran on the CPU")
    if total.lost:
        notes.append(f"{total.lost} records were lost: the latencies are of the others")
    if sample.state.value not in ("steady", "paused"):
        notes.append(f"{sample.state.value}: {sample.state_reason}")
    return notes


def _start(run: Run) -> list[str]:
    """How long the start took, in the units that suit it: 312 ms, 1.24 s."""
    first_s = None if run.first_run_ms is None else run.first_run_ms / 1000
    steps = (("load", run.load_s), ("first run", first_s), ("warm-up", run.warmup_s))
    return [f"{name} {' '.join(si(value, 's'))}" for name, value in steps if value is not None]


def _number(value: float | None) -> str:
    """Three significant digits, or a dash."""
    if value is None:
        return _UNKNOWN
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
