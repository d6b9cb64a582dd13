"""A sample as a flat-keyed record for JSON, the contract that scripts rely on.

A value that is not known is None, never 0; where a reason is known it stands beside it. What is
not a number is unknown too: JSON has no word for it.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from edgetop.stats.against import against, verdict

if TYPE_CHECKING:
    from edgetop.readings import Power, Reading
    from edgetop.sample import LatencyStats, Sample, Trial, Window

Record = dict[str, Any]

VS_A = (
    "run", "title", "fps", "latency_p50", "latency_p99", "cpu_percent", "memory_worker", "power",
    "energy_j_per_image", "temperature_c_difference",
)  # fmt: skip
"""Keys of the comparison with the marked run: its number and title, then now / A."""

TRIAL = ("a", "b", "running", "pairs", "fps_a", "fps_b", "ratio", "low", "high", "verdict")
"""Keys of a trial of two configurations; ratio, low and high are B / A."""


def interval(sample: Sample) -> Record:
    """The record of one interval: figures of the window since the previous sample."""
    return {"type": "interval", **_common(sample, sample.window)}


def summary(sample: Sample, session: str | None = None) -> Record:
    """The record of a whole run, from its last sample.

    Args:
        sample: The last one of the run.
        session: Where the session is recorded; None if it is not.
    """
    run = sample.run
    common = _common(sample, sample.total)
    mean_w = sample.energy.mean_power_w
    if mean_w is not None and sample.board.power.power_w is not None:
        # As fps and latency: of the whole run, not of its last moment.
        common["power"]["watts"] = _significant(mean_w)
    return {
        "type": "summary",
        **common,
        "load_s": _rounded(run.load_s, 4),
        "first_run_ms": _rounded(run.first_run_ms, 4),
        "warmup_s": _rounded(run.warmup_s, 4),
        "session": session,
        "providers_used": list(run.providers_used),
        "nodes": dict(run.nodes) or None,
        "precision": run.precision or None,
        "weights": run.label or None,
        "runtime": run.runtime or None,
        "inputs": [
            {"name": item.name, "dtype": item.dtype, "shape": list(item.shape)}
            | ({"values": item.values} if item.values else {})
            for item in run.inputs
        ],
    }


def _common(sample: Sample, window: Window) -> Record:
    run, board = sample.run, sample.board
    return {
        "t": iso_utc(sample.time_unix_s),
        "elapsed_s": _rounded(sample.elapsed_s, 3),
        "run": run.number,
        "model": run.model,
        "batch": run.batch,
        "provider": run.provider,
        "threads": run.threads or None,
        "instances": run.instances,
        "rate_fps": _finite(run.rate_fps),
        "duration_s": _rounded(window.duration_s, 4),
        "inferences": window.inferences,
        "images": window.images,
        "fps": _significant(window.fps),
        "latency_ms": latency(window.latency),
        "state": sample.state.value,
        "state_reason": sample.state_reason or None,
        "cpu_percent": _value(board.cpu_percent),
        "cpu_percent_reason": _reason(board.cpu_percent),
        "gpu_percent": _value(board.gpu_percent),
        "gpu_percent_reason": _reason(board.gpu_percent),
        "memory": {
            "worker_mib": _rounded(sample.worker.rss_mib, 2),
            "used_mib": _value(board.memory_used_mib),
            "used_reason": _reason(board.memory_used_mib),
            "total_mib": _value(board.memory_total_mib),
            "gpu_used_mib": _value(board.gpu_memory_used_mib),
            "gpu_used_reason": _reason(board.gpu_memory_used_mib),
        },
        "power": power_record(board.power),
        "energy_j_per_image": _significant(sample.energy.j_per_image),
        "energy_covered_s": _rounded(sample.energy.covered_s, 3),
        "temperature_c": _value(board.temperature_c),
        "temperature_c_reason": _reason(board.temperature_c),
        "throttle": [f"{item.source}: {item.cause}" for item in board.throttle],
        "worker": {
            "cpu_percent": _rounded(sample.worker.cpu_percent, 2),
            "cpu_ms_per_inference": _significant(sample.worker.cpu_ms_per_inference),
        },
        "self": {
            "cpu_percent": _rounded(sample.own.cpu_percent, 2),
            "rss_mib": _rounded(sample.own.rss_mib, 2),
        },
        "lost": window.lost,
        "backlog": sample.backlog,
        "vs_a": _vs_a(sample),
        "trial": None if sample.trial is None else _trial(sample.trial),
    }


def _vs_a(sample: Sample) -> Record | None:
    found = against(sample)
    if found is None:
        return None
    figures = asdict(found)
    return {
        key: _significant(value) if isinstance(value, float) else value
        for key, value in ((key, figures[key]) for key in VS_A)
    }


def _trial(trial: Trial) -> Record:
    ratio = trial.ratio
    return {
        "a": trial.a,
        "b": trial.b,
        "running": trial.running or None,
        "pairs": trial.pairs,
        "fps_a": _significant(trial.fps_a),
        "fps_b": _significant(trial.fps_b),
        "ratio": None if ratio is None else _significant(ratio.value),
        "low": None if ratio is None else _significant(ratio.low),
        "high": None if ratio is None else _significant(ratio.high),
        "verdict": verdict(trial) or None,
    }


def power_record(power: Power) -> Record:
    """The headline figure with its scope, and the time between two readings of the sensor."""
    return {
        "watts": _significant(power.power_w),
        "scope": power.scope,
        "rails": list(power.rails),
        "covers": power.covers or None,
        "excludes": power.excludes or None,
        "reason": power.reason or None,
        "period_s": None if power.power_w is None else _finite(power.period_s),
    }


def latency(stats: LatencyStats) -> Record:
    """Latency statistics in milliseconds, by the contract's names."""
    return {
        "count": stats.count,
        "mean": _significant(stats.mean_ms),
        "min": _significant(stats.min_ms),
        "p50": _significant(stats.p50_ms),
        "p90": _significant(stats.p90_ms),
        "p95": _significant(stats.p95_ms),
        "p99": _significant(stats.p99_ms),
        "p99_9": _significant(stats.p99_9_ms),
        "max": _significant(stats.max_ms),
    }


def iso_utc(time_unix_s: float) -> str:
    """ISO 8601 in UTC with milliseconds: ``2026-01-31T12:00:00.250Z``."""
    moment = datetime.fromtimestamp(time_unix_s, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _value(reading: Reading) -> float | None:
    return _rounded(reading.value, 3)


def _reason(reading: Reading) -> str | None:
    return reading.words or None


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, digits)


def _significant(value: float | None) -> float | None:
    """Six significant digits: more than any of these figures is good for."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.6g}")
