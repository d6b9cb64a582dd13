"""Which rails of each Jetson add up to its power, and what they cover."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_rows import Tree, values
from rail_chips import write_hwmon, write_iio, write_ina238

from edgetop.readings import Kind
from edgetop.sensors.jetson.rails import RAIL_TABLES, Rail, rails_of


class Known(NamedTuple):
    """A board: its chips (mW by label), and what its power is."""

    chips: dict[str, dict[str, int]]
    watts: float
    scope: str
    rails: tuple[str, ...]
    inside: dict[str, str]


TX1_MODULE = {"VDD_IN": 8001, "VDD_GPU": 2002, "VDD_CPU": 3003}
TX1_CARRIER = {
    "1-0042": {"VDD_MUX": 16004, "VDD_5V_IO_SYS": 505, "VDD_3V3_SYS": 606},
    "1-0043": {"VDD_3V3_IO": 107, "VDD_1V8_IO": 108, "VDD_M2_IN": 9},
}
TX2 = {
    "0-0040": {"VDD_SYS_GPU": 1001, "VDD_SYS_SOC": 902, "VDD_4V0_WIFI": 3},
    "0-0041": {"VDD_IN": 7004, "VDD_SYS_CPU": 1505, "VDD_SYS_DDR": 1206},
    "0-0042": {"VDD_MUX": 9007, "VDD_5V0_IO_SYS": 1108, "VDD_3V3_SYS": 609},
    "0-0043": {"VDD_3V3_IO_SLP": 10, "VDD_1V8_IO": 211, "VDD_3V3_SYS_M2": 12},
}
TX2_PARTS = ("VDD_SYS_GPU", "VDD_SYS_SOC", "VDD_SYS_CPU", "VDD_SYS_DDR", "VDD_4V0_WIFI")

IN_VDD_IN = {"VDD_IN": ""}
WITH_IIO = {
    "TX1": Known(
        {"1-0040": TX1_MODULE},
        8.001,
        "module",
        ("VDD_IN",),
        IN_VDD_IN | dict.fromkeys(("VDD_GPU", "VDD_CPU"), "VDD_IN"),
    ),
    "TX1 on its carrier": Known(
        {"1-0040": TX1_MODULE, **TX1_CARRIER},
        24.005,
        "board",
        ("VDD_IN", "VDD_MUX"),
        IN_VDD_IN
        | {"VDD_MUX": ""}
        | dict.fromkeys(("VDD_GPU", "VDD_CPU"), "VDD_IN")
        | dict.fromkeys(("VDD_5V_IO_SYS", "VDD_3V3_SYS"), "VDD_MUX")
        | dict.fromkeys(("VDD_3V3_IO", "VDD_1V8_IO", "VDD_M2_IN"), "VDD_MUX"),
    ),
    "TX2 on its carrier": Known(
        TX2,
        16.011,
        "board",
        ("VDD_IN", "VDD_MUX"),
        IN_VDD_IN
        | {"VDD_MUX": ""}
        | dict.fromkeys(TX2_PARTS, "VDD_IN")
        | dict.fromkeys(("VDD_5V0_IO_SYS", "VDD_3V3_SYS", "VDD_3V3_IO_SLP"), "VDD_MUX")
        | dict.fromkeys(("VDD_1V8_IO", "VDD_3V3_SYS_M2"), "VDD_MUX"),
    ),
    "TX2 elsewhere": Known(
        {"0-0040": TX2["0-0040"], "0-0041": TX2["0-0041"]},
        7.004,
        "module",
        ("VDD_IN",),
        IN_VDD_IN | dict.fromkeys(TX2_PARTS, "VDD_IN"),
    ),
    "TX2 NX": Known(
        {"7-0040": {"VDD_IN": 5001, "VDD_CPU_GPU": 2002, "VDD_SOC": 1003}},
        5.001,
        "module",
        ("VDD_IN",),
        IN_VDD_IN | dict.fromkeys(("VDD_CPU_GPU", "VDD_SOC"), "VDD_IN"),
    ),
    "Nano": Known(
        {"6-0040": {"POM_5V_IN": 3001, "POM_5V_GPU": 402, "POM_5V_CPU": 803}},
        3.001,
        "board",
        ("POM_5V_IN",),
        {"POM_5V_IN": "", "POM_5V_GPU": "POM_5V_IN", "POM_5V_CPU": "POM_5V_IN"},
    ),
    "AGX Xavier": Known(
        {
            "1-0040": {"GPU": 1001, "CPU": 2002, "SOC": 3004},
            "1-0041": {"CV": 8, "VDDRQ": 1016, "SYS5V": 2032},
        },
        9.063,
        "module",
        ("GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"),
        dict.fromkeys(("GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"), ""),
    ),
}
WITH_HWMON = {
    "Xavier NX": Known(
        {"7-0040": {"VDD_IN": 5000, "VDD_CPU_GPU_CV": 2000, "VDD_SOC": 1000}},
        5.0,
        "module",
        ("VDD_IN",),
        IN_VDD_IN | dict.fromkeys(("VDD_CPU_GPU_CV", "VDD_SOC"), "VDD_IN"),
    ),
    "Orin NX": Known(
        {"1-0040": {"VDD_IN": 15000, "VDD_CPU_GPU_CV": 8000, "VDD_SOC": 3000}},
        15.0,
        "module",
        ("VDD_IN",),
        IN_VDD_IN | dict.fromkeys(("VDD_CPU_GPU_CV", "VDD_SOC"), "VDD_IN"),
    ),
    "AGX Xavier with JetPack 5": Known(
        WITH_IIO["AGX Xavier"].chips,
        9.063,
        "module",
        ("GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"),
        WITH_IIO["AGX Xavier"].inside,
    ),
    "AGX Orin": Known(
        {
            "1-0040": {"VDD_GPU_SOC": 6001, "VDD_CPU_CV": 2002, "VIN_SYS_5V0": 4004},
            "1-0041": {"NC": 0, "VDDQ_VDD2_1V8AO": 1900},
        },
        12.007,
        "module",
        ("VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"),
        dict.fromkeys(("VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"), "")
        | {"VDDQ_VDD2_1V8AO": "VIN_SYS_5V0"},
    ),
}


def hwmon_board(root, chips):
    """At 1 V a rail has as many mA as mW."""
    for number, (address, rails) in enumerate(chips.items(), 3):
        write_hwmon(root, address, number, {label: (1000, mw) for label, mw in rails.items()})
    return root


def check(figures, known: Known):
    power = figures.power
    assert (power.scope, power.rails, power.reason) == (known.scope, known.rails, "")
    assert power.power_w == pytest.approx(known.watts)
    assert power.covers
    assert power.excludes
    inside = {item.sensor.label: item.sensor.parent for item in figures.of_kind(Kind.POWER)}
    assert inside == known.inside


@pytest.mark.parametrize("known", WITH_IIO.values(), ids=WITH_IIO)
def test_the_iio_driver_s_rails_make_the_power_of_each_board(tmp_path, known):
    check(Tree(write_iio(tmp_path, known.chips)).read(), known)


@pytest.mark.parametrize("known", WITH_HWMON.values(), ids=WITH_HWMON)
def test_the_hwmon_driver_s_rails_make_the_power_of_each_board(tmp_path, known):
    check(Tree(hwmon_board(tmp_path, known.chips)).read(), known)


def thor(root):
    """Idle: the GPU's rail reads below zero from the converter's offset."""
    rails = {"VDD_GPU": (1000, -392), "VDD_CPU_SOC_MSS": (1000, 4000), "VIN_SYS_5V0": (5000, 2000)}
    write_hwmon(root, "2-0040", 4, rails)
    write_ina238(root, "2-0044", 5, 28_500_000)
    return Tree(root)


def test_a_thor_s_power_is_its_input_in_microwatts_and_an_idle_gpu_may_read_below_zero(tmp_path):
    figures = thor(tmp_path).read()
    power = figures.power
    assert (power.power_w, power.scope, power.rails) == (28.5, "board", ("VIN",))
    readings = {item.sensor.label: item.value for item in figures.of_kind(Kind.POWER)}
    assert readings["VDD_GPU"] == pytest.approx(-0.392)
    assert readings["VIN_SYS_5V0"] == pytest.approx(10.0)


def test_a_thor_s_input_is_listed_once_although_it_is_a_chip_of_hwmon_as_well(tmp_path):
    watts = values(thor(tmp_path).read().sensors, Kind.POWER)
    assert set(watts) == {"VIN", "VDD_GPU", "VDD_CPU_SOC_MSS", "VIN_SYS_5V0"}


def test_what_the_module_covers_leaves_out_the_carrier_and_with_the_carrier_it_does_not(tmp_path):
    alone = Tree(write_iio(tmp_path / "a", WITH_IIO["TX2 elsewhere"].chips)).read().power
    on_carrier = Tree(write_iio(tmp_path / "b", TX2)).read().power
    assert "carrier board" in alone.excludes
    assert "carrier board" in on_carrier.covers
    assert "carrier" not in on_carrier.excludes


UNKNOWN = {
    "other names": {"VDD_A": 1, "VDD_B": 2},
    "a rail more": {"VDD_IN": 5, "VDD_SOC": 1, "VDD_CPU_GPU_CV": 2, "VDD_NVME": 3},
    "a rail less": {"VDD_IN": 5, "VDD_SOC": 1},
    "a branch less": {"GPU": 1, "CPU": 2, "SOC": 3, "CV": 4, "VDDRQ": 5},
    "only parts": {"VDD_CPU_GPU_CV": 1, "VDD_SOC": 2},
}


@pytest.mark.parametrize("rails", UNKNOWN.values(), ids=UNKNOWN)
def test_rails_of_an_unknown_board_are_listed_but_never_added(tmp_path, rails):
    labels = list(rails)
    chips = {"1-0040": labels[:3], "1-0041": labels[3:]}
    write_iio(tmp_path, {chip: {label: rails[label] for label in chips[chip]} for chip in chips})
    figures = Tree(tmp_path).read()
    power = figures.power
    assert (power.power_w, power.scope, power.rails) == (None, "none", ())
    assert power.reason == f"no total known for the rails {', '.join(rails)}"
    watts = values(figures.sensors, Kind.POWER)
    assert watts == {label: milliwatts / 1000 for label, milliwatts in rails.items()}
    assert {item.sensor.role for item in figures.of_kind(Kind.POWER)} == {"rail"}


def test_a_label_that_two_rails_have_makes_the_set_unknown(tmp_path):
    chips = {
        "1-0040": {"VDD_IN": 5000, "VDD_CPU_GPU_CV": 2000, "VDD_SOC": 1000},
        "1-0041": {"VDD_IN": 7000},
    }
    figures = Tree(write_iio(tmp_path, chips)).read()
    assert figures.power.power_w is None
    assert len(figures.of_kind(Kind.POWER)) == 4


TABLES = st.sampled_from(RAIL_TABLES)


@given(TABLES.flatmap(lambda table: st.permutations([*table.total, *table.parts])))
def test_the_order_of_the_chips_does_not_matter(labels):
    assert rails_of(labels) == rails_of(sorted(labels))
    assert any(
        rail.role in ("board", "module", "module-branch") for rail in rails_of(labels).values()
    )


@given(TABLES, st.text("ABCDEV_0123456789", min_size=1, max_size=12))
def test_one_unknown_rail_takes_the_place_of_all_others_in_doubt(table, label):
    labels = [*table.total, *table.parts]
    known = {*labels, *table.carrier}
    if label not in known:
        assert rails_of([*labels, label]) == dict.fromkeys([*labels, label], Rail("rail"))


@given(TABLES.flatmap(lambda table: st.sets(st.sampled_from([*table.total, *table.parts]))))
def test_a_parent_is_a_rail_of_the_same_board_and_never_a_part_itself(labels):
    found = rails_of(labels)
    for rail in found.values():
        assert (rail.role == "part") == bool(rail.parent)
        assert not rail.parent or found[rail.parent].role != "part"
