"""What is easily got wrong on each of seven boards."""

from __future__ import annotations

import re
import shutil
from types import SimpleNamespace

import pytest
from board_records import EmulatedBoard, only, rows, with_values
from emulated_boards import stored, write_tree

from edgetop.readings import Kind, Reason


@pytest.fixture(scope="module")
def look(tmp_path_factory):
    """Reads a board twice; those that are not prepared in any way, only once for all tests."""
    known = {}

    def read(board, prepare=None):
        if prepare is None and board in known:
            return known[board]
        folder = tmp_path_factory.mktemp("boards") / board
        with EmulatedBoard(board, folder, prepare or bool) as emulated:
            first, first_record = emulated.read(), emulated.record()
            emulated.pass_a_second()
            found = SimpleNamespace(
                first=first,
                first_record=first_record,
                later=emulated.read(),
                later_record=emulated.record(),
            )
        if prepare is None:
            known[board] = found
        return found

    return read


# A container with 2 GiB and two processors on a larger machine.


def test_the_memory_of_a_container_is_its_limit_and_not_the_machines(look):
    figures = look("container-cgroup2").first
    assert figures.memory_total_mib.value == 2048.0
    assert only(look("container-cgroup2").first_record, "memory", "ram")["maximum"] > 15e9


def test_a_fifth_of_the_machine_is_three_quarters_of_the_quota(look):
    record = look("container-cgroup2").later_record
    assert only(record, "utilization", "cpu")["value"] == 20.0
    assert only(record, "utilization", "container cpu")["value"] == 75.0


def test_a_memory_limit_that_is_the_word_max_is_none(look):
    found = look("container-cgroup2", lambda root: write_tree(root, NO_LIMIT))
    assert rows(found.first_record, "memory", "container") == []
    assert found.first.memory_total_mib.value == 16000.0


NO_LIMIT = {"sys/fs/cgroup/memory.max": "max\n"}


def test_a_group_around_the_own_one_can_have_the_tighter_limit(look):
    outer, inner = "sys/fs/cgroup/outer", "sys/fs/cgroup/outer/inner"
    files = {
        "proc/self/cgroup": "0::/outer/inner\n",
        f"{outer}/memory.max": f"{2**30}\n",
        f"{outer}/memory.current": f"{2**29}\n",
        f"{outer}/memory.stat": "inactive_file 0\n",
        f"{inner}/memory.max": "max\n",
        f"{inner}/memory.current": f"{2**28}\n",
        f"{inner}/memory.stat": "inactive_file 0\n",
    }
    figures = look("container-cgroup2", lambda root: write_tree(root, files)).first
    assert (figures.memory_used_mib.value, figures.memory_total_mib.value) == (512.0, 1024.0)


# Jetson Nano: L4T 32, rails from the IIO driver.


def test_rails_inside_the_input_are_not_added_to_it(look):
    found = look("jetson-nano")
    watts = [row["value"] for row in rows(found.first_record, "power")]
    assert sum(watts) == pytest.approx(2.116)
    assert found.first.power.power_w == pytest.approx(1.75)
    inside = {row["label"]: row["parent"] for row in rows(found.first_record, "power")}
    assert inside == {"POM_5V_IN": None, "POM_5V_GPU": "POM_5V_IN", "POM_5V_CPU": "POM_5V_IN"}


def test_the_load_of_a_tegra_gpu_is_per_mille(look):
    assert only(look("jetson-nano").later_record, "utilization", "gpu")["value"] == 34.5
    assert only(look("jetson-orin-nano").first_record, "utilization", "gpu")["value"] == 63.0


def test_the_constant_of_the_pmic_is_not_the_hottest_zone(look):
    found = look("jetson-nano")
    pmic = only(found.later_record, "temperature", "PMIC-Die")
    assert (pmic["value"], pmic["role"]) == (50.0, "static")
    assert found.later.temperature_c.value < pmic["value"]


