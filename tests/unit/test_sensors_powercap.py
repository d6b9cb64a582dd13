"""Energy counters of PC processors, which wrap around, are reset, or stand still."""

from __future__ import annotations

import errno

import pytest
from emulated_boards import FakeClock, write_tree
from hypothesis import given
from hypothesis import strategies as st
from provider_rows import Tree, fail_reads, row, rows_of, values

from edgetop.readings import Kind, Reason, Sensor
from edgetop.sensors.files import Number, Sysroot
from edgetop.sensors.kernel.powercap import EnergyCounter, PowercapProvider

INTEL_UJ = 262_143_328_850
AMD_UJ = 65_532_610_987
DEVICES = "sys/devices/virtual/powercap"


def write_zone(root, zone, label, counter_uj, range_uj=INTEL_UJ):
    """A zone of the class: intel-rapl:0 below its control type, intel-rapl:0:1 below its zone."""
    control = zone.partition(":")[0]
    parent = f"{zone.rpartition(':')[0]}/" if zone.count(":") == 2 else ""
    folder = f"{DEVICES}/{control}/{parent}{zone}"
    files = {
        f"{folder}/name": f"{label}\n",
        f"{folder}/energy_uj": f"{counter_uj}\n",
        f"{folder}/max_energy_range_uj": f"{range_uj}\n",
    }
    link = root / "sys/class/powercap" / zone
    fresh = not link.is_symlink()
    write_tree(root, files, {f"sys/class/powercap/{zone}": f"../../../{folder}"} if fresh else {})
    return root / folder


def set_counter(folder, counter_uj):
    write_tree(folder, {"energy_uj": f"{counter_uj}\n"})


class Counter:
    """A file that holds whatever the test says."""

    path = "energy_uj"

    def __init__(self, value=0):
        self.value = value

    def number(self, _now_s):
        return Number(None, Reason.ERROR, "broken") if self.value is None else Number(self.value)


def gauge_of(file, range_uj):
    sensors = [Sensor(f"x/{kind.value}", kind, "x", "") for kind in (Kind.POWER, Kind.ENERGY)]
    return EnergyCounter(sensors, file, range_uj)


def read_series(series, range_uj):
    """Power and energy at each (seconds, counter)."""
    file = Counter()
    gauge = gauge_of(file, range_uj)
    found = []
    for time_s, file.value in series:
        found.append(gauge.read(time_s))
    return found


def test_one_reading_of_a_counter_is_no_value_yet():
    ((power, energy),) = read_series([(1.0, 5_000_000)], INTEL_UJ)
    assert {power.reason, energy.reason} == {Reason.WARMING_UP}
    assert {power.value, energy.value} == {None}


def test_power_is_the_mean_since_the_last_reading_and_energy_goes_on():
    series = [(1.0, 0), (2.0, 15_000_000), (4.0, 35_000_000)]
    found = read_series(series, INTEL_UJ)[1:]
    assert [(power.value, energy.value) for power, energy in found] == [(15.0, 15.0), (10.0, 35.0)]


def test_two_readings_at_one_moment_are_no_rate():
    _, (power, _) = read_series([(1.0, 0), (1.0, 15_000_000)], INTEL_UJ)
    assert (power.value, power.reason) == (None, Reason.WARMING_UP)


@pytest.mark.parametrize("range_uj", [INTEL_UJ, AMD_UJ], ids=["Intel", "AMD"])
def test_a_counter_that_wrapped_goes_on(range_uj):
    series = [(0.0, range_uj - 40_000_000), (1.0, 80_000_000), (2.0, 200_000_000)]
    found = read_series(series, range_uj)[1:]
    assert [power.value for power, _ in found] == pytest.approx([120.0, 120.0])
    assert [energy.value for _, energy in found] == pytest.approx([120.0, 240.0])


def test_a_counter_that_goes_back_from_the_middle_was_reset_and_counts_on_afterwards():
    series = [(0.0, 100_000_000_000), (1.0, 3_000_000), (2.0, 23_000_000)]
    _, (power, energy), (later, joules) = read_series(series, INTEL_UJ)
    assert {power.reason, energy.reason} == {Reason.IMPLAUSIBLE}
    assert power.words == "the counter was reset"
    assert (later.value, joules.value) == (20.0, 20.0)


def test_a_counter_that_goes_back_without_a_known_range_was_reset():
    _, (power, _) = read_series([(0.0, INTEL_UJ - 1), (1.0, 5_000_000)], None)
    assert (power.value, power.words) == (None, "the counter was reset")


def test_a_reset_from_near_the_end_is_no_wrap_if_the_power_would_be_absurd():
    _, (power, energy) = read_series([(0.0, int(0.92 * AMD_UJ)), (1.0, 0)], AMD_UJ)
    assert (power.value, energy.value) == (None, None)
    assert power.words == "more than 1000 W"


