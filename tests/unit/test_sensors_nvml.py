"""NVIDIA GPUs: the real pynvml on an emulated driver, in a process of its own."""

from __future__ import annotations

import json

import pytest
from emulated_boards import SHARED, FakeClock, compile_c, run_python

from edgetop.readings import Kind, Reason
from edgetop.sensors.gpu.nvml import NvmlProvider

SCRIPT = """
import json, sys
from pathlib import Path
from edgetop.sensors.gpu.nvml import NvmlProvider

class Clock:
    now_s = 1000.0
    def __call__(self):
        return self.now_s

clock = Clock()
provider = NvmlProvider(clock)
answers = Path(sys.argv[1])
sensors = ()
for step in json.loads(sys.argv[2]):
    clock.now_s += step.get("after_s", 0.0)
    if "answers" in step:
        answers.write_text(step["answers"])
    if step.get("probe"):
        sensors = provider.probe()
    readings = provider.read()
    print(json.dumps([
        {"id": s.id, "kind": s.kind.value, "label": s.label, "unit": s.unit, "role": s.role,
         "scope": s.scope, "maximum": s.maximum, "value": readings[s.id].value,
         "reason": readings[s.id].reason.value, "detail": readings[s.id].detail}
        for s in sensors
    ]))
provider.close()
"""

LOST = "err.{} 15\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nvml")
    compile_c(SHARED / "tools" / "fake_nvml.c", folder / "libnvidia-ml.so.1")
    return folder


@pytest.fixture
def ask(library, tmp_path):
    """Run the steps; each gives the rows of one read, by (kind, label)."""

    def ask(*steps):
        answers = tmp_path / "answers.txt"
        environment = {"LD_LIBRARY_PATH": str(library), "FAKE_NVML": str(answers)}
        lines = run_python(SCRIPT, answers, json.dumps(steps), **environment).splitlines()
        rows = [json.loads(line) for line in lines]
        return [{(row["kind"], row["label"]): row for row in step} for step in rows]

    return ask


def board(name: str) -> str:
    return (SHARED / "nvml" / f"{name}.txt").read_text()


def test_a_desktop_gpu_tells_everything(ask):
    (rows,) = ask({"answers": board("rtx3060"), "probe": True})
    values = {key: (row["value"], row["unit"]) for key, row in rows.items()}
    assert values == {
        ("utilization", "gpu"): (37.0, "%"),
        ("utilization", "gpu memory controller"): (12.0, "%"),
        ("memory", "gpu"): (1503238553.0, "bytes"),
        ("power", "gpu"): (27.35, "W"),
        ("energy", "gpu"): (123456.789, "J"),
        ("temperature", "gpu"): (54.0, "°C"),
        ("clock", "gpu"): (1777.0, "MHz"),
        ("clock", "gpu memory"): (7301.0, "MHz"),
        ("fan", "gpu"): (30.0, "%"),
        ("throttle", "gpu"): (4.0, "bits"),
    }
    assert rows["throttle", "gpu"]["detail"] == "software power cap"
    assert rows["memory", "gpu"]["maximum"] == 12884901888.0
    assert rows["power", "gpu"]["maximum"] == 170.0
    assert rows["power", "gpu"]["role"] == "gpu"
    assert rows["power", "gpu"]["scope"] == "gpu board, not the computer"
    assert rows["clock", "gpu"]["maximum"] is None


def test_the_clocks_limit_is_its_maximum(ask):
    (rows,) = ask({"answers": board("rtx3060") + "maxclock0 2100\n", "probe": True})
    assert rows["clock", "gpu"]["maximum"] == 2100.0


def test_a_jetson_whose_library_supports_no_query_has_no_sensors(ask):
    assert ask({"answers": board("jetson-orin-jp6"), "probe": True}) == [{}]


def test_an_old_board_uses_the_old_temperature_call_and_lists_no_power(ask):
    (rows,) = ask({"answers": board("old-board-no-power"), "probe": True})
    assert rows["utilization", "gpu"]["value"] == 55.0
    assert rows["temperature", "gpu"]["value"] == 61.0
    assert rows["throttle", "gpu"]["value"] == 0.0
    assert rows["throttle", "gpu"]["detail"] == ""
    assert not {kind for kind, _ in rows} & {"power", "energy", "fan"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("driver-mismatch", "the NVIDIA driver and its library are of different versions"),
        ("driver-not-loaded", "the NVIDIA driver is not loaded"),
    ],
)
def test_a_driver_that_does_not_answer_is_one_row_that_says_why(ask, name, words):
    (rows,) = ask({"answers": board(name), "probe": True})
    ((key, row),) = rows.items()
    assert key == ("utilization", "gpu")
    assert (row["value"], row["reason"]) == (None, "absent")
    assert row["detail"].startswith(words)


