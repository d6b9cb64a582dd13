"""Utilisation from the counters of /proc/stat."""

from __future__ import annotations

import pytest
from emulated_boards import FakeClock, write_tree
from hypothesis import given
from hypothesis import strategies as st

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.kernel.cpu import CpuProvider, CpuTimes, parse_stat, percent_between

BEFORE = "cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 50 0 25 400 25 0 0 0 0 0\nintr 12345 0\n"


@pytest.fixture
def provider(tmp_path):
    provider = CpuProvider(Sysroot(write_tree(tmp_path, {"proc/stat": BEFORE})), FakeClock())
    provider.probe()
    yield provider
    provider.close()


def second(provider, tmp_path, text):
    provider.read()
    write_tree(tmp_path, {"proc/stat": text})
    return provider.read()


def test_all_cores_are_system_and_each_one_is_core(provider):
    sensors = provider.probe()
    assert [(s.label, s.role, s.kind, s.unit) for s in sensors] == [
        ("cpu", "system", Kind.UTILIZATION, "%"),
        ("cpu0", "core", Kind.UTILIZATION, "%"),
    ]


def test_busy_is_the_share_of_ticks_that_were_neither_idle_nor_waiting(provider, tmp_path):
    """25 of 100 ticks busy: user 10, system 5, softirq 4, steal 6."""
    text = "cpu  110 0 55 870 55 0 4 6 0 0\ncpu0 50 0 25 400 25 0 0 0 0 0\n"
    readings = second(provider, tmp_path, text)
    assert readings["cpu/cpu"].value == pytest.approx(25.0)


def test_guest_time_is_not_counted_twice(provider, tmp_path):
    text = "cpu  150 0 50 850 50 0 0 0 50 0\ncpu0 50 0 25 400 25 0 0 0 0 0\n"
    assert second(provider, tmp_path, text)["cpu/cpu"].value == pytest.approx(50.0)


def test_the_first_reading_and_counters_that_stand_still_have_no_value(provider, tmp_path):
    first = provider.read()["cpu/cpu"]
    again = second(provider, tmp_path, BEFORE)["cpu/cpu"]
    assert (first.value, first.reason) == (None, Reason.WARMING_UP)
    assert (again.value, again.reason) == (None, Reason.WARMING_UP)


def test_counters_that_run_backwards_have_no_value_once(provider, tmp_path):
    reset = second(provider, tmp_path, "cpu  1 0 1 10 0 0 0 0 0 0\n")["cpu/cpu"]
    write_tree(tmp_path, {"proc/stat": "cpu  2 0 1 11 0 0 0 0 0 0\n"})
    after = provider.read()["cpu/cpu"]
    assert (reset.value, reset.reason) == (None, Reason.IMPLAUSIBLE)
    assert after.value == pytest.approx(50.0)


def test_only_iowait_may_run_backwards(provider, tmp_path):
    text = "cpu  150 0 50 850 20 0 0 0 0 0\n"
    assert second(provider, tmp_path, text)["cpu/cpu"].value == pytest.approx(50.0)


def test_a_core_that_is_switched_off_is_offline_and_stays_listed(provider, tmp_path):
    core = second(provider, tmp_path, "cpu  150 0 50 850 50 0 0 0 0 0\nintr 0\n")["cpu/cpu0"]
    assert (core.value, core.reason) == (None, Reason.OFFLINE)
    assert [sensor.label for sensor in provider.probe()] == ["cpu", "cpu0"]


def test_a_file_that_cannot_be_read_gives_its_reason_for_every_core(provider, tmp_path):
    (tmp_path / "proc" / "stat").unlink()
    assert {reading.reason for reading in provider.read().values()} == {Reason.ABSENT}


def test_probing_again_keeps_the_counters(provider, tmp_path):
    provider.read()
    write_tree(tmp_path, {"proc/stat": "cpu  150 0 50 850 50 0 0 0 0 0\n"})
    provider.probe()
    assert provider.read()["cpu/cpu"].value == pytest.approx(50.0)


TICKS = st.builds(CpuTimes, *[st.integers(0, 10**12)] * 3)


@given(TICKS, TICKS)
def test_any_two_readings_give_a_share_or_no_value(before, after):
    reading = percent_between(before, after, 1.0)
    if reading.value is None:
        assert reading.reason is not Reason.OK
    else:
        assert 0.0 <= reading.value <= 100.0
        assert (reading.value == 0.0) == (after.busy == before.busy)


@given(st.binary(max_size=400) | st.binary(max_size=80).map(lambda data: b"cpu " + data))
def test_any_bytes_are_parsed_without_raising(data):
    for label, times in parse_stat(data).items():
        assert label.startswith("cpu")
        assert min(times) >= 0


@given(st.lists(st.binary(max_size=200), min_size=2, max_size=4))
def test_a_damaged_file_never_gives_a_utilisation_by_itself(tmp_path_factory, contents):
    """Bytes without a whole processor line leave every reading without a value."""
    folder = tmp_path_factory.mktemp("stat")
    provider = CpuProvider(Sysroot(write_tree(folder, {"proc/stat": BEFORE})), FakeClock())
    provider.probe()
    provider.read()
    for data in contents:
        write_tree(folder, {"proc/stat": data})
        readings = provider.read()
        if not parse_stat(data):
            assert all(reading.value is None for reading in readings.values())
    provider.close()
