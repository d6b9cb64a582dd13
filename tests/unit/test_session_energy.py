"""A run's energy: which reading of the board belongs to which images."""

from __future__ import annotations

from typing import Any

import pytest
from test_session_monitor import LOADED, Bench

from edgetop.readings import BoardReadings, Power

_MS, _S = 1_000_000, 1_000_000_000
NAN = float("nan")


class Meter:
    """A run whose board's power the test says."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.run = bench.run

    def read(self, watts: float | None, at_s: float | None = None, **more: Any) -> None:
        """A reading that was taken at a moment, by default now."""
        time_s = self.bench.now_ns / _S if at_s is None else at_s
        fields: dict[str, Any] = {"scope": "board", "rails": ("VDD_IN",), "reason": "", **more}
        self.run.observe(BoardReadings(power=Power(watts, time_s=time_s, **fields)))

    def steps(self, count: int, watts: float = 10.0, latency_ms: int = 10) -> None:
        """So many seconds of work with a reading at the end of each."""
        for _ in range(count):
            self.bench.work(1.0, latency_ms)
            self.read(watts)

    @property
    def result(self) -> tuple[float | None, float | None, int]:
        energy = self.run.energy.result()
        return energy.energy_j, energy.covered_s, energy.images


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Meter:
    """A run that is warm; 100.0 s on its clock."""
    bench = Bench(monkeypatch)
    bench.warm()
    return Meter(bench)


def test_a_reading_counts_with_the_images_that_were_finished_when_it_was_taken(
    meter: Meter,
) -> None:
    meter.read(10.0)
    meter.bench.work(2.0, latency_ms=10)
    meter.read(10.0, at_s=100.75)
    meter.read(10.0, at_s=101.5)
    assert meter.result == (pytest.approx(15.0), pytest.approx(1.5), 150)


def test_the_images_of_a_reading_do_not_depend_on_when_it_is_picked_up(meter: Meter) -> None:
    meter.read(10.0)
    for _ in range(8):
        meter.bench.work(1.0, latency_ms=10)
        meter.read(10.0, at_s=meter.bench.now_ns / _S - 0.4)
    energy = meter.run.energy.result()
    assert energy.images == 760
    assert energy.j_per_image == pytest.approx(0.1)


def test_a_reading_that_is_newer_than_the_records_waits_for_them(meter: Meter) -> None:
    meter.read(10.0)
    meter.bench.work(1.0, latency_ms=10)
    meter.read(10.0, at_s=101.25)
    assert meter.result == (None, None, 0)
    meter.bench.work(1.0, latency_ms=10)
    meter.read(10.0, at_s=101.75)
    assert meter.result == (pytest.approx(17.5), pytest.approx(1.75), 175)


def test_readings_that_wait_keep_their_order(meter: Meter) -> None:
    meter.read(10.0)
    for tenth in range(1, 11):
        meter.read(10.0 * tenth, at_s=100.0 + tenth / 10)
    meter.bench.work(1.0, latency_ms=10)
    meter.read(0.0, at_s=101.05)
    energy_j, covered_s, images = meter.result
    between = [(10 * a + 10 * (a + 1)) / 2 * 0.1 for a in range(1, 10)]
    assert energy_j == pytest.approx(10.0 * 0.1 + sum(between))
    assert (covered_s, images) == (pytest.approx(1.0), 100)


def test_more_readings_than_can_wait_lose_the_oldest_and_raise_nothing(meter: Meter) -> None:
    for number in range(100):
        meter.read(10.0, at_s=100.1 + number / 1000)
    meter.bench.work(1.0, latency_ms=10)
    meter.read(10.0)
    assert meter.result[0] == pytest.approx(10.0 * (101.0 - 100.184), abs=0.01)


def test_another_scope_begins_the_energy_anew(meter: Meter) -> None:
    """Joules of a package and of a whole board do not add up."""
    meter.read(40.0, scope="package", rails=("package-0",))
    meter.bench.work(1.0, latency_ms=10)
    meter.read(40.0, scope="package", rails=("package-0",))
    meter.bench.work(1.0, latency_ms=10)
    meter.read(140.0, scope="package+gpu", rails=("package-0", "gpu"))
    meter.bench.work(1.0, latency_ms=10)
    meter.read(140.0, scope="package+gpu", rails=("package-0", "gpu"))
    assert meter.result == (pytest.approx(140.0), pytest.approx(1.0), 100)


def test_other_rails_of_the_same_scope_are_another_thing_too(meter: Meter) -> None:
    meter.read(10.0)
    meter.steps(2)
    meter.read(30.0, rails=("VDD_IN", "VDD_MUX"))
    assert meter.result == (None, None, 0)


def test_a_moment_without_a_value_is_a_gap_and_no_other_scope(meter: Meter) -> None:
    meter.read(10.0)
    meter.steps(2)
    meter.read(None, scope="none", rails=())
    meter.steps(2)
    assert meter.result == (pytest.approx(30.0), pytest.approx(3.0), 300)


def test_a_reading_without_a_time_counts_for_nothing(meter: Meter) -> None:
    meter.read(10.0)
    meter.steps(1)
    meter.read(99.0, at_s=NAN)
    meter.steps(2)
    assert meter.result == (pytest.approx(20.0), pytest.approx(2.0), 200)


def test_the_hardware_s_counter_is_what_counts(meter: Meter) -> None:
    meter.read(10.0, energy_j=1000.0)
    for second in range(1, 6):
        meter.bench.work(1.0, latency_ms=10)
        meter.read(10.0, energy_j=1000.0 + 12.0 * second)
    energy = meter.run.energy.result()
    assert energy.energy_j == pytest.approx(60.0)
    assert energy.j_per_image == pytest.approx(0.12)


@pytest.mark.parametrize(("period_s", "covered_s"), [(1.0, None), (5.0, 6.0)])
def test_how_far_two_readings_may_be_apart_follows_from_the_sensor(
    meter: Meter, period_s: float, covered_s: float | None
) -> None:
    meter.read(10.0, period_s=period_s)
    meter.bench.work(6.0, latency_ms=10)
    meter.read(10.0, period_s=period_s)
    assert meter.result[1] == covered_s


def test_a_slow_sensor_s_reading_from_before_the_warm_up_ended_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its energy would have no images."""
    bench = Bench(monkeypatch)
    meter = Meter(bench)
    bench.say(**LOADED)
    bench.say(event="warm", warmup_s=0.5, settled=True, now_ns=bench.now_ns)
    slow: dict[str, Any] = {"period_s": 5.0}
    meter.read(80.0, at_s=98.0, **slow)
    bench.work(3.0, latency_ms=10)
    meter.read(10.0, at_s=103.0, **slow)
    bench.work(5.0, latency_ms=10)
    meter.read(10.0, at_s=108.0, **slow)
    assert meter.result == (pytest.approx(50.0), pytest.approx(5.0), 500)


def test_a_reading_from_before_a_reset_does_not_count(meter: Meter) -> None:
    meter.read(80.0)
    meter.steps(2, watts=80.0)
    meter.run.reset()
    meter.read(80.0, at_s=101.9)
    meter.steps(1)
    meter.steps(1)
    assert meter.result == (pytest.approx(10.0), pytest.approx(1.0), 100)


def test_what_waited_when_the_model_was_paused_opens_nothing(meter: Meter) -> None:
    meter.read(10.0)
    meter.steps(1)
    meter.read(500.0, at_s=101.2)
    meter.run.pause()
    meter.bench.say(event="paused")
    meter.bench.now_ns += 60 * _S
    meter.run.resume()
    meter.read(10.0)
    meter.steps(1)
    assert meter.result == (pytest.approx(20.0), pytest.approx(2.0), 200)


def test_a_change_of_the_model_s_speed_shows_in_the_energy_of_an_image(meter: Meter) -> None:
    meter.read(10.0)
    meter.steps(3, latency_ms=10)
    fast = meter.run.energy.result()
    meter.steps(3, latency_ms=20)
    both = meter.run.energy.result()
    assert (fast.images, both.images) == (300, 450)
    assert both.j_per_image == pytest.approx(60.0 / 450)
