"""Which sensors the headline power is the sum of."""

from __future__ import annotations

import pytest

from edgetop.readings import Kind, Power, Reading, Reason, Sensor, SensorReading
from edgetop.sensors.power import POWER_RULES, power


def rail(label, value, role, scope="", kind=Kind.POWER, reason=Reason.ERROR, time_s=1.0):
    sensor = Sensor(f"{kind.value}/{label}", kind, label, "W", role=role, scope=scope)
    if value is None:
        return SensorReading(sensor, Reading(None, reason, "", time_s))
    return SensorReading(sensor, Reading.of(value, time_s))


def figures(total: Power):
    return total.power_w, total.scope, total.rails, total.reason


def test_rails_inside_the_modules_input_are_not_added():
    items = [
        rail("VDD_IN", 12.479, "module"),
        rail("VDD_CPU_GPU_CV", 4.667, "part"),
        rail("VDD_SOC", 2.818, "part"),
    ]
    assert figures(power(items)) == (12.479, "module", ("VDD_IN",), "")


def test_parallel_branches_of_a_module_are_added():
    items = [rail(label, 1.5, "module-branch") for label in ("GPU", "CPU", "SOC")]
    assert figures(power(items)) == (4.5, "module", ("GPU", "CPU", "SOC"), "")


@pytest.mark.parametrize(
    ("first", "second"),
    [("board", "module"), ("module", "platform"), ("platform", "battery"), ("battery", "package")],
)
def test_the_scope_that_covers_more_is_chosen_whatever_the_order(first, second):
    items = [rail("small", 5.0, second), rail("large", 9.0, first)]
    assert figures(power(items))[:3] == (9.0, first, ("large",))


def test_a_package_and_a_gpu_board_are_one_figure_that_says_so():
    items = [rail("package-0", 109.8, "package"), rail("gpu", 170.0, "gpu")]
    total = power(items)
    assert total.power_w == pytest.approx(279.8)
    assert (total.scope, total.rails) == ("package+gpu", ("package-0", "gpu"))


def test_a_gpu_alone_covers_the_gpu_board_and_not_the_computer():
    items = [
        rail("gpu", 27.35, "gpu", scope="gpu board, not the computer"),
        rail("gpu1", 2.65, "gpu", scope="gpu board, not the computer"),
    ]
    total = power(items)
    assert figures(total) == (30.0, "gpu", ("gpu", "gpu1"), "")
    assert (total.covers, total.excludes) == ("gpu board", "the computer")


def test_pmic_rails_are_partial_and_other_parts_are_never_a_total():
    scope = "PMIC rails (partial), not USB devices"
    items = [rail("3V3_SYS", 0.2, "part", scope), rail("VDD_CORE", 4.5, "part", scope)]
    total = power(items)
    assert total.power_w == pytest.approx(4.7)
    assert (total.scope, total.excludes) == ("pmic-rails", "USB devices")
    assert figures(power([rail("core", 9.9, "part")])) == (None, "none", (), "no sensor")


def test_without_permission_for_one_scope_the_next_one_is_shown():
    items = [
        rail("psys", None, "platform", reason=Reason.NO_PERMISSION),
        rail("package-0", 15.2, "package"),
    ]
    assert figures(power(items))[:2] == (15.2, "package")


def test_without_permission_for_any_the_reason_is_permission_and_not_zero():
    items = [
        rail("psys", None, "platform", reason=Reason.NO_PERMISSION),
        rail("package-0", None, "package", reason=Reason.NO_PERMISSION),
    ]
    assert figures(power(items)) == (None, "none", (), "needs permission (psys)")


@pytest.mark.parametrize("reason", [Reason.WARMING_UP, Reason.ERROR, Reason.STALE])
def test_a_passing_failure_does_not_make_the_figure_jump_to_another_scope(reason):
    items = [
        rail("package-0", None, "package", reason=reason),
        rail("gpu", 27.0, "gpu"),
    ]
    total = power(items)
    assert total.power_w is None
    assert total.reason == f"{reason.words} (package-0)"


def test_a_branch_without_a_value_leaves_no_partial_sum():
    items = [rail("GPU", 3.0, "module-branch"), rail("CPU", None, "module-branch")]
    assert power(items).power_w is None


def test_the_energy_counter_is_of_the_same_rails_or_none():
    gpu = rail("gpu", 27.35, "gpu", time_s=2.0)
    counter = rail("gpu", 123456.789, "gpu", kind=Kind.ENERGY)
    assert power([gpu, counter]).energy_j == pytest.approx(123456.789)
    assert power([gpu, rail("gpu1", 5.0, "gpu"), counter]).energy_j is None
    assert power([gpu]).energy_j is None
    assert power([gpu, rail("gpu", None, "gpu", kind=Kind.ENERGY)]).energy_j is None


def test_the_time_is_that_of_the_oldest_reading():
    items = [rail("package-0", 1.0, "package", time_s=5.0), rail("gpu", 1.0, "gpu", time_s=4.0)]
    assert power(items).time_s == 4.0


def test_no_sensors_at_all_is_no_sensor():
    assert figures(power([])) == (None, "none", (), "no sensor")


def test_every_rule_says_what_its_figure_leaves_out():
    for rule in POWER_RULES:
        total = power([rail("x", 1.0, rule.role, scope=rule.sensor_scope)])
        assert total.scope == rule.scope
        assert total.excludes
