"""Memory and swap from /proc/meminfo."""

from __future__ import annotations

import pytest
from emulated_boards import FakeClock, write_tree
from hypothesis import given
from hypothesis import strategies as st

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.kernel.memory import MemoryProvider

MEMINFO = (
    "MemTotal:       7803112 kB\nMemFree:          100000 kB\nMemAvailable:   1263616 kB\n"
    "SwapCached:           0 kB\nSwapTotal:      3901552 kB\nSwapFree:       3030128 kB\n"
)


@pytest.fixture
def provider(tmp_path):
    provider = MemoryProvider(Sysroot(write_tree(tmp_path, {"proc/meminfo": MEMINFO})), FakeClock())
    yield provider
    provider.close()


def test_used_is_the_total_without_what_is_available(provider):
    sensors = {sensor.label: sensor for sensor in provider.probe()}
    readings = provider.read()
    assert readings["memory/ram"].value == (7803112 - 1263616) * 1024
    assert readings["memory/swap"].value == (3901552 - 3030128) * 1024
    assert sensors["ram"].maximum == 7803112 * 1024
    assert (sensors["ram"].kind, sensors["ram"].unit) == (Kind.MEMORY, "bytes")


def test_a_kernel_without_memavailable_gives_a_reason_and_no_guess(provider, tmp_path):
    provider.probe()
    write_tree(tmp_path, {"proc/meminfo": "MemTotal:  1000 kB\nMemFree:  400 kB\n"})
    reading = provider.read()["memory/ram"]
    assert (reading.value, reading.reason) == (None, Reason.ABSENT)
    assert "MemAvailable" in reading.detail


def test_more_available_than_there_is_cannot_be(provider, tmp_path):
    provider.probe()
    write_tree(tmp_path, {"proc/meminfo": "MemTotal:  1000 kB\nMemAvailable:  2000 kB\n"})
    assert provider.read()["memory/ram"].reason is Reason.IMPLAUSIBLE


def test_without_the_file_nothing_is_listed(tmp_path):
    provider = MemoryProvider(Sysroot(tmp_path), FakeClock())
    assert provider.probe() == ()
    assert provider.read() == {}


@given(st.binary(max_size=300))
def test_any_bytes_never_raise_and_never_give_a_value_by_themselves(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("meminfo")
    provider = MemoryProvider(Sysroot(write_tree(folder, {"proc/meminfo": MEMINFO})), FakeClock())
    provider.probe()
    write_tree(folder, {"proc/meminfo": data})
    readings = provider.read()
    provider.probe()
    provider.close()
    if b"MemTotal" not in data:
        assert readings["memory/ram"].value is None
