"""Which scope the power has where a board has several, and what is beside them."""

from __future__ import annotations

import pytest

from edgetop.readings import Kind, Power, Reading, Reason, Sensor, SensorReading
from edgetop.sensors.power import power


def rail(label, value, role, reason=Reason.ERROR, kind=Kind.POWER, source="", **more):
    sensor = Sensor(f"{kind.value}/{label}", kind, label, "W", role=role, source=source, **more)
    reading = Reading.of(value, 1.0) if value is not None else Reading(None, reason, "", 1.0)
    return SensorReading(sensor, reading)


def figures(total: Power):
    return total.power_w, total.scope, total.rails


PACKAGE = rail("package-0", 40.0, "package")
LASTING = [Reason.OFFLINE, Reason.ABSENT, Reason.NO_PERMISSION]


def test_several_packages_and_gpus_are_one_partial_figure():
    items = [PACKAGE, rail("package-1", 50.0, "package"), rail("gpu", 100.0, "gpu")]
    total = power([*items, rail("gpu1", 200.0, "gpu")])
    assert figures(total) == (
        390.0,
        "package+gpu",
        ("package-0", "package-1", "gpu", "gpu1"),
    )
    assert total.scope_words == "package+gpu (partial)"
    assert total.excludes == "the rest of the computer"


@pytest.mark.parametrize("reason", LASTING)
def test_a_gpu_that_sleeps_leaves_the_package_s_own_figure(reason):
    assert figures(power([PACKAGE, rail("gpu", None, "gpu", reason)])) == (
        40.0,
        "package",
        ("package-0",),
    )


@pytest.mark.parametrize("reason", [Reason.ERROR, Reason.STALE, Reason.WARMING_UP])
def test_a_gpu_that_fails_for_a_moment_does_not_make_the_figure_jump(reason):
    total = power([PACKAGE, rail("gpu", None, "gpu", reason)])
    assert (total.power_w, total.reason) == (None, f"{reason.words} (gpu)")


@pytest.mark.parametrize("reason", LASTING)
def test_a_carrier_without_a_value_leaves_the_module_s_own_figure(reason):
    items = [rail("VDD_IN", 7.0, "module"), rail("VDD_MUX", None, "carrier", reason)]
    assert figures(power(items)) == (7.0, "module", ("VDD_IN",))


def test_a_carrier_without_its_module_is_no_figure():
    assert figures(power([rail("VDD_MUX", 9.0, "carrier")])) == (None, "none", ())


def test_a_gpu_is_not_added_to_the_whole_computer():
    items = [rail("gpu", 100.0, "gpu"), rail("psys", 150.0, "platform"), PACKAGE]
    assert figures(power(items)) == (150.0, "platform", ("psys",))


def test_an_accelerator_alone_covers_itself_only():
    scope = "accelerator module, not the computer"
    total = power([rail("hailo", 2.75, "accelerator", scope=scope)])
    assert figures(total) == (2.75, "accelerator", ("hailo",))
    assert (total.covers, total.excludes) == ("accelerator module", "the computer")
    assert total.scope_words == "accelerator (hailo)"


@pytest.mark.parametrize(("role", "scope"), [("package", "package"), ("gpu", "gpu")])
def test_an_accelerator_beside_a_processor_or_a_gpu_is_not_the_figure(role, scope):
    total = power([rail("hailo", 2.75, "accelerator"), rail("x", 30.0, role)])
    assert (total.power_w, total.scope) == (30.0, scope)


def test_a_pi_s_rails_come_after_an_accelerator_s_whole_module():
    pmic = [rail(label, 1.0, "part", scope="PMIC rails (partial), not USB") for label in "ab"]
    assert power(pmic).scope == "pmic-rails"
    assert power([*pmic, rail("hailo", 2.75, "accelerator")]).scope == "accelerator"


def test_named_rails_are_added_whatever_their_roles():
    items = [rail("a", 1.0, "rail"), rail("b", 2.0, "part"), rail("c", 4.0, "module")]
    total = power(items, ("a", "b"))
    assert figures(total) == (3.0, "named", ("a", "b"))
    assert (total.covers, total.excludes) == (
        "the rails that config.toml names",
        "what config.toml does not name",
    )


def test_named_rails_have_their_energy_counters():
    items = [
        rail("a", 1.0, "rail", source="/chip/power1_input"),
        rail("a", 70.0, "rail", kind=Kind.ENERGY, source="/chip/energy1_input"),
        rail("b", 2.0, "rail", source="/other/power1_input"),
    ]
    assert power(items, ("a",)).energy_j == 70.0
    assert power(items, ("a", "b")).energy_j is None


def test_counters_of_the_same_name_in_two_packages_are_two():
    folders = ("/rapl:0", "/rapl:1")
    items = [rail("package", 10.0, "package", source=f"{folder}/energy_uj") for folder in folders]
    counters = [
        rail("package", joules, "package", kind=Kind.ENERGY, source=f"{folder}/energy_uj")
        for folder, joules in zip(folders, (100.0, 7.0), strict=True)
    ]
    assert power([*items, *counters]).energy_j == 107.0


@pytest.mark.parametrize(
    ("reason", "words"),
    [(Reason.WARMING_UP, "no value yet (a)"), (Reason.OFFLINE, "offline (a)")],
)
def test_a_named_rail_without_a_value_is_the_reason(reason, words):
    total = power([rail("a", None, "rail", reason), rail("b", 2.0, "rail")], ("a", "b"))
    assert (total.power_w, total.scope, total.reason) == (None, "none", words)


def test_the_slowest_sensor_s_period_is_that_of_the_figure():
    items = [
        rail("package-0", 40.0, "package", min_period_s=0.5),
        rail("gpu", 100.0, "gpu", min_period_s=1.0),
    ]
    assert power(items).period_s == 1.0


def test_the_reason_of_the_widest_scope_is_told_if_none_has_a_value():
    items = [
        rail("BAT0", None, "battery", Reason.OFFLINE),
        rail("package-0", None, "package", Reason.NO_PERMISSION),
    ]
    assert power(items).reason == "offline (BAT0)"


def test_rails_of_unknown_place_are_named_where_there_is_nothing_else():
    items = [rail("ina226", 8.0, "rail"), rail("core", 3.0, "part")]
    assert power(items).reason == "no total known for the rails ina226"
    assert power([*items, PACKAGE]).power_w == 40.0
