"""Intel's GPUs with the i915 and the xe driver."""

from __future__ import annotations

import pytest
from emulated_boards import FakeClock
from graphics_cards import write_card
from provider_rows import Tree, row, rows_of, values

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.gpu.intel import IntelGpuProvider

I915 = {
    "gt_act_freq_mhz": 950,
    "gt_max_freq_mhz": 1450,
    "gt/gt0/rc6_residency_ms": 5000,
    "gt/gt0/throttle_reason_status": 0,
    "gt/gt0/throttle_reason_pl1": 0,
    "gt/gt0/throttle_reason_thermal": 0,
}
XE = {
    "tile0/gt0/freq0/act_freq": 2400,
    "tile0/gt0/freq0/max_freq": 2850,
    "tile0/gt0/gtidle/idle_residency_ms": 7000,
    "tile0/gt0/freq0/throttle/status": 0,
    "tile0/gt0/freq0/throttle/reason_pl1": 0,
    "tile0/gt0/freq0/throttle/reason_vr_thermalert": 0,
}
TWO_COUNTERS = {
    "energy1_input": 100_000_000,
    "energy2_input": 60_000_000,
    "energy1_label": "card",
    "energy2_label": "pkg",
    "power1_max": 190_000_000,
}


@pytest.fixture
def watch(tmp_path):
    """Reads the cards again and again, each time a second later."""

    class Watch:
        def __init__(self):
            self.clock = FakeClock()
            self.provider = IntelGpuProvider(Sysroot(tmp_path), self.clock)

        def read(self, driver, **files):
            write_card(tmp_path, 0, driver, **files)
            self.clock.now_s += 1.0
            return rows_of(self.provider)

    watch = Watch()
    yield watch
    watch.provider.close()


def test_the_load_is_an_estimate_from_the_time_in_the_idle_state(watch):
    first = row(watch.read("i915", card=I915), Kind.UTILIZATION, "gpu")
    idle_ms = {"gt/gt0/rc6_residency_ms": 5700}
    later = row(watch.read("i915", card=I915 | idle_ms), Kind.UTILIZATION, "gpu")
    assert (first.value, first.reading.reason) == (None, Reason.WARMING_UP)
    assert later.value == pytest.approx(30.0)
    assert (later.sensor.role, later.reading.detail) == ("estimate", "estimate")


@pytest.mark.parametrize(
    ("idle_ms", "percent"), [(1000, 0.0), (1012, 0.0), (1200, None), (0, 100.0)]
)
def test_more_idle_time_than_time_is_none(watch, idle_ms, percent):
    """Some ms are the difference of two clocks."""
    watch.read("i915", card=I915)
    idle = {"gt/gt0/rc6_residency_ms": 5000 + idle_ms}
    load = row(watch.read("i915", card=I915 | idle), Kind.UTILIZATION, "gpu")
    assert load.value == percent


def test_an_idle_counter_that_began_anew_gives_no_load(watch):
    watch.read("i915", card=I915)
    load = row(
        watch.read("i915", card=I915 | {"gt/gt0/rc6_residency_ms": 3}), Kind.UTILIZATION, "gpu"
    )
    assert (load.value, load.reading.reason) == (None, Reason.WARMING_UP)


def test_an_integrated_gpu_has_a_clock_and_no_power(watch):
    found = watch.read("i915", card=I915)
    assert values(found, Kind.CLOCK) == {"gpu": 950.0}
    assert row(found, Kind.CLOCK, "gpu").sensor.maximum == 1450.0
    assert values(found, Kind.POWER) == {}


def test_the_clock_of_a_gpu_with_several_tiles_stands_in_the_first(watch):
    files = {"gt/gt0/rps_act_freq_mhz": 1900, "gt/gt0/rps_max_freq_mhz": 2100}
    found = watch.read("i915", card=files)
    assert values(found, Kind.CLOCK) == {"gpu": 1900.0}
    assert row(found, Kind.CLOCK, "gpu").sensor.maximum == 2100.0