@pytest.mark.parametrize("board", ["jetson-nano", "raspberry-pi-3b", "raspberry-pi-5", "rk3588"])
def test_a_thermal_zone_is_not_listed_once_more_as_a_chip(look, board):
    """Both have the same path on the device, and one row."""
    found = rows(look(board).first_record, "temperature")
    zones = [row for row in found if "/thermal_zone" in row["source"]]
    numbers = [re.search(r"thermal_zone[0-9]+", row["source"])[0] for row in zones]
    assert len(zones) >= 1
    assert sorted(set(numbers)) == sorted(numbers)
    assert all(row["source"].endswith("/temp") for row in zones)


# Jetson Orin Nano: L4T 36, rails from the hwmon driver.


def test_sums_and_shunt_voltages_of_the_chip_are_no_rails(look):
    record = look("jetson-orin-nano").first_record
    power = {row["label"] for row in rows(record, "power")}
    assert power == {"VDD_IN", "VDD_CPU_GPU_CV", "VDD_SOC"}
    assert rows(record, "current") == rows(record, "voltage") == []


def test_the_modules_input_contains_its_other_rails(look):
    found = look("jetson-orin-nano")
    watts = [row["value"] for row in rows(found.first_record, "power")]
    assert sum(watts) == pytest.approx(19.964, rel=1e-3)
    assert found.first.power.power_w == pytest.approx(12.479, rel=1e-3)


def test_over_current_events_of_the_past_are_not_throttling_now(look):
    found = look("jetson-orin-nano")
    assert only(found.first_record, "throttle", "oc3", "events")["value"] == 27390
    assert found.first.throttle == ()
    assert only(found.later_record, "throttle", "oc3", "events/s")["value"] == 2
    assert [item.cause for item in found.later.throttle] == ["instantaneous over-current"]


# Raspberry Pi 3: no current sensor at all.


def test_a_board_without_a_current_sensor_says_so_and_not_0_w(look):
    found = look("raspberry-pi-3b")
    assert rows(found.first_record, "power") == []
    assert found.first_record["power"]["watts"] is None
    assert found.first_record["power"]["reason"] == "no sensor"


def test_an_error_line_of_the_firmware_is_no_rail_although_the_command_succeeds(look):
    text = stored("raspberry-pi-3b")["commands"]["vcgencmd pmic_read_adc"]
    assert text.startswith("error=")
    record = look("raspberry-pi-3b").first_record
    sources = {row["source"] for row in record["sensors"]}
    assert "vcgencmd get_throttled" in sources
    assert "vcgencmd pmic_read_adc" not in sources


def test_throttled_now_is_told(look):
    causes = [item.cause for item in look("raspberry-pi-3b").first.throttle]
    assert causes == ["under-voltage", "throttled"]


# Raspberry Pi 5: rails of the PMIC, through the firmware.


def test_current_and_voltage_belong_together_by_name_and_not_by_number(look):
    text = stored("raspberry-pi-5")["commands"]["vcgencmd pmic_read_adc"]
    numbers = dict(re.findall(r"(VDD_CORE_[AV]) \w+\(([0-9]+)\)", text))
    assert numbers["VDD_CORE_A"] != numbers["VDD_CORE_V"]
    core = only(look("raspberry-pi-5").first_record, "power", "VDD_CORE")
    assert core["value"] == pytest.approx(0.8936988 * 5.03652)


def test_voltages_without_a_current_give_no_power(look):
    record = look("raspberry-pi-5").first_record
    assert {row["label"] for row in rows(record, "voltage")} == {"EXT5V", "BATT"}
    labels = [row["label"] for row in rows(record, "power")]
    assert len(labels) == 12
    assert {"EXT5V", "BATT"}.isdisjoint(labels)


def test_free_pins_of_the_io_chip_are_no_voltages(look):
    record = look("raspberry-pi-5").first_record
    files = stored("raspberry-pi-5")["files"]
    assert any("1f000c8000.adc" in path and path.endswith("in1_input") for path in files)
    assert [row["kind"] for row in record["sensors"] if "1f000c8000.adc" in row["source"]] == [
        "temperature"
    ]


