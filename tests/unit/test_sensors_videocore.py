"""Load of the Raspberry Pi's GPU, whose queues have clocks of their own."""

from __future__ import annotations

import pytest
from emulated_boards import FakeClock, write_tree
from provider_rows import rows_of

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.headline import gpu_memory_used_mib, gpu_percent
from edgetop.sensors.raspberry_pi.videocore import VideocoreProvider

DEVICE = "sys/devices/platform/axi/1002000000.v3d"
SECOND_NS = 1_000_000_000


def write_stats(root, *rows, header="queue\ttimestamp\tjobs\truntime\n"):
    """Rows of queue, timestamp and runtime in ns."""
    text = header + "".join(f"{queue}\t{time}\t7\t{busy}\n" for queue, time, busy in rows)
    card = "sys/class/drm/card0"
    links = {} if (root / card).is_symlink() else {card: f"../../../{DEVICE}/drm/card0"}
    write_tree(root, {f"{DEVICE}/gpu_stats": text, f"{DEVICE}/drm/card0/dev": "226:0\n"}, links)
    link = root / DEVICE / "drm/card0/device"
    if not link.is_symlink():
        link.symlink_to("../..")
    return root


@pytest.fixture
def provider(tmp_path):
    write_stats(tmp_path, ("bin", 0, 0), ("render", 0, 0))
    provider = VideocoreProvider(Sysroot(tmp_path), FakeClock())
    rows_of(provider)
    yield provider
    provider.close()


def load(provider):
    (found,) = rows_of(provider)
    return found.reading


def test_the_first_reading_is_no_value_yet(tmp_path):
    write_stats(tmp_path, ("bin", 5, 3))
    (found,) = rows_of(VideocoreProvider(Sysroot(tmp_path), FakeClock()))
    assert (found.value, found.reading.reason) == (None, Reason.WARMING_UP)
    assert (found.sensor.kind, found.sensor.label) == (Kind.UTILIZATION, "gpu")


def test_the_load_is_that_of_the_busiest_queue_by_its_own_clock(tmp_path, provider):
    """Our clock does not matter: it stands still here."""
    write_stats(tmp_path, ("bin", SECOND_NS, SECOND_NS // 10), ("render", 2 * SECOND_NS, SECOND_NS))
    assert load(provider).value == pytest.approx(50.0)


def test_a_queue_that_is_new_counts_from_its_second_reading(tmp_path, provider):
    write_stats(tmp_path, ("bin", SECOND_NS, 0), ("csd", SECOND_NS, SECOND_NS))
    first = load(provider)
    write_stats(tmp_path, ("bin", 2 * SECOND_NS, 0), ("csd", 2 * SECOND_NS, SECOND_NS * 3 // 2))
    assert (first.value, load(provider).value) == (0.0, pytest.approx(50.0))


def test_queues_whose_time_stands_still_give_no_value(tmp_path, provider):
    write_stats(tmp_path, ("bin", 0, 500), ("render", 0, 900))
    assert load(provider).reason is Reason.WARMING_UP


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((("bin", SECOND_NS, 2 * SECOND_NS),), "implausible value 200"),
        ((), f"no queues in /{DEVICE}/gpu_stats"),
    ],
)
def test_what_cannot_be_has_no_value(tmp_path, provider, rows, words):
    write_stats(tmp_path, *rows)
    reading = load(provider)
    assert (reading.value, reading.reason) == (None, Reason.IMPLAUSIBLE)
    assert reading.words == words


def test_a_counter_that_ran_backwards_has_no_value_once(tmp_path, provider):
    write_stats(tmp_path, ("bin", SECOND_NS, SECOND_NS // 2))
    load(provider)
    write_stats(tmp_path, ("bin", 2 * SECOND_NS, 0))
    backwards = load(provider)
    write_stats(tmp_path, ("bin", 3 * SECOND_NS, SECOND_NS // 4))
    assert (backwards.value, backwards.words) == (None, "the counter ran backwards")
    assert load(provider).value == pytest.approx(25.0)


def test_a_file_that_is_gone_has_a_reason_and_nothing_spans_its_absence(tmp_path, provider):
    (tmp_path / DEVICE / "gpu_stats").unlink()
    gone = next(iter(provider.read().values()))
    write_stats(tmp_path, ("bin", SECOND_NS, SECOND_NS))
    assert gone.reason is Reason.ABSENT
    assert next(iter(provider.read().values())).reason is Reason.WARMING_UP


def test_a_pi_3_has_no_such_file_and_no_row(tmp_path):
    write_tree(tmp_path, {"sys/class/drm/card0/device/uevent": "DRIVER=vc4-drm\n"})
    assert VideocoreProvider(Sysroot(tmp_path), FakeClock()).probe() == ()


def test_a_connector_is_no_card(tmp_path):
    write_tree(tmp_path, {"sys/class/drm/card1-HDMI-A-1/device/gpu_stats": "bin\t1\t1\t1\n"})
    assert VideocoreProvider(Sysroot(tmp_path), FakeClock()).probe() == ()


def test_the_gpu_has_no_memory_of_its_own(tmp_path, provider):
    write_stats(tmp_path, ("bin", SECOND_NS, SECOND_NS))
    found = rows_of(provider)
    assert gpu_percent(found).value == 100.0
    assert gpu_memory_used_mib(found).words == "shared with the cpu"
