"""Rails measured by INA3221 chips, as the drivers show them."""

from __future__ import annotations

import errno
import shutil

import pytest
from emulated_boards import FakeClock, write_tree
from provider_rows import Tree, fail_reads, row, rows_of, values
from rail_chips import write_hwmon, write_iio, write_ina238

from edgetop.readings import Kind, Reason
from edgetop.sensors.board import Board
from edgetop.sensors.files import Sysroot
from edgetop.sensors.jetson.ina3221 import Ina3221Provider

TIMEOUT_S = 10.0
ORIN = {"VDD_IN": (5000, 2500), "VDD_CPU_GPU_CV": (5000, 900), "VDD_SOC": (5000, 560)}


@pytest.fixture
def orin(tmp_path):
    """The folder of the one chip of an Orin NX."""
    return tmp_path / write_hwmon(tmp_path, "1-0040", 3, ORIN)


def provider_of(root):
    return Ina3221Provider(Sysroot(root), FakeClock())


def watts(root):
    return values(rows_of(provider_of(root)), Kind.POWER)


def test_watts_are_volts_times_amperes_where_the_driver_has_no_power(tmp_path, orin):
    assert watts(tmp_path) == pytest.approx({"VDD_IN": 12.5, "VDD_CPU_GPU_CV": 4.5, "VDD_SOC": 2.8})


def test_sums_and_shunt_voltages_are_no_rails_even_if_they_look_like_one(tmp_path, orin):
    write_tree(orin, {"in4_label": "VDD_X\n", "curr4_label": "sum of currents\n"})
    assert set(watts(tmp_path)) == set(ORIN)


@pytest.mark.parametrize("label", ["NC", "", "\n"])
def test_a_channel_that_is_not_connected_is_no_rail(tmp_path, orin, label):
    write_tree(orin, {"in3_label": label})
    assert set(watts(tmp_path)) == {"VDD_IN", "VDD_CPU_GPU_CV"}


def test_a_channel_that_is_switched_off_is_no_rail_of_0_w(tmp_path, orin):
    write_tree(orin, {"in2_enable": "0\n"})
    assert set(watts(tmp_path)) == {"VDD_IN", "VDD_SOC"}


def test_a_channel_without_a_switch_is_on(tmp_path, orin):
    (orin / "in2_enable").unlink()
    assert set(watts(tmp_path)) == set(ORIN)


def test_channels_of_the_iio_driver_that_are_not_connected_are_no_rails(tmp_path):
    write_iio(tmp_path, {"6-0040": {"POM_5V_IN": 1750, "NC": 0, "POM_5V_CPU": 366}})
    assert watts(tmp_path) == {"POM_5V_IN": 1.75, "POM_5V_CPU": 0.366}


def test_a_rail_that_carries_nothing_has_0_w(tmp_path, orin):
    write_tree(orin, {"curr3_input": "0\n"})
    assert watts(tmp_path)["VDD_SOC"] == 0.0


def test_chips_are_found_again_under_other_numbers(tmp_path, orin):
    """A driver that was loaded again counts on."""
    provider = provider_of(tmp_path)
    rows_of(provider)
    shutil.rmtree(orin)
    (tmp_path / "sys/class/hwmon/hwmon3").unlink()
    gone = provider.read()
    write_hwmon(tmp_path, "1-0040", 7, ORIN | {"VDD_IN": (5000, 3000)})
    found = rows_of(provider)
    assert {reading.reason for reading in gone.values()} == {Reason.ABSENT}
    assert values(found, Kind.POWER)["VDD_IN"] == pytest.approx(15.0)
    provider.close()


@pytest.mark.parametrize("file", ["in1_input", "curr1_input"])
def test_a_rail_whose_file_is_missing_has_a_reason_and_the_others_go_on(tmp_path, orin, file):
    (orin / file).unlink()
    figures = Tree(tmp_path).read()
    rail = row(figures.sensors, Kind.POWER, "VDD_IN")
    assert (rail.value, rail.reading.reason) == (None, Reason.ABSENT)
    assert file in rail.reading.detail
    assert row(figures.sensors, Kind.POWER, "VDD_SOC").value == pytest.approx(2.8)
    assert (figures.power.power_w, figures.power.scope) == (None, "none")
    assert figures.power.reason == "no sensor (VDD_IN)"


