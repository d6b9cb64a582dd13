"""Chips of the hwmon class: rails of unknown place, voltages, temperatures, fans."""

from __future__ import annotations

import pytest
from emulated_boards import FakeClock, write_tree
from provider_rows import Tree, row, rows_of, values

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.kernel.hwmon import HwmonProvider


def write_chip(root, name, files, number=0, device="devices/platform/chip.0"):
    """A chip behind a device of its own; numbers become lines."""
    folder = f"sys/{device}/hwmon/hwmon{number}"
    files = {"name": name, **files}
    link = root / f"sys/class/hwmon/hwmon{number}"
    links = {
        f"sys/class/hwmon/hwmon{number}": f"../../{device}/hwmon/hwmon{number}",
        f"{folder}/device": "../..",
    }
    write_tree(
        root,
        {f"{folder}/{file}": f"{text}\n" if text != "" else "" for file, text in files.items()},
        {} if link.is_symlink() else links,
    )
    return root / folder


def found_in(root):
    return rows_of(HwmonProvider(Sysroot(root), FakeClock()))


# Rails: what they feed is not known.


@pytest.mark.parametrize("name", ["ina219", "ina226", "ina231", "ina228", "ina238"])
def test_the_power_of_a_chip_is_a_rail_and_no_total(tmp_path, name):
    chip = {"in0_input": 1, "in1_input": 12000, "curr1_input": 700, "power1_input": 8_400_000}
    write_chip(tmp_path, name, chip)
    figures = Tree(tmp_path).read()
    rail = row(figures.sensors, Kind.POWER, name)
    assert (rail.value, rail.sensor.role) == (8.4, "rail")
    assert figures.power.power_w is None
    assert figures.power.reason == f"no total known for the rails {name}"


def test_a_rail_becomes_the_power_if_the_user_names_it(tmp_path):
    write_chip(tmp_path, "ina226", {"label": "vdd_12v", "power1_input": 8_400_000})
    power = Tree(tmp_path, power_rails=("vdd_12v",)).read().power
    assert (power.power_w, power.scope_words) == (8.4, "named (vdd_12v)")


@pytest.mark.parametrize(
    ("files", "label"),
    [
        ({}, "ina226"),
        ({"label": "of chip"}, "of chip"),
        ({"label": "of chip", "in1_label": "of in"}, "of in"),
        ({"in1_label": "of in", "curr1_label": "of curr"}, "of curr"),
        ({"curr1_label": "of curr", "power1_label": "of power"}, "of power"),
    ],
)
def test_a_rail_has_the_name_that_says_most(tmp_path, files, label):
    write_chip(tmp_path, "ina226", {"power1_input": 1_000_000, **files})
    assert values(found_in(tmp_path), Kind.POWER) == {label: 1.0}


def test_power_and_energy_of_one_rail_belong_together(tmp_path):
    chip = {"label": "vin", "power1_input": 2_500_000, "energy1_input": 60_000_000}
    write_chip(tmp_path, "ltc2947", chip)
    power = Tree(tmp_path, power_rails=("vin",)).read().power
    assert (power.power_w, power.energy_j) == (2.5, 60.0)


def test_the_energy_of_a_rail_is_not_that_of_the_chip_s_second_counter(tmp_path):
    """The LTC2947 has two, each with a rule of its own for what it counts."""
    chip = {"label": "vin", "power1_input": 2_500_000}
    chip |= {"energy1_input": 60_000_000, "energy2_input": 7_000_000}
    write_chip(tmp_path, "ltc2947", chip)
    assert Tree(tmp_path, power_rails=("vin",)).read().power.energy_j == 60.0


