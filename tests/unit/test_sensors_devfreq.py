"""Clocks and loads of what the devfreq class scales."""

from __future__ import annotations

import pytest
from emulated_boards import FakeClock, write_tree
from provider_rows import row, rows_of, values

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.headline import gpu_percent
from edgetop.sensors.kernel.devfreq import DevfreqProvider


def write_device(root, name, clock=None, hardware=None, folder="devices/platform"):
    """A device and its entry in the class; ``clock`` are files of the entry."""
    device = f"sys/{folder}/{name}"
    files = {f"{device}/devfreq/{name}/{key}": text for key, text in (clock or {}).items()}
    files |= {f"{device}/{key}": text for key, text in (hardware or {}).items()}
    links = {
        f"sys/class/devfreq/{name}": f"../../{folder}/{name}/devfreq/{name}",
        f"{device}/devfreq/{name}/device": "../..",
    }
    return write_tree(root, files, links)


CLOCK = {"cur_freq": "624750000\n", "min_freq": "306000000\n", "max_freq": "1020000000\n"}


def found_in(root):
    return rows_of(DevfreqProvider(Sysroot(root), FakeClock()))


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("57000000.gpu", "devices"),
        ("17000000.gp10b", "devices"),
        ("17000000.gv11b", "devices"),
        ("17000000.ga10b", "devices"),
        ("17000000.gpu", "devices/platform/bus@0"),
    ],
)
def test_a_tegra_s_load_is_per_mille(tmp_path, name, folder):
    write_device(tmp_path, name, CLOCK, {"load": "345\n"}, folder)
    found = found_in(tmp_path)
    assert values(found, Kind.UTILIZATION) == {"gpu": 34.5}
    assert values(found, Kind.CLOCK) == {"gpu": 624.75}
    assert row(found, Kind.CLOCK, "gpu").sensor.maximum == 1020.0


def test_a_gpu_is_known_by_its_node_in_the_device_tree(tmp_path):
    write_device(tmp_path, "abc", CLOCK, {"load": "345\n", "of_node/name": b"ga10b\0"})
    assert values(found_in(tmp_path), Kind.UTILIZATION) == {"gpu": 34.5}


@pytest.mark.parametrize("text", ["1001\n", "1006\n", "-1\n", "\n", "busy\n"])
def test_more_than_the_whole_time_is_no_load(tmp_path, text):
    write_device(tmp_path, "57000000.gpu", CLOCK, {"load": text})
    load = row(found_in(tmp_path), Kind.UTILIZATION, "gpu")
    wanted = 100.0 if text == "1001\n" else None
    assert load.value == wanted
    assert load.reading.reason is (Reason.OK if wanted else Reason.IMPLAUSIBLE)


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("42@1000000000Hz\n", 42.0),
        ("0@300000000Hz\n", 0.0),
        ("100@1000000000Hz", 100.0),
        ("7\n", 7.0),
        ("142@1000000000Hz\n", None),
        ("@1000000000Hz\n", None),
        ("42@\n", None),
    ],
)
def test_a_mali_s_load_stands_before_its_clock(tmp_path, text, percent):
    write_device(tmp_path, "fb000000.gpu", CLOCK | {"load": text})
    load = row(found_in(tmp_path), Kind.UTILIZATION, "gpu")
    assert load.value == percent
    assert load.sensor.role == "integrated"


def test_a_mali_of_the_vendor_s_driver_tells_percent(tmp_path):
    write_device(tmp_path, "ff9a0000.gpu", CLOCK, {"utilisation": "63\n"})
    assert values(found_in(tmp_path), Kind.UTILIZATION) == {"gpu": 63.0}


def test_a_gpu_whose_driver_tells_no_load_has_a_clock_only(tmp_path):
    write_device(tmp_path, "fb000000.gpu", CLOCK)
    assert [item.sensor.kind for item in found_in(tmp_path)] == [Kind.CLOCK]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("dmc", "dram"),
        ("fdab0000.npu", "npu"),
        ("bwmgr", "emc"),
        ("gpu-gpc-0", "gpu"),
        ("gpu-nvd-0", "gpu video"),
        ("ffe40000.mali", "gpu"),
        ("ff350000.iep", "iep"),
    ],
)
def test_devices_are_called_what_people_call_them(tmp_path, name, label):
    write_device(tmp_path, name, CLOCK)
    assert values(found_in(tmp_path), Kind.CLOCK) == {label: 624.75}


@pytest.mark.parametrize("name", ["dmc", "fdab0000.npu"])
def test_the_load_of_memory_and_npu_is_not_believed(tmp_path, name):
    """Vendor kernels leave it at 0."""
    write_device(tmp_path, name, CLOCK | {"load": "0@528000000Hz\n"})
    assert values(found_in(tmp_path), Kind.UTILIZATION) == {}


@pytest.mark.parametrize("link", ["sys/devices/gpu.0", "sys/devices/platform/gpu.0"])
def test_a_tegra_gpu_that_the_class_does_not_list_is_found_through_its_link(tmp_path, link):
    write_tree(tmp_path, {"sys/devices/57000000.gpu/load": "1000\n"})
    write_tree(tmp_path, {}, {link: "/sys/devices/57000000.gpu"})
    found = found_in(tmp_path)
    assert values(found, Kind.UTILIZATION) == {"gpu": 100.0}
    assert found[0].sensor.source == "/sys/devices/57000000.gpu/load"


def test_a_gpu_with_a_link_and_an_entry_is_one(tmp_path):
    write_device(tmp_path, "57000000.gpu", CLOCK, {"load": "10\n"}, "devices")
    write_tree(tmp_path, {}, {"sys/devices/gpu.0": "57000000.gpu"})
    found = found_in(tmp_path)
    assert [item.sensor.kind for item in found] == [Kind.UTILIZATION, Kind.CLOCK]


def test_a_gpu_that_is_switched_off_has_no_clock_of_the_others(tmp_path):
    write_device(tmp_path, "57000000.gpu", CLOCK | {"cur_freq": "0\n"}, {"load": "0\n"})
    write_device(tmp_path, "dmc", CLOCK)
    found = found_in(tmp_path)
    assert values(found, Kind.CLOCK) == {"gpu": 0.0, "dram": 624.75}
    assert gpu_percent(found).value == 0.0


def test_a_board_without_such_devices_has_no_rows(tmp_path):
    assert found_in(tmp_path) == ()
