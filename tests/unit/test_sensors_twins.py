"""Sensors that measure the same thing are one row."""

from __future__ import annotations

import pytest

from edgetop.readings import Kind, Reading, Reason, Sensor, SensorReading
from edgetop.sensors.child import ALIKE
from edgetop.sensors.headline import headline
from edgetop.sensors.twins import Twins

UNITS = {Kind.POWER: "W", Kind.ENERGY: "J", Kind.CLOCK: "MHz", Kind.UTILIZATION: "%"}


def item(label, value, kind=Kind.POWER, physical_id="", reason=Reason.OFFLINE, **more):
    sensor = Sensor(
        f"{physical_id or 'x'}/{kind.value}/{label}",
        kind,
        label,
        UNITS.get(kind, "°C"),
        physical_id=physical_id,
        **more,
    )
    return SensorReading(sensor, Reading.of(value) if value is not None else Reading(None, reason))


def told(label, value, kind=Kind.POWER, **more):
    """A row of a vendor's service."""
    return item(label, value, kind, f"{ALIKE}{kind.value}/{label}", **more)


def left(*items):
    return [(found.sensor.label, found.value) for found in Twins().without(items)]


def test_of_two_views_the_first_with_a_value_is_left():
    twins = [item("a", None, physical_id="p"), item("b", 2.0, physical_id="p")]
    assert left(*twins) == [("b", 2.0)]
    assert left(*reversed(twins)) == [("b", 2.0)]


def test_of_two_views_without_a_value_the_first_is_left():
    assert left(item("a", None, physical_id="p"), item("b", None, physical_id="p")) == [("a", None)]


def test_power_and_energy_of_one_device_are_two_things():
    rows = [item("a", 1.0, physical_id="p"), item("a", 5.0, Kind.ENERGY, "p")]
    assert left(*rows) == [("a", 1.0), ("a", 5.0)]


def test_sensors_without_a_physical_id_are_never_twins():
    assert len(left(item("a", 1.0), item("b", 1.0), item("c", 2.0))) == 3


def test_what_a_service_tells_is_left_out_where_the_same_is_read_at_its_source():
    rows = [item("VDD_IN", 12.5, physical_id="/sys/a"), told("VDD_IN", 12.4)]
    assert left(*rows) == [("VDD_IN", 12.5)]
    assert left(*reversed(rows)) == [("VDD_IN", 12.5)]


@pytest.mark.parametrize("label", ["cpu", "CPU-therm", "cpu-thermal", "cpu_thermal", "CPU"])
def test_a_zone_is_the_service_s_zone_whatever_its_ending(label):
    rows = [item(label, 50.0, Kind.TEMPERATURE, "/sys/z"), told("cpu", 50.1, Kind.TEMPERATURE)]
    assert left(*rows) == [(label, 50.0)]


@pytest.mark.parametrize(
    ("label", "name"),
    [("Tboard_tegra", "Tboard"), ("Tdiode_tegra", "Tdiode"), ("thermal-fan-est", "thermal")],
)
def test_jtop_calls_a_zone_by_its_first_word(label, name):
    rows = [item(label, 50.0, Kind.TEMPERATURE, "/sys/z"), told(name, 50.1, Kind.TEMPERATURE)]
    assert left(*rows) == [(label, 50.0)]


def test_a_zone_of_another_name_or_kind_is_another_thing():
    rows = [
        item("gpu-thermal", 50.0, Kind.TEMPERATURE, "/sys/z"),
        told("cpu", 50.1, Kind.TEMPERATURE),
        told("gpu", 20.0, Kind.UTILIZATION),
    ]
    assert len(left(*rows)) == 3


def test_what_only_the_service_tells_is_used():
    rows = [item("VDD_IN", 12.5, physical_id="/sys/a"), told("ape", 200.0, Kind.CLOCK)]
    assert left(*rows) == [("VDD_IN", 12.5), ("ape", 200.0)]


def test_the_service_stands_in_for_a_row_that_has_no_value():
    """The memory controller's clock is root's alone; the service has it for its group."""
    own = item("emc", None, Kind.CLOCK, "/sys/kernel/debug/emc", reason=Reason.NO_PERMISSION)
    assert left(own, told("emc", 2133.0, Kind.CLOCK)) == [("emc", 2133.0)]


def test_without_a_value_from_either_the_reason_at_the_source_is_left():
    own = item("emc", None, Kind.CLOCK, "/sys/kernel/debug/emc", reason=Reason.NO_PERMISSION)
    found = Twins().without([own, told("emc", None, Kind.CLOCK, reason=Reason.STALE)])
    assert [row.reading.reason for row in found] == [Reason.NO_PERMISSION]


def test_a_rail_that_only_the_service_can_read_is_the_power():
    own = item("VDD_IN", None, physical_id="/sys/a", role="module")
    power = headline(Twins().without([own, told("VDD_IN", 12.4, role="module")])).power
    assert (power.power_w, power.scope, power.rails) == (12.4, "module", ("VDD_IN",))


def test_which_of_two_is_left_changes_with_their_values():
    twins = Twins()
    first, second = item("a", 1.0, physical_id="p"), item("b", 2.0, physical_id="p")
    silent = SensorReading(first.sensor, Reading(None, Reason.ERROR))
    labels = [
        [row.sensor.label for row in twins.without([now, second])] for now in (first, silent, first)
    ]
    assert labels == [["a"], ["b"], ["a"]]


def test_a_board_without_twins_keeps_its_rows_and_one_that_gets_some_does_not():
    twins = Twins()
    alone = [item("a", 1.0, physical_id="p"), item("b", 2.0, physical_id="q")]
    again = [SensorReading(row.sensor, Reading.of(9.0)) for row in alone]
    assert twins.without(alone) == tuple(alone)
    assert twins.without(again) == tuple(again)
    assert len(twins.without([*again, item("c", 3.0, physical_id="q")])) == 2
