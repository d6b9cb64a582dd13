"""What the general providers say of each board of the shared collection."""

from __future__ import annotations

import pytest
from emulated_boards import SEVEN_BOARDS, FakeClock, expected, materialise

from edgetop.sample import Kind, Reason, SensorReading
from edgetop.sensors.files import Sysroot
from edgetop.sensors.headline import headline
from edgetop.sensors.identity import board_name
from edgetop.sensors.kernel.container import ContainerProvider
from edgetop.sensors.kernel.cpu import CpuProvider
from edgetop.sensors.kernel.cpufreq import ClockProvider
from edgetop.sensors.kernel.memory import MemoryProvider
from edgetop.sensors.kernel.thermal import ThermalProvider

PROVIDERS = (CpuProvider, MemoryProvider, ContainerProvider, ClockProvider, ThermalProvider)
OURS = ("proc/stat", "proc/meminfo", "/thermal_zone", "scaling_cur_freq", "sys/fs/cgroup/")


def covered(rows: list[dict]) -> list[dict]:
    return [row for row in rows if any(part in "/" + row["path"] for part in OURS)]


@pytest.fixture(params=SEVEN_BOARDS, scope="module")
def pair(request, tmp_path_factory):
    """A board's name, its readings now and one second later, by (kind, label)."""
    clock = FakeClock()
    folder = tmp_path_factory.mktemp("boards") / request.param
    root = Sysroot(materialise(request.param, folder))
    providers = [make(root, clock) for make in PROVIDERS]

    def take():
        items = [
            SensorReading(sensor, readings[sensor.id])
            for provider in providers
            for sensors in [provider.probe()]
            for readings in [provider.read()]
            for sensor in sensors
        ]
        return {(item.sensor.kind.value, item.sensor.label): item for item in items}

    now = take()
    materialise(request.param, folder, at="1s")
    clock.now_s += 1.0
    later = take()
    yield request.param, now, later, root
    for provider in providers:
        provider.close()


def assert_matches(row: dict, found: dict) -> None:
    item = found[row["kind"], row["label"]]
    assert item.value == pytest.approx(row["value"], rel=1e-3, abs=0.01), row
    assert item.sensor.unit == row["unit"], row
    maximum = row.get("total", row.get("max"))
    if maximum is not None:
        assert item.sensor.maximum == pytest.approx(maximum, rel=1e-6), row
    for number, percent in enumerate(row.get("per_core", ())):
        core = found[row["kind"], f"cpu{number}"]
        assert core.value == pytest.approx(percent, abs=0.01)
        assert core.sensor.role == "core"


def test_every_covered_sensor_agrees_with_what_the_board_is_known_to_say(pair):
    board, now, later, _ = pair
    first = covered(expected(board)["sensors"])
    assert len(first) >= 3
    for row in first:
        assert_matches(row, now)
    second = {(row["kind"], row["label"]): row for row in covered(expected(board)["sensors_1s"])}
    assert second
    for row in second.values():
        assert_matches(row, later)
    for row in first:
        if (row["kind"], row["label"]) not in second:
            assert_matches(row, later)


def test_nothing_is_listed_that_the_board_does_not_have(pair):
    """Beside the known sensors only further cores and the three switched-off Jetson zones."""
    board, _, later, _ = pair
    rows = covered(expected(board)["sensors"] + expected(board)["sensors_1s"])
    known = {(row["kind"], row["label"]) for row in rows}
    more = {
        key: item
        for key, item in later.items()
        if key not in known and not key[1].startswith("cpu")
    }
    assert {label for _, label in more} == (
        {"cv0-thermal", "cv1-thermal", "cv2-thermal"} if board == "jetson-orin-nano" else set()
    )
    assert all(item.value is None for item in more.values())


def test_the_first_utilisation_has_no_value_instead_of_zero(pair):
    _, now, _, _ = pair
    readings = [item.reading for (kind, _), item in now.items() if kind == "utilization"]
    assert readings
    assert {(reading.value, reading.reason) for reading in readings} == {(None, Reason.WARMING_UP)}


def test_the_board_has_its_own_name(pair):
    board, _, _, root = pair
    names = {
        "container-cgroup2": "QEMU Standard PC (Q35 + ICH9, 2009)",
        "x86-rapl-intel": "Intel Corporation NUC12WSKi5",
    }
    assert board_name(root) == (expected(board).get("model") or names[board])


HOTTEST = {
    "container-cgroup2": None,
    "jetson-nano": 42.5,  # neither the constant 50 of PMIC-Die nor the always-on domain's 45
    "jetson-orin-nano": 54.125,
    "raspberry-pi-3b": 52.078,
    "raspberry-pi-5": 71.05,
    "rk3588": 46.23,
    "x86-rapl-intel": 58.0,
}


def test_the_headline_is_the_hottest_zone_of_processor_or_accelerator(pair):
    board, _, later, _ = pair
    assert headline(tuple(later.values())).temperature_c.value == HOTTEST[board]


def test_memory_of_the_headline_is_the_containers_where_it_is_tighter(pair):
    board, now, _, _ = pair
    label = "container" if board == "container-cgroup2" else "ram"
    figures = headline(tuple(now.values()))
    item = now[Kind.MEMORY.value, label]
    assert figures.memory_used_mib.value == pytest.approx(item.value / 2**20)
    assert figures.memory_total_mib.value == pytest.approx(item.sensor.maximum / 2**20)


def test_only_the_container_is_held_back_by_its_quota(pair):
    board, _, later, _ = pair
    causes = [(t.source, t.cause) for t in headline(tuple(later.values())).throttle]
    assert causes == ([("container", "CPU quota")] if board == "container-cgroup2" else [])


def test_without_a_power_sensor_there_is_a_reason_and_no_zero(pair):
    _, _, later, _ = pair
    power = headline(tuple(later.values())).power
    assert (power.power_w, power.scope, power.reason) == (None, "none", "no sensor")
