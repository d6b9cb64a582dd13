"""Stories that a session might tell, as samples: no worker, no clock, the same every time."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import boards

from edgetop.paint.symbols import UNICODE
from edgetop.sample import (
    Energy,
    Event,
    Histogram,
    LatencyStats,
    Mark,
    OwnCost,
    Ratio,
    Run,
    Sample,
    State,
    Tensor,
    Trial,
    Window,
    WorkerUse,
)
from edgetop.ui.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.paint.symbols import Symbols

START_UNIX_S = 1_764_000_000.0
"""When every story begins."""
INTERVAL_S = 0.5
BOARD = "Jetson Orin Nano 8GB"
FAILURE = "the model's process was killed: out of memory at batch 4096; choose a smaller batch"

RUN = Run(
    number=1,
    model="squeezenet_v1.1",
    model_path="/home/anna/.cache/edgetop/squeezenet_v1.1.onnx",
    batch=1,
    provider="cpu",
    threads=6,
    precision="fp32",
    label="random weights: timing only",
    inputs=(Tensor("data", "float32", (1, 3, 224, 224)),),
    providers_used=("cpu",),
    nodes=(("cpu", 66),),
    runtime="onnxruntime 1.32.0",
    available_providers=("cpu", "cuda", "tensorrt"),
    load_s=0.31,
    first_run_ms=17.2,
    warmup_s=1.24,
)


def latencies(p50_ms: float, count: int) -> LatencyStats:
    """Statistics of so many inferences around a median; no percentile without enough of them."""

    def known(least: int, factor: float) -> float | None:
        return p50_ms * factor if count >= least else None

    return LatencyStats(
        count=count,
        mean_ms=p50_ms * 1.02,
        min_ms=p50_ms * 0.88,
        p50_ms=p50_ms,
        p90_ms=known(64, 1.13),
        p95_ms=known(130, 1.2),
        p99_ms=known(662, 1.4),
        p99_9_ms=known(6636, 2.3),
        max_ms=p50_ms * 7.8,
    )


def histogram(p50_ms: float, count: int) -> Histogram:
    """Logarithmic bins with a body around the median and a thin tail."""
    edges = tuple(p50_ms * 0.85 * 1.05**step for step in range(49))
    counts = tuple(
        round(count / 8 * math.exp(-(((step - 4) / 3) ** 2))) + (1 if step in (20, 31, 47) else 0)
        for step in range(48)
    )
    return Histogram(edges, counts)


def window(duration_s: float, fps: float, batch: int, p50_ms: float) -> Window:
    """What a steady model does in a stretch of time."""
    inferences = round(fps * duration_s / batch)
    return Window(duration_s, inferences, inferences * batch, fps, latencies(p50_ms, inferences))


def sample(tick: int, **changes: Any) -> Sample:
    """The steady run at 247 images per second at some tick of its session."""
    time_s = 1000.0 + tick * INTERVAL_S
    run_s = 30.0 + tick * INTERVAL_S
    fps = 247.3 + 4 * math.sin(tick / 7)
    run = changes.get("run", RUN)
    total = window(run_s, 246.1, run.batch, 3.97 * run.batch)
    whole = Sample(
        time_unix_s=START_UNIX_S + tick * INTERVAL_S,
        monotonic_s=time_s,
        elapsed_s=33.0 + tick * INTERVAL_S,
        run=run,
        run_elapsed_s=run_s,
        state=State.STEADY,
        state_reason="within 2 % for 28 s",
        fps=fps,
        window=window(INTERVAL_S, fps, run.batch, 3.97 * run.batch),
        total=total,
        histogram=histogram(3.97 * run.batch, total.inferences),
        worker=WorkerUse(82.4, 588.0, 24.1),
        board=boards.pc(time_s, cpu_load=96 + 2 * math.sin(tick / 5)),
        energy=Energy(31.4 * run_s, run_s, total.images, 0.1276),
        own=OwnCost(0.8, 41.3),
    )
    return replace(whole, **changes)


def event(tick: int, text: str, severity: str = "info", mark: str = "") -> Event:
    """Something that happened at a tick."""
    return Event(START_UNIX_S + tick * INTERVAL_S, text, severity, mark)


def steady() -> list[Sample]:
    """A minute and a half at 247 images per second."""
    said = (
        event(0, "run 1: squeezenet_v1.1, batch 1"),
        event(0, "loaded in 0.31 s, onnxruntime 1.32.0"),
        event(3, "warm after 1.24 s"),
        event(9, "steady"),
    )
    return [sample(0, events=said), *(sample(tick) for tick in range(1, 180))]


def batch_4() -> list[Sample]:
    """After a minute the batch changes to four, which is a second run."""
    run = replace(RUN, number=2, batch=4, inputs=(Tensor("data", "float32", (4, 3, 224, 224)),))
    said = (event(120, "run 2: squeezenet_v1.1, batch 4", mark="batch 4"),)
    before = [sample(tick) for tick in range(120)]
    after = [
        sample(tick, run=run, fps=281.0, run_elapsed_s=(tick - 120) * INTERVAL_S,
               total=window((tick - 119) * INTERVAL_S, 280.4, 4, 14.2),
               histogram=histogram(14.2, 35 * (tick - 119)),
               events=said if tick == 120 else ())
        for tick in range(120, 150)
    ]  # fmt: skip
    return [*before, *after]


def throttled() -> list[Sample]:
    """The GPU gets too hot and the throughput falls."""
    reason = "gpu: software thermal slowdown"
    said = (event(100, f"throttled, {reason}", "warning", "throttled"),)
    hot = [
        sample(tick, fps=151.2, state=State.THROTTLED, state_reason=reason,
               board=boards.pc(1000 + tick * INTERVAL_S, heat_c=91.0, power_w=22.4, throttled=True),
               events=said if tick == 100 else ())
        for tick in range(100, 140)
    ]  # fmt: skip
    return [*(sample(tick) for tick in range(100)), *hot]


MARK = Mark(
    run=1,
    title="squeezenet_v1.1, batch 1, cpu 6 threads",
    fps=246.1,
    p50_ms=3.97,
    p99_ms=5.56,
    cpu_percent=96.0,
    worker_rss_mib=82.4,
    cpu_ms_per_inference=24.1,
    power_w=31.4,
    power_scope="gpu",
    j_per_image=0.1276,
    temperature_c=51.0,
)
"""The steady run, marked as A."""


def marked() -> list[Sample]:
    """After half a minute the run is marked; batch four is faster and costs more."""
    run = replace(RUN, number=2, batch=4, inputs=(Tensor("data", "float32", (4, 3, 224, 224)),))
    said = (event(60, "run 2: squeezenet_v1.1, batch 4", mark="batch 4"),)
    before = [sample(tick) for tick in range(60)]
    after = [
        sample(tick, run=run, fps=281.0, run_elapsed_s=(tick - 60) * INTERVAL_S, mark=MARK,
               total=window((tick - 59) * INTERVAL_S, 280.4, 4, 14.2),
               histogram=histogram(14.2, 35 * (tick - 59)),
               energy=Energy(33.0 * (tick - 59), tick - 59.0, 280 * (tick - 59), 0.1177),
               worker=WorkerUse(121.0, 590.0, 84.4),
               events=said if tick == 60 else ())
        for tick in range(60, 150)
    ]  # fmt: skip
    return [*before, *after]


TRIAL = Trial(
    a="squeezenet_v1.1, batch 1, cpu 6 threads",
    b="squeezenet_v1.1, batch 4, cpu 6 threads",
    running="B",
    pairs=23,
    planned_pairs=60,
    fps_a=246.1,
    fps_b=276.6,
    ratio=Ratio(1.124, 1.087, 1.162, 23),
)
"""A comparison that is under way."""


def trial() -> list[Sample]:
    """A and B run in turn; B is faster."""
    return [replace(item, trial=TRIAL if n >= 90 else None) for n, item in enumerate(marked())]


def alike() -> list[Sample]:
    """A trial that has ended and found nothing."""
    found = replace(TRIAL, running="", pairs=60, fps_b=247.0, ratio=Ratio(1.004, 0.991, 1.017, 60))
    return [replace(item, trial=found) for item in marked()]


def soak() -> list[Sample]:
    """Three quarters of an hour in which the board heats up and at last holds itself back."""
    whole: list[Sample] = []
    for tick in range(0, 45 * 120, 20):
        heat_c = 42.0 + 50.0 * (1 - math.exp(-tick / 1500))
        hot = heat_c > 84.0
        began = hot and not any(item.state is State.THROTTLED for item in whole)
        fps = 188.0 - (tick % 7) if hot else 247.3
        said = (event(tick, "throttled", "warning", "throttled"),) if began else ()
        whole.append(
            sample(tick, fps=fps, window=window(10.0, fps, 1, 982.0 / fps), events=said,
                   state=State.THROTTLED if hot else State.STEADY,
                   state_reason="gpu: software thermal slowdown" if hot else "within 2 %",
                   board=boards.pc(1000 + tick * INTERVAL_S, heat_c=heat_c, throttled=hot,
                                   power_w=22.4 if hot else 31.4))
        )  # fmt: skip
    return whole


def hung() -> list[Sample]:
    """No inference ends any more."""
    reason = "no inference has ended for 12 s; the longest took 31 ms"
    stuck = [
        sample(tick, fps=0.0, window=Window(INTERVAL_S), state=State.HUNG, state_reason=reason)
        for tick in range(40, 44)
    ]
    return [*(sample(tick) for tick in range(40)), *stuck]


def paused() -> list[Sample]:
    """Paused after half a minute; the figures of the run stay."""
    said = (event(60, "paused"),)
    rest = [
        sample(tick, fps=None, window=Window(), state=State.PAUSED, state_reason="space resumes",
               run_elapsed_s=60.0, events=said if tick == 60 else ())
        for tick in range(60, 66)
    ]  # fmt: skip
    return [*(sample(tick) for tick in range(60)), *rest]


def failed() -> list[Sample]:
    """The model's process was killed."""
    said = (event(40, FAILURE, "error", "failed"),)
    ends = [
        sample(tick, fps=None, window=Window(), state=State.FAILED, state_reason=FAILURE,
               worker=WorkerUse(), events=said if tick == 40 else ())
        for tick in range(40, 44)
    ]  # fmt: skip
    return [*(sample(tick) for tick in range(40)), *ends]


