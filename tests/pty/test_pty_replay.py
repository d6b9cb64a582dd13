"""A recorded session on a real terminal: it plays, obeys its keys, and leaves all as it was."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import StartTerminal
    from terminal import Terminal

SIZES = [(120, 40), (80, 24), (40, 12)]
POSITION = re.compile(r"(\d\d):(\d\d):(\d\d) / (\d\d):(\d\d):(\d\d)")


def at_s(text: str) -> int:
    """Where the replay stands by its badge; -1 if that is not on the screen."""
    found = POSITION.search(text)
    if found is None:
        return -1
    hours, minutes, seconds = (int(part) for part in found.groups()[:3])
    return 3600 * hours + 60 * minutes + seconds


def demo(terminal: StartTerminal, *arguments: str, size: tuple[int, int] = (120, 40)) -> Terminal:
    program = terminal("demo", *arguments, size=size)
    program.wait_for("replay", 30)
    return program


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_demo_plays_at_every_size(terminal: StartTerminal, size: tuple[int, int]) -> None:
    program = demo(terminal, size=size)
    text = program.wait_for(lambda text: ("squeezenet" in text and "FPS" in text.upper())
                            or "images per second" in text, 20)  # fmt: skip
    assert "replay" in text
    program.send("q")
    assert program.wait(20) == 0
    assert program.restored() == []
    assert program.children() == []


def test_its_keys_move_through_time(terminal: StartTerminal) -> None:
    program = demo(terminal)
    program.wait_for(lambda text: at_s(text) >= 1, 20)
    program.send("space")
    program.wait_quiet(1.0, 20)
    here = at_s(program.text())
    program.send("right")
    program.wait_for(lambda text: at_s(text) >= here + 9, 20)
    program.send("end")
    program.wait_for(lambda text: at_s(text) >= 60, 20)
    program.send("home")
    program.wait_for(lambda text: 0 <= at_s(text) <= 1, 20)
    program.wait_quiet(0.5, 20)
    program.send("n")
    program.send("n")
    program.wait_for(lambda text: at_s(text) >= 1, 20)
    program.wait_quiet(0.5, 20)
    program.send(">")
    program.wait_for("2×", 20)
    program.send("+")
    program.wait_for("this is a replay", 20)
    program.send("h")
    program.wait_for("sustained", 20)
    program.send("escape")
    program.wait_for("Throughput", 20)  # else escape and q would be one key, alt+q
    program.send("q")
    assert program.wait(20) == 0
    assert program.restored() == []


def test_while_it_stands_still_not_a_byte_is_sent(terminal: StartTerminal) -> None:
    program = demo(terminal)
    program.send("space")
    program.wait_quiet(1.5, 20)
    before = program.bytes_total
    program.wait_quiet(2.0, 20)
    assert program.bytes_total == before
    program.send("q")
    assert program.wait(20) == 0


def test_a_kiosk_obeys_no_key_but_quit(terminal: StartTerminal) -> None:
    program = demo(terminal, "--kiosk")
    program.send("?", "m", "T", "h", "1")
    program.wait_for("images per second", 20)
    assert "keys" not in program.text()
    program.send("q")
    assert program.wait(20) == 0
    assert program.restored() == []


def test_a_killed_replay_gives_the_terminal_back(terminal: StartTerminal) -> None:
    program = demo(terminal)
    os.kill(program.pid, signal.SIGKILL)
    program.wait(20)
    text = program.wait_for("edgetop was killed", 20)
    assert "recorded" not in text
    assert program.restored() == []
