"""A sample's JSON has the agreed keys; what is not known is null, with the reason beside it."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hand_made import KNOWN, UNKNOWN, sample

from edgetop.export import records
from edgetop.readings import BoardReadings, Power, Reading
from edgetop.sample import LatencyStats, Mark, OwnCost, Ratio, Trial, Window, WorkerUse
from edgetop.stats.against import Against

GOLDEN = Path(__file__).parents[1] / "data" / "golden"

MARKED = sample(
    mark=Mark(
        1, "squeezenet_v1.1, batch 1, cuda", fps=210.0, p50_ms=4.0, p99_ms=None,
        cpu_percent=50.0, worker_rss_mib=300.0, power_w=9.0, power_scope="module",
        j_per_image=0.05, temperature_c=58.0,
    ),
    trial=Trial(
        "squeezenet_v1.1, batch 1, cuda", "squeezenet_v1.1, batch 4, cuda", "B", 8, 20,
        210.0, 280.123456789, Ratio(1.333333333, 1.31, 1.35, 8),
    ),
)  # fmt: skip


def as_text(record: records.Record) -> str:
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("interval-known.json", records.interval(KNOWN)),
        ("interval-marked.json", records.interval(MARKED)),
        ("interval-unknown.json", records.interval(UNKNOWN)),
        ("summary-known.json", records.summary(KNOWN, session="7")),
        ("summary-unknown.json", records.summary(UNKNOWN)),
    ],
)
def test_the_record_is_the_one_that_scripts_rely_on(name: str, record: records.Record) -> None:
    assert as_text(record) == (GOLDEN / name).read_text(encoding="utf-8")


def test_an_interval_is_the_window_and_a_summary_the_whole_run() -> None:
    assert records.interval(KNOWN)["inferences"] == KNOWN.window.inferences
    assert records.summary(KNOWN)["inferences"] == KNOWN.total.inferences
    assert records.summary(KNOWN)["lost"] == 2


def test_nothing_unknown_is_written_as_zero() -> None:
    record = records.summary(UNKNOWN)
    for key in ("fps", "cpu_percent", "gpu_percent", "temperature_c", "energy_j_per_image"):
        assert record[key] is None
    assert set(record["memory"].values()) == {None, "no sensor"}
    assert record["power"]["watts"] is None
    assert record["power"]["reason"] == "needs permission"
    assert record["threads"] is None
    assert record["gpu_percent_reason"] == "add the user to the group video"
    assert record["temperature_c_reason"] == "implausible value"
    assert record["cpu_percent_reason"] == "no value yet"


def test_a_value_that_is_known_has_no_reason() -> None:
    record = records.interval(KNOWN)
    assert record["cpu_percent_reason"] is None
    assert record["power"]["reason"] is None
    assert record["temperature_c_reason"] is None


def test_every_record_is_json_that_other_languages_read() -> None:
    for item in (KNOWN, UNKNOWN, MARKED):
        for record in (records.interval(item), records.summary(item)):
            assert json.loads(json.dumps(record, allow_nan=False)) == record


@pytest.mark.parametrize(
    ("time_unix_s", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1_764_000_000.25, "2025-11-24T16:00:00.250Z"),
        (1_764_000_000.9996, "2025-11-24T16:00:00.999Z"),
    ],
)
def test_times_are_utc_in_iso_8601(time_unix_s: float, text: str) -> None:
    assert records.iso_utc(time_unix_s) == text


def test_figures_have_six_digits_whatever_their_size() -> None:
    stats = LatencyStats(count=1, mean_ms=0.00123456789, max_ms=123456.789)
    latency = records.latency(stats)
    assert (latency["mean"], latency["max"]) == (0.00123457, 123457.0)
    assert records.interval(sample())["latency_ms"]["p50"] == 8.0


def test_the_comparison_and_the_trial_have_the_agreed_keys() -> None:
    record = records.interval(MARKED)
    assert tuple(record["vs_a"]) == records.VS_A == tuple(item.name for item in fields(Against))
    assert tuple(record["trial"]) == records.TRIAL
    assert record["trial"]["verdict"] == "B is faster"
    for item in (KNOWN, UNKNOWN):
        assert records.summary(item)["vs_a"] is records.summary(item)["trial"] is None


def test_a_trial_with_too_few_pairs_says_nothing() -> None:
    record = records.interval(sample(trial=Trial("a", "b", planned_pairs=20)))["trial"]
    assert [record[key] for key in ("ratio", "low", "high", "verdict", "running")] == [None] * 5
    assert record["pairs"] == 0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_unknown(value: float) -> None:
    window = Window(value, 1, 1, value, LatencyStats(1, *[value] * 8))
    odd = sample(
        elapsed_s=value,
        run=replace(KNOWN.run, rate_fps=value, load_s=value, first_run_ms=value),
        window=window,
        total=window,
        worker=WorkerUse(value, value, value),
        own=OwnCost(value, value),
        board=BoardReadings(
            cpu_percent=Reading.of(value),
            temperature_c=Reading.of(value),
            power=Power(value, "module", energy_j=value, period_s=value),
        ),
        mark=Mark(1, "a", fps=value, temperature_c=value),
        trial=Trial("a", "b", fps_a=value, ratio=Ratio(value, value, value, 6)),
    )
    for record in (records.interval(odd), records.summary(odd)):
        json.dumps(record, allow_nan=False)
        assert record["fps"] is record["elapsed_s"] is record["rate_fps"] is None