def test_more_than_1000_w_is_no_value_and_not_part_of_the_energy():
    series = [(0.0, 0), (1.0, 1_500_000_000), (2.0, 1_550_000_000)]
    _, (power, _), (later, energy) = read_series(series, INTEL_UJ)
    assert (power.value, power.reason) == (None, Reason.IMPLAUSIBLE)
    assert (later.value, energy.value) == (50.0, 50.0)


def test_a_counter_that_stands_still_is_no_0_w():
    """Hypervisors show such."""
    _, (power, energy) = read_series([(0.0, 77), (1.0, 77)], INTEL_UJ)
    assert (power.value, energy.value, power.reason) == (None, None, Reason.OFFLINE)
    assert power.words == "the counter stands still"


def test_a_negative_counter_is_implausible_and_forgotten():
    series = [(0.0, 5_000_000), (1.0, -7), (2.0, 9_000_000), (3.0, 19_000_000)]
    _, (power, _), (after, _), (later, _) = read_series(series, INTEL_UJ)
    assert (power.value, power.words) == (None, "a negative energy")
    assert after.reason is Reason.WARMING_UP
    assert later.value == 10.0


def test_no_figure_spans_a_reading_that_failed():
    series = [(0.0, 0), (1.0, 5_000_000), (2.0, None), (3.0, 95_000_000), (4.0, 99_000_000)]
    _, _, (power, _), (after, _), (later, energy) = read_series(series, INTEL_UJ)
    assert (power.value, power.reason) == (None, Reason.ERROR)
    assert after.reason is Reason.WARMING_UP
    assert (later.value, energy.value) == (4.0, 9.0)


RANGES = st.sampled_from([INTEL_UJ, AMD_UJ])
STEPS = st.lists(st.tuples(st.integers(20, 6000), st.floats(0.0, 0.999)), min_size=1, max_size=30)
"""Milliseconds, and the share of 1000 W."""


@given(RANGES, st.floats(0.0, 1.0), STEPS)
def test_the_energy_of_any_course_is_the_true_one_however_often_it_wraps(range_uj, start, steps):
    true_uj, time_ms = int(start * (range_uj - 1)), 0
    begun_uj, series, truth = true_uj, [(0.0, true_uj)], [0.0]
    for elapsed_ms, share in steps:
        time_ms += elapsed_ms
        true_uj += int(share * elapsed_ms * 1_000_000)
        series.append((time_ms / 1000, true_uj % range_uj))
        truth.append((true_uj - begun_uj) / 1e6)
    for (power, energy), joules in zip(read_series(series, range_uj)[1:], truth[1:], strict=True):
        assert power.reason in (Reason.OK, Reason.OFFLINE)
        if power.value is not None:
            assert energy.value == pytest.approx(joules, abs=1e-3)
            assert 0.0 <= power.value <= 1000.0


@given(RANGES, st.lists(st.tuples(st.integers(20, 6000), st.floats(0.0, 1.0)), max_size=30))
def test_whatever_a_counter_does_no_power_is_negative_or_absurd(range_uj, steps):
    time_ms, series = 0, [(0.0, 0)]
    for elapsed_ms, place in steps:
        time_ms += elapsed_ms
        series.append((time_ms / 1000, int(place * range_uj)))
    energy_j = 0.0
    for (power, energy), (time_s, _) in zip(read_series(series, range_uj), series, strict=True):
        if power.value is not None:
            assert 0.0 <= power.value <= 1000.0
            assert energy_j <= energy.value <= 1000.0 * time_s
            energy_j = energy.value


def test_only_the_msr_view_of_a_package_counts_but_both_are_the_same_thing(tmp_path):
    msr = write_zone(tmp_path, "intel-rapl:0", "package-0", 0)
    mmio = write_zone(tmp_path, "intel-rapl-mmio:0", "package-0", 1_000_000)
    tree = Tree(tmp_path)
    tree.read()
    set_counter(msr, 12_000_000)
    set_counter(mmio, 14_000_000)
    figures = tree.read(1.0)
    assert values(figures.sensors, Kind.POWER) == {"package-0": 12.0}
    assert "mmio" not in figures.of_kind(Kind.POWER)[0].sensor.source
    assert (figures.power.power_w, figures.power.scope) == (12.0, "package")


def test_the_mmio_view_stands_in_where_the_other_has_no_value(tmp_path):
    write_zone(tmp_path, "intel-rapl:0", "package-0", 5)
    mmio = write_zone(tmp_path, "intel-rapl-mmio:0", "package-0", 1_000_000)
    tree = Tree(tmp_path)
    tree.read()
    set_counter(mmio, 14_000_000)
    assert tree.read(1.0).power.power_w == 13.0


