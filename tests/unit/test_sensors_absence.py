"""What a board does not measure at all, and why."""

from __future__ import annotations

import pytest
from emulated_boards import write_tree

from edgetop.readings import BoardReadings, Kind, Reading, Reason, Sensor, SensorReading
from edgetop.sensors.absence import absences
from edgetop.sensors.files import Sysroot


def board(*found):
    """Sensors of some kinds and labels; their readings do not matter here."""
    return BoardReadings(
        sensors=tuple(
            SensorReading(Sensor(f"{kind}/{label}", kind, label, ""), Reading(None, Reason.STALE))
            for kind, label in found
        )
    )


def told(root, *found):
    return {item.what: item.why for item in absences(Sysroot(root), board(*found))}


EVERYTHING = (
    (Kind.POWER, "VDD_IN"),
    (Kind.UTILIZATION, "gpu"),
    (Kind.UTILIZATION, "npu"),
    (Kind.TEMPERATURE, "cpu-thermal"),
    (Kind.CLOCK, "cpu0"),
    (Kind.FAN, "pwmfan"),
    (Kind.THROTTLE, "oc1"),
)


def test_a_board_that_measures_everything_lacks_nothing_whether_it_has_values_or_not(tmp_path):
    assert told(tmp_path, *EVERYTHING) == {}


@pytest.mark.parametrize("missing", EVERYTHING, ids=[label for _, label in EVERYTHING])
def test_each_kind_that_is_missing_is_told_with_its_cause(tmp_path, missing):
    found = told(tmp_path, *(item for item in EVERYTHING if item is not missing))
    kind, label = missing
    names = {"gpu": "gpu utilization", "npu": "npu utilization"}
    assert list(found) == [names.get(label, kind.value)]
    assert all(found.values())


def test_the_load_of_a_processor_is_not_that_of_a_gpu_or_an_npu(tmp_path):
    found = told(tmp_path, (Kind.UTILIZATION, "cpu"), (Kind.UTILIZATION, "container cpu"))
    assert {"gpu utilization", "npu utilization"} <= set(found)


@pytest.mark.parametrize("label", ["gpu", "gpu1"])
def test_any_gpu_will_do(tmp_path, label):
    assert "gpu utilization" not in told(tmp_path, (Kind.UTILIZATION, label))


@pytest.mark.parametrize("label", ["npu", "npu0", "hailo"])
def test_any_accelerator_will_do(tmp_path, label):
    assert "npu utilization" not in told(tmp_path, (Kind.UTILIZATION, label))


def of_board(root, names):
    return write_tree(root, {"proc/device-tree/compatible": f"{names}\0"})


def test_an_older_raspberry_pi_has_no_current_sensor_and_a_meter_would_help(tmp_path):
    of_board(tmp_path, "raspberrypi,4-model-b\0brcm,bcm2711")
    assert "use a meter" in told(tmp_path)["power"]


def test_a_raspberry_pi_5_is_none_before_the_5(tmp_path):
    """It has a current sensor, but nobody may be there to ask it."""
    of_board(tmp_path, "raspberrypi,5-model-b\0brcm,bcm2712")
    assert "before the 5" not in told(tmp_path).get("power", "")


def test_another_board_shows_none_to_its_kernel(tmp_path):
    of_board(tmp_path, "radxa,rock-5b\0rockchip,rk3588")
    assert told(tmp_path)["power"] == "this board has no current sensor that its kernel shows"


def test_a_pc_without_rapl_is_a_virtual_machine(tmp_path):
    assert told(tmp_path)["power"] == "no RAPL in /sys/class/powercap: a virtual machine hides it"


def test_in_a_container_it_may_also_be_the_container(tmp_path):
    write_tree(
        tmp_path, {"sys/fs/cgroup/cgroup.controllers": "cpu\n", "proc/self/cgroup": "0::/\n"}
    )
    assert told(tmp_path)["power"].endswith("or the container does not show it")
