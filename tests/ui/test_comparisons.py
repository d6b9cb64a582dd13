"""What the panels say of A and B: differences with their meaning, and the trial's line."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st
from samples import MARK, STORIES, TRIAL, view_of
from scripted import on_screen

from edgetop.paint.rows import Row, width_of
from edgetop.sample import Ratio, State
from edgetop.ui.panels.trial import trial
from edgetop.ui.panels.versus import difference, versus, what_is_a


def words(rows: list[Row]) -> str:
    """The text of rows, with blanks made one."""
    return re.sub(" +", " ", "\n".join("".join(text for text, _ in row) for row in rows))


FIGURES = {
    (120, 40): ["+13.9 % vs A", "A: batch 1, cpu 6 threads", "+258 % p50", "+258 % p99",
                "+5.1 % vs A gpu", "per image -7.8 % vs A", "MiB model +46.8 % vs A",
                "+3.2 °C vs A", "ms cpu/inference +250 % vs A"],
    (80, 24): ["+13.9 % vs A", "A: batch 1, cpu 6 threads", "+258 % p50", "+5.1 % vs A",
               "per image -7.8 % vs A", "MiB model +46.8 % vs A", "+3.2 °C vs A",
               "ms cpu/inference +250 % vs A"],
    (40, 12): ["281.0 FPS ● steady +13.9 % vs A"],
}  # fmt: skip


@pytest.mark.parametrize("size", FIGURES)
async def test_every_panel_shows_the_difference_to_a(size: tuple[int, int]) -> None:
    """Where its figure stands."""
    async with on_screen(STORIES["marked"](), size) as screen:
        shown = re.sub(" +", " ", screen.text)
        for figure in FIGURES[size]:
            assert figure in shown, figure


async def test_without_a_mark_nothing_is_compared() -> None:
    """No panel speaks of A."""
    for size in FIGURES:
        async with on_screen(STORIES["steady"](), size) as screen:
            assert "vs A" not in screen.text


@given(st.floats(0.0, 1e9), st.booleans())
def test_a_difference_has_one_width_and_a_meaning(ratio: float, more_is_better: bool) -> None:
    """Nothing jumps; better is good, worse a warning, a hundredth is neither."""
    row = versus(ratio, more_is_better=more_is_better)
    [(_, ink)] = row
    assert width_of(row) == len("+12.3 % vs A")
    if abs(ratio - 1) < 0.00999:
        assert ink == "dim"
    elif abs(ratio - 1) > 0.01001:
        assert ink == ("good" if (ratio > 1) == more_is_better else "warn")


@given(st.floats(-200, 200))
def test_a_difference_of_temperature_is_in_degrees(degrees: float) -> None:
    """Warmer is worse."""
    [(text, ink)] = difference(degrees, "°C")
    assert len(text) == len("+12.3 °C vs A")
    assert ink == ("dim" if abs(degrees) <= 1 else "warn" if degrees > 0 else "good")


def test_what_is_not_known_is_not_compared() -> None:
    """No dash and no zero: there is no figure to stand beside."""
    assert versus(None, more_is_better=True) == ()
    assert difference(None, "°C") == ()


def test_a_is_named_with_its_model_if_that_is_another() -> None:
    """Else the title says it."""
    now = samples.sample(0, mark=MARK)
    assert words([what_is_a(now)]) == "A: batch 1, cpu 6 threads"
    other = replace(now, mark=replace(MARK, title="mobilenet, batch 1, cpu 6 threads"))
    assert words([what_is_a(other)]) == "A: mobilenet, batch 1, cpu 6 threads"


TRIALS = [
    (TRIAL, "23 of 60 pairs B runs B/A 1.124 (1.09-1.16) B is faster A: batch 1 B: batch 4"),
    (replace(TRIAL, ratio=Ratio(0.9, 0.85, 0.95, 23)), "B/A 0.900 (0.85-0.95) A is faster"),
    (replace(TRIAL, ratio=Ratio(1.0, 0.9, 1.1, 23)), "cannot tell apart"),
    (replace(TRIAL, ratio=None, running="A", pairs=1), "1 of 60 pairs A runs B/A –"),
    (replace(TRIAL, running="", pairs=60), "60 of 60 pairs ended"),
]


@pytest.mark.parametrize(("now", "line"), TRIALS)
def test_the_trials_line(now: samples.Trial, line: str) -> None:
    """How far, which runs, the ratio with its interval, the verdict in words."""
    assert line in words(trial(view_of([samples.sample(0, trial=now)]), 120, 1))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_trials_line_does_not_jump(width: int) -> None:
    """Its figures have their places from the first pair on."""
    lines = [
        trial(view_of([samples.sample(0, trial=replace(TRIAL, pairs=pairs))]), width, 1)
        for pairs in (3, 59)
    ]
    assert width_of(lines[0][0]) == width_of(lines[1][0]) or width < 70


@pytest.mark.parametrize("size", FIGURES)
async def test_a_trial_is_in_sight_at_every_size(size: tuple[int, int]) -> None:
    """From the first sample that has one."""
    story = STORIES["trial"]()
    async with on_screen(story[:90], size) as screen:
        assert "A/B" not in screen.text
        await screen.play(*story[90:])
        assert "B is faster" in screen.text


async def test_the_trial_key_needs_a_mark() -> None:
    """It says which key to press; with a mark the session gets the wish."""
    async with on_screen([samples.sample(0)]) as screen:
        assert "A trial" not in screen.lines[-1]
        await screen.press("A")
        assert "mark A first: key a" in screen.notices
        assert screen.session.commands == []
        await screen.play(samples.sample(1, mark=MARK))
        assert "A trial" in screen.lines[-1]
        await screen.press("A")
        assert screen.session.commands == [("trial", None)]


def test_a_trial_that_has_not_begun_to_measure_has_not_ended() -> None:
    """Neither side runs while both load; only afterwards does that mean the end."""
    trial_at_start = replace(TRIAL, running="", pairs=0, ratio=None)
    loading = samples.sample(0, trial=trial_at_start, state=State.WARMING)
    assert "starts" in words(trial(view_of([loading]), 120, 1))
    over = samples.sample(0, trial=replace(TRIAL, running=""))
    assert "ended" in words(trial(view_of([over]), 120, 1))
