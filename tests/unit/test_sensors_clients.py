"""What the services of vendors say, as rows: jtop's and Hailo's, by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from emulated_boards import FakeClock, write_tree

from edgetop.sensors.discovery import providers_for
from edgetop.sensors.files import Sysroot
from edgetop.sensors.jetson import jtop_client
from edgetop.sensors.npu import hailo_client


def rail(milliwatts, **more):
    return {
        "volt": 5000,
        "curr": milliwatts // 5,
        "power": milliwatts,
        "avg": 1,
        "online": True,
    } | more


ORIN_NANO = {
    "rail": {"VDD_CPU_GPU_CV": rail(4667), "VDD_SOC": rail(2818)},
    "tot": rail(12479, name="VDD_IN"),
}
"""As jtop 7.2.2 says it: the input is taken out of the rails and put in the place of a total."""

AGX_ORIN = {
    "rail": {
        "VDD_GPU_SOC": rail(6001),
        "VDD_CPU_CV": rail(2002),
        "VIN_SYS_5V0": rail(4004),
        "VDDQ_VDD2_1V8AO": rail(1900),
    },
    "tot": {"power": 13907, "avg": 13907},
}
"""Without an input the total is the sum of all, of which one is inside another."""


def service(**changes):
    """What one update of the service holds."""
    known = {
        "power": ORIN_NANO,
        "gpu": {
            "gpu": {
                "type": "integrated",
                "status": {"load": 63.0, "railgate": False},
                "freq": {"governor": "nvhost_podgov", "cur": 624750, "max": 624750, "min": 306000},
            }
        },
        "temperature": {
            "cpu": {"temp": 53.968, "online": True},
            "gpu": {"temp": 53.343, "online": True},
            "cv0": {"temp": -256, "online": False},
        },
        "memory": {
            "RAM": {"tot": 7802076, "used": 3166004},
            "EMC": {"cur": 2133000, "max": 3199000, "min": 204000, "val": 43},
        },
        "engine": {
            "APE": {"APE": {"online": True, "cur": 200000}},
            "NVDEC": {"NVDEC": {"online": False, "cur": 115200, "max": 998400}},
        },
    }
    return SimpleNamespace(**(known | changes))


def rows(kind, **changes):
    found = [row for row in jtop_client.rows(service(**changes)) if row["kind"] == kind]
    assert len({row["label"] for row in found}) == len(found)
    return {row["label"]: row for row in found}


def test_the_input_that_stands_in_the_place_of_the_total_is_a_rail_like_the_others():
    rails = rows("power")
    assert {label: row["value"] for label, row in rails.items()} == {
        "VDD_IN": 12.479,
        "VDD_CPU_GPU_CV": 4.667,
        "VDD_SOC": 2.818,
    }
    assert [rails[label]["role"] for label in ("VDD_IN", "VDD_SOC")] == ["module", "part"]
    assert rails["VDD_SOC"]["parent"] == "VDD_IN"
    assert "carrier board" in rails["VDD_IN"]["scope"]


def test_the_service_s_own_sum_is_no_rail():
    rails = rows("power", power=AGX_ORIN)
    assert set(rails) == set(AGX_ORIN["rail"])
    branches = [row["value"] for row in rails.values() if row["role"] == "module-branch"]
    assert sum(branches) == pytest.approx(12.007)


def test_a_service_that_keeps_the_input_among_the_rails_tells_it_once():
    power = {"rail": ORIN_NANO["rail"] | {"VDD_IN": rail(12479)}, "tot": {"power": 12479}}
    assert rows("power", power=power)["VDD_IN"]["value"] == 12.479


@pytest.mark.parametrize("name", ["ucsi-source-psy-USBC000:001", "tcpm-source-psy-4-0022"])
def test_a_contract_of_usb_c_is_no_rail_and_hides_no_total(name):
    """Some releases of the service list them."""
    rails = {"rail": {name: rail(60000), **ORIN_NANO["rail"], "VDD_IN": rail(12479)}}
    found = rows("power", power=rails)
    assert name not in found
    assert found["VDD_IN"]["role"] == "module"


@pytest.mark.parametrize("power", [{}, {"rail": {}, "tot": {"power": 0, "avg": 0}}])
def test_a_board_without_rails_has_no_row_of_power(power):
    assert rows("power", power=power) == {}


def test_a_rail_without_a_power_is_left_out():
    power = {"rail": {"VDD_IN": {"volt": 5000, "curr": 1}, "VDD_SOC": rail(2818)}}
    assert set(rows("power", power=power)) == {"VDD_SOC"}


def test_the_gpu_has_load_and_clock():
    assert rows("utilization")["gpu"]["value"] == 63.0
    clock = rows("clock")["gpu"]
    assert (clock["value"], clock["maximum"]) == (624.75, 624.75)


def test_a_second_gpu_has_its_own_name_and_an_unknown_load_is_none():
    gpus = {"gpu": {"status": {"load": 5.0}}, "other": {"status": {}, "freq": {}}}
    loads = {label: row["value"] for label, row in rows("utilization", gpu=gpus).items()}
    assert loads == {"gpu": 5.0, "gpu1": None, "emc": 43}


def test_a_zone_that_is_switched_off_is_offline():
    zones = rows("temperature")
    assert (zones["cpu"]["value"], zones["gpu"]["value"]) == (53.968, 53.343)
    assert (zones["cv0"]["value"], zones["cv0"]["reason"]) == (None, "offline")
    only = rows("temperature", temperature={"cv1": {"temp": -256.0}})
    assert only["cv1"]["value"] is None


def test_zones_belong_to_what_their_names_say():
    """In a container without /sys they are all that the hottest zone can be found among."""
    names = ("cpu", "gpu", "tj", "soc0", "cv0", "tboard")
    zones = {name: {"temp": 50.0, "online": True} for name in names}
    roles = {label: row["role"] for label, row in rows("temperature", temperature=zones).items()}
    assert roles == {
        "cpu": "processor",
        "gpu": "accelerator",
        "tj": "processor",
        "soc0": "processor",
        "cv0": "accelerator",
        "tboard": "",
    }


def test_the_memory_controller_has_clock_and_load():
    clock = rows("clock")["emc"]
    assert (clock["value"], clock["maximum"]) == (2133.0, 3199.0)
    assert rows("utilization")["emc"]["value"] == 43


def test_a_service_that_knows_no_memory_controller_has_no_row_of_it():
    assert "emc" not in rows("clock", memory={"RAM": {}})


def test_an_engine_that_is_switched_off_has_no_clock():
    clocks = rows("clock")
    assert (clocks["ape"]["value"], clocks["ape"]["maximum"]) == (200.0, None)
    assert (clocks["nvdec"]["value"], clocks["nvdec"]["reason"]) == (None, "offline")


def test_an_engine_of_which_the_service_knows_nothing_is_offline():
    """On a Thor it says None where it could not ask."""
    unknown = {"online": False, "cur": None, "min": None, "max": None}
    clocks = rows("clock", engine={"PVA": {"PVA": unknown}})
    assert (clocks["pva"]["value"], clocks["pva"]["reason"]) == (None, "offline")


def test_an_engine_that_is_on_but_has_no_clock_is_without_a_value():
    clocks = rows("clock", engine={"PVA": {"PVA": {"online": True, "cur": None}}})
    assert clocks["pva"]["value"] is None


# Hailo.


def hailo(power=None):
    """A chip with two sensors, whose power is a number or an exception."""

    def measure():
        if isinstance(power, Exception):
            raise power
        return power

    temperature = SimpleNamespace(ts0_temperature=51.25, ts1_temperature=52.5)
    return SimpleNamespace(get_chip_temperature=lambda: temperature, power_measurement=measure)


def test_a_hailo_has_its_hotter_temperature_and_its_power():
    hot, power = hailo_client.rows(hailo(2.75))
    assert (hot["kind"], hot["value"], hot["role"]) == ("temperature", 52.5, "accelerator")
    assert (power["kind"], power["value"], power["unit"]) == ("power", 2.75, "W")
    assert power["scope"] == "accelerator module, not the computer"


def test_a_module_that_cannot_measure_its_power_has_no_row_for_it():
    refused = RuntimeError("HAILO_UNSUPPORTED_OPCODE")
    assert [row["kind"] for row in hailo_client.rows(hailo(refused))] == ["temperature"]


# When they are asked.


def names(root, **options):
    return [provider.name for provider in providers_for(Sysroot(root), FakeClock(), **options)]


TEGRA = {"proc/device-tree/compatible": "nvidia,p3767-0005\0nvidia,tegra234\0"}
SOCKET = {"run/jtop.sock": ""}
RAILS = {"sys/class/hwmon/hwmon3/name": "ina3221\n"}
OLD_RAILS = {"sys/bus/iio/devices/iio:device0/name": "ina3221x\n"}


@pytest.mark.parametrize(
    ("files", "asked"),
    [
        (TEGRA | SOCKET, True),
        (TEGRA | SOCKET | RAILS, False),
        (TEGRA | SOCKET | OLD_RAILS, False),
        (TEGRA | SOCKET | {"sys/class/hwmon/hwmon0/name": "pwmfan\n"}, True),
        (TEGRA, False),
        (SOCKET, False),
    ],
)
def test_without_being_told_to_jtop_is_asked_only_where_nothing_else_knows_the_rails(
    tmp_path, files, asked
):
    assert ("jtop" in names(write_tree(tmp_path, files))) is asked


def test_who_asks_for_jtop_gets_it(tmp_path):
    assert "jtop" in names(tmp_path, jtop=True)


def test_a_hailo_is_asked_only_if_its_device_and_its_package_are_there(tmp_path, monkeypatch):
    write_tree(tmp_path / "with", {"dev/hailo0": ""})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    without_package = names(tmp_path / "with")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "hailo_platform" or None)
    assert "hailo" not in without_package
    assert "hailo" in names(tmp_path / "with")
    assert "hailo" not in names(tmp_path / "without")
