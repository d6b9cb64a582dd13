"""`edgetop run --json` on a small model: the contract with scripts, and figures that add up."""

from __future__ import annotations

import csv
import itertools
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import tiny_models
from edgetop_process import Finished, edgetop, headless

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_NUMBER = (int, float)
_MAYBE = (int, float, type(None))

COMMON: dict[str, Any] = {
    "type": str,
    "t": str,
    "elapsed_s": _NUMBER,
    "model": str,
    "batch": int,
    "provider": str,
    "threads": int,
    "instances": int,
    "rate_fps": _MAYBE,
    "inferences": int,
    "images": int,
    "fps": _NUMBER,
    "latency_ms": {
        "count": int, "mean": _NUMBER, "min": _NUMBER, "p50": _NUMBER, "p90": _MAYBE,
        "p95": _MAYBE, "p99": _MAYBE, "p99_9": _MAYBE, "max": _NUMBER,
    },
    "state": str,
    "cpu_percent": _MAYBE,
    "gpu_percent": _MAYBE,
    "memory": {
        "worker_mib": _NUMBER, "used_mib": _MAYBE, "total_mib": _MAYBE, "gpu_used_mib": _MAYBE,
    },
    "power": {"watts": _MAYBE, "scope": str, "rails": list, "reason": (str, type(None))},
    "energy_j_per_image": _MAYBE,
    "energy_covered_s": _MAYBE,
    "temperature_c": _MAYBE,
    "throttle": list,
    "self": {"cpu_percent": _MAYBE, "rss_mib": _MAYBE},
    "lost": int,
}  # fmt: skip
SUMMARY = {
    "load_s": _NUMBER,
    "first_run_ms": _NUMBER,
    "warmup_s": _NUMBER,
    "session": (str, type(None)),
    "providers_used": list,
}
STATES = {"warming", "steady", "drifting", "throttled", "paused", "failed"}


def check(record: dict[str, Any], keys: dict[str, Any]) -> None:
    """The record has these keys with values of these types; a bool is no number."""
    for key, kind in keys.items():
        assert key in record
        if isinstance(kind, dict):
            check(record[key], kind)
        else:
            assert isinstance(record[key], kind), (key, record[key])
            assert not isinstance(record[key], bool), key


def nearest_rank(ordered: Sequence[int], quantile: float) -> float:
    """The exact percentile in milliseconds of ascending nanoseconds."""
    return ordered[math.ceil(quantile * len(ordered)) - 1] / 1e6


def trace_of(path: Path) -> list[tuple[int, int]]:
    with open(path, newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["start_ns", "end_ns"]
    return [(int(start), int(end)) for start, end in rows]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("closed-loop")


@pytest.fixture(scope="module")
def closed_loop(files: Path) -> Finished:
    """One run with everything that can be written: trace and export."""
    model = tiny_models.product(files / "product.onnx", side=64, times=4)
    finished = headless(
        model, "--batch", "3", "--duration", "2", "--interval", "0.5", "--trace",
        files / "trace.csv", "--export", files / "site.csv",
        env={"HOME": str(files), "XDG_STATE_HOME": str(files)},
    )  # fmt: skip
    assert finished.code == 0, finished.err
    return finished


def test_every_interval_keeps_the_contract(closed_loop: Finished) -> None:
    assert len(closed_loop.intervals) >= 2
    measured = [record for record in closed_loop.intervals if record["inferences"]]
    assert measured
    for record in measured:
        check(record, COMMON)
        assert record["state"] in STATES


def test_the_summary_keeps_the_contract_and_comes_last(closed_loop: Finished) -> None:
    check(closed_loop.summary, {**COMMON, **SUMMARY})
    assert [record["type"] for record in closed_loop.records].count("summary") == 1
    assert closed_loop.summary["providers_used"] == ["cpu"]
    assert (closed_loop.summary["batch"], closed_loop.summary["model"]) == (3, "product")


def test_times_are_utc_and_go_forward(closed_loop: Finished) -> None:
    times = [
        datetime.fromisoformat(record["t"].removesuffix("Z")) for record in closed_loop.records
    ]
    assert all(record["t"].endswith("Z") for record in closed_loop.records)
    assert times == sorted(times)
    elapsed = [record["elapsed_s"] for record in closed_loop.intervals]
    assert elapsed == sorted(elapsed)


def test_windows_add_up_to_the_summary(closed_loop: Finished) -> None:
    windows, summary = closed_loop.intervals, closed_loop.summary
    for key in ("inferences", "images", "lost"):
        assert sum(record[key] for record in windows) == summary[key]
    seconds = sum(record["duration_s"] for record in windows)
    assert seconds == pytest.approx(summary["duration_s"], abs=1e-3)


def test_fps_is_images_by_duration(closed_loop: Finished) -> None:
    for record in (*closed_loop.intervals, closed_loop.summary):
        if record["inferences"]:
            assert record["images"] == 3 * record["inferences"]
            rate = record["images"] / record["duration_s"]
            assert record["fps"] == pytest.approx(rate, rel=1e-3)


def test_it_measures_as_long_as_it_was_asked_to(closed_loop: Finished) -> None:
    assert closed_loop.summary["duration_s"] >= 2


def test_the_trace_has_every_inference_in_order(closed_loop: Finished, files: Path) -> None:
    rows = trace_of(files / "trace.csv")
    assert len(rows) == closed_loop.summary["inferences"]
    assert all(start < end for start, end in rows)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(rows))


