"""What the keys do on a real terminal, at every size that has a footer."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import small_models
from conftest import measuring
from observed import until, worker

if TYPE_CHECKING:
    from conftest import Watch
    from terminal import Terminal

SIZES = [(120, 40), (80, 24), (40, 12)]
NOT_WRITABLE = Path("/proc")
"""A working folder in which not even the superuser can create a file."""


@pytest.fixture
def fixed_model(tmp_path: Path) -> Path:
    """A model whose graph allows a batch of 1 only."""
    return small_models.matmul(tmp_path / "fixed.onnx", batch=1)


def close_dialog(program: Terminal, title: str) -> None:
    """Escape; a key that follows at once would be taken for alt+key."""
    program.send("escape")
    program.wait_for(lambda text: title not in text, 30)


def pick(program: Terminal, text: str) -> None:
    """Choose a model in the picker."""
    program.send("m")
    program.wait_for("type to filter", 30)
    program.type_text(text)
    program.send("enter")


def quit_well(program: Terminal) -> None:
    """q ends it, and all is as before."""
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_key_works(watch: Watch, tmp_path: Path, size: tuple[int, int]) -> None:
    """Each has its effect, whether or not the footer had room for it."""
    program = watch(size=size, cwd=tmp_path)
    program.send("+")
    program.wait_for("batch 2", 30)
    program.wait_for(measuring, 30)
    program.send("-")
    program.wait_for("batch 1", 30)
    program.wait_for(measuring, 30)
    program.send("space")
    program.wait_for("paused", 30)
    program.send("space")
    program.wait_for(lambda text: "paused" not in "".join(text.split("\n")[:2]), 30)
    program.send("?")
    program.wait_for("escape closes", 30)
    close_dialog(program, "escape closes")
    program.send("m")
    program.wait_for("alexnet", 30)
    close_dialog(program, "alexnet")
    program.send("T")
    program.wait_for("colour", 30)
    program.send("e")
    until(lambda: list(tmp_path.glob("edgetop-*.runs.csv")), "it is exported")
    program.send("ctrl+p")
    program.wait_for("Search", 30)
    close_dialog(program, "Search")
    program.send("t")
    program.wait_for(measuring, 30)
    program.send("f", "r", "p", "1", "1", "ctrl+l")
    program.wait_for(measuring, 30)
    quit_well(program)


def test_plus_starts_a_second_run_with_the_double_batch(watch: Watch) -> None:
    """In a process of its own; the summary has both."""
    program = watch()
    first = worker(program)
    program.send("+")
    program.wait_for("run 2", 30)
    text = program.wait_for(lambda text: "batch 2" in text.split("\n")[0] and measuring(text), 30)
    assert "x 2×64×512" in text
    assert worker(program) != first
    quit_well(program)
    assert "batch 1 " in program.text()
    assert "batch 2 " in program.text()


def test_a_fixed_batch_says_so(watch: Watch, fixed_model: Path) -> None:
    """One notice, the run goes on, and the footer does not offer the key."""
    program = watch(model=fixed_model)
    running = worker(program)
    assert "+/- batch" not in program.text()
    program.send("+")
    program.wait_for("fixed batch of 1", 30)
    assert worker(program) == running
    quit_well(program)


def test_f_sets_a_rate(watch: Watch) -> None:
    """From closed loop to the first rate; the figures start again."""
    program = watch(rate_fps=None)
    program.wait_for("closed loop", 30)
    program.send("f")
    program.wait_for("10.0 come in per second", 30)
    program.wait_for(lambda text: re.search(r"\b10\.\d mean|\b9\.9\d mean", text), 30)
    quit_well(program)


def test_r_resets_the_figures(watch: Watch) -> None:
    """The clock starts again and the event is on the record."""
    program = watch()
    program.wait_for("00:00:02", 30)
    program.send("r")
    program.wait_for("figures reset", 30)
    program.wait_for(lambda text: re.search(r"00:00:0[01]", text.split("\n")[0]), 30)
    quit_well(program)


def test_e_writes_two_files_and_names_them(watch: Watch, tmp_path: Path) -> None:
    """Into the working folder; what was exported before stays."""
    program = watch(cwd=tmp_path)
    for number in (1, 2):
        name = f"edgetop-small-{number}.csv"
        program.send("e")
        program.wait_for(lambda text, name=name: name in re.sub(r"[\s│]", "", text), 30)
        samples, runs = tmp_path / name, tmp_path / f"edgetop-small-{number}.runs.csv"
        with samples.open(newline="") as opened:
            rows = list(csv.DictReader(opened))
        assert rows[-1]["model"] == "small"
        assert runs.read_text().startswith("device,model,batch_size,ms_per_image")
    quit_well(program)


def test_a_folder_that_cannot_be_written_is_one_notice(watch: Watch) -> None:
    """The session goes on."""
    program = watch(cwd=NOT_WRITABLE)
    program.send("e")
    text = program.wait_for("cannot", 30)
    assert "edgetop-small-1." in re.sub(r"[\s│]", "", text)
    program.wait_for(measuring, 30)
    quit_well(program)


def test_the_picker_runs_a_built_in_model(watch: Watch) -> None:
    """Typing filters, enter builds and runs it."""
    program = watch(rate_fps=None)
    program.send("m")
    program.wait_for("alexnet", 30)
    program.type_text("v1.1")
    program.wait_for(lambda text: "alexnet" not in text and "squeezenet_v1.1" in text, 30)
    program.send("enter")
    program.wait_for(lambda text: "squeezenet_v1.1" in text.split("\n")[0] and measuring(text), 120)
    assert "random weights" in program.text()
    quit_well(program)
    assert "squeezenet_v1.1" in program.text()


def test_a_bad_path_in_the_picker_is_one_notice(watch: Watch) -> None:
    """The picker stays open, the run goes on."""
    program = watch()
    running = worker(program)
    pick(program, "/nowhere/at/all.onnx")
    text = program.wait_for("there is no file", 30)
    assert "type to filter" in text
    close_dialog(program, "type to filter")
    assert worker(program) == running
    quit_well(program)


def test_after_a_file_that_is_no_model_another_can_be_run(
    watch: Watch, tmp_path: Path, small_model: Path
) -> None:
    """The badge says failed, the panel why; the next one runs."""
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"\x00\x01 not a model")
    program = watch(model=damaged, ready=False)
    text = program.wait_for("failed", 60)
    assert "damaged" in text.split("\n")[0]
    program.wait_for("not an ONNX model", 30)
    pick(program, str(small_model))
    program.wait_for(lambda text: "small" in text.split("\n")[0] and measuring(text), 60)
    assert "failed" not in program.text().split("\n")[0]
    quit_well(program)


def test_the_exit_code_is_that_of_the_last_run(watch: Watch, tmp_path: Path) -> None:
    """It failed, so the program failed; one line says why."""
    program = watch()
    text_file = tmp_path / "text.onnx"
    text_file.write_text("this is a text")
    pick(program, str(text_file))
    program.wait_for("failed", 30)
    program.send("q")
    assert program.wait(30) == 3
    assert program.restored() == []
    assert "edgetop: text is a text file, not a model" in program.text()


def test_an_inference_of_a_second_does_not_hold_up_the_screen(watch: Watch, tmp_path: Path) -> None:
    """Keys work while it computes, and q does not wait for it."""
    program = watch(model=small_models.slow(tmp_path / "slow.onnx"), rate_fps=None)
    program.send("?")
    program.wait_for("escape closes", 10)
    close_dialog(program, "escape closes")
    program.send("q")
    assert program.wait(5) == 0
    assert program.restored() == []
    assert program.children() == []


HOSTILE = "a[bold]b[red]\x1b]0;owned\x07\x1b[31mred\x1b[2Jc\x9b31m\u202eend.onnx"


def test_a_hostile_file_name_is_shown_harmlessly(
    watch: Watch, tmp_path: Path, small_model: Path
) -> None:
    """Markup stands as it is, control characters are gone: screen, picker, export, summary."""
    folder = tmp_path / "models"
    folder.mkdir()
    hostile = folder / HOSTILE
    hostile.write_bytes(small_model.read_bytes())
    program = watch(model=hostile, cwd=tmp_path)
    assert "a[bold]b[red]" in program.text().split("\n")[0]
    program.send("m")
    program.wait_for("type to filter", 30)
    program.type_text("bold")
    program.wait_for(lambda text: text.count("a[bold]b[red]") >= 2, 30)
    close_dialog(program, "type to filter")
    program.send("e")
    until(lambda: list(tmp_path.glob("edgetop-*.runs.csv")), "it is exported")
    program.send("+")
    program.wait_for("run 2", 30)
    quit_well(program)
    assert "a[bold]b[red]" in program.text()
    for piece in (b"]0;owned\x07", b"\x1b]0;", b"\x1b[31mred", b"\x1b[2Jc", b"\x9b31m"):
        assert piece not in program.raw
    assert "\u202e" not in program.raw.decode(errors="replace")
    assert program.screen.title != "owned"


def test_a_hostile_file_name_in_an_error_is_harmless(watch: Watch, tmp_path: Path) -> None:
    """A file of that name that is no model."""
    hostile = tmp_path / HOSTILE
    hostile.write_text("no model")
    program = watch(model=hostile, ready=False)
    program.wait_for("failed", 60)
    program.send("q")
    assert program.wait(30) == 3
    assert b"\x1b]0;" not in program.raw
    assert b"\x1b[31mred" not in program.raw
    assert program.restored() == []