def _first(tick: int, board: Any) -> Sample:
    run = Run(1, "squeezenet_v1.1", "squeezenet_v1.1.onnx", 1, "auto", 0)
    return sample(
        tick, run=run, state=State.WARMING, state_reason="building the model", fps=None,
        run_elapsed_s=0.0, window=Window(), total=Window(), histogram=Histogram(),
        worker=WorkerUse(), board=board, energy=Energy(), own=OwnCost(),
    )  # fmt: skip


def warming() -> list[Sample]:
    """The first seconds: sensors are there, the model is still being built."""
    return [_first(tick, boards.pc(1000 + tick * INTERVAL_S)) for tick in range(3)]


def nothing_known() -> list[Sample]:
    """The first sample on a board without any sensor."""
    return [_first(0, boards.bare())]


def no_sensors() -> list[Sample]:
    """A steady run on a board without any sensor."""
    return [sample(tick, board=boards.bare(), energy=Energy()) for tick in range(90)]


def large_board() -> list[Sample]:
    """64 cores, 12 zones, 8 rails; images come in faster than they are done, some are lost."""
    run = replace(RUN, rate_fps=300.0, instances=4, threads=16, provider="cuda",
                  nodes=(("cuda", 61), ("cpu", 5)))  # fmt: skip
    total = replace(window(70_000.0, 246.1, 1, 0.0397), lost=12)
    return [
        sample(tick, run=run, board=boards.large(1000 + tick * INTERVAL_S), backlog=1234,
               run_elapsed_s=70_000.0, window=window(INTERVAL_S, 247.0, 1, 0.0397), total=total,
               histogram=histogram(0.0397, 100_000))
        for tick in range(60)
    ]  # fmt: skip


STORIES: dict[str, Callable[[], list[Sample]]] = {
    story.__name__: cache(story)
    for story in (
        steady, batch_4, throttled, paused, failed, warming, nothing_known, no_sensors, large_board,
        marked, trial, alike, soak, hung,
    )
}  # fmt: skip
"""Every story by name."""


def view_of(samples: Sequence[Sample], symbols: Symbols = UNICODE, board: str = BOARD) -> View:
    """What the screen knows when it has seen these samples."""
    view = View(symbols, board)
    for item in samples:
        view.update(item)
    return view