def test_voltage_times_current_is_a_rail_where_the_driver_has_no_power(tmp_path):
    chip = {"in1_input": 5000, "curr1_input": 400, "in2_input": 3300, "curr3_input": 9}
    write_chip(tmp_path, "max34440", {"curr1_label": "5V0", **chip})
    found = found_in(tmp_path)
    assert values(found, Kind.POWER) == {"5V0": 2.0}
    assert row(found, Kind.POWER, "5V0").sensor.role == "rail"
    assert values(found, Kind.VOLTAGE) == {"max34440 in1": 5.0, "max34440 in2": 3.3}


def test_a_mean_stands_for_the_power_only_if_there_is_no_present_value(tmp_path):
    write_chip(tmp_path, "a", {"power1_average": 4_000_000})
    both = {"power1_average": 4_000_000, "power1_input": 5_000_000}
    write_chip(tmp_path, "b", both, 1, "devices/platform/chip.1")
    assert values(found_in(tmp_path), Kind.POWER) == {"a": 4.0, "b": 5.0}


def test_a_limit_of_power_is_no_power(tmp_path):
    write_chip(tmp_path, "acpi_power_meter", {"power1_cap": 9_000_000, "power1_max": 1})
    assert found_in(tmp_path) == ()


@pytest.mark.parametrize(
    "name", ["ucsi_source_psy_USBC000:001", "tcpm_source_psy_4_0022", "ucsi-source-psy-1"]
)
def test_a_contract_of_usb_c_is_nothing_that_was_measured(tmp_path, name):
    contract = {"in0_input": 20000, "curr1_input": 3250, "power1_input": 65_000_000}
    write_chip(tmp_path, name, contract)
    assert found_in(tmp_path) == ()


# Voltages and temperatures.


def test_the_only_voltage_of_a_chip_bears_its_name(tmp_path):
    write_chip(tmp_path, "simple_vin", {"in0_input": 12074})
    assert values(found_in(tmp_path), Kind.VOLTAGE) == {"simple_vin": 12.074}


def test_free_pins_are_no_voltages_but_the_chip_has_a_temperature(tmp_path):
    write_chip(tmp_path, "rp1_adc", {"in1_input": 1497, "in2_input": 3, "temp1_input": 48123})
    found = found_in(tmp_path)
    assert [(item.sensor.kind, item.value) for item in found] == [(Kind.TEMPERATURE, 48.123)]


def test_a_drive_s_temperatures_have_its_own_labels_and_are_not_the_processor_s(tmp_path):
    drive = {
        "temp1_label": "Composite",
        "temp1_input": 81850,
        "temp1_crit": 84850,
        "temp2_label": "Sensor 1",
        "temp2_input": 88850,
    }
    write_chip(tmp_path, "nvme", drive)
    figures = Tree(tmp_path).read()
    assert values(figures.sensors, Kind.TEMPERATURE) == {"Composite": 81.85, "Sensor 1": 88.85}
    assert row(figures.sensors, Kind.TEMPERATURE, "Composite").sensor.maximum == 84.85
    assert figures.temperature_c.value is None


def test_the_processor_s_chip_is_its_temperature(tmp_path):
    write_chip(tmp_path, "k10temp", {"temp1_label": "Tctl", "temp1_input": 61375})
    assert Tree(tmp_path).read().temperature_c.value == 61.375


def test_the_chip_of_a_thermal_zone_is_the_zone(tmp_path):
    zone = "devices/virtual/thermal/thermal_zone0"
    write_tree(tmp_path, {f"sys/{zone}/type": "cpu-thermal\n", f"sys/{zone}/temp": "45000\n"})
    write_chip(tmp_path, "cpu_thermal", {"temp1_input": 45000}, device=zone)
    figures = Tree(tmp_path).read()
    assert values(figures.sensors, Kind.TEMPERATURE) == {"cpu-thermal": 45.0}


@pytest.mark.parametrize("name", ["amdgpu", "ina3221", "soctherm_oc"])
def test_chips_that_have_a_provider_of_their_own_are_left_to_it(tmp_path, name):
    write_chip(tmp_path, name, {"temp1_input": 50000, "power1_input": 1, "fan1_input": 900})
    assert found_in(tmp_path) == ()


