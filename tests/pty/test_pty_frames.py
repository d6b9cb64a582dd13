"""Frames of single cells: what stands on the terminal is what painting it all anew would give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from test_pty_themes import SHIPPED

if TYPE_CHECKING:
    from conftest import StartTerminal
    from terminal import Terminal

POSITION = re.compile(r"00:00:(\d\d) /")


def playing(program: Terminal, seconds: int) -> None:
    """Wait until so much of the replay has been shown."""

    def reached(text: str) -> bool:
        found = POSITION.search(text)
        return found is not None and int(found[1]) >= seconds

    program.wait_for(reached, 40)


def halt(program: Terminal) -> None:
    """Let the replay stand still, its notices gone."""
    program.send("space")
    program.wait_quiet(1.0, 20)


def assert_same_when_repainted(program: Terminal) -> None:
    """Text, colours and styles of every cell."""
    before = [list(row) for row in program.cells()]
    program.send("ctrl+l")
    program.wait_quiet(0.5, 20)
    after = program.cells()
    different = [
        (x, y, old, new)
        for y, (old_row, new_row) in enumerate(zip(before, after, strict=True))
        for x, (old, new) in enumerate(zip(old_row, new_row, strict=True))
        if old != new
    ]
    assert different == []


@pytest.mark.parametrize("theme", SHIPPED)
def test_cells_have_the_colours_of_the_theme(terminal: StartTerminal, theme: str) -> None:
    """In every theme, sixteen colours and the terminal's own background included."""
    program = terminal("demo", "--theme", theme)
    playing(program, 6)
    halt(program)
    assert_same_when_repainted(program)
    program.send("q")
    assert program.wait(20) == 0


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_cells_stand_where_they_belong(terminal: StartTerminal, size: tuple[int, int]) -> None:
    """At other sizes, and after the terminal has changed its size while frames came."""
    program = terminal("demo", size=size)
    playing(program, 3)
    program.resize(100, 30)
    playing(program, 8)
    halt(program)
    assert_same_when_repainted(program)
    program.send("q")
    assert program.wait(20) == 0


def test_cells_without_colour(terminal: StartTerminal) -> None:
    """Under NO_COLOR styles stay and no colour comes."""
    program = terminal("demo", env={"NO_COLOR": "1"})
    playing(program, 5)
    halt(program)
    assert re.search(rb"\x1b\[[0-9;]*[34]8;[0-9;]*m", program.raw) is None
    assert_same_when_repainted(program)
    program.send("q")
    assert program.wait(20) == 0


def test_frames_do_not_write_over_a_dialog(terminal: StartTerminal) -> None:
    """The help stays whole while the replay goes on behind it; when it closes all is there."""
    program = terminal("demo")
    playing(program, 2)
    program.send("?")
    program.wait_for("escape closes", 20)
    program.wait_quiet(0.2, 3)
    row = next(y for y, line in enumerate(program.text().split("\n")) if "escape closes" in line)
    box = [line[14:106] for line in program.text().split("\n")[row : row + 20]]
    playing(program, 9)
    assert [line[14:106] for line in program.text().split("\n")[row : row + 20]] == box
    program.send("escape")
    program.wait_for(lambda text: "escape closes" not in text, 20)
    halt(program)
    assert_same_when_repainted(program)
    program.send("q")
    assert program.wait(20) == 0
