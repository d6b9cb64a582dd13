"""`edgetop.stats.soak`: minutes of a long run, and the speed that is left of its first ones."""

from __future__ import annotations

import math
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hand_made import KNOWN, RUN, UNKNOWN
from hypothesis import given, settings
from hypothesis import strategies as st

from edgetop.readings import BoardReadings, Kind, Power, Reading, Sensor, SensorReading
from edgetop.sample import Event, Histogram, LatencyStats, Sample, State, Trial, Window
from edgetop.stats.latency import LatencyHistogram
from edgetop.stats.minute import Minute
from edgetop.stats.soak import ROWS, Soak, Sustained

if TYPE_CHECKING:
    import random

STARTED_UNIX_S = 1_764_000_000.0


def at(elapsed_s: float, **changes: Any) -> Sample:
    """A sample of half a second at 100 images a second that ends at that time."""
    options: dict[str, Any] = {
        "run": 1, "images": 50, "duration_s": 0.5, "p50_ms": 10.0, "provider": "cpu",
        "temperature_c": 50.0, "power_w": 5.0, "state": State.STEADY, "marks": (),
        "histogram": Histogram(), "clocks": {"cpu0": 1500.0},
    } | changes  # fmt: skip
    window = Window(
        options["duration_s"], options["images"], options["images"], None,
        LatencyStats(options["images"], p50_ms=options["p50_ms"]),
    )  # fmt: skip
    sensors = tuple(
        SensorReading(Sensor(name, Kind.CLOCK, name, "MHz"), Reading(value))
        for name, value in options["clocks"].items()
    )
    return replace(
        UNKNOWN,
        time_unix_s=options.get("time_unix_s", STARTED_UNIX_S + elapsed_s),
        elapsed_s=elapsed_s,
        run=replace(RUN, number=options["run"], provider=options["provider"]),
        run_elapsed_s=options.get("run_elapsed_s", elapsed_s),
        state=options["state"],
        window=window,
        total=options.get("total", window),
        histogram=options["histogram"],
        board=BoardReadings(
            sensors=sensors,
            temperature_c=Reading(options["temperature_c"]),
            power=Power(options["power_w"], "module"),
        ),
        events=tuple(Event(0.0, "text", mark=mark) for mark in options["marks"]),
    )


def soaked(minutes: float, start_s: float = 0.0, **changes: Any) -> Soak:
    soak = Soak()
    go_on(soak, minutes, start_s, **changes)
    return soak


def go_on(soak: Soak, minutes: float, start_s: float, **changes: Any) -> None:
    for number in range(round(minutes * 120)):
        soak.add(at(start_s + number / 2 + 0.25, **changes))


def test_nothing_is_known_before_the_first_sample() -> None:
    assert Soak().minutes() == ()
    assert Soak().summary() == Sustained()


def test_a_minute_is_a_row() -> None:
    soak = soaked(2.5)
    assert [row.elapsed_s for row in soak.minutes()] == [0.0, 60.0, 120.0]
    assert [row.measured_s for row in soak.minutes()] == [60.0, 60.0, 30.0]
    assert soak.minutes()[1] == Minute(
        start_unix_s=STARTED_UNIX_S + 60,
        elapsed_s=60.0,
        run=1,
        fps=100.0,
        p50_ms=10.0,
        p99_ms=None,
        temperature_c=50.0,
        clock_mhz=1500.0,
        power_w=5.0,
        throttled=False,
        marks=(),
        measured_s=60.0,
    )
    assert [row.elapsed_s for row in soak.minutes(2)] == [60.0, 120.0]
    assert soak.minutes(0) == ()


def test_throughput_is_images_by_measured_time() -> None:
    soak = Soak()
    soak.add(at(1.0, images=50, duration_s=0.5))
    soak.add(at(2.0, images=0, duration_s=0.0, state=State.PAUSED))
    soak.add(at(3.0, images=100, duration_s=2.0))
    (row,) = soak.minutes()
    assert row.fps == pytest.approx(150 / 2.5)


def test_a_minute_of_pause_has_no_throughput_but_a_temperature() -> None:
    (row,) = soaked(1, images=0, duration_s=0.0, p50_ms=None, state=State.PAUSED).minutes()
    assert row.fps is row.p50_ms is row.p99_ms is None
    assert row.temperature_c == 50.0


def test_unknown_is_not_zero() -> None:
    (row,) = soaked(
        1, p50_ms=None, temperature_c=None, power_w=math.nan, clocks={"cpu0": None}
    ).minutes()
    assert row.p50_ms is row.p99_ms is row.temperature_c is row.power_w is row.clock_mhz is None
    assert row.fps == 100.0


def test_the_median_counts_inferences_not_samples() -> None:
    soak = Soak()
    for elapsed_s, images, p50_ms in ((1.0, 10, 50.0), (2.0, 10, 60.0), (3.0, 100, 5.0)):
        soak.add(at(elapsed_s, images=images, p50_ms=p50_ms))
    assert soak.minutes()[0].p50_ms == 5.0


def test_the_99th_percentile_is_that_of_all_inferences_of_the_minute() -> None:
    """No window of half a second has enough of them; the run's histogram tells what is new."""
    rng = np.random.default_rng(5)
    histogram, soak, minutes = LatencyHistogram(), Soak(), ([], [])
    for number in range(240):
        latencies_ms = rng.gamma(4, 2, 50) + 5 + 10 * (number >= 120)
        minutes[number >= 120].append(latencies_ms)
        histogram.add((latencies_ms * 1e6).astype(np.int64))
        soak.add(at(number / 2 + 0.25, histogram=histogram.histogram()))
    for row, latencies in zip(soak.minutes(), minutes, strict=True):
        exact = np.percentile(np.concatenate(latencies), 99, method="inverted_cdf")
        assert row.p99_ms == pytest.approx(exact, rel=0.032)


def test_the_99th_percentile_needs_enough_inferences() -> None:
    histogram, soak = LatencyHistogram(), Soak()
    for number, enough in ((661, False), (1, True)):
        histogram.add(np.full(number, 10_000_000))
        soak.add(at(1.0, histogram=histogram.histogram()))
        assert (soak.minutes()[0].p99_ms is not None) == enough


def test_a_reset_begins_the_histogram_anew() -> None:
    soak = Soak()
    soak.add(at(1.0, histogram=Histogram((8.0, 9.0), (700,))))
    soak.add(at(2.0, histogram=Histogram((16.0, 17.0), (100,))))
    assert soak.minutes()[0].p99_ms == 16.5


def test_what_ran_before_the_first_sample_is_not_of_its_minute() -> None:
    soak = Soak()
    before = Window(600.0, 60_000, 60_000)
    soak.add(at(601.0, total=before, histogram=Histogram((8.0, 9.0), (60_000,))))
    assert soak.minutes()[0].p99_ms is None
    soak.add(at(602.0, total=before, histogram=Histogram((8.0, 9.0), (60_700,))))
    assert soak.minutes()[0].p99_ms == 8.5


@pytest.mark.parametrize(
    ("provider", "clocks", "mhz"),
    [
        ("cpu", {"cpu0": 1500.0, "cpu4": 2400.0, "gpu": 900.0}, 2400.0),
        ("cuda", {"cpu0": 1500.0, "gpu": 900.0, "gpu1": 950.0}, 950.0),
        ("cuda", {"cpu0": 1500.0, "gpu memory": 9000.0, "emc": 3200.0}, 1500.0),
        ("cuda", {"cpu0": 1500.0, "gpu": None}, None),
        ("cpu", {"cpu0": math.nan, "cpu1": 800.0}, 800.0),
        ("cpu", {}, None),
        ("auto", {"cpu0": 1500.0, "gpu": 900.0}, None),
    ],
)
def test_the_clock_is_that_of_what_the_model_runs_on(
    provider: str, clocks: dict[str, float | None], mhz: float | None
) -> None:
    (row,) = soaked(1, provider=provider, clocks=clocks).minutes()
    assert row.clock_mhz == mhz


def test_a_minute_has_the_highest_temperature_and_the_mean_power() -> None:
    soak = Soak()
    for number, (celsius, watts) in enumerate(((50.0, 4.0), (70.0, None), (60.0, 8.0))):
        soak.add(at(number + 1.0, temperature_c=celsius, power_w=watts))
    (row,) = soak.minutes()
    assert (row.temperature_c, row.power_w) == (70.0, 6.0)


def test_one_throttled_sample_marks_its_minute() -> None:
    soak = soaked(1)
    soak.add(at(61.0, state=State.THROTTLED))
    soak.add(at(62.0))
    go_on(soak, 1, 120.0)
    assert [row.throttled for row in soak.minutes()] == [False, True, False]


def test_marks_are_those_of_the_minute_and_bounded() -> None:
    soak = Soak()
    soak.add(at(1.0, marks=("batch 2", "")))
    soak.add(at(2.0, marks=("cool",)))
    soak.add(at(61.0, marks=tuple(map(str, range(100)))))
    first, second = soak.minutes()
    assert first.marks == ("batch 2", "cool")
    assert len(second.marks) == 20


