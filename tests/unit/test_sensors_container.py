"""Limits of control groups."""

from __future__ import annotations

import pytest
from emulated_boards import FakeClock, write_tree
from hypothesis import given
from hypothesis import strategies as st

from edgetop.readings import Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.kernel.container import ContainerProvider, own_groups

MOUNT = "sys/fs/cgroup"
GIB = 2**30


def group(path: str, memory_max: str = "max", cpu_max: str = "max 100000") -> dict[str, str]:
    folder = f"{MOUNT}/{path}".rstrip("/")
    return {
        f"{folder}/memory.max": f"{memory_max}\n",
        f"{folder}/memory.current": f"{GIB}\n",
        f"{folder}/memory.stat": f"anon 1\ninactive_file {GIB // 4}\n",
        f"{folder}/cpu.max": f"{cpu_max}\n",
        f"{folder}/cpu.stat": "usage_usec 5000000\nnr_periods 9\nnr_throttled 7\n",
    }


def container(root, own: str, *groups: dict[str, str]):
    files = {f"{MOUNT}/cgroup.controllers": "cpu memory\n", "proc/self/cgroup": own}
    for files_of_group in groups:
        files |= files_of_group
    clock = FakeClock()
    return ContainerProvider(Sysroot(write_tree(root, files)), clock), clock


def test_groups_lead_from_the_own_one_to_the_mount(tmp_path):
    container(tmp_path, "12:cpu:/v1\n0::/system.slice/job.service\n")
    assert own_groups(Sysroot(tmp_path)) == (
        "/sys/fs/cgroup/system.slice/job.service",
        "/sys/fs/cgroup/system.slice",
        "/sys/fs/cgroup",
    )


def test_the_tightest_limit_of_the_own_group_and_those_around_it_wins(tmp_path):
    provider, _ = container(
        tmp_path,
        "0::/outer/inner\n",
        group("outer", str(2 * GIB)) | {f"{MOUNT}/outer/memory.current": f"{3 * GIB // 2}\n"},
        group("outer/inner", str(4 * GIB)),
    )
    (sensor,) = provider.probe()
    assert sensor.maximum == 2 * GIB
    assert sensor.source == "/sys/fs/cgroup/outer/memory.current"
    assert provider.read()["container/memory"].value == 3 * GIB // 2 - GIB // 4
    provider.close()


def test_without_a_limit_there_is_no_sensor(tmp_path):
    provider, _ = container(tmp_path, "0::/\n", group(""))
    assert provider.probe() == ()
    assert provider.read() == {}


def test_a_path_of_the_host_falls_back_to_the_mount(tmp_path):
    provider, _ = container(tmp_path, "0::/../../docker/0a1b\n", group("", str(GIB)))
    assert [sensor.maximum for sensor in provider.probe()] == [GIB]


def test_the_quota_is_the_hundred_percent(tmp_path):
    """1.5 s of processor time in 1 s, of 2 processors."""
    provider, clock = container(tmp_path, "0::/\n", group("", cpu_max="200000 100000"))
    assert [sensor.label for sensor in provider.probe()] == ["container cpu", "cpu.max"]
    assert provider.read()["container/cpu"].reason is Reason.WARMING_UP
    clock.now_s += 1.0
    write_tree(tmp_path, {f"{MOUNT}/cpu.stat": "usage_usec 6500000\nnr_throttled 11\n"})
    readings = provider.read()
    assert readings["container/cpu"].value == pytest.approx(75.0)
    assert readings["container/cpu.max"].value == pytest.approx(4.0)
    assert readings["container/cpu.max"].detail == "CPU quota"
    provider.close()


@pytest.mark.parametrize(
    ("usage_us", "value"),
    [
        (7_100_000, 100.0),  # one renewal of the quota more than the window is long
        (9_000_000, None),
        (4_000_000, None),
    ],
)
def test_a_quota_overrun_by_one_period_is_full_and_more_is_implausible(tmp_path, usage_us, value):
    provider, clock = container(tmp_path, "0::/\n", group("", cpu_max="200000 100000"))
    provider.probe()
    provider.read()
    clock.now_s += 1.0
    write_tree(tmp_path, {f"{MOUNT}/cpu.stat": f"usage_usec {usage_us}\nnr_throttled 7\n"})
    readings = provider.read()
    assert readings["container/cpu"].value == value
    assert readings["container/cpu.max"].detail == ""
    provider.close()


def test_a_limit_that_changes_is_seen_by_the_next_probe(tmp_path):
    provider, _ = container(tmp_path, "0::/\n", group("", str(4 * GIB)))
    provider.probe()
    write_tree(tmp_path, {f"{MOUNT}/memory.max": f"{GIB}\n"})
    assert [sensor.maximum for sensor in provider.probe()] == [GIB]


@given(st.binary(max_size=100), st.sampled_from(["memory.current", "memory.stat", "cpu.stat"]))
def test_any_bytes_never_raise_and_never_give_a_false_zero(tmp_path_factory, data, name):
    folder = tmp_path_factory.mktemp("cgroup")
    provider, clock = container(folder, "0::/\n", group("", str(GIB), "100000 100000"))
    provider.probe()
    provider.read()
    clock.now_s += 1.0
    write_tree(folder, {f"{MOUNT}/{name}": data})
    readings = provider.read()
    provider.close()
    if name == "memory.current" and readings["container/memory"].value is not None:
        assert float(data.strip(b" \t\r\n\0")) >= GIB // 4
    if name == "memory.stat" and b"inactive_file" not in data:
        assert readings["container/memory"].value is None
    if name == "cpu.stat" and b"usage_usec" not in data:
        assert readings["container/cpu"].value is None


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60))
def test_any_limits_and_paths_never_raise(tmp_path_factory, own, memory_max, cpu_max):
    folder = tmp_path_factory.mktemp("limits")
    provider, _ = container(folder, "0::/\n", group(""))
    limits = {f"{MOUNT}/memory.max": memory_max, f"{MOUNT}/cpu.max": cpu_max}
    write_tree(folder, {"proc/self/cgroup": b"0::/" + own, **limits})
    provider.probe()
    provider.read()
    provider.close()