@pytest.mark.parametrize("name", ["i915", "xe"])
def test_of_an_intel_card_only_its_power_is_left_to_its_own_provider(tmp_path, name):
    files = {"temp1_input": 50000, "power1_input": 1, "energy1_input": 1, "fan1_input": 900}
    write_chip(tmp_path, name, files)
    found = found_in(tmp_path)
    assert values(found, Kind.TEMPERATURE) == {name: 50.0}
    assert values(found, Kind.FAN, "RPM") == {name: 900.0}
    assert row(found, Kind.TEMPERATURE, name, "°C").sensor.role == "accelerator"
    assert len(found) == 2


# Fans.


def test_a_fan_has_speed_and_drive(tmp_path):
    write_chip(tmp_path, "pwmfan", {"pwm1": 102, "fan1_input": 2946})
    found = found_in(tmp_path)
    assert values(found, Kind.FAN, "RPM") == {"pwmfan": 2946.0}
    assert values(found, Kind.FAN, "%") == {"pwmfan": 40.0}
    assert row(found, Kind.FAN, "pwmfan", "%").sensor.maximum == 100.0


def test_a_fan_that_is_driven_but_reads_0_says_so(tmp_path):
    write_chip(tmp_path, "pwmfan", {"pwm1": 102, "fan1_input": 0})
    speed = row(found_in(tmp_path), Kind.FAN, "pwmfan", "RPM")
    assert (speed.value, speed.reading.detail) == (0.0, "driven, but the tachometer reads 0")


def test_a_fan_that_is_not_driven_stands_still(tmp_path):
    write_chip(tmp_path, "pwmfan", {"pwm1": 0, "fan1_input": 0})
    speed = row(found_in(tmp_path), Kind.FAN, "pwmfan", "RPM")
    assert (speed.value, speed.reading.detail) == (0.0, "")


def test_a_header_without_a_fan_has_no_row(tmp_path):
    write_chip(tmp_path, "nct6798", {"fan1_input": 800, "fan2_input": "", "fan2_label": "SYS"})
    assert values(found_in(tmp_path), Kind.FAN) == {"nct6798": 800.0}


def test_the_drives_of_empty_headers_are_left_out_where_there_are_tachometers(tmp_path):
    chip = {"fan1_input": 800, "fan1_label": "CPU", "pwm1": 120, "pwm2": 255, "pwm3": 255}
    write_chip(tmp_path, "nct6798", chip)
    found = found_in(tmp_path)
    assert [(item.sensor.label, item.sensor.unit) for item in found] == [("CPU", "RPM")]


def test_a_jetson_s_fan_is_two_chips_one_with_the_drive_and_one_with_the_speed(tmp_path):
    write_chip(tmp_path, "pwmfan", {"pwm1": 255})
    write_chip(tmp_path, "pwm_tach", {"rpm": 4512}, 1, "devices/platform/tach.0")
    found = found_in(tmp_path)
    assert values(found, Kind.FAN) == {"pwmfan": 100.0, "pwm_tach": 4512.0}


@pytest.mark.parametrize("text", ["N/A", "999999", "-1"])
def test_what_is_no_speed_has_no_value(tmp_path, text):
    write_chip(tmp_path, "pwmfan", {"fan1_input": text})
    speed = row(found_in(tmp_path), Kind.FAN, "pwmfan")
    assert (speed.value, speed.reading.reason) == (None, Reason.IMPLAUSIBLE)


def test_two_chips_of_one_kind_are_two(tmp_path):
    for number in (0, 1):
        drive = {"temp1_label": f"Drive {number}", "temp1_input": 40000 + number}
        write_chip(tmp_path, "nvme", drive, number, f"devices/pci/nvme{number}")
    found = Tree(tmp_path).read().sensors
    assert values(found, Kind.TEMPERATURE) == {"Drive 0": 40.0, "Drive 1": 40.001}