def test_a_gpu_that_is_lost_from_the_start_is_listed_once_it_is_back(ask):
    lost, still, back = ask(
        {"answers": board("gpu-lost"), "probe": True},
        {"answers": board("rtx3060"), "after_s": 9.0, "probe": True},
        {"after_s": 1.0, "probe": True},
    )
    for rows in (lost, still):
        ((_, row),) = rows.items()
        assert (row["value"], row["reason"]) == (None, "error")
        assert row["detail"].startswith("the GPU is lost")
    assert back["power", "gpu"]["value"] == 27.35


@pytest.mark.parametrize("function", ["nvmlDeviceGetUtilizationRates", "nvmlDeviceGetPowerUsage"])
def test_a_gpu_that_is_lost_while_running_keeps_its_sensors_and_comes_back(ask, function):
    fine = board("rtx3060")
    gone = fine + LOST.format(function) + LOST.format("nvmlDeviceGetHandleByIndex_v2")
    before, lost, again, probed, back = ask(
        {"answers": fine, "probe": True},
        {"answers": gone, "after_s": 11.0},
        {"after_s": 5.0},
        {"after_s": 5.0, "probe": True},
        {"answers": fine, "after_s": 10.0},
    )
    assert before.keys() == lost.keys() == again.keys() == probed.keys() == back.keys()
    for rows in (lost, again, probed):
        assert {row["value"] for row in rows.values()} == {None}
        assert {row["reason"] for row in rows.values()} == {"error"}
    assert {key: row["value"] for key, row in back.items()} == {
        key: row["value"] for key, row in before.items()
    }


def test_a_library_that_was_shut_down_is_started_again(ask):
    fine = board("rtx3060")
    gone = fine + "err.nvmlDeviceGetUtilizationRates 1\nerr.nvmlInitWithFlags 9\n"
    before, lost, unloaded, back = ask(
        {"answers": fine, "probe": True},
        {"answers": gone, "after_s": 11.0},
        {"after_s": 10.0},
        {"answers": fine, "after_s": 10.0},
    )
    assert lost["power", "gpu"]["value"] is None
    assert unloaded["power", "gpu"]["detail"] == "the NVIDIA driver is not loaded"
    assert back["power", "gpu"]["value"] == before["power", "gpu"]["value"]


def test_one_query_that_fails_leaves_the_others_alone(ask):
    failing = "err.nvmlDeviceGetPowerUsage 4\nerr.nvmlDeviceGetTemperatureV 999\n"
    (rows,) = ask({"answers": board("rtx3060") + failing, "probe": True})
    assert rows["power", "gpu"]["reason"] == "no-permission"
    assert rows["temperature", "gpu"]["reason"] == "error"
    assert rows["utilization", "gpu"]["value"] == 37.0


def test_every_gpu_has_its_own_rows(ask):
    (rows,) = ask({"answers": board("rtx3060") + "count 2\n", "probe": True})
    powers = [row for (kind, _), row in rows.items() if kind == "power"]
    assert [(row["id"], row["label"]) for row in powers] == [
        ("nvml/0/power", "gpu"),
        ("nvml/1/power", "gpu1"),
    ]
    assert ("utilization", "gpu1 memory controller") in rows


@pytest.mark.parametrize(
    ("bits", "words"),
    [
        ("0x0", ""),
        ("0x1", ""),
        ("0x113", ""),
        ("0x8", "hardware slowdown"),
        ("0x64", "software power cap, software thermal slowdown, hardware thermal slowdown"),
        ("0x81", "power brake"),
    ],
)
def test_throttling_is_told_in_words_and_idle_is_none(ask, bits, words):
    (rows,) = ask({"answers": f"util_gpu 0\nreasons {bits}\n", "probe": True})
    assert rows["throttle", "gpu"]["detail"] == words


def test_an_answer_that_cannot_be_is_no_value(ask):
    (rows,) = ask({"answers": "util_gpu 4000\ntemp_c 4000\npower_mw 9999999\n", "probe": True})
    for row in rows.values():
        if row["label"] != "gpu memory controller":
            assert (row["value"], row["reason"]) == (None, "implausible")


def failing_load(error):
    def load():
        raise error

    return load


def test_without_the_drivers_library_there_are_no_sensors():
    provider = NvmlProvider(FakeClock(), failing_load(OSError("no libnvidia-ml.so.1")))
    assert provider.probe() == ()
    assert provider.read() == {}
    provider.close()


def test_a_driver_without_the_python_package_says_what_is_missing():
    provider = NvmlProvider(FakeClock(), failing_load(ModuleNotFoundError("pynvml")))
    (sensor,) = provider.probe()
    reading = provider.read()[sensor.id]
    assert (sensor.kind, reading.reason) == (Kind.UTILIZATION, Reason.ABSENT)
    assert "nvidia-ml-py" in reading.detail


def test_the_library_is_tried_again_every_ten_seconds_and_not_more_often():
    clock, tries = FakeClock(), []

    def load():
        tries.append(clock.now_s)
        raise OSError

    provider = NvmlProvider(clock, load)
    provider.probe()
    for _ in range(25):
        clock.now_s += 1.0
        provider.read()
    assert tries == [1000.0, 1010.0, 1020.0]