def test_bits_of_earlier_are_not_throttling_now(look):
    first = look("raspberry-pi-5").first
    assert first.throttle == ()
    assert first.throttled_before != ()


def test_the_firmware_is_asked_no_more_than_once_a_second(look):
    found = look("raspberry-pi-5").first
    sensors = [item.sensor for item in found.sensors if "vcgencmd" in item.sensor.source]
    assert min(sensor.min_period_s for sensor in sensors) >= 1.0


def test_a_partial_figure_says_what_it_leaves_out(look):
    power = look("raspberry-pi-5").first.power
    assert "partial" in power.scope_words
    assert "partial" in power.covers
    assert "USB" in power.excludes


# RK3588: nothing but an input voltage.


def test_a_contract_of_usb_c_is_neither_power_nor_voltage_nor_current(look):
    record = look("rk3588").first_record
    assert not [row for row in record["sensors"] if "tcpm" in row["source"] + row["label"]]
    assert rows(record, "power") == rows(record, "current") == []
    assert [row["label"] for row in rows(record, "voltage")] == ["simple_vin"]


@pytest.mark.parametrize("percent", [101, 20000])
def test_an_npu_beyond_its_whole_time_has_no_value(look, percent):
    text = f"NPU load:  Core0: {percent}%, Core1: 65%, Core2: 64%,\n"
    path = "sys/kernel/debug/rknpu/load"
    record = look("rk3588", lambda root: write_tree(root, {path: text})).first_record
    values = [row["value"] for row in rows(record, "utilization") if "npu" in row["label"]]
    assert values == [None, None, 65, 64]
    assert only(record, "utilization", "npu")["status"] == "implausible"


def test_a_fan_header_without_a_tachometer_has_no_speed(look):
    assert [row["unit"] for row in rows(look("rk3588").first_record, "fan")] == ["%"]


# x86: RAPL.


def test_the_second_view_of_a_package_is_not_added(look):
    found = look("x86-rapl-intel")
    assert any("intel-rapl-mmio:0/energy_uj" in path for path in stored("x86-rapl-intel")["later"])
    package = only(found.later_record, "power", "package-0")
    assert package["value"] == pytest.approx(15.23)
    assert "mmio" not in package["source"]


def test_what_is_inside_a_package_is_not_added_to_it(look):
    found = look("x86-rapl-intel", remove_psys)
    inside = {row["label"]: row["parent"] for row in rows(found.later_record, "power")}
    assert inside == {"package-0": None, "core": "package-0", "uncore": "package-0"}
    assert found.later.power.power_w == pytest.approx(15.23)


def remove_psys(root):
    (root / "sys/class/powercap/intel-rapl:1").unlink()
    shutil.rmtree(root / "sys/devices/virtual/powercap/intel-rapl/intel-rapl:1")


def test_without_the_platforms_counter_the_package_is_the_figure(look):
    power = look("x86-rapl-intel", remove_psys).later.power
    assert (power.scope, power.rails) == ("package", ("package-0",))
    assert power.scope_words == "package (package-0)"
    assert power.energy_j == pytest.approx(15.23)


def test_a_counter_that_was_read_once_gives_no_power(look):
    found = look("x86-rapl-intel")
    power = [row["value"] for row in rows(found.first_record, "power")]
    assert power == [None] * 4
    assert found.first.power.reason == "no value yet (psys)"
    assert len(with_values(rows(found.later_record, "power"))) == 4


def test_a_count_of_throttling_is_now_only_while_it_grows(look):
    found = look("x86-rapl-intel")
    assert found.first.throttle == ()
    assert [item.cause for item in found.later.throttle] == ["package too hot"]
    (count, _) = found.later.of_kind(Kind.THROTTLE)[:2]
    assert count.value == 43
    assert count.reading.reason is Reason.OK
