"""The few figures that stand for the whole board."""

from __future__ import annotations

import pytest

from edgetop.readings import Kind, Reading, Reason, Sensor, SensorReading, Throttle
from edgetop.sensors.headline import (
    cpu_percent,
    gpu_memory_used_mib,
    gpu_percent,
    headline,
    memory_total_mib,
    memory_used_mib,
    temperature_c,
    throttle,
)


def item(kind, label, value, role="", maximum=None, reason=Reason.OK, detail=""):
    sensor = Sensor(f"{kind.value}/{label}", kind, label, "", role=role, maximum=maximum)
    return SensorReading(sensor, Reading(value, reason, detail, 1.0))


def test_a_board_without_sensors_has_a_reason_for_every_figure():
    figures = headline(())
    for reading in (
        figures.cpu_percent,
        figures.gpu_percent,
        figures.memory_used_mib,
        figures.memory_total_mib,
        figures.gpu_memory_used_mib,
        figures.temperature_c,
    ):
        assert (reading.value, reading.words) == (None, "no sensor")
    assert figures.power.reason == "no sensor"
    assert figures.throttle == ()


def test_cpu_is_all_cores_and_not_the_first_or_the_containers():
    items = [
        item(Kind.UTILIZATION, "container cpu", 75.0),
        item(Kind.UTILIZATION, "cpu0", 90.0, role="core"),
        item(Kind.UTILIZATION, "cpu", 20.0, role="system"),
    ]
    assert cpu_percent(items).value == 20.0


def test_gpu_is_the_busiest_gpu_and_not_its_memory_controller():
    items = [
        item(Kind.UTILIZATION, "gpu", 3.0),
        item(Kind.UTILIZATION, "gpu1", 88.0),
        item(Kind.UTILIZATION, "gpu memory controller", 99.0),
    ]
    reading = gpu_percent(items)
    assert (reading.value, reading.detail) == (88.0, "gpu1")


def test_a_gpu_that_does_not_answer_says_why():
    lost = item(Kind.UTILIZATION, "gpu", None, reason=Reason.ERROR, detail="the GPU is lost")
    assert gpu_percent([lost]).words == "the GPU is lost"


def test_gpu_memory_is_the_sum_and_unknown_if_one_is_unknown():
    first = item(Kind.MEMORY, "gpu", 3 * 2.0**20)
    second = item(Kind.MEMORY, "gpu1", 4 * 2.0**20)
    silent = item(Kind.MEMORY, "gpu1", None, reason=Reason.STALE)
    assert gpu_memory_used_mib([first, second]).value == 7.0
    assert gpu_memory_used_mib([first, silent]).reason is Reason.STALE


@pytest.mark.parametrize(
    ("limit_mib", "total_mib", "used_mib"), [(512, 512, 100), (4096, 1024, 700)]
)
def test_the_containers_limit_counts_where_it_is_tighter(limit_mib, total_mib, used_mib):
    items = [
        item(Kind.MEMORY, "ram", 700 * 2.0**20, maximum=1024 * 2.0**20),
        item(Kind.MEMORY, "swap", 1.0, maximum=5.0),
        item(Kind.MEMORY, "container", 100 * 2.0**20, maximum=limit_mib * 2.0**20),
    ]
    assert memory_total_mib(items).value == total_mib
    assert memory_used_mib(items).value == used_mib


def test_the_temperature_is_the_hottest_of_processor_and_accelerator():
    items = [
        item(Kind.TEMPERATURE, "PMIC-Die", 100.0, role="static"),
        item(Kind.TEMPERATURE, "acpitz", 90.0),
        item(Kind.TEMPERATURE, "cpu-thermal", 54.1, role="processor"),
        item(Kind.TEMPERATURE, "gpu", 61.0, role="accelerator"),
        item(Kind.TEMPERATURE, "cv0-thermal", None, "accelerator", reason=Reason.OFFLINE),
    ]
    reading = temperature_c(items)
    assert (reading.value, reading.detail) == (61.0, "gpu")
    assert temperature_c(items[:2]).reason is Reason.ABSENT
    assert temperature_c(items[4:]).reason is Reason.OFFLINE


def test_throttling_is_what_the_detail_names_and_no_history():
    items = [
        item(Kind.THROTTLE, "gpu", 68.0, detail="software power cap, hardware thermal slowdown"),
        item(Kind.THROTTLE, "cpu.max", 4.0, role="container", detail="CPU quota"),
        item(Kind.THROTTLE, "oc3", 27390.0),
        item(Kind.THROTTLE, "gone", None, reason=Reason.ERROR, detail="read error"),
    ]
    assert throttle(items) == (
        Throttle("gpu", "software power cap"),
        Throttle("gpu", "hardware thermal slowdown"),
        Throttle("container", "CPU quota"),
    )
