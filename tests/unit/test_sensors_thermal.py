"""Temperatures of thermal zones."""

from __future__ import annotations

import pytest
from emulated_boards import SHARED, FakeClock, compile_c, materialise, run_python, write_tree
from hypothesis import given
from hypothesis import strategies as st

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.kernel.thermal import ThermalProvider, zone_role

VIRTUAL = "sys/devices/virtual/thermal"


def zone(number: int, label: str | bytes, text: str | bytes) -> dict[str, str | bytes]:
    folder = f"{VIRTUAL}/thermal_zone{number}"
    return {f"{folder}/type": label, f"{folder}/temp": text}


def read_zone(root, text):
    provider = ThermalProvider(
        Sysroot(write_tree(root, zone(0, "cpu-thermal\n", text))), FakeClock()
    )
    (sensor,) = provider.probe()
    reading = provider.read()[sensor.id]
    provider.close()
    return sensor, reading


def test_thousandths_become_degrees_under_the_zones_own_name(tmp_path):
    sensor, reading = read_zone(tmp_path, "53968\n")
    assert (sensor.label, sensor.kind, sensor.unit) == ("cpu-thermal", Kind.TEMPERATURE, "°C")
    assert sensor.physical_id == f"/{VIRTUAL}/thermal_zone0"
    assert (reading.value, reading.reason) == (53.968, Reason.OK)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-256000\n", Reason.OFFLINE),
        ("-100000\n", Reason.IMPLAUSIBLE),
        ("200001\n", Reason.IMPLAUSIBLE),
        ("N/A\n", Reason.IMPLAUSIBLE),
        ("", Reason.IMPLAUSIBLE),
    ],
)
def test_what_is_no_temperature_has_a_reason(tmp_path, text, reason):
    _, reading = read_zone(tmp_path, text)
    assert (reading.value, reading.reason) == (None, reason)


def test_frost_and_zero_degrees_are_temperatures(tmp_path):
    assert read_zone(tmp_path / "a", "-40000\n")[1].value == -40.0
    assert read_zone(tmp_path / "b", "0\n")[1].value == 0.0


def test_a_zone_seen_through_class_and_device_is_one_sensor(tmp_path):
    links = {"sys/class/thermal/thermal_zone0": "../../devices/virtual/thermal/thermal_zone0"}
    write_tree(tmp_path, zone(0, "soc-thermal", "44384"), links)
    provider = ThermalProvider(Sysroot(tmp_path), FakeClock())
    assert [sensor.label for sensor in provider.probe()] == ["soc-thermal"]


def test_a_zone_that_appears_later_is_listed_by_the_next_probe(tmp_path):
    provider = ThermalProvider(Sysroot(write_tree(tmp_path, zone(0, "cpu", "40000"))), FakeClock())
    provider.probe()
    write_tree(tmp_path, zone(10, "gpu", "41000") | zone(2, "npu", "42000"))
    assert [sensor.label for sensor in provider.probe()] == ["cpu", "npu", "gpu"]
    assert provider.read()["thermal/thermal_zone10"].value == 41.0
    provider.close()


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("CPU-therm", "processor"),
        ("cpu_thermal", "processor"),
        ("bigcore0-thermal", "processor"),
        ("x86_pkg_temp", "processor"),
        ("tj-thermal", "processor"),
        ("soc0-thermal", "processor"),
        ("TCPU", "processor"),
        ("gpu-thermal", "accelerator"),
        ("npu-thermal", "accelerator"),
        ("cv1-thermal", "accelerator"),
        ("PMIC-Die", "static"),
        ("acpitz", ""),
        ("iwlwifi_1", ""),
        ("BAT0", ""),
        ("thermal-fan-est", ""),
        ("AO-therm", ""),
        ("input-temp", ""),
        ("output", ""),
    ],
)
def test_the_role_of_a_zone_follows_from_its_name(label, role):
    assert zone_role(label) == role


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_any_bytes_never_raise_and_never_give_a_false_zero(tmp_path_factory, label, text):
    folder = tmp_path_factory.mktemp("zone")
    provider = ThermalProvider(Sysroot(write_tree(folder, zone(0, label, text))), FakeClock())
    (sensor,) = provider.probe()
    reading = provider.read()[sensor.id]
    provider.close()
    assert sensor.label.isprintable()
    if reading.value == 0.0:
        assert float(text.strip(b" \t\r\n\0")) == 0.0


ZONES = """
import sys
from pathlib import Path
from edgetop.sensors.files import Sysroot
from edgetop.sensors.kernel.thermal import ThermalProvider
provider = ThermalProvider(Sysroot(Path(sys.argv[1])))
sensors = provider.probe()
readings = provider.read()
for sensor in sensors:
    print(sensor.label, readings[sensor.id].value, readings[sensor.id].reason.value)
"""


def test_switched_off_zones_of_a_jetson_are_offline_and_the_others_go_on(tmp_path):
    """Their files give a true EAGAIN, on which psutil stops with a TypeError."""
    tree = materialise("jetson-orin-nano", tmp_path / "board")
    shim = compile_c(SHARED / "tools" / "errno_shim.c", tmp_path / "errno_shim.so")
    faults = str(tree / "faults.list")
    lines = run_python(ZONES, tree, LD_PRELOAD=str(shim), ERRNO_SHIM=faults).splitlines()
    assert [line for line in lines if "offline" in line] == [
        "cv0-thermal None offline",
        "cv1-thermal None offline",
        "cv2-thermal None offline",
    ]
    assert "cpu-thermal 53.968 ok" in lines
    assert len(lines) == 9
