"""AMD's graphics cards, and processors with a GPU of theirs inside."""

from __future__ import annotations

import errno

import pytest
from emulated_boards import FakeClock, write_tree
from graphics_cards import write_card
from provider_rows import Tree, fail_reads, row, rows_of, values

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.gpu.amd import AmdGpuProvider

DEVICE = {
    "gpu_busy_percent": 97,
    "mem_info_vram_used": 3 * 2**30,
    "mem_info_vram_total": 16 * 2**30,
}
CARD_CHIP = {
    "power1_average": 183_000_000,
    "power1_cap": 220_000_000,
    "freq1_input": 2_475_000_000,
    "freq1_label": "sclk",
    "temp1_label": "edge",
    "temp1_input": 61000,
    "temp1_crit": 100000,
    "temp2_label": "junction",
    "temp2_input": 74000,
    "temp3_label": "mem",
    "temp3_input": 70000,
    "fan1_input": 1345,
    "in0_label": "vddgfx",
    "in0_input": 1106,
}
APU_CHIP = {
    "power1_input": 24_000_000,
    "power1_label": "PPT",
    "freq1_input": 1_300_000_000,
    "temp1_label": "edge",
    "temp1_input": 52000,
    "in0_label": "vddgfx",
    "in0_input": 900,
    "in1_label": "vddnb",
    "in1_input": 800,
}


def found_in(root):
    return rows_of(AmdGpuProvider(Sysroot(root), FakeClock()))


@pytest.fixture
def card(tmp_path):
    """The device of a graphics card."""
    return write_card(tmp_path, 0, "amdgpu", chip=CARD_CHIP, device=DEVICE)


def write_package(root, counter_uj):
    zone = "sys/class/powercap/intel-rapl:0"
    write_tree(root, {f"{zone}/name": "package-0\n", f"{zone}/energy_uj": f"{counter_uj}\n"})


def test_a_graphics_card_tells_everything(tmp_path, card):
    found = found_in(tmp_path)
    assert values(found, Kind.UTILIZATION) == {"gpu": 97.0}
    assert values(found, Kind.MEMORY) == {"gpu": 3 * 2.0**30}
    assert values(found, Kind.POWER) == {"gpu": 183.0}
    assert values(found, Kind.CLOCK) == {"gpu": 2475.0}
    assert values(found, Kind.TEMPERATURE) == {"edge": 61.0, "junction": 74.0, "mem": 70.0}
    assert values(found, Kind.FAN) == {"gpu": 1345.0}
    assert row(found, Kind.MEMORY, "gpu").sensor.maximum == 16 * 2.0**30
    assert row(found, Kind.POWER, "gpu").sensor.maximum == 220.0
    assert row(found, Kind.TEMPERATURE, "edge").sensor.maximum == 100.0


def test_a_card_s_power_is_that_of_its_board_and_not_of_the_computer(tmp_path, card):
    power = Tree(tmp_path).read().power
    assert (power.power_w, power.scope, power.rails) == (183.0, "gpu", ("gpu",))
    assert (power.covers, power.excludes) == ("gpu board", "the computer")


def test_a_card_beside_a_processor_makes_one_figure_with_it(tmp_path, card):
    write_package(tmp_path, 0)
    tree = Tree(tmp_path)
    tree.read()
    write_package(tmp_path, 40_000_000)
    power = tree.read(1.0).power
    assert (power.power_w, power.scope) == (223.0, "package+gpu")
    assert power.energy_j is None


def test_the_mean_is_preferred_to_the_present_power(tmp_path):
    chip = CARD_CHIP | {"power1_input": 999_000_000}
    write_card(tmp_path, 0, "amdgpu", chip=chip, device=DEVICE)
    assert values(found_in(tmp_path), Kind.POWER) == {"gpu": 183.0}


def test_a_driver_without_a_mean_has_the_present_power(tmp_path):
    chip = {name: value for name, value in CARD_CHIP.items() if name != "power1_average"}
    write_card(tmp_path, 0, "amdgpu", chip=chip | {"power1_input": 31_000_000}, device=DEVICE)
    assert values(found_in(tmp_path), Kind.POWER) == {"gpu": 31.0}


