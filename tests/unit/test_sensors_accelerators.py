"""Accelerators: Rockchip's and Intel's NPUs, Google's Edge TPU, Qualcomm's GPU."""

from __future__ import annotations

import errno

import pytest
from emulated_boards import FakeClock, write_tree
from provider_rows import fail_reads, row, rows_of, values

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.gpu.adreno import AdrenoProvider
from edgetop.sensors.headline import gpu_percent, temperature_c
from edgetop.sensors.npu.coral import CoralProvider
from edgetop.sensors.npu.intel import IntelNpuProvider
from edgetop.sensors.npu.rockchip import RockchipNpuProvider

RKNPU = "sys/kernel/debug/rknpu/load"


def rockchip(root, text=None):
    write_tree(root, {"sys/module/rknpu/version": "0.9.6\n"})
    if text is not None:
        write_tree(root, {RKNPU: text})
    return rows_of(RockchipNpuProvider(Sysroot(root), FakeClock()))


def test_three_cores_have_a_row_each_and_their_mean(tmp_path):
    found = rockchip(tmp_path, "NPU load:  Core0: 63%, Core1: 65%, Core2:  1%,\n")
    loads = values(found, Kind.UTILIZATION)
    assert loads == {"npu": 43.0, "npu0": 63.0, "npu1": 65.0, "npu2": 1.0}
    assert row(found, Kind.UTILIZATION, "npu1").sensor.role == "npu-core"


def test_one_core_is_the_npu(tmp_path):
    assert values(rockchip(tmp_path, "NPU load:  63%\n"), Kind.UTILIZATION) == {"npu": 63.0}


@pytest.mark.parametrize("percent", [101, 20000, 1000063, 4294967295])
def test_a_core_beyond_its_whole_time_has_no_value_and_leaves_no_mean(tmp_path, percent):
    found = rockchip(tmp_path, f"NPU load:  Core0: {percent}%, Core1: 65%, Core2: 64%,\n")
    loads = values(found, Kind.UTILIZATION)
    assert loads == {"npu": None, "npu0": None, "npu1": 65.0, "npu2": 64.0}
    assert row(found, Kind.UTILIZATION, "npu").reading.reason is Reason.IMPLAUSIBLE


@pytest.mark.parametrize("text", ["", "NPU load:\n", "NPU load:  N/A\n", "NPU load: Core0: %,\n"])
def test_a_text_without_a_load_is_no_load_of_0(tmp_path, text):
    (found,) = rockchip(tmp_path, text)
    assert (found.value, found.reading.reason) == (None, Reason.IMPLAUSIBLE)


def test_a_core_that_is_no_longer_told_leaves_no_values_of_others_in_its_place(tmp_path):
    write_tree(tmp_path, {RKNPU: "NPU load:  Core0: 63%, Core1: 65%, Core2: 1%,\n"})
    provider = RockchipNpuProvider(Sysroot(tmp_path), FakeClock())
    provider.probe()
    write_tree(tmp_path, {RKNPU: "NPU load:  Core0: 63%, Core1: 65%,\n"})
    assert {reading.reason for reading in provider.read().values()} == {Reason.IMPLAUSIBLE}
    provider.close()


def test_without_permission_one_row_says_what_would_help(tmp_path, monkeypatch):
    fail_reads(monkeypatch, {tmp_path / RKNPU: errno.EACCES})
    (found,) = rockchip(tmp_path, "NPU load:  Core0: 63%, Core1: 65%, Core2: 1%,\n")
    assert (found.value, found.reading.reason) == (None, Reason.NO_PERMISSION)
    assert "root" in found.sensor.hint


def test_a_board_without_the_driver_has_no_npu(tmp_path):
    assert RockchipNpuProvider(Sysroot(tmp_path), FakeClock()).probe() == ()


NPU = "sys/devices/pci0000:00/0000:00:0b.0"


def write_npu(root, **files):
    link = root / "sys/class/accel/accel0"
    links = (
        {}
        if link.is_symlink()
        else {
            "sys/class/accel/accel0": f"../../../{NPU}/accel/accel0",
            f"{NPU}/accel/accel0/device": "../..",
        }
    )
    texts = {f"{NPU}/{name}": f"{value}\n" for name, value in files.items()}
    return write_tree(root, texts | {f"{NPU}/accel/accel0/dev": "261:0\n"}, links)


