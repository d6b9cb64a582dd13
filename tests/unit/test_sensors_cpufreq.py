"""Processor clocks from cpufreq."""

from __future__ import annotations

from emulated_boards import FakeClock, write_tree

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import Sysroot
from edgetop.sensors.kernel.cpufreq import ClockProvider

CPU = "sys/devices/system/cpu"


def policy(number: int, khz: int, max_khz: int) -> dict[str, str]:
    return {
        f"{CPU}/cpufreq/policy{number}/scaling_cur_freq": f"{khz}\n",
        f"{CPU}/cpufreq/policy{number}/cpuinfo_max_freq": f"{max_khz}\n",
    }


def two_clusters(root):
    links = {f"{CPU}/cpu{n}/cpufreq": f"../cpufreq/policy{4 * (n // 4)}" for n in range(8)}
    return write_tree(root, {**policy(0, 1008000, 1800000), **policy(4, 816000, 2304000)}, links)


def test_cores_that_share_a_policy_are_one_clock_named_after_the_first(tmp_path):
    provider = ClockProvider(Sysroot(two_clusters(tmp_path)), FakeClock())
    sensors = provider.probe()
    readings = provider.read()
    assert [(s.label, s.kind, s.unit, s.maximum) for s in sensors] == [
        ("cpu0", Kind.CLOCK, "MHz", 1800.0),
        ("cpu4", Kind.CLOCK, "MHz", 2304.0),
    ]
    assert [readings[sensor.id].value for sensor in sensors] == [1008.0, 816.0]
    provider.close()


def test_without_cpufreq_there_is_no_clock_and_no_guess_from_cpuinfo(tmp_path):
    write_tree(tmp_path, {f"{CPU}/cpu0/online": "1", "proc/cpuinfo": "cpu MHz : 2400.000\n"})
    provider = ClockProvider(Sysroot(tmp_path), FakeClock())
    assert provider.probe() == ()
    assert provider.read() == {}


def test_a_clock_of_zero_is_a_core_that_is_off(tmp_path):
    two_clusters(tmp_path)
    write_tree(tmp_path, {f"{CPU}/cpufreq/policy4/scaling_cur_freq": "0\n"})
    provider = ClockProvider(Sysroot(tmp_path), FakeClock())
    provider.probe()
    reading = provider.read()["clock/cpu4"]
    assert (reading.value, reading.reason) == (None, Reason.OFFLINE)
    provider.close()


def test_an_unknown_clock_has_a_reason_and_an_unknown_limit_is_none(tmp_path):
    two_clusters(tmp_path)
    write_tree(
        tmp_path,
        {
            f"{CPU}/cpufreq/policy4/scaling_cur_freq": "<unknown>\n",
            f"{CPU}/cpufreq/policy4/cpuinfo_max_freq": "\n",
        },
    )
    provider = ClockProvider(Sysroot(tmp_path), FakeClock())
    assert provider.probe()[1].maximum is None
    assert provider.read()["clock/cpu4"].reason is Reason.IMPLAUSIBLE
    provider.close()


def test_a_policy_that_vanished_is_no_longer_listed_after_the_next_probe(tmp_path):
    provider = ClockProvider(Sysroot(two_clusters(tmp_path)), FakeClock())
    provider.probe()
    for number in range(4, 8):
        (tmp_path / CPU / f"cpu{number}" / "cpufreq").unlink()
    assert [sensor.label for sensor in provider.probe()] == ["cpu0"]
    assert list(provider.read()) == ["clock/cpu0"]
    provider.close()
