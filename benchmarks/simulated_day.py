"""Samples of a day as a model at about 1000 inferences a second would give them; no clock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from edgetop.readings import BoardReadings, Kind, Power, Reading, Sensor, SensorReading
from edgetop.sample import (
    Energy,
    OwnCost,
    Run,
    Sample,
    State,
    Window,
    WorkerUse,
)
from edgetop.stats.latency import LatencyHistogram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_START_UNIX_S = 1_764_000_000.0
_SENSORS = (
    *((Kind.TEMPERATURE, f"zone{n}", "°C", 50.0, 0.2, 0.125) for n in range(8)),
    *((Kind.CLOCK, f"cpu{n}", "MHz", 1510.4, 0.0, 1.0) for n in range(6)),
    *((Kind.UTILIZATION, f"cpu{n}", "%", 97.0, 2.0, 0.01) for n in range(6)),
    *((Kind.POWER, rail, "W", 4.2, 0.05, 0.001) for rail in ("VDD_IN", "VDD_CPU", "VDD_SOC")),
    (Kind.MEMORY, "used", "bytes", 3.1e9, 2e5, 4096.0),
    (Kind.FAN, "fan", "RPM", 2904.0, 6.0, 1.0),
)
"""Kind, label, unit, level, noise and step of the sensor: about a Jetson Orin Nano."""
_RUN = Run(
    number=1, model="squeezenet_v1.1", model_path="/models/squeezenet_v1.1.onnx", batch=1,
    provider="cuda", threads=6, precision="fp32", runtime="onnxruntime 1.32.0",
    nodes=(("cuda", 66),), available_providers=("cuda", "cpu"), load_s=0.31, first_run_ms=17.2,
    warmup_s=1.24,
)  # fmt: skip


def samples(seconds: int, seed: int = 1) -> Iterator[Sample]:
    """One sample a second, all of one run, with 25 sensors."""
    noise = np.random.default_rng(seed)
    total, window = LatencyHistogram(), LatencyHistogram()
    readings = sensor_readings()
    time_s = 0.0
    for _ in range(seconds):
        span_s = 1.0 + noise.normal(0, 3e-4)
        time_s += span_s
        took_ns = latencies_ns(noise, 1000 + int(noise.normal(0, 8)))
        total.add(took_ns)
        window.clear()
        window.add(took_ns)
        power_w = 12.5 + float(noise.normal(0, 0.05))
        yield Sample(
            time_unix_s=_START_UNIX_S + time_s,
            monotonic_s=1000.0 + time_s,
            elapsed_s=time_s,
            run=_RUN,
            run_elapsed_s=time_s,
            state=State.STEADY,
            state_reason=f"within {noise.integers(1, 4)} % for 3 s",
            fps=len(took_ns) / span_s,
            window=_window(window, span_s),
            total=_window(total, time_s),
            histogram=total.histogram(),
            worker=WorkerUse(212.4, 98.0 + float(noise.normal(0, 1)), 0.97),
            board=board_readings(noise, readings, time_s, power_w),
            energy=Energy(12.5 * time_s, time_s, total.count, 12.5 * time_s / total.count),
            own=OwnCost(0.8 + float(noise.normal(0, 0.1)), 53.2),
        )


def sensor_readings() -> tuple[SensorReading, ...]:
    """The 25 sensors at their usual levels."""
    return tuple(
        SensorReading(Sensor(f"{kind.value}/{label}", kind, label, unit), Reading.of(level))
        for kind, label, unit, level, *_ in _SENSORS
    )


def latencies_ns(noise: np.random.Generator, count: int) -> NDArray[np.int64]:
    """A body of about 1 ms and now and then a straggler."""
    usual = noise.gamma(30, 0.95e6 / 30, count) + noise.exponential(3e4, count)
    usual[noise.random(count) < 1e-3] *= 7
    return usual.astype(np.int64)


def _window(histogram: LatencyHistogram, span_s: float) -> Window:
    count = histogram.count
    return Window(span_s, count, count, count / span_s, histogram.stats())


def board_readings(
    noise: np.random.Generator,
    readings: tuple[SensorReading, ...],
    time_s: float,
    power_w: float,
) -> BoardReadings:
    """What the board says at a moment; its sensors are about where `readings` have them."""
    drawn = noise.normal(0, 1, len(_SENSORS))
    moved = tuple(
        replace(item, reading=Reading.of(step * round((level + wide * float(draw)) / step), time_s))
        for item, (*_, level, wide, step), draw in zip(readings, _SENSORS, drawn, strict=True)
    )
    return BoardReadings(
        sensors=moved,
        cpu_percent=Reading.of(97.0 + float(drawn[0]), time_s),
        gpu_percent=Reading.of(63.0 + float(drawn[1]), time_s),
        memory_used_mib=Reading.of(3100.0 + float(drawn[2]), time_s),
        memory_total_mib=Reading.of(7620.0, time_s),
        temperature_c=Reading.of(54.0 + 0.125 * round(drawn[3]), time_s),
        power=Power(power_w, "module", ("VDD_IN",), "input of the module", "carrier board", ""),
        power_mode="15W",
        governor="schedutil",
    )