@pytest.fixture
def intel(tmp_path):
    clock = FakeClock()
    provider = IntelNpuProvider(Sysroot(write_npu(tmp_path, npu_busy_time_us=0)), clock)

    def read(after_s=1.0, **files):
        write_npu(tmp_path, **files)
        clock.now_s += after_s
        return rows_of(provider)

    yield read
    provider.close()


def test_an_intel_npu_s_load_is_its_busy_time_by_our_clock(intel):
    first = row(intel(npu_busy_time_us=1_000_000), Kind.UTILIZATION, "npu")
    later = row(intel(2.0, npu_busy_time_us=1_500_000), Kind.UTILIZATION, "npu")
    assert (first.value, first.reading.reason) == (None, Reason.WARMING_UP)
    assert later.value == pytest.approx(25.0)


@pytest.mark.parametrize(("busy_us", "percent"), [(1_030_000, 100.0), (1_300_000, None)])
def test_more_busy_time_than_time_is_all_of_it_or_none(intel, busy_us, percent):
    """Some ms are the difference of two clocks."""
    intel(npu_busy_time_us=0)
    load = row(intel(npu_busy_time_us=busy_us), Kind.UTILIZATION, "npu")
    assert load.value == percent


def test_a_busy_time_that_began_anew_gives_no_load(intel):
    intel(npu_busy_time_us=9_000_000)
    load = row(intel(npu_busy_time_us=5), Kind.UTILIZATION, "npu")
    assert (load.value, load.reading.reason) == (None, Reason.WARMING_UP)


def test_an_intel_npu_has_a_clock_and_memory_where_its_driver_tells_them(intel):
    files = {"npu_current_frequency_mhz": 1400, "npu_max_frequency_mhz": 1950}
    found = intel(npu_memory_utilization=123456, **files)
    assert values(found, Kind.CLOCK) == {"npu": 1400.0}
    assert row(found, Kind.CLOCK, "npu").sensor.maximum == 1950.0
    assert values(found, Kind.MEMORY) == {"npu": 123456.0}


def test_an_accelerator_without_the_files_is_none(tmp_path):
    write_tree(tmp_path, {"sys/class/accel/accel0/device/uevent": "DRIVER=other\n"})
    assert IntelNpuProvider(Sysroot(tmp_path), FakeClock()).probe() == ()


def test_an_edge_tpu_on_pcie_has_a_temperature_that_counts_as_an_accelerator_s(tmp_path):
    folder = "sys/class/apex/apex_0"
    write_tree(tmp_path, {f"{folder}/temp": "56800\n", f"{folder}/hw_temp_warn2": "100000\n"})
    write_tree(tmp_path, {"sys/class/apex/other/temp": "99000\n"})
    found = rows_of(CoralProvider(Sysroot(tmp_path), FakeClock()))
    assert values(found, Kind.TEMPERATURE) == {"apex_0": 56.8}
    assert found[0].sensor.maximum == 100.0
    assert temperature_c(found).value == 56.8


def test_two_edge_tpus_are_two(tmp_path):
    for number in (0, 1):
        write_tree(tmp_path, {f"sys/class/apex/apex_{number}/temp": f"{40 + number}000\n"})
    found = rows_of(CoralProvider(Sysroot(tmp_path), FakeClock()))
    assert values(found, Kind.TEMPERATURE) == {"apex_0": 40.0, "apex_1": 41.0}


KGSL = "sys/class/kgsl/kgsl-3d0"


@pytest.mark.parametrize(
    ("text", "percent"),
    [("42 %\n", 42.0), ("7%\n", 7.0), ("0\n", 0.0), ("900 %\n", None), ("%", None)],
)
def test_an_adreno_s_load_is_percent(tmp_path, text, percent):
    write_tree(tmp_path, {f"{KGSL}/gpu_busy_percentage": text})
    found = rows_of(AdrenoProvider(Sysroot(tmp_path), FakeClock()))
    assert values(found, Kind.UTILIZATION) == {"gpu": percent}
    assert gpu_percent(found).value == percent


def test_an_adreno_s_clock_is_in_hertz(tmp_path):
    write_tree(tmp_path, {f"{KGSL}/gpuclk": "305000000\n", f"{KGSL}/max_gpuclk": "680000000\n"})
    found = rows_of(AdrenoProvider(Sysroot(tmp_path), FakeClock()))
    assert values(found, Kind.CLOCK) == {"gpu": 305.0}
    assert found[0].sensor.maximum == 680.0
