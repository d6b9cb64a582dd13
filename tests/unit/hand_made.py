"""Samples written by hand, with every kind of value and of reason in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from edgetop.readings import BoardReadings, Power, Reading, Reason, Throttle
from edgetop.sample import (
    Energy,
    Event,
    Histogram,
    LatencyStats,
    OwnCost,
    Run,
    Sample,
    State,
    Tensor,
    Window,
    WorkerUse,
)

RUN = Run(
    number=2,
    model="squeezenet_v1.1",
    model_path="/home/anna/squeezenet_v1.1.onnx",
    batch=4,
    provider="cuda",
    threads=6,
    instances=2,
    rate_fps=300.0,
    precision="fp16",
    label="random weights: timing only",
    inputs=(Tensor("data", "float16", (4, 3, 224, 224)), Tensor("sr", "int64", ())),
    providers_used=("cuda", "cpu"),
    nodes=(("cuda", 64), ("cpu", 2)),
    runtime="onnxruntime 1.32.0",
    available_providers=("cuda", "cpu"),
    load_s=0.312345,
    first_run_ms=17.23456789,
    warmup_s=1.24,
)

LATENCY = LatencyStats(
    count=700,
    mean_ms=8.123456789,
    min_ms=7.5,
    p50_ms=8.0,
    p90_ms=9.25,
    p95_ms=10.5,
    p99_ms=14.0,
    p99_9_ms=None,
    max_ms=20.75,
)

BOARD = BoardReadings(
    cpu_percent=Reading.of(43.21),
    gpu_percent=Reading.of(98.0),
    memory_used_mib=Reading.of(3210.5),
    memory_total_mib=Reading.of(7620.0),
    gpu_memory_used_mib=Reading(None, Reason.ABSENT, "shared with the CPU"),
    temperature_c=Reading.of(61.5),
    power=Power(
        power_w=11.23456789,
        scope="module",
        rails=("VDD_IN",),
        covers="the module",
        excludes="the carrier board",
        reason="",
    ),
    throttle=(Throttle("gpu", "software power cap"), Throttle("cpu", "thermal")),
)

KNOWN = Sample(
    time_unix_s=1_764_000_000.25,
    monotonic_s=1000.0,
    elapsed_s=12.5,
    run=RUN,
    run_elapsed_s=10.0,
    state=State.THROTTLED,
    state_reason="gpu: software power cap",
    fps=279.5,
    window=Window(
        0.5, 35, 140, 280.0, replace(LATENCY, count=35, p90_ms=None, p95_ms=None, p99_ms=None)
    ),
    total=Window(10.0, 702, 2808, 280.8, LATENCY, lost=2),
    histogram=Histogram((7.0, 8.0, 9.0), (300, 400)),
    worker=WorkerUse(512.25, 150.0, 24.125),
    board=BOARD,
    energy=Energy(110.0, 9.75, 2740, 0.0401459854),
    own=OwnCost(0.8, 41.3),
    backlog=3,
    events=(Event(1_764_000_000.0, "batch 4", mark="batch 4"),),
)
"""Everything is known that a board can tell."""

UNKNOWN = Sample(
    time_unix_s=1_764_000_000.0,
    monotonic_s=0.5,
    elapsed_s=0.5,
    run=Run(1, "=cmd|'/c calc'!A1", "/tmp/=cmd.onnx", 1, "auto", 0),
    run_elapsed_s=0.0,
    state=State.WARMING,
    state_reason="loading the model",
    fps=None,
    window=Window(),
    total=Window(),
    histogram=Histogram(),
    worker=WorkerUse(),
    board=BoardReadings(
        cpu_percent=Reading(None, Reason.WARMING_UP),
        gpu_percent=Reading(None, Reason.NO_PERMISSION, "add the user to the group video"),
        temperature_c=Reading(None, Reason.IMPLAUSIBLE),
        power=Power(reason="needs permission"),
    ),
    energy=Energy(),
    own=OwnCost(),
)
"""Nothing is known yet, and the model's name would run in a spreadsheet."""


def sample(**changes: Any) -> Sample:
    """`KNOWN` with some parts changed."""
    return replace(KNOWN, **changes)