def test_i915_s_reasons_are_told_in_words_while_the_clock_is_held_back(tmp_path):
    tree = Tree(tmp_path)
    write_card(tmp_path, 0, "i915", card=I915)
    calm = tree.read()
    held = {f"gt/gt0/throttle_reason_{name}": 1 for name in ("status", "pl1", "thermal")}
    write_card(tmp_path, 0, "i915", card=I915 | held)
    hot = tree.read(1.0)
    assert calm.throttle == ()
    assert [(item.source, item.cause) for item in hot.throttle] == [
        ("gpu", "sustained power limit"),
        ("gpu", "too hot"),
    ]


def test_a_reason_without_a_name_is_still_one(tmp_path):
    held = I915 | {"gt/gt0/throttle_reason_status": 1}
    write_card(tmp_path, 0, "i915", card=held)
    assert [item.cause for item in Tree(tmp_path).read().throttle] == ["held back"]


def test_reasons_that_stand_alone_without_the_status_are_history(tmp_path):
    write_card(tmp_path, 0, "i915", card=I915 | {"gt/gt0/throttle_reason_pl1": 1})
    assert Tree(tmp_path).read().throttle == ()


def test_xe_s_reasons_are_told_in_words(tmp_path):
    """Its files are called throttle/reason_pl1, not throttle_reason_pl1."""
    throttle = "tile0/gt0/freq0/throttle"
    held = {f"{throttle}/{name}": 1 for name in ("status", "reason_pl1", "reason_vr_thermalert")}
    write_card(tmp_path, 0, "xe", device=XE | held)
    assert [item.cause for item in Tree(tmp_path).read().throttle] == [
        "sustained power limit",
        "regulator too hot",
    ]


def test_xe_has_its_files_below_the_device(watch):
    first = watch.read("xe", device=XE)
    idle = {"tile0/gt0/gtidle/idle_residency_ms": 7250}
    later = watch.read("xe", device=XE | idle)
    assert values(first, Kind.CLOCK) == {"gpu": 2400.0}
    assert row(first, Kind.CLOCK, "gpu").sensor.maximum == 2850.0
    assert values(later, Kind.UTILIZATION) == {"gpu": pytest.approx(75.0)}


def test_a_discrete_card_s_power_is_the_growth_of_its_energy(watch):
    chip = {"energy1_input": 100_000_000, "power1_max": 190_000_000}
    first = watch.read("i915", chip=chip)
    later = watch.read("i915", chip=chip | {"energy1_input": 145_000_000})
    assert row(first, Kind.POWER, "gpu").reading.reason is Reason.WARMING_UP
    assert row(later, Kind.POWER, "gpu").value == 45.0
    assert row(later, Kind.ENERGY, "gpu").value == 45.0
    assert row(later, Kind.POWER, "gpu").sensor.maximum == 190.0


def test_xe_s_second_counter_is_the_package_on_the_card_and_not_added(tmp_path):
    tree = Tree(tmp_path)
    write_card(tmp_path, 0, "xe", chip=TWO_COUNTERS, device=XE)
    tree.read()
    grown = {"energy1_input": 145_000_000, "energy2_input": 90_000_000}
    write_card(tmp_path, 0, "xe", chip=TWO_COUNTERS | grown, device=XE)
    figures = tree.read(1.0)
    power = figures.power
    assert (power.power_w, power.scope, power.energy_j) == (45.0, "gpu", 45.0)
    assert power.covers == "gpu board"
    package = row(figures.sensors, Kind.POWER, "gpu package")
    assert (package.value, package.sensor.role, package.sensor.parent) == (30.0, "part", "gpu")


def test_a_second_card_has_its_own_name(tmp_path):
    write_card(tmp_path, 0, "i915", card=I915)
    write_card(tmp_path, 1, "xe", device=XE)
    found = rows_of(IntelGpuProvider(Sysroot(tmp_path), FakeClock()))
    assert values(found, Kind.CLOCK) == {"gpu": 950.0, "gpu1": 2400.0}
