"""Files that fail or hang as those of real devices do, while everything else goes on."""

from __future__ import annotations

import errno
import os

import pytest
from board_child import BoardChild
from board_records import only, rows, wrong_rows
from emulated_boards import SHARED, compile_c, materialise, write_faults

CHIP = "sys/devices/platform/bus@0/c240000.i2c/i2c-1/1-0040/hwmon/hwmon1"
IIO = "sys/devices/50000000.host1x/546c0000.i2c/i2c-6/6-0040/iio:device0"
ZONES = "sys/devices/virtual/thermal"
PSYS = "sys/devices/virtual/powercap/intel-rapl/intel-rapl:1/energy_uj"


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    library = tmp_path_factory.mktemp("shim") / "errno_shim.so"
    return compile_c(SHARED / "tools" / "errno_shim.c", library)


@pytest.fixture
def watch(shim, tmp_path):
    """Starts to read a board, some of whose files fail."""
    children = []

    def start(board, faults=None):
        tree = materialise(board, tmp_path / board)
        listed = tree / "faults.list" if faults is None else write_faults(tree, faults)
        environment = {"LD_PRELOAD": str(shim), "ERRNO_SHIM": str(listed)}
        children.append(BoardChild(tree, **environment))
        return tree, children[-1]

    yield start
    for child in children:
        child.__exit__()


def test_zones_that_are_switched_off_are_offline_and_the_others_go_on(watch):
    tree, child = watch("jetson-orin-nano")
    first = child.record()
    materialise("jetson-orin-nano", tree, at="1s")
    later = child.after(1.0)
    for record in (first, later):
        zones = {row["label"]: row for row in rows(record, "temperature")}
        off = {label for label, row in zones.items() if row["status"] == "offline"}
        assert off == {"cv0-thermal", "cv1-thermal", "cv2-thermal"}
        assert {zones[label]["value"] for label in off} == {None}
    assert wrong_rows("jetson-orin-nano", first, later=False) == []
    assert wrong_rows("jetson-orin-nano", later, later=True) == []
    assert (first["hottest"][0], later["hottest"][0]) == (53.968, 54.125)


@pytest.mark.parametrize("file", ["curr1_input", "in1_input"])
@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("ENODATA", "offline"),
        ("EINVAL", "offline"),
        ("ENXIO", "offline"),
        ("EBUSY", "offline"),
        ("EIO", "error"),
        ("EREMOTEIO", "error"),
        ("ETIMEDOUT", "error"),
        ("EACCES", "no-permission"),
    ],
)
def test_a_rail_that_fails_has_no_value_and_the_true_reason(watch, fault, status, file):
    _, child = watch("jetson-orin-nano", {f"{CHIP}/{file}": fault})
    record = child.record()
    rail = only(record, "power", "VDD_IN")
    assert (rail["value"], rail["status"]) == (None, status)
    assert os.strerror(getattr(errno, fault)) in rail["reason"]
    assert file in rail["reason"]
    others = [row["value"] for row in rows(record, "power") if row is not rail]
    assert others == pytest.approx([4.667, 2.818], rel=1e-3)
    assert (record["power"]["watts"], record["power"]["scope"]) == (None, "none")
    assert "VDD_IN" in record["power"]["reason"]


def test_a_rail_that_answers_again_is_a_figure_again(watch):
    tree, child = watch("jetson-nano", {f"{IIO}/in_power0_input": "EREMOTEIO"})
    broken = child.record()
    write_faults(tree, {})
    healed = child.after(1.0)
    assert broken["power"]["watts"] is None
    assert broken["power"]["reason"] == "read error (POM_5V_IN)"
    assert healed["power"]["watts"] == 1.75


def test_a_rail_inside_the_total_may_fail_without_harm_to_it(watch):
    _, child = watch("jetson-nano", {f"{IIO}/in_power1_input": "EIO"})
    record = child.record()
    assert only(record, "power", "POM_5V_GPU")["value"] is None
    assert record["power"]["watts"] == 1.75


@pytest.mark.parametrize(
    ("fault", "watts", "scope"), [("EIO", None, "none"), ("ENODATA", 15.23, "package")]
)
def test_a_scope_gives_way_to_a_smaller_one_only_if_it_stays_away(watch, fault, watts, scope):
    """After one read error the figure would jump from one scope to another and back."""
    tree, child = watch("x86-rapl-intel", {PSYS: fault})
    child.record()
    materialise("x86-rapl-intel", tree, at="1s")
    power = child.after(1.0)["power"]
    assert (power["watts"], power["scope"]) == (watts and pytest.approx(watts), scope)
    assert (power["reason"] is None) == (watts is not None)


SOCS = ("soc0", "soc1", "soc2")
HANGING = [
    ("jetson-orin-nano", f"{CHIP}/curr1_input", {"VDD_IN", "VDD_CPU_GPU_CV", "VDD_SOC"}),
    (
        "jetson-orin-nano",
        f"{ZONES}/thermal_zone0/temp",
        {f"{part}-thermal" for part in ("cpu", "gpu", "cv0", "cv1", "cv2", *SOCS, "tj")},
    ),
    (
        "rk3588",
        "sys/devices/platform/vcc12v-dcin-sense/hwmon/hwmon8/in0_input",
        {"simple_vin", "pwmfan"},
    ),
    ("raspberry-pi-3b", "proc/stat", {"cpu", "cpu0", "cpu1", "cpu2", "cpu3"}),
]
HOUR_S = 3600.0


@pytest.mark.parametrize(
    ("board", "path", "silent"), HANGING, ids=["rail", "zone", "chip", "processor"]
)
def test_a_file_that_hangs_makes_its_rows_stale_and_hinders_no_other(watch, board, path, silent):
    tree, child = watch(board, {})
    child.record()
    write_faults(tree, {path: "HANG"})
    materialise(board, tree, at="1s")
    record = child.after(HOUR_S, silent)
    stale = [row for row in record["sensors"] if row["status"] == "stale"]
    assert {row["label"] for row in stale} == silent
    assert {row["value"] for row in stale} == {None}
    assert all(row["reason"].startswith("stale: last answer 3600 s ago") for row in stale)
    # A rate over an hour is another one than over a second.
    apart = ("throttle oc3:", *(f"{row['kind']} {row['label']}:" for row in stale))
    faults = wrong_rows(board, record, later=True)
    assert [text for text in faults if not text.startswith(apart)] == []
    if "VDD_IN" in silent:
        assert record["power"]["reason"] == "stale (VDD_IN)"
    if "tj-thermal" in silent:
        assert record["hottest"] == [None, only(record, "temperature", "cpu-thermal")["reason"]]


def test_a_zone_that_hangs_gives_way_to_its_other_view(watch):
    """The Pi's zone is a chip of hwmon as well."""
    tree, child = watch("raspberry-pi-5", {})
    child.record()
    write_faults(tree, {f"{ZONES}/thermal_zone0/temp": "HANG"})
    materialise("raspberry-pi-5", tree, at="1s")
    record = child.after(HOUR_S, {"cpu-thermal"})
    assert record["hottest"][0] == 71.05
