"""Inks are written as people would write them, and mistakes are named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style

from edgetop.ui.ink import ANSI_COLOURS, gradient, is_colour, parse_ink


@pytest.mark.parametrize(
    ("text", "background", "style"),
    [
        ("#6ee7d2", "", Style(color="#6ee7d2")),
        ("bold #6EE7D2", "#000000", Style(color="#6ee7d2", bold=True, bgcolor="#000000")),
        ("reverse default", "", Style(color="default", reverse=True)),
        (
            "bold red on bright_white",
            "black",
            Style(color="red", bold=True, bgcolor="bright_white"),
        ),
    ],
)
def test_an_ink_is_attributes_a_colour_and_a_ground(text: str, background: str, style) -> None:
    assert parse_ink(text, background) == style


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "''"),
        ("bold", "'bold'"),
        ("#12345", "'#12345'"),
        ("blink red", "'blink'"),
        ("red on", "'red on'"),
        ("on red", "''"),
        ("red on blue on green", "'red on blue on green'"),
        ("red on beige", "'beige'"),
        ("link https://example.org", "'https://example.org'"),
    ],
)
def test_a_mistake_is_named_in_one_line(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as caught:
        parse_ink(text)
    assert named in str(caught.value)


def test_there_are_sixteen_named_colours() -> None:
    assert len(set(ANSI_COLOURS)) == 16
    assert all(is_colour(name) and parse_ink(name) for name in ANSI_COLOURS)


def test_a_gradient_meets_its_ends_and_rises_evenly() -> None:
    colours = gradient(["#000000", "#464646", "#8c8c8c"])
    assert [int(colour[1:3], 16) for colour in colours] == [0, 20, 40, 60, 80, 100, 120, 140]
    assert all(colour == f"#{colour[1:3] * 3}" for colour in colours)


def test_a_gradient_of_names_takes_the_nearest_stop() -> None:
    assert gradient(["red", "#00ff00", "bright_red"]) == (
        *("red", "red"),
        *("#00ff00", "#00ff00", "#00ff00", "#00ff00"),
        *("bright_red", "bright_red"),
    )


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_an_ink_or_a_value_error(text: str) -> None:
    try:
        style = parse_ink(text)
    except ValueError:
        return
    assert style.color is not None
