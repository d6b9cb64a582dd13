"""The settings under which a board runs."""

from __future__ import annotations

import pytest
from emulated_boards import write_tree

from edgetop.sensors.conditions import Conditions, governor, power_mode
from edgetop.sensors.files import Sysroot

STATUS = "var/lib/nvpmodel/status"
NAMES = "etc/nvpmodel.conf"
PROFILE = "sys/firmware/acpi/platform_profile"
CPU = "sys/devices/system/cpu"

CONF = """\
# < POWER_MODEL > of this board
< PARAM TYPE=FILE NAME=CPU_ONLINE >
CORE_0 /sys/devices/system/cpu/cpu0/online
< POWER_MODEL ID=0 NAME=15W >
CPU_ONLINE CORE_0 1
< POWER_MODEL ID=1 NAME=25W >
< POWER_MODEL ID=2 NAME=MAXN_SUPER >
< POWER_MODEL ID=10 NAME=7W >
< PM_CONFIG DEFAULT=1 >
"""


def mode(root, files):
    return power_mode(Sysroot(write_tree(root, files)))


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("pmode:0000", "15W"),
        ("pmode:0001\n", "25W"),
        ("pmode:0002 fmode:cool\n", "MAXN_SUPER"),
        ("pmode:0010", "7W"),
        ("pmode:0007", "mode 7"),
    ],
)
def test_a_jetson_s_mode_has_its_name_from_the_board_s_list(tmp_path, status, name):
    assert mode(tmp_path, {STATUS: status, NAMES: CONF}) == name


def test_a_mode_without_a_list_of_names_is_its_number(tmp_path):
    assert mode(tmp_path, {STATUS: "pmode:0002"}) == "mode 2"


@pytest.mark.parametrize("status", ["", "pmode:", "garbage", "pmode:x2"])
def test_a_status_that_tells_nothing_is_no_mode(tmp_path, status):
    assert mode(tmp_path, {STATUS: status, NAMES: CONF}) == ""


def test_a_laptop_s_mode_is_its_platform_profile(tmp_path):
    assert mode(tmp_path, {PROFILE: "balanced\n"}) == "balanced"


def test_a_board_without_modes_has_none(tmp_path):
    assert mode(tmp_path, {}) == ""


def test_the_governor_of_all_policies_is_told_once(tmp_path):
    files = {f"{CPU}/cpufreq/policy{n}/scaling_governor": "schedutil\n" for n in (0, 4)}
    assert governor(Sysroot(write_tree(tmp_path, files))) == "schedutil"


def test_governors_that_differ_are_all_told_in_the_order_of_the_clusters(tmp_path):
    files = {
        f"{CPU}/cpufreq/policy0/scaling_governor": "powersave\n",
        f"{CPU}/cpufreq/policy4/scaling_governor": "performance\n",
        f"{CPU}/cpufreq/policy10/scaling_governor": "powersave\n",
    }
    assert governor(Sysroot(write_tree(tmp_path, files))) == "powersave, performance"


def test_an_older_kernel_has_the_governor_at_each_core(tmp_path):
    files = {f"{CPU}/cpu{n}/cpufreq/scaling_governor": "ondemand\n" for n in (0, 1)}
    assert governor(Sysroot(write_tree(tmp_path, files))) == "ondemand"


def test_without_cpufreq_there_is_no_governor(tmp_path):
    assert governor(Sysroot(write_tree(tmp_path, {f"{CPU}/cpu0/online": "1\n"}))) == ""


def test_settings_are_looked_at_every_five_seconds(tmp_path):
    write_tree(tmp_path, {PROFILE: "balanced\n"})
    conditions = Conditions(Sysroot(tmp_path))
    first = conditions.read(100.0)
    write_tree(tmp_path, {PROFILE: "performance\n"})
    assert first.power_mode == "balanced"
    assert conditions.read(104.9).power_mode == "balanced"
    assert conditions.read(105.0).power_mode == "performance"