def test_another_run_begins_a_row_of_its_own() -> None:
    soak = soaked(0.5)
    go_on(soak, 1, 30.0, run=2, images=200)
    rows = [(row.elapsed_s, row.run, row.fps) for row in soak.minutes()]
    assert rows == [(0.0, 1, 100.0), (30.25, 2, 400.0), (60.0, 2, 400.0)]
    assert soak.minutes()[1].start_unix_s == STARTED_UNIX_S + 30.25


def test_a_row_that_has_measured_nothing_is_taken_over() -> None:
    soak = Soak()
    soak.add(at(1.0, images=0, duration_s=0.0, p50_ms=None, marks=("failed",)))
    soak.add(at(2.0, run=2))
    (row,) = soak.minutes()
    assert (row.run, row.fps, row.marks) == (2, 100.0, ("failed",))


def test_minutes_without_samples_have_no_row() -> None:
    soak = soaked(1)
    go_on(soak, 1, 600.0)
    assert [row.elapsed_s for row in soak.minutes()] == [0.0, 600.0]


def test_samples_from_before_the_row_are_left_out() -> None:
    soak = soaked(1.5)
    before = soak.minutes()
    soak.add(at(10.0, images=10_000))
    soak.add(at(math.nan, images=10_000))
    soak.add(at(math.inf, images=10_000))
    assert soak.minutes() == before


def test_a_wall_clock_that_is_set_back_moves_no_minute() -> None:
    soak = soaked(1)
    soak.add(at(60.5, time_unix_s=1000.5))
    soak.add(at(121.0, time_unix_s=math.nan))
    assert [row.elapsed_s for row in soak.minutes()] == [0.0, 60.0, 120.0]
    assert [row.start_unix_s for row in soak.minutes()] == [STARTED_UNIX_S, 1000.0, None]


def test_a_short_run_is_as_fast_as_its_best_ten_seconds() -> None:
    soak = soaked(0.25, images=100)
    assert soak.summary().burst_fps == 200.0
    go_on(soak, 0.25, 15.0, images=50)
    assert soak.summary().burst_fps == 200.0
    assert soak.summary().sustained_fps is soak.summary().ratio is None
    assert soaked(0.1).summary().burst_fps is None


def test_a_long_run_is_as_fast_as_its_last_five_full_minutes() -> None:
    soak = soaked(1, images=100)
    for minute, images in enumerate((50, 40, 60, 50, 55), start=1):
        assert soak.summary().sustained_fps is None
        go_on(soak, 1, 60.0 * minute, images=images)
    go_on(soak, 0.1, 360.0, images=1)
    summary = soak.summary()
    assert summary.burst_fps == 200.0
    assert summary.sustained_fps == 100.0
    assert summary.ratio == 0.5


def test_a_minute_that_was_mostly_paused_is_not_full() -> None:
    soak = soaked(6)
    go_on(soak, 0.5, 360.0, images=500)
    go_on(soak, 0.5, 390.0, images=0, duration_s=0.0, state=State.PAUSED)
    go_on(soak, 0.1, 420.0)
    assert soak.summary().burst_fps == 100.0


def test_the_time_to_throttling_is_that_of_the_first_time() -> None:
    soak = soaked(1)
    assert soak.summary().time_to_throttle_s is None
    soak.add(at(61.0, state=State.THROTTLED, run_elapsed_s=55.5, temperature_c=85.0))
    soak.add(at(70.0))
    soak.add(at(80.0, state=State.THROTTLED))
    assert soak.summary().time_to_throttle_s == 55.5
    assert soak.summary().hottest_c == 85.0


def test_the_summary_is_of_the_latest_run() -> None:
    soak = soaked(7, temperature_c=90.0, state=State.THROTTLED)
    soak.add(at(421.0, run=2, temperature_c=40.0))
    assert soak.summary() == Sustained(hottest_c=40.0)


def test_samples_of_an_hour_are_rows_of_an_hour() -> None:
    soak = Soak()
    for hour in range(1, 7):
        soak.add(at(3600.0 * hour, images=360_000, duration_s=3600.0))
    assert [row.fps for row in soak.minutes()] == [100.0] * 6
    assert soak.summary().sustained_fps == 100.0


def test_clear_forgets_everything() -> None:
    soak = soaked(7)
    soak.clear()
    assert (soak.minutes(), soak.summary()) == ((), Sustained())
    soak.add(at(1.0))
    assert len(soak.minutes()) == 1


