"""What a laptop draws from its batteries."""

from __future__ import annotations

import pytest
from emulated_boards import FakeClock, write_tree
from provider_rows import Tree, row, rows_of

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.kernel.power_supply import BatteryProvider

CLASS = "sys/class/power_supply"


def write_battery(root, name="BAT0", status="Discharging", **numbers):
    """Numbers in micro-units: power_now, voltage_now, current_now."""
    files = {"type": "Battery\n", "status": f"{status}\n"}
    files |= {key: f"{value}\n" for key, value in numbers.items()}
    return write_tree(root, {f"{CLASS}/{name}/{key}": text for key, text in files.items()})


def readings(root):
    found = rows_of(BatteryProvider(Sysroot(root), FakeClock()))
    return {item.sensor.label: item.reading for item in found}


def test_a_battery_that_discharges_gives_the_power_of_the_whole_computer(tmp_path):
    write_battery(tmp_path, power_now=8_250_000)
    power = Tree(tmp_path).read().power
    assert (power.power_w, power.scope, power.rails) == (8.25, "battery", ("BAT0",))
    assert (power.covers, power.excludes) == (
        "all that runs from the battery",
        "what comes from the mains",
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_the_sign_of_a_driver_does_not_matter(tmp_path, sign):
    write_battery(tmp_path, power_now=sign * 8_250_000)
    write_battery(tmp_path, "BAT1", voltage_now=12_000_000, current_now=sign * 500_000)
    found = readings(tmp_path)
    assert (found["BAT0"].value, found["BAT1"].value) == (8.25, 6.0)


def test_without_a_power_it_is_voltage_times_current(tmp_path):
    write_battery(tmp_path, voltage_now=7_400_000, current_now=1_000_000)
    assert readings(tmp_path)["BAT0"].value == pytest.approx(7.4)


def test_without_a_power_or_a_current_there_is_a_reason(tmp_path):
    write_battery(tmp_path, voltage_now=7_400_000)
    reading = readings(tmp_path)["BAT0"]
    assert (reading.value, reading.reason) == (None, Reason.ABSENT)
    assert "current_now" in reading.detail


@pytest.mark.parametrize("status", ["Charging", "Full"])
def test_on_mains_the_consumption_is_unknown_and_not_what_flows_into_the_battery(tmp_path, status):
    write_battery(tmp_path, status=status, power_now=15_000_000)
    reading = readings(tmp_path)["BAT0"]
    assert (reading.value, reading.reason) == (None, Reason.OFFLINE)
    assert reading.words == f"unknown, on mains ({status.lower()})"
    assert Tree(tmp_path).read().power.reason == f"unknown, on mains ({status.lower()}) (BAT0)"


@pytest.mark.parametrize("status", ["Unknown", "Not charging", ""])
def test_0_w_of_an_idle_battery_is_no_consumption(tmp_path, status):
    write_battery(tmp_path, status=status, power_now=0)
    reading = readings(tmp_path)["BAT0"]
    assert (reading.value, reading.reason) == (None, Reason.OFFLINE)
    assert reading.words == f"unknown, not discharging ({status or 'no status'})"


@pytest.mark.parametrize("status", ["Unknown", "Not charging"])
def test_an_idle_battery_beside_a_discharging_one_gives_nothing(tmp_path, status):
    write_battery(tmp_path, status=status, power_now=0)
    write_battery(tmp_path, "BAT1", power_now=9_000_000)
    power = Tree(tmp_path).read().power
    assert (power.power_w, power.rails) == (9.0, ("BAT0", "BAT1"))


def test_a_full_battery_beside_a_discharging_one_does_not_hide_the_consumption(tmp_path):
    """Linux says Full of one that is not used, on mains or not."""
    write_battery(tmp_path, status="Full", power_now=0)
    write_battery(tmp_path, "BAT1", power_now=9_000_000)
    power = Tree(tmp_path).read().power
    assert (power.power_w, power.scope) == (9.0, "battery")


def test_two_batteries_that_discharge_are_added(tmp_path):
    write_battery(tmp_path, power_now=5_000_000)
    write_battery(tmp_path, "BAT1", voltage_now=10_000_000, current_now=300_000)
    power = Tree(tmp_path).read().power
    assert (power.power_w, power.rails) == (8.0, ("BAT0", "BAT1"))


def test_a_status_that_cannot_be_read_is_the_reason(tmp_path):
    write_battery(tmp_path, power_now=5_000_000)
    (tmp_path / CLASS / "BAT0/status").unlink()
    reading = readings(tmp_path)["BAT0"]
    assert (reading.value, reading.reason) == (None, Reason.ABSENT)
    assert "status" in reading.detail


def test_a_battery_on_mains_leaves_the_figure_to_the_next_scope(tmp_path):
    write_battery(tmp_path, status="Full", power_now=0)
    zone = "sys/class/powercap/intel-rapl:0"
    write_tree(tmp_path, {f"{zone}/name": "package-0\n", f"{zone}/energy_uj": "0\n"})
    tree = Tree(tmp_path)
    tree.read()
    write_tree(tmp_path, {f"{zone}/energy_uj": "12000000\n"})
    power = tree.read(1.0).power
    assert (power.power_w, power.scope) == (12.0, "package")


def test_the_battery_of_a_mouse_is_none_of_the_computer(tmp_path):
    write_battery(tmp_path, "hidpp_battery_0", power_now=1_000_000)
    write_tree(tmp_path, {f"{CLASS}/hidpp_battery_0/scope": "Device\n"})
    assert readings(tmp_path) == {}


def test_the_scope_system_is_a_battery_of_the_computer(tmp_path):
    write_battery(tmp_path, power_now=1_000_000)
    write_tree(tmp_path, {f"{CLASS}/BAT0/scope": "System\n"})
    assert readings(tmp_path)["BAT0"].value == 1.0


@pytest.mark.parametrize(
    ("name", "kind"),
    [("ucsi-source-psy-USBC000:001", "USB"), ("tcpm-source-psy-4-0022", "USB"), ("AC", "Mains")],
)
def test_contracts_and_adapters_are_no_batteries(tmp_path, name, kind):
    files = {"type": kind, "voltage_now": 20_000_000, "current_now": 3_250_000, "online": 1}
    write_tree(tmp_path, {f"{CLASS}/{name}/{key}": f"{value}\n" for key, value in files.items()})
    assert readings(tmp_path) == {}
    assert Tree(tmp_path).read().of_kind(Kind.POWER) == ()


def test_the_chip_of_a_battery_in_hwmon_is_not_a_second_one(tmp_path):
    write_battery(tmp_path, power_now=5_000_000)
    chip = f"{CLASS}/BAT0/hwmon2"
    files = {"name": "BAT0\n", "in0_input": "12000\n", "power1_input": "5000000\n"}
    write_tree(
        tmp_path,
        {f"{chip}/{name}": text for name, text in files.items()},
        {"sys/class/hwmon/hwmon2": "../power_supply/BAT0/hwmon2", f"{chip}/device": ".."},
    )
    figures = Tree(tmp_path).read()
    assert row(figures.sensors, Kind.POWER, "BAT0").sensor.source.endswith("power_now")
    assert figures.of_kind(Kind.VOLTAGE) == ()
