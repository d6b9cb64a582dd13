"""What each of seven boards says of itself, beside what it is known to say."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from board_records import EmulatedBoard, rows, with_values, wrong_rows
from emulated_boards import SEVEN_BOARDS, expected

from edgetop.readings import Kind, Reason


@pytest.fixture(params=SEVEN_BOARDS, scope="module")
def seen(request, tmp_path_factory):
    """One board: readings and records at first and one second later."""
    folder = tmp_path_factory.mktemp("boards") / request.param
    with EmulatedBoard(request.param, folder) as emulated:
        first, first_record = emulated.read(), emulated.record()
        emulated.pass_a_second()
        later = emulated.read()
        yield SimpleNamespace(
            name=request.param,
            expected=expected(request.param),
            first=first,
            first_record=first_record,
            later=later,
            later_record=emulated.record(),
            identity=emulated.board.identity(),
            absences=emulated.board.absences(later),
        )


def test_every_sensor_agrees_with_what_the_board_is_known_to_say(seen):
    assert len(seen.expected["sensors"]) >= 4
    assert wrong_rows(seen.name, seen.first_record, later=False) == []


def test_one_second_later_rates_have_values_and_nothing_else_has_changed(seen):
    assert seen.expected["sensors_1s"]
    assert wrong_rows(seen.name, seen.later_record, later=True) == []


MORE = {
    "jetson-nano": {"emc %", "pwm-fan RPM"},
    "jetson-orin-nano": {
        "cv0-thermal °C",
        "cv1-thermal °C",
        "cv2-thermal °C",
        "oc1 events",
        "oc1 events/s",
        "oc2 events",
        "oc2 events/s",
    },
    "rk3588": {"npu0 %", "npu1 %", "npu2 %"},
    "x86-rapl-intel": {
        "package-0 J",
        "core J",
        "uncore J",
        "psys J",
        "Sensor 1 °C",
        "Core 0 °C",
        "Core 4 °C",
        "Core 12 °C",
        "gpu bool",
    },
}
"""What the trees hold beside what is known of the boards."""


def test_nothing_is_listed_that_the_board_does_not_have(seen):
    known = seen.expected["sensors"] + seen.expected["sensors_1s"]
    names = {f"{row['label']} {row['unit']}" for row in known}
    found = [f"{row['label']} {row['unit']}" for row in seen.later_record["sensors"]]
    cores = {name for name in found if name.startswith("cpu")}
    assert set(found) - cores - names == MORE.get(seen.name, set())


def test_no_sensor_is_listed_twice(seen):
    named = [(row["kind"], row["label"], row["unit"]) for row in seen.later_record["sensors"]]
    assert sorted(set(named)) == sorted(named)


ABSENT = {
    "power": lambda row: row["kind"] in ("power", "energy", "current"),
    "whole-board": lambda row: row["kind"] == "power" and row["role"] in ("board", "module"),
    "temperature": lambda row: row["kind"] == "temperature",
    "fan": lambda row: row["kind"] == "fan",
    "fan RPM": lambda row: row["kind"] == "fan" and row["unit"] == "RPM",
    "throttle": lambda row: row["kind"] == "throttle",
    "gpu": lambda row: row["kind"] == "utilization" and row["label"].startswith("gpu"),
    "npu": lambda row: row["label"].startswith(("npu", "dla")),
    "npu/dla": lambda row: row["label"].startswith(("npu", "dla")),
}
"""Which rows would be of a kind that a board has not, by its first word or as a whole."""


def test_kinds_that_the_board_does_not_have_are_without_a_value(seen):
    for text in seen.expected["absent"]:
        is_of_kind = ABSENT.get(text) or ABSENT[text.split()[0]]
        assert [row for row in with_values(seen.later_record["sensors"]) if is_of_kind(row)] == []


def test_what_people_look_for_and_the_board_does_not_tell_is_said_with_its_cause(seen):
    told = {item.what: item.why for item in seen.absences}
    wanted = {
        {"gpu": "gpu utilization", "npu": "npu utilization"}.get(text.split()[0], text.split()[0])
        for text in seen.expected["absent"]
        if text.split()[0] in ("power", "temperature", "gpu", "npu", "throttle")
    }
    assert wanted <= set(told)
    assert all(told.values())


def test_the_power_has_its_value_scope_and_rails(seen):
    power = seen.expected["board_power"]
    known = power.get("partial", power)
    for watts, found in (
        (known.get("value_w"), seen.first.power),
        (known.get("value_1s_w", known.get("value_w")), seen.later.power),
    ):
        assert found.power_w == (watts and pytest.approx(watts, rel=1e-3))
        assert found.rails == (tuple(known.get("rails", ())) if watts else ())
        assert found.scope == (known["scope"] if watts else "none")
        assert bool(found.reason) == (watts is None)
        assert not watts or (found.covers and found.excludes)


REASONS = {
    "container-cgroup2": "no sensor",
    "raspberry-pi-3b": "no sensor",
    "rk3588": "no sensor",
    "x86-rapl-intel": "no value yet (psys)",
}


def test_without_a_power_figure_there_is_a_reason_and_no_zero(seen):
    assert seen.first.power.reason == REASONS.get(seen.name, "")
    if seen.first.power.reason:
        assert seen.first.power.power_w is None


SCOPE_WORDS = {
    "jetson-nano": "board (POM_5V_IN)",
    "jetson-orin-nano": "module (VDD_IN)",
    "raspberry-pi-5": "PMIC rails (partial)",
    "x86-rapl-intel": "platform (psys)",
}


def test_the_scope_is_told_in_words(seen):
    assert seen.later.power.scope_words == SCOPE_WORDS.get(seen.name, "none")


IDENTITIES = {
    "container-cgroup2": (
        "QEMU Standard PC (Q35 + ICH9, 2009)",
        "qemu-standard-pc-q35-ich9-2009",
        "",
    ),
    "jetson-nano": ("NVIDIA Jetson Nano Developer Kit", "jetson-nano", "L4T 32.7.1"),
    "jetson-orin-nano": (
        "NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super",
        "jetson-orin-nano",
        "L4T 36.4.4",
    ),
    "raspberry-pi-3b": ("Raspberry Pi 3 Model B Rev 1.2", "raspberry-pi-3b", ""),
    "raspberry-pi-5": ("Raspberry Pi 5 Model B Rev 1.0", "raspberry-pi-5", ""),
    "rk3588": ("FriendlyElec CM3588", "friendlyelec-cm3588", ""),
    "x86-rapl-intel": ("Intel Corporation NUC12WSKi5", "intel-corporation-nuc12wski5", ""),
}


def test_the_board_has_its_own_name_short_name_and_release(seen):
    known = seen.identity
    assert (known.model, known.id, known.release) == IDENTITIES[seen.name]
    assert known.model == seen.expected.get("model", known.model)


HOTTEST = {
    "container-cgroup2": (None, "no sensor"),
    "jetson-nano": (42.5, "CPU-therm"),  # not the constant 50 of PMIC-Die, not 45 of AO-therm
    "jetson-orin-nano": (54.125, "cpu-thermal"),
    "raspberry-pi-3b": (52.078, "cpu-thermal"),
    "raspberry-pi-5": (71.05, "cpu-thermal"),
    "rk3588": (46.23, "npu-thermal"),
    "x86-rapl-intel": (58.0, "x86_pkg_temp"),
}


def test_the_temperature_is_the_hottest_of_processor_or_accelerator(seen):
    reading = seen.later.temperature_c
    assert (reading.value, reading.detail or reading.words) == HOTTEST[seen.name]


UTILIZATION = {
    "container-cgroup2": (20.0, None),
    "jetson-nano": (4.5, 34.5),
    "jetson-orin-nano": (12.0, 71.5),
    "raspberry-pi-3b": (99.75, None),
    "raspberry-pi-5": (97.5, 37.0),
    "rk3588": (22.875, 42.0),
    "x86-rapl-intel": (24.25, 62.0),
}


def test_the_loads_of_processor_and_gpu_need_no_more_than_two_readings(seen):
    figures = seen.later
    found = (figures.cpu_percent.value, figures.gpu_percent.value)
    assert found == pytest.approx(UTILIZATION[seen.name], abs=0.01)


def test_the_first_rates_have_no_value_instead_of_zero(seen):
    rates = [
        *rows(seen.first_record, "utilization", "cpu"),
        *(row for row in seen.first_record["sensors"] if row["unit"].endswith("/s")),
    ]
    assert {(row["value"], row["status"]) for row in rates} == {(None, "warming-up")}
    assert seen.first.cpu_percent.reason is Reason.WARMING_UP


NOW = {
    "container-cgroup2": ((), ("container: CPU quota",)),
    "jetson-nano": ((), ()),
    "jetson-orin-nano": ((), ("soctherm: instantaneous over-current",)),
    "raspberry-pi-3b": (("board: under-voltage", "board: throttled"),) * 2,
    "raspberry-pi-5": ((), ("board: soft temperature limit",)),
    "rk3588": ((), ()),
    "x86-rapl-intel": ((), ("cpu: package too hot",)),
}


def test_throttling_is_what_happens_now(seen):
    found = [
        tuple(f"{item.source}: {item.cause}" for item in figures.throttle)
        for figures in (seen.first, seen.later)
    ]
    assert tuple(found) == NOW[seen.name]


BEFORE = {
    "jetson-orin-nano": ("instantaneous over-current, 27390 times",),
    "raspberry-pi-3b": ("under-voltage, throttled",),
    "raspberry-pi-5": ("arm frequency capped, throttled, soft temperature limit",),
    "x86-rapl-intel": ("package too hot, 41 times",),
}


def test_what_happened_since_boot_is_told_apart_from_now(seen):
    assert seen.first.throttled_before == BEFORE.get(seen.name, ())


SETTINGS = {
    "container-cgroup2": ("", "performance"),
    "jetson-nano": ("MAXN", "schedutil"),
    "jetson-orin-nano": ("15W", "schedutil"),
    "raspberry-pi-3b": ("", "ondemand"),
    "raspberry-pi-5": ("", "ondemand"),
    "rk3588": ("", "ondemand"),
    "x86-rapl-intel": ("", "powersave"),
}


def test_power_mode_and_governor_are_told(seen):
    assert (seen.first.power_mode, seen.first.governor) == SETTINGS[seen.name]


SHARED_MEMORY = {"jetson-nano", "jetson-orin-nano", "raspberry-pi-5", "rk3588"}


def test_a_gpu_without_memory_of_its_own_shares_that_of_the_processor(seen):
    reading = seen.later.gpu_memory_used_mib
    words = "shared with the cpu" if seen.name in SHARED_MEMORY else "no sensor"
    assert (reading.value, reading.words) == (None, words)


def test_memory_is_the_containers_where_its_limit_is_tighter(seen):
    label = "container" if seen.name == "container-cgroup2" else "ram"
    (item,) = (i for i in seen.first.of_kind(Kind.MEMORY) if i.sensor.label == label)
    figures = seen.first
    assert figures.memory_used_mib.value == pytest.approx(item.value / 2**20)
    assert figures.memory_total_mib.value == pytest.approx(item.sensor.maximum / 2**20)
