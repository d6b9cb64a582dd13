"""The present run beside the marked one, and the words for a trial."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hand_made import BOARD, KNOWN, RUN, UNKNOWN, sample

from edgetop.readings import Power, Reading
from edgetop.sample import Energy, Mark, Ratio, Trial, Window
from edgetop.stats.against import against, verdict

MARK = Mark(
    run=1,
    title="squeezenet_v1.1, batch 1, cuda",
    fps=140.4,
    p50_ms=4.0,
    p99_ms=28.0,
    cpu_percent=43.21,
    gpu_percent=50.0,
    worker_rss_mib=256.125,
    cpu_ms_per_inference=12.0,
    power_w=110.0 / 9.75 / 2,
    power_scope="module",
    j_per_image=0.0401459854 / 4,
    temperature_c=60.0,
)


def test_nothing_is_compared_while_nothing_is_marked() -> None:
    assert against(KNOWN) is None


def test_figures_of_the_whole_run_stand_by_those_of_a() -> None:
    found = against(sample(mark=MARK))
    assert found is not None
    assert (found.run, found.title) == (1, "squeezenet_v1.1, batch 1, cuda")
    assert found.fps == pytest.approx(2)
    assert found.latency_p50 == pytest.approx(2)
    assert found.latency_p99 == pytest.approx(0.5)
    assert found.cpu_percent == pytest.approx(1)
    assert found.memory_worker == pytest.approx(2)
    assert found.power == pytest.approx(2)
    assert found.energy_j_per_image == pytest.approx(4)
    assert found.temperature_c_difference == pytest.approx(1.5)


def test_the_marked_run_itself_is_compared_too() -> None:
    found = against(sample(mark=replace(MARK, run=RUN.number)))
    assert found is not None
    assert found.fps == pytest.approx(2)


def test_power_without_energy_is_that_of_the_moment() -> None:
    found = against(sample(mark=MARK, energy=Energy()))
    assert found is not None
    assert found.power == pytest.approx(11.23456789 / (110.0 / 9.75 / 2))
    assert found.energy_j_per_image is None


@pytest.mark.parametrize("scope", ["board", "none", ""])
def test_power_of_another_scope_is_not_compared(scope: str) -> None:
    found = against(sample(mark=replace(MARK, power_scope=scope)))
    assert found is not None
    assert found.power is None
    assert found.energy_j_per_image is None
    assert found.fps is not None


def test_two_boards_that_measure_no_power_have_none_to_compare() -> None:
    board = replace(BOARD, power=Power(power_w=5.0, scope="none"))
    found = against(sample(mark=replace(MARK, power_scope="none"), board=board))
    assert found is not None
    assert found.power is None


def test_what_is_unknown_on_either_side_stays_unknown() -> None:
    for found in (
        against(replace(UNKNOWN, mark=MARK)),
        against(sample(mark=Mark(1, "a", power_scope="module"))),
    ):
        assert found is not None
        assert found.fps is found.latency_p50 is found.latency_p99 is found.cpu_percent is None
        assert found.memory_worker is found.power is found.energy_j_per_image is None
        assert found.temperature_c_difference is None


@pytest.mark.parametrize("then", [0.0, -1.0, math.nan])
def test_nothing_is_a_multiple_of_nothing(then: float) -> None:
    found = against(sample(mark=replace(MARK, fps=then)))
    assert found is not None
    assert found.fps is None


def test_a_temperature_of_nothing_is_a_temperature() -> None:
    board = replace(BOARD, temperature_c=Reading.of(-2.0))
    found = against(sample(mark=replace(MARK, temperature_c=0.0), board=board))
    assert found is not None
    assert found.temperature_c_difference == -2.0


def test_a_figure_that_is_no_number_is_not_compared() -> None:
    found = against(sample(mark=MARK, total=Window(fps=math.inf)))
    assert found is not None
    assert found.fps is None


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (None, ""),
        (Ratio(1.3, 1.2, 1.4, 8), "B is faster"),
        (Ratio(0.7, 0.6, 0.8, 8), "A is faster"),
        (Ratio(1.1, 0.9, 1.2, 8), "cannot tell apart"),
        (Ratio(1.1, 1.0, 1.2, 8), "cannot tell apart"),
    ],
)
def test_a_trial_ends_in_words(ratio: Ratio | None, words: str) -> None:
    assert verdict(Trial("a", "b", ratio=ratio)) == words