def test_a_week_is_kept_and_no_more() -> None:
    soak = Soak()
    for minute in range(ROWS + 100):
        soak.add(at(60.0 * minute + 30.0))
    rows = soak.minutes()
    assert len(rows) == ROWS
    assert (rows[0].elapsed_s, rows[-1].elapsed_s) == (6000.0, 60.0 * (ROWS + 99))
    assert soak.minutes(3) == rows[-3:]


def test_memory_grows_by_a_row_a_minute() -> None:
    samples = [at(0.0)] * 120
    soak = soaked(3)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for minute in range(3, 63):
        for number, sample in enumerate(samples):
            soak.add(replace(sample, elapsed_s=60.0 * minute + number / 2))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 60 * 1000


FIGURES = st.none() | st.floats() | st.sampled_from([0.0, 1.0, 61.0, 1e300, -5.0])
ODD = st.builds(
    at,
    st.floats() | st.floats(0, 400),
    run=st.integers(1, 3),
    images=st.integers(-5, 10**6),
    duration_s=st.floats() | st.just(0.5),
    p50_ms=FIGURES,
    temperature_c=FIGURES,
    power_w=FIGURES,
    time_unix_s=st.floats(),
    run_elapsed_s=st.floats(),
    state=st.sampled_from(State),
    provider=st.sampled_from(["cpu", "cuda"]),
    marks=st.lists(st.text(max_size=3), max_size=3),
    clocks=st.dictionaries(st.sampled_from(["cpu0", "gpu", "emc"]), FIGURES, max_size=2),
    histogram=st.builds(
        Histogram,
        st.lists(st.floats(), max_size=4).map(tuple),
        st.lists(st.integers(-10, 10**4), max_size=4).map(tuple),
    ),
)


@settings(max_examples=200)
@given(st.lists(ODD, max_size=30))
def test_any_samples_give_figures_or_unknowns(samples: list[Sample]) -> None:
    soak = Soak()
    for sample in samples:
        soak.add(sample)
        rows = soak.minutes()
        assert [row.elapsed_s for row in rows] == sorted(row.elapsed_s for row in rows)
        for part in (*rows[-2:], soak.summary()):
            for name in part.__slots__:
                value = getattr(part, name)
                assert not isinstance(value, float) or math.isfinite(value), (name, value)


@given(st.lists(st.floats(0, 200), max_size=50), st.randoms(use_true_random=False))
def test_samples_out_of_order_never_make_a_row_twice(times: list[float], rng: random.Random):
    rng.shuffle(times)
    soak = Soak()
    for time_s in times:
        soak.add(at(time_s))
    starts = [row.elapsed_s for row in soak.minutes()]
    assert starts == sorted(set(starts))


def test_a_real_sample_is_taken_as_it_is() -> None:
    soak = Soak()
    soak.add(KNOWN)
    (row,) = soak.minutes()
    assert (row.run, row.fps, row.throttled, row.marks) == (2, 280.0, True, ("batch 4",))
    assert row.power_w == KNOWN.board.power.power_w
    assert soak.summary().time_to_throttle_s == 10.0


def test_two_runs_that_take_turns_make_no_rows() -> None:
    soak = Soak()
    soak.add(at(1.0))
    trial = Trial("a", "b", "A", runs=(2, 3))
    for tick in range(20):
        soak.add(replace(at(2.0 + tick, run=2 + tick % 2), trial=trial))
    soak.add(replace(at(30.0, run=4), trial=trial))
    assert [minute.run for minute in soak.minutes()] == [1, 4]


def test_minutes_that_were_kept_are_begun_behind() -> None:
    soak = Soak()
    for tick in range(2 * 360):
        throttled = {"state": State.THROTTLED} if tick >= 2 * 200 else {}
        soak.add(at((tick + 1) / 2, temperature_c=40 + tick / 100, **throttled))
    again = Soak()
    again.restore(soak.minutes())
    assert [row.elapsed_s for row in again.minutes()] == []  # no sample has come behind them
    again.add(at(360.5, temperature_c=40.0))
    assert again.minutes()[:6] == soak.minutes()[:6]
    before, after = soak.summary(), again.summary()
    assert (after.burst_fps, after.sustained_fps) == (before.burst_fps, before.sustained_fps)
    assert after.time_to_throttle_s == pytest.approx(180, abs=1)  # to the minute
    assert before.time_to_throttle_s == pytest.approx(200.5, abs=1)
    assert after.hottest_c == pytest.approx(before.hottest_c)
