"""Any size of the terminal, and any change of it, as a person drags the window's corner."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest
from conftest import measuring

if TYPE_CHECKING:
    from conftest import Watch
    from terminal import Terminal

SIZES = [(120, 40), (80, 24), (40, 12), (20, 5), (10, 3), (1, 1), (0, 0)]
STORM = 100
FINAL = (120, 40)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_starts_and_ends_at_any_size(watch: Watch, size: tuple[int, int]) -> None:
    """FPS is shown wherever it has room; q works even where nothing has."""
    program = watch(size=size, ready=False)
    if size == (1, 1):
        program.wait_for(lambda text: text.strip(), 60)
    else:
        program.wait_for(lambda text: re.search(r"\d{2,} ?(\.\d+ )?(FPS|…|mean)", text), 60)
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []


def titles(program: Terminal) -> dict[str, tuple[int, int]]:
    """The row and column of each panel's title."""
    rows = enumerate(program.text().split("\n"))
    return {
        match[0]: (y, match.start())
        for y, row in rows
        for match in re.finditer(r"─ \d \w[\w ]+ ─", row)
    }


def whole(program: Terminal) -> None:
    """Wait for a screen without leftovers: each frame has as many corners of each kind."""

    def corners(text: str) -> bool:
        counts = {text.count(corner) for corner in "╭╮╰╯"}
        return counts == {len(titles(program))} and counts != {0}

    program.wait_for(corners, 30)


def test_after_a_storm_of_sizes_the_screen_is_as_at_a_fresh_start(watch: Watch) -> None:
    """A hundred sizes in a few seconds, impossible ones among them; no crash, no leftovers."""
    fresh = watch(size=FINAL)
    fresh.wait_for("no network of the catalogue", 30)  # panel 7 keeps its room until it knows
    fresh.wait_for("steady", 30)
    whole(fresh)
    expected = titles(fresh)
    assert len(expected) == 8
    fresh.send("q")
    assert fresh.wait(30) == 0
    program = watch(size=(80, 24))
    chance = random.Random(1)
    odd = [(0, 0), (1, 1), (300, 100), (1, 60), (250, 1), (69, 19), (70, 20)]
    for number in range(STORM):
        drawn = (chance.randrange(1, 200), chance.randrange(1, 70))
        program.resize(*(odd[number // 3 % len(odd)] if number % 3 == 0 else drawn))
        program.wait_for(lambda _: True)
        if number % 10 == 0:
            program.send("T")
    program.resize(*FINAL)
    program.wait_for(lambda _: titles(program) == expected, 30)
    whole(program)
    program.wait_for(measuring, 30)
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []


def test_a_dialog_survives_any_size(watch: Watch) -> None:
    """Help and picker are drawn at sizes where nothing of them fits."""
    program = watch()
    for key, words in (("?", "escape closes"), ("m", "escape closes"), ("ctrl+p", "search for")):
        program.send(key)
        program.wait_for(lambda text, words=words: words in text.lower(), 30)
        for size in ((20, 5), (1, 1), (0, 0), (300, 100), (3, 40), FINAL):
            program.resize(*size)
            program.wait_quiet(0.05, 30)
        program.wait_for(lambda text, words=words: words in text.lower(), 30)
        program.send("escape")
        program.wait_for(lambda text, words=words: words not in text.lower(), 30)
    whole(program)
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []
