"""What the kernel knows of a processor that is held back."""

from __future__ import annotations

import pytest
from emulated_boards import write_tree
from provider_rows import Tree, row

from edgetop.readings import Kind, Reason, Throttle

SOCTHERM = "sys/class/hwmon/hwmon4"
CPU = "sys/devices/system/cpu"
THERMAL = "sys/class/thermal"


def write_events(root, *counts):
    files = {f"{SOCTHERM}/oc{n}_event_cnt": f"{count}\n" for n, count in enumerate(counts, 1)}
    return write_tree(root, {f"{SOCTHERM}/name": "soctherm_oc\n"} | files)


def test_events_since_boot_are_history_and_their_growth_is_now(tmp_path):
    tree = Tree(write_events(tmp_path, 0, 3, 27390))
    first = tree.read()
    write_events(tmp_path, 2, 3, 27392)
    later = tree.read(1.0)
    calm = tree.read(1.0)
    told = ("average over-current, 3 times", "instantaneous over-current, 27390 times")
    assert first.throttle == ()
    assert first.throttled_before == told
    assert [(item.source, item.cause) for item in later.throttle] == [
        ("soctherm", "under-voltage"),
        ("soctherm", "instantaneous over-current"),
    ]
    assert calm.throttle == ()
    assert calm.throttled_before == (
        "under-voltage, 2 times",
        "average over-current, 3 times",
        "instantaneous over-current, 27392 times",
    )


def test_the_first_reading_of_a_count_has_no_rate_yet(tmp_path):
    figures = Tree(write_events(tmp_path, 5)).read()
    assert row(figures.sensors, Kind.THROTTLE, "oc1", "events").value == 5
    rate = row(figures.sensors, Kind.THROTTLE, "oc1", "events/s")
    assert (rate.value, rate.reading.reason) == (None, Reason.WARMING_UP)


def test_a_count_that_began_anew_is_no_event_now(tmp_path):
    tree = Tree(write_events(tmp_path, 500))
    tree.read()
    write_events(tmp_path, 3)
    assert tree.read(1.0).throttle == ()


def test_a_count_that_cannot_be_read_has_a_reason_in_both_rows(tmp_path):
    tree = Tree(write_events(tmp_path, 500))
    tree.read()
    write_tree(tmp_path, {f"{SOCTHERM}/oc1_event_cnt": "\n"})
    broken = tree.read(1.0)
    write_events(tmp_path, 900)
    after = tree.read(1.0)
    units = ("events", "events/s")
    rows = [row(broken.sensors, Kind.THROTTLE, "oc1", unit) for unit in units]
    assert [item.reading.reason for item in rows] == [Reason.IMPLAUSIBLE] * 2
    assert after.throttle == ()


def write_core(root, number, package, count):
    core = f"{CPU}/cpu{number}"
    return write_tree(
        root,
        {
            f"{core}/thermal_throttle/package_throttle_count": f"{count}\n",
            f"{core}/thermal_throttle/core_throttle_count": "7\n",
            f"{core}/topology/physical_package_id": f"{package}\n",
        },
    )


def test_each_package_has_one_count_whatever_its_cores(tmp_path):
    for number, package in enumerate((0, 0, 1, 1)):
        write_core(tmp_path, number, package, 41)
    tree = Tree(tmp_path)
    tree.read()
    write_core(tmp_path, 2, 1, 44)
    figures = tree.read(1.0)
    counts = [item for item in figures.of_kind(Kind.THROTTLE) if item.sensor.unit == "events"]
    assert [(item.value, item.sensor.source) for item in counts] == [
        (41.0, f"/{CPU}/cpu0/thermal_throttle/package_throttle_count"),
        (44.0, f"/{CPU}/cpu2/thermal_throttle/package_throttle_count"),
    ]
    assert [(item.source, item.cause) for item in figures.throttle] == [("cpu", "package too hot")]


@pytest.mark.parametrize(("text", "now"), [("0\n", ()), ("1\n", ("under-voltage",))])
def test_the_raspberry_pi_s_supply_monitor_is_an_alarm_of_now(tmp_path, text, now):
    chip = "sys/class/hwmon/hwmon1"
    write_tree(tmp_path, {f"{chip}/name": "rpi_volt\n", f"{chip}/in0_lcrit_alarm": text})
    figures = Tree(tmp_path).read()
    assert tuple(item.cause for item in figures.throttle) == now
    assert tuple(item.source for item in figures.throttle) == ("board",) * len(now)


def test_core_voltages_beside_the_alarm_are_no_alarm(tmp_path):
    chip = "sys/class/hwmon/hwmon1"
    files = {"name": "rpi_volt\n", "in0_input": "875\n", "in1_input": "1100\n"}
    write_tree(tmp_path, {f"{chip}/{name}": text for name, text in files.items()})
    assert Tree(tmp_path).read().of_kind(Kind.THROTTLE) == ()


def write_cooler(root, number, what, state, most=10):
    folder = f"{THERMAL}/cooling_device{number}"
    files = {"type": what, "cur_state": state, "max_state": most}
    return write_tree(root, {f"{folder}/{name}": f"{value}\n" for name, value in files.items()})


@pytest.mark.parametrize(
    "what",
    ["thermal-cpufreq-0", "cpufreq-cpu0", "thermal-devfreq-0", "devfreq-fb000000.gpu", "Processor"],
)
def test_a_device_that_cools_by_slowing_down_is_throttling_while_it_works(tmp_path, what):
    tree = Tree(write_cooler(tmp_path, 0, what, 0))
    calm = tree.read()
    write_cooler(tmp_path, 0, what, 3)
    hot = tree.read(1.0)
    assert calm.throttle == ()
    words = f"slowed down against heat ({what})"
    assert hot.throttle == (Throttle("cooling", words, since_s=1001.0),)
    found = row(hot.sensors, Kind.THROTTLE, what)
    assert (found.value, found.sensor.maximum) == (3.0, 10.0)


@pytest.mark.parametrize(
    "what", ["pwm-fan", "rpi-poe-fan", "Fan", "intel_powerclamp", "TCC Offset"]
)
def test_what_cools_without_slowing_down_is_no_throttling(tmp_path, what):
    assert Tree(write_cooler(tmp_path, 0, what, 3)).read().of_kind(Kind.THROTTLE) == ()


def test_devices_of_one_type_are_one_row_with_the_strongest_of_them(tmp_path):
    for number, state in enumerate((0, 4, 1)):
        write_cooler(tmp_path, number, "Processor", state)
    write_cooler(tmp_path, 3, "thermal-cpufreq-0", 0)
    found = Tree(tmp_path).read().of_kind(Kind.THROTTLE)
    assert [(item.sensor.label, item.value) for item in found] == [
        ("Processor", 4.0),
        ("thermal-cpufreq-0", 0.0),
    ]


def test_a_state_below_zero_is_none(tmp_path):
    figures = Tree(write_cooler(tmp_path, 0, "thermal-cpufreq-0", -1)).read()
    found = row(figures.sensors, Kind.THROTTLE, "thermal-cpufreq-0")
    assert (found.value, found.reading.reason) == (None, Reason.IMPLAUSIBLE)
    assert figures.throttle == ()
