"""A Jetson's memory controller, which only root may ask, and its fan without a hwmon chip."""

from __future__ import annotations

import errno

import pytest
from emulated_boards import FakeClock, write_tree
from provider_rows import fail_reads, row, rows_of, values

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.jetson.fan import JetsonFanProvider
from edgetop.sensors.jetson.memory_controller import MemoryControllerProvider

DEBUG = "sys/kernel/debug"
BPMP = f"{DEBUG}/bpmp/debug/clk/emc"
TEGRA = {"proc/device-tree/compatible": "nvidia,p3768-0000+p3767-0005\0nvidia,tegra234\0"}

NEW = {
    f"{BPMP}/rate": "2133000000\n",
    f"{BPMP}/max_rate": "3199000000\n",
    f"{DEBUG}/cactmon/mc_all": "91719000\n",
}
OLD = {
    f"{DEBUG}/clk/emc/clk_rate": "1600000000\n",
    f"{DEBUG}/clk/emc/clk_max_rate": "1600000000\n",
    "sys/kernel/actmon_avg_activity/mc_all": "40000000\n",
}


def emc_of(root, files):
    return rows_of(MemoryControllerProvider(Sysroot(write_tree(root, TEGRA | files)), FakeClock()))


@pytest.mark.parametrize(
    ("files", "clock", "most", "percent"),
    [
        (NEW, 2133.0, 3199.0, 43.0),
        (OLD, 1600.0, 1600.0, 25.0),
        (OLD | {f"{DEBUG}/clk/override.emc/clk_rate": "800000000\n"}, 800.0, 1600.0, 50.0),
    ],
    ids=["JetPack 5", "JetPack 4", "JetPack 4 with an override"],
)
def test_the_load_is_the_activity_by_the_clock(tmp_path, files, clock, most, percent):
    found = emc_of(tmp_path, files)
    assert values(found, Kind.CLOCK) == {"emc": clock}
    assert row(found, Kind.CLOCK, "emc").sensor.maximum == most
    assert values(found, Kind.UTILIZATION) == pytest.approx({"emc": percent})


def test_a_clock_without_activity_is_a_clock(tmp_path):
    files = {path: text for path, text in NEW.items() if "mc_all" not in path}
    found = emc_of(tmp_path, files)
    assert values(found, Kind.CLOCK) == {"emc": 2133.0}
    assert row(found, Kind.UTILIZATION, "emc").reading.reason is Reason.ABSENT


def test_a_clock_of_nothing_gives_no_load(tmp_path):
    load = row(emc_of(tmp_path, NEW | {f"{BPMP}/rate": "0\n"}), Kind.UTILIZATION, "emc")
    assert (load.value, load.reading.reason) == (None, Reason.IMPLAUSIBLE)


def test_more_activity_than_the_clock_allows_is_no_load(tmp_path):
    found = emc_of(tmp_path, NEW | {f"{DEBUG}/cactmon/mc_all": "319900000000\n"})
    assert row(found, Kind.UTILIZATION, "emc").reading.reason is Reason.IMPLAUSIBLE


@pytest.mark.parametrize(
    "files", [NEW, {}], ids=["files that are closed", "a folder that is closed"]
)
def test_without_permission_both_rows_say_so_and_what_would_help(tmp_path, monkeypatch, files):
    write_tree(tmp_path, files)
    fail_reads(monkeypatch, {tmp_path / BPMP / "rate": errno.EACCES})
    for item in emc_of(tmp_path, files):
        assert (item.value, item.reading.reason) == (None, Reason.NO_PERMISSION)
        assert "--sensors jtop" in item.sensor.hint


def test_a_container_without_debugfs_has_no_rows(tmp_path):
    assert emc_of(tmp_path, {}) == ()


def test_another_board_is_not_asked(tmp_path):
    other = {"proc/device-tree/compatible": "radxa,rock-5b\0rockchip,rk3588\0"}
    assert emc_of(tmp_path, NEW | other) == ()


def test_where_devfreq_has_the_memory_s_clock_it_is_left_to_it(tmp_path):
    assert emc_of(tmp_path, NEW | {"sys/class/devfreq/bwmgr/cur_freq": "1\n"}) == ()


def fan_of(root, **files):
    write_tree(root, {f"sys/devices/pwm-fan/{name}": f"{text}\n" for name, text in files.items()})
    return rows_of(JetsonFanProvider(Sysroot(root), FakeClock()))


def test_the_drive_of_a_fan_is_a_share_of_255(tmp_path):
    found = fan_of(tmp_path, cur_pwm=51, rpm_measured=1240)
    assert values(found, Kind.FAN, "%") == {"pwm-fan": pytest.approx(20.0)}
    assert values(found, Kind.FAN, "RPM") == {"pwm-fan": 1240.0}


def test_a_fan_without_a_tachometer_has_its_drive_only(tmp_path):
    assert [item.sensor.unit for item in fan_of(tmp_path, cur_pwm=0)] == ["%"]


def test_a_board_without_this_fan_has_no_rows(tmp_path):
    assert fan_of(tmp_path) == ()