def test_two_packages_are_added_and_what_is_inside_or_beside_them_is_not(tmp_path):
    zones = {
        "intel-rapl:0": "package-0",
        "intel-rapl:0:0": "core",
        "intel-rapl:0:1": "dram",
        "intel-rapl:1": "package-1",
        "intel-rapl:1:0": "core",
        "intel-rapl:1:1": "dram",
    }
    folders = {zone: write_zone(tmp_path, zone, label, 0) for zone, label in zones.items()}
    tree = Tree(tmp_path)
    tree.read()
    for watts, folder in enumerate(folders.values(), 1):
        set_counter(folder, watts * 10_000_000)
    figures = tree.read(1.0)
    power = figures.power
    assert (power.power_w, power.rails) == (50.0, ("package-0", "package-1"))
    assert (power.scope, power.energy_j) == ("package", 50.0)
    cores = [item for item in figures.of_kind(Kind.POWER) if item.sensor.label == "core"]
    assert [(item.value, item.sensor.parent) for item in cores] == [
        (20.0, "package-0"),
        (50.0, "package-1"),
    ]
    memories = [item.sensor for item in figures.of_kind(Kind.POWER) if item.sensor.role == "dram"]
    assert [sensor.label for sensor in memories] == ["dram", "dram"]


def test_the_platform_s_counter_covers_more_than_the_package(tmp_path):
    package = write_zone(tmp_path, "intel-rapl:0", "package-0", 0)
    psys = write_zone(tmp_path, "intel-rapl:1", "psys", 0)
    tree = Tree(tmp_path)
    tree.read()
    set_counter(package, 20_000_000)
    set_counter(psys, 31_000_000)
    power = tree.read(1.0).power
    assert (power.power_w, power.scope, power.rails) == (31.0, "platform", ("psys",))
    assert power.excludes == "loss of the power supply"


def test_an_amd_processor_has_a_package_and_its_cores_under_the_same_class(tmp_path):
    package = write_zone(tmp_path, "intel-rapl:0", "package-0", AMD_UJ - 1_000_000, AMD_UJ)
    core = write_zone(tmp_path, "intel-rapl:0:0", "core", 500, AMD_UJ)
    tree = Tree(tmp_path)
    tree.read()
    set_counter(package, 119_000_000)
    set_counter(core, 80_000_500)
    figures = tree.read(1.0)
    assert values(figures.sensors, Kind.POWER) == pytest.approx({"package-0": 120.0, "core": 80.0})
    assert figures.power.power_w == pytest.approx(120.0)
    assert row(figures.sensors, Kind.POWER, "core").sensor.parent == "package-0"


def test_what_is_no_zone_is_left_out(tmp_path):
    write_zone(tmp_path, "intel-rapl:0", "package-0", 0)
    write_tree(tmp_path, {"sys/class/powercap/dtpm/name": "package-9\n"})
    write_tree(tmp_path, {"sys/class/powercap/intel-rapl/enabled": "1\n"})
    write_zone(tmp_path, "intel-rapl:2", "", 0)
    found = rows_of(PowercapProvider(Sysroot(tmp_path), FakeClock()))
    assert [item.sensor.label for item in found] == ["package-0", "package-0"]
    assert [item.sensor.kind for item in found] == [Kind.POWER, Kind.ENERGY]


def test_without_permission_there_is_a_hint_and_no_figure(tmp_path, monkeypatch):
    folder = write_zone(tmp_path, "intel-rapl:0", "package-0", 0)
    fail_reads(monkeypatch, {folder / "energy_uj": errno.EACCES})
    figures = Tree(tmp_path).read()
    found = row(figures.sensors, Kind.POWER, "package-0")
    assert (found.value, found.reading.reason) == (None, Reason.NO_PERMISSION)
    assert "udev" in found.sensor.hint
    assert figures.power.reason == "needs permission (package-0)"


def test_a_counter_keeps_what_it_has_counted_when_the_zones_are_looked_for_again(tmp_path):
    folder = write_zone(tmp_path, "intel-rapl:0", "package-0", 0)
    clock = FakeClock()
    provider = PowercapProvider(Sysroot(tmp_path), clock)
    rows_of(provider)
    clock.now_s += 1.0
    set_counter(folder, 10_000_000)
    rows_of(provider)
    clock.now_s += 1.0
    set_counter(folder, 30_000_000)
    found = rows_of(provider)
    assert row(found, Kind.POWER, "package-0").value == 20.0
    assert row(found, Kind.ENERGY, "package-0").value == 30.0
    provider.close()
