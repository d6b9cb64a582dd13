"""The self test on a real terminal: it shows how far it is, and ends with ctrl+c or the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from observed import until

from edgetop.selftest import guard

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import StartTerminal
    from terminal import Terminal


@pytest.fixture
def measuring(terminal: StartTerminal, small_model: Path, tmp_path: Path) -> Terminal:
    """A self test that has begun to count pairs."""
    program = terminal(
        *("selftest", "--model", small_model, "--threads", "1", "--pairs", "1000"),
        *("--max-load", "100"),
        env={"TMPDIR": str(tmp_path)},
    )
    program.wait_for("/3000", 90)
    assert "pairs" in program.text()
    return program


def nothing_left(program: Terminal, folder: Path) -> bool:
    return not program.children() and not list(folder.glob(f"{guard.PREFIX}*"))


def test_ctrl_c_gives_what_was_measured_and_the_terminal_back(
    measuring: Terminal, tmp_path: Path
) -> None:
    measuring.send("ctrl+c")
    assert measuring.wait(60) == 130
    text = measuring.text()
    assert "A/A control" in text
    assert "interrupted; so far: " in text
    assert measuring.restored() == []
    until(lambda: nothing_left(measuring, tmp_path), "nothing is left", 60)


def test_a_line_that_is_cut_ends_it_in_good_order(measuring: Terminal, tmp_path: Path) -> None:
    measuring.hangup()
    assert measuring.wait(60) == 130
    until(lambda: nothing_left(measuring, tmp_path), "nothing is left", 60)