def test_a_rail_without_data_is_offline_and_names_the_error(tmp_path, orin, monkeypatch):
    fail_reads(monkeypatch, {orin / "curr2_input": errno.ENODATA})
    rail = row(rows_of(provider_of(tmp_path)), Kind.POWER, "VDD_CPU_GPU_CV")
    assert (rail.value, rail.reading.reason) == (None, Reason.OFFLINE)
    assert "No data available" in rail.reading.detail


@pytest.mark.parametrize("text", ["", "N/A\n", "<unknown>\n", "99999999\n"])
def test_what_is_no_current_is_no_power(tmp_path, orin, text):
    write_tree(orin, {"curr1_input": text})
    assert watts(tmp_path)["VDD_IN"] is None


def test_a_rail_inside_the_input_may_fail_without_harm_to_the_total(tmp_path, orin):
    (orin / "curr3_input").unlink()
    assert Tree(tmp_path).read().power.power_w == pytest.approx(12.5)


@pytest.mark.parametrize(
    ("file", "label"), [(None, "VIN"), ("label", "VDD_DC"), ("power1_label", "DCIN")]
)
def test_an_ina238_beside_the_others_is_named_by_its_board_or_the_input(tmp_path, file, label):
    write_hwmon(tmp_path, "2-0040", 4, {"VDD_GPU": (1000, 10)})
    folder = tmp_path / write_ina238(tmp_path, "2-0044", 5, 28_500_000)
    if file:
        write_tree(folder, {file: f"{label}\n"})
    assert watts(tmp_path) == {"VDD_GPU": 0.01, label: 28.5}


def test_an_ina238_on_its_own_is_a_rail_of_unknown_place(tmp_path):
    write_ina238(tmp_path, "2-0044", 5, 28_500_000)
    figures = Tree(tmp_path).read()
    rail = row(figures.sensors, Kind.POWER, "ina238")
    assert (rail.value, rail.sensor.role) == (28.5, "rail")
    assert figures.power.power_w is None


def test_the_user_s_own_choice_of_rails_is_the_power(tmp_path):
    write_iio(tmp_path, {"1-0040": {"VDD_A": 1500, "VDD_B": 250, "VDD_C": 4000}})
    power = Tree(tmp_path, power_rails=("VDD_A", "VDD_C")).read().power
    assert (power.power_w, power.scope, power.rails) == (5.5, "named", ("VDD_A", "VDD_C"))
    assert power.scope_words == "named (VDD_A + VDD_C)"
    assert power.covers == "the rails that config.toml names"
    assert power.excludes == "what config.toml does not name"


def test_the_user_s_choice_comes_before_the_known_total(tmp_path, orin):
    power = Tree(tmp_path, power_rails=("VDD_SOC",)).read().power
    assert (power.power_w, power.scope) == (pytest.approx(2.8), "named")


def test_a_named_rail_that_is_not_there_gives_no_figure_and_says_which(tmp_path, orin):
    power = Tree(tmp_path, power_rails=("VDD_SOC", "VDD_12V")).read().power
    assert (power.power_w, power.scope) == (None, "none")
    assert power.reason == "no rail 'VDD_12V' on this board (power_rails in config.toml)"


def test_a_named_rail_that_fails_gives_no_partial_sum(tmp_path, orin):
    (orin / "curr3_input").unlink()
    power = Tree(tmp_path, power_rails=("VDD_IN", "VDD_SOC")).read().power
    assert (power.power_w, power.reason) == (None, "no sensor (VDD_SOC)")


def test_a_board_takes_the_user_s_rails(tmp_path, orin):
    clock = FakeClock()
    provider = Ina3221Provider(Sysroot(tmp_path), clock)
    board = Board(tmp_path, [provider], clock, power_rails=("VDD_SOC", "VDD_CPU_GPU_CV"))
    board.start(TIMEOUT_S)
    power = board.read().power
    board.close()
    assert power.power_w == pytest.approx(7.3)
    assert power.rails == ("VDD_CPU_GPU_CV", "VDD_SOC")