def test_the_power_of_a_processor_with_a_gpu_inside_is_the_package_s(tmp_path):
    write_card(tmp_path, 0, "amdgpu", chip=APU_CHIP, device=DEVICE)
    figures = Tree(tmp_path).read()
    power = figures.power
    assert (power.power_w, power.scope, power.rails) == (24.0, "package", ("PPT",))
    assert "with its GPU" in power.covers
    assert figures.gpu_percent.value == 97.0


def test_the_package_is_counted_once_where_rapl_tells_it_as_well(tmp_path):
    write_card(tmp_path, 0, "amdgpu", chip=APU_CHIP, device=DEVICE)
    write_package(tmp_path, 0)
    tree = Tree(tmp_path)
    first = tree.read().power
    write_package(tmp_path, 23_000_000)
    figures = tree.read(1.0)
    assert (first.power_w, first.rails) == (24.0, ("PPT",))
    assert values(figures.sensors, Kind.POWER) == {"package-0": 23.0}
    assert (figures.power.power_w, figures.power.energy_j) == (23.0, 23.0)


def test_a_closed_rapl_file_leaves_the_package_to_the_gpu_s_driver(tmp_path, monkeypatch):
    write_card(tmp_path, 0, "amdgpu", chip=APU_CHIP, device=DEVICE)
    write_package(tmp_path, 0)
    closed = tmp_path / "sys/class/powercap/intel-rapl:0/energy_uj"
    fail_reads(monkeypatch, {closed: errno.EACCES})
    power = Tree(tmp_path).read().power
    assert (power.power_w, power.rails, power.energy_j) == (24.0, ("PPT",), None)


def test_an_older_apu_without_names_of_voltages_is_known_by_what_it_lacks(tmp_path):
    chip = {name: value for name, value in APU_CHIP.items() if not name.startswith("in")}
    write_card(tmp_path, 0, "amdgpu", chip=chip)
    assert row(found_in(tmp_path), Kind.POWER, "PPT").sensor.role == "package"


def test_a_card_beside_an_apu_is_the_second_gpu(tmp_path):
    write_card(tmp_path, 0, "amdgpu", chip=APU_CHIP, device=DEVICE | {"gpu_busy_percent": 3})
    write_card(tmp_path, 1, "amdgpu", chip=CARD_CHIP, device=DEVICE)
    figures = Tree(tmp_path).read()
    assert values(figures.sensors, Kind.UTILIZATION) == {"gpu": 3.0, "gpu1": 97.0}
    assert (figures.power.power_w, figures.power.scope) == (207.0, "package+gpu")
    assert figures.gpu_percent.detail == "gpu1"


@pytest.mark.parametrize("error", [errno.EINVAL, errno.EBUSY, errno.EPERM])
def test_a_card_that_sleeps_is_offline_and_needs_no_permission(tmp_path, card, monkeypatch, error):
    """Up to Linux 6.14 it answers EINVAL or EBUSY, later EPERM, to root as well."""
    chip = card / "hwmon/hwmon0"
    files = [card / "gpu_busy_percent", *(chip / name for name in CARD_CHIP if "input" in name)]
    fail_reads(monkeypatch, dict.fromkeys([*files, chip / "power1_average"], error))
    figures = Tree(tmp_path).read()
    for kind in (Kind.UTILIZATION, Kind.POWER, Kind.CLOCK, Kind.FAN):
        reading = row(figures.sensors, kind, "gpu").reading
        assert (reading.value, reading.reason) == (None, Reason.OFFLINE)
    assert figures.power.power_w is None
    assert row(figures.sensors, Kind.MEMORY, "gpu").value == 3 * 2.0**30


def test_a_card_without_a_hwmon_chip_has_load_and_memory(tmp_path):
    write_card(tmp_path, 0, "amdgpu", device=DEVICE)
    assert {item.sensor.kind for item in found_in(tmp_path)} == {Kind.UTILIZATION, Kind.MEMORY}


def test_cards_of_other_drivers_are_none_of_ours(tmp_path):
    write_card(tmp_path, 0, "i915", chip={}, device=DEVICE)
    write_card(tmp_path, 1, "nouveau", chip=CARD_CHIP, device=DEVICE)
    assert found_in(tmp_path) == ()


def test_the_driver_is_known_by_its_link_where_uevent_cannot_be_read(tmp_path, card):
    (card / "uevent").unlink()
    (card / "driver").symlink_to("../../../bus/pci/drivers/amdgpu")
    assert values(found_in(tmp_path), Kind.UTILIZATION) == {"gpu": 97.0}
