"""The model's process hangs or dies: the screen says so, the model comes back, nothing is left."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING

import pytest
from conftest import measuring
from observed import exported, until, worker, workers

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Watch
    from terminal import Terminal

_LONG_S = 60.0


def first_row(text: str) -> str:
    return text.split("\n", maxsplit=1)[0]


def running_again(text: str) -> bool:
    """A later run has figures, and no badge of trouble."""
    return "run 2" in text and measuring(text) and not in_trouble(text)


def in_trouble(text: str) -> bool:
    return any(word in first_row(text) for word in ("hung", "failed"))


def another_worker(program: Terminal, before: int) -> None:
    until(lambda: workers(program) and workers(program) != [before], "another process", _LONG_S)


def quit_well(program: Terminal) -> None:
    """q ends it with a good exit code, all is as before, and no process is left."""
    program.send("q")
    assert program.wait(_LONG_S) == 0
    assert program.restored() == []
    until(lambda: not program.children(), "its processes have ended", _LONG_S)


def test_a_model_that_hangs_is_told_and_replaced(watch: Watch, tmp_path: Path) -> None:
    program = watch("--export", tmp_path / "session.csv")
    before = worker(program)
    os.kill(before, signal.SIGSTOP)
    text = program.wait_for(lambda text: "hung" in first_row(text), _LONG_S)
    assert "the model's process is stopped (SIGSTOP)" in text
    program.wait_for(running_again, _LONG_S)
    another_worker(program, before)
    text = program.wait_for(lambda text: "steady" in text or "warming" in text, _LONG_S)
    assert not in_trouble(text)
    quit_well(program)
    rows = exported(tmp_path / "session.csv")
    assert {"1", "2"} <= {row["run"] for row in rows}
    assert any(row["state"] == "hung" for row in rows)


def test_a_model_that_goes_on_is_kept(watch: Watch) -> None:
    program = watch()
    before = worker(program)
    os.kill(before, signal.SIGSTOP)
    program.wait_for(lambda text: "hung" in first_row(text), _LONG_S)
    os.kill(before, signal.SIGCONT)
    program.wait_for(lambda text: not in_trouble(text), _LONG_S)
    assert workers(program) == [before]
    quit_well(program)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL], ids=lambda s: s.name)
def test_a_model_that_dies_starts_again(watch: Watch, number: signal.Signals) -> None:
    program = watch()
    before = worker(program)
    os.kill(before, number)
    text = program.wait_for("starts again in", _LONG_S)
    assert f"signal {int(number)} ({number.name})" in text
    program.wait_for(running_again, _LONG_S)
    another_worker(program, before)
    quit_well(program)


def test_a_model_that_keeps_dying_is_given_up_and_another_can_be_chosen(
    watch: Watch, small_model: Path
) -> None:
    """Killed for want of memory three times: there is not enough of it."""
    program = watch()
    dead = 0
    for _ in range(3):
        until(
            lambda dead=dead: [pid for pid in workers(program) if pid != dead], "it runs", _LONG_S
        )
        dead = worker(program)
        os.kill(dead, signal.SIGKILL)
        until(lambda dead=dead: dead not in workers(program), "it is dead", _LONG_S)
    text = program.wait_for("died 3 times in a row", _LONG_S)
    assert "failed" in text
    program.send("m")
    program.wait_for("type to filter", _LONG_S)
    program.type_text(str(small_model))
    program.send("enter")
    program.wait_for(lambda text: "run 4" in text and measuring(text), _LONG_S)
    quit_well(program)


def test_a_model_that_hangs_without_a_screen_is_an_exit_code(watch: Watch) -> None:
    """The last line says that it hung; ten silent seconds are the limit."""
    program = watch("--headless", ready=False)
    program.wait_for("FPS", _LONG_S)
    os.kill(worker(program), signal.SIGSTOP)
    assert program.wait(_LONG_S) == 4
    said = [line for line in program.text().split("\n") if line.startswith("edgetop: ")]
    assert len(said) == 1
    assert re.match(r"edgetop: the model hung: no inference for 1\d s", said[0])
    until(lambda: not program.children(), "its processes have ended", _LONG_S)