def test_the_measured_time_covers_all_inferences(closed_loop: Finished, files: Path) -> None:
    rows = trace_of(files / "trace.csv")
    spent_s = (rows[-1][1] - rows[0][0]) / 1e9
    assert closed_loop.summary["duration_s"] >= spent_s - 1e-4


def test_percentiles_are_those_of_the_trace(closed_loop: Finished, files: Path) -> None:
    ordered = sorted(end - start for start, end in trace_of(files / "trace.csv"))
    latency = closed_loop.summary["latency_ms"]
    assert len(ordered) >= 662, "too slow a machine for this test's model"
    named = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
    if len(ordered) >= 6636:
        named["p99_9"] = 0.999
    for name, quantile in named.items():
        assert latency[name] == pytest.approx(nearest_rank(ordered, quantile), rel=0.005)
    assert latency["mean"] == pytest.approx(sum(ordered) / len(ordered) / 1e6, rel=1e-5)
    assert latency["min"] == pytest.approx(ordered[0] / 1e6, rel=1e-5)
    assert latency["max"] == pytest.approx(ordered[-1] / 1e6, rel=1e-5)


def test_the_export_has_a_row_per_sample_and_one_per_run(
    closed_loop: Finished, files: Path
) -> None:
    with open(files / "site.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["fps"] or 0) for row in rows] == [
        record["fps"] or 0 for record in closed_loop.intervals
    ]
    with open(files / "site.runs.csv", newline="", encoding="utf-8") as file:
        (run,) = csv.DictReader(file)
    summary = closed_loop.summary
    assert list(run)[:4] == ["device", "model", "batch_size", "ms_per_image"]
    assert (run["model"], int(run["batch_size"])) == ("product", 3)
    assert int(run["inferences"]) == summary["inferences"]
    assert float(run["ms_per_image"]) == pytest.approx(1000 / summary["fps"], rel=1e-5)
    assert run["power_w"] != "" or run["power_reason"] != ""


def test_what_the_process_used_is_in_the_summary(closed_loop: Finished) -> None:
    assert closed_loop.summary["memory"]["worker_mib"] > 10
    assert closed_loop.summary["worker"]["cpu_ms_per_inference"] > 0


def test_standard_output_has_nothing_but_records(closed_loop: Finished) -> None:
    assert [event for event in closed_loop.events if event.startswith("loaded in")]
    assert len(closed_loop.out.splitlines()) == len(closed_loop.records)


# -- pace, instances, warm-up --------------------------------------------------------------


def test_a_rate_is_kept_by_a_model_that_is_fast_enough(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    finished = headless(model, "--rate", "50", "--duration", "2", "--trace", tmp_path / "t.csv")
    summary = finished.summary
    assert summary["rate_fps"] == 50
    assert summary["inferences"] / summary["duration_s"] == pytest.approx(50, rel=0.1)
    assert len(trace_of(tmp_path / "t.csv")) == summary["inferences"]


def test_a_model_slower_than_its_rate_shows_the_wait_of_every_image(tmp_path: Path) -> None:
    model = tiny_models.product(tmp_path / "m.onnx", side=128, times=20)
    finished = headless(
        model, "--rate", "100000", "--duration", "2", "--interval", "0.4", "--trace",
        tmp_path / "t.csv",
    )  # fmt: skip
    windows = [record for record in finished.intervals if record["inferences"]]
    waits = [record["latency_ms"]["p50"] for record in windows]
    assert len(windows) >= 3
    assert waits == sorted(waits)
    assert waits[-1] > 2 * waits[0]
    backlogs = [record["backlog"] for record in windows]
    assert backlogs[-1] > backlogs[0]
    ran = sorted(end - start for start, end in trace_of(tmp_path / "t.csv"))
    assert finished.summary["latency_ms"]["p50"] > 10 * nearest_rank(ran, 0.5)


def test_instances_run_side_by_side_and_all_count(tmp_path: Path) -> None:
    model = tiny_models.product(tmp_path / "m.onnx", side=128, times=20)
    finished = headless(
        model, "--instances", "2", "--threads", "1", "--duration", "1", "--trace",
        tmp_path / "t.csv",
    )  # fmt: skip
    rows = trace_of(tmp_path / "t.csv")
    assert finished.summary["instances"] == 2
    assert finished.summary["inferences"] == len(rows)
    by_start = sorted(rows)
    together = sum(after[0] < before[1] for before, after in itertools.pairwise(by_start))
    assert together > 0


def test_without_a_warm_up_the_first_inference_counts(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    summary = headless(model, "--warmup", "0", "--duration", "0.2").summary
    assert summary["warmup_s"] < 0.1
    assert summary["inferences"] > 0


def test_a_warm_up_of_given_length_is_outside_the_figures(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    summary = headless(model, "--warmup", "0.5", "--duration", "0.2", "--rate", "50").summary
    assert summary["warmup_s"] >= 0.5
    assert summary["inferences"] / summary["duration_s"] == pytest.approx(50, rel=0.3)


def test_without_a_terminal_lines_for_people_come_by_themselves(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    finished = edgetop("--model", model, "--warmup", "0", "--duration", "0.5", "--interval", "0.2")
    assert finished.code == 0
    *intervals, board, title, figures, _costs, start, inputs, _state = finished.out.splitlines()
    assert intervals
    assert all(" FPS  p50 " in line for line in intervals)
    assert inputs == "    input: x 1x4 float32"
    assert board.startswith("edgetop on ")
    assert "m · batch 1 · cpu" in title
    assert " FPS  p50 " in figures
    assert "inferences in 0.5 s" in start
