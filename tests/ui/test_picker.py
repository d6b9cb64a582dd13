"""The model picker: filter, choose, give a path, change one's mind."""

from __future__ import annotations

import threading
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from samples import BOARD, START_UNIX_S, STORIES
from scripted import on_screen
from textual.widgets import Input, OptionList

from edgetop import locations
from edgetop.paint.symbols import UNICODE
from edgetop.session.store import measured, schema
from edgetop.session.store.writing import SessionWriter
from edgetop.ui.screens.monitor import MonitorScreen
from edgetop.ui.screens.pick_model import ModelPicker
from edgetop.zoo.catalogue import ARCHITECTURES, RANDOM_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from scripted import Screen

    from edgetop.session.store.measured import MeasuredRun


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and no sessions or models of one's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def picking(size: tuple[int, int] = (120, 40)) -> AsyncIterator[Screen]:
    """The picker, opened by its key."""
    async with on_screen(STORIES["steady"](), size) as screen:
        await screen.press("m")
        assert isinstance(screen.app.screen, ModelPicker)
        yield screen


def offered(screen: Screen) -> list[str]:
    """The models of the list, without headings."""
    options = screen.app.screen.query_one(OptionList).options
    return [str(option.prompt) for option in options if not option.disabled]


def headings(screen: Screen) -> list[str]:
    """What stands over each group of the list."""
    options = screen.app.screen.query_one(OptionList).options
    return [str(option.prompt) for option in options if option.disabled]


def chosen(screen: Screen) -> dict[str, object]:
    """The one change that the session was asked for."""
    assert isinstance(screen.app.screen, MonitorScreen)
    [(name, changes)] = screen.session.commands
    assert name == "change"
    assert isinstance(changes, dict)
    return changes


async def type_in(screen: Screen, text: str) -> None:
    """Put text into the line, as a terminal pastes it."""
    screen.app.screen.query_one(Input).value = text
    await screen.pilot.pause()


async def test_it_offers_every_built_in_model_first() -> None:
    """With its parameters, operations and published accuracy under their headings."""
    async with picking() as screen:
        assert headings(screen) == ["built in"]
        titles = str(screen.app.screen.query_one("#columns").visual)
        for line, architecture in zip(offered(screen), ARCHITECTURES, strict=True):
            assert line[2:].startswith(architecture.name)
            top1 = "-" if architecture.top1_pct is None else f"{architecture.top1_pct:.1f}"
            for title, figure in (
                ("params M", f" {architecture.params_m:.2f}"),
                ("GMACs", f" {architecture.gmacs:.3f}"),
                ("top-1 %", f" {top1}"),
                ("FPS", ""),
            ):
                assert line[: titles.index(title) + len(title)].endswith(figure)


async def test_letters_go_into_the_line_and_narrow_the_list() -> None:
    """Letters that are keys of the monitor too; every word must be found."""
    async with picking() as screen:
        await screen.press(*"squeeze")
        assert offered(screen)
        assert all("squeezenet" in line for line in offered(screen))
        assert screen.session.commands == []
        await type_in(screen, "squeeze 1.1")
        assert all("1.1" in line for line in offered(screen))
        await type_in(screen, "")
        assert len(offered(screen)) == len(ARCHITECTURES)


async def test_enter_runs_the_highlighted_model() -> None:
    """With everything that belonged to the model before taken back."""
    async with picking() as screen:
        await type_in(screen, "squeezenet_v1.1")
        await screen.press("enter")
        changes = chosen(screen)
        assert changes["title"] == changes["architecture"] == "squeezenet_v1.1"
        assert changes["label"] == "random weights: timing only"
        assert changes["input_shapes"] == ()
        assert changes["input_ranges"] == ()
        assert changes["input_file"] == ""


async def test_arrows_move_the_highlight_around_the_list() -> None:
    """Down goes on to the next, up from the first to the last; the line keeps the cursor."""
    async with picking() as screen:
        assert screen.app.screen.query_one(Input).has_focus
        await screen.press("down", "enter")
        assert chosen(screen)["title"] == ARCHITECTURES[1].name
    async with picking() as screen:
        await screen.press("up", "enter")
        assert chosen(screen)["title"] == ARCHITECTURES[-1].name


async def test_a_mark_stands_before_the_highlighted_model() -> None:
    """It can be seen without colours, and there is only one."""
    async with picking() as screen:
        for keys, index in (((), 0), (("down",), 1), (("up", "up"), -1), (("down",), 0)):
            await screen.press(*keys)
            marked = [line for line in offered(screen) if line.startswith(UNICODE.mark)]
            assert marked == [offered(screen)[index]]
            assert headings(screen) == ["built in"]
        await type_in(screen, "squeeze")
        marks = [line[0] for line in offered(screen)]
        assert marks == [UNICODE.mark, *" " * (len(marks) - 1)]


async def test_enter_in_the_list_itself_runs_too() -> None:
    """After tab has moved there."""
    async with picking() as screen:
        await screen.press("tab")
        assert screen.app.screen.query_one(OptionList).has_focus
        await screen.press("down", "enter")
        assert chosen(screen)["title"] == ARCHITECTURES[1].name


async def test_escape_closes_and_changes_nothing() -> None:
    """The run goes on."""
    async with picking() as screen:
        await screen.press("down", "escape")
        assert isinstance(screen.app.screen, MonitorScreen)
        assert screen.session.commands == []


async def test_files_of_the_model_folders_are_offered(folder: Path) -> None:
    """Those of the working folder's `models` and of the user's own; names stay as they are."""
    mine, theirs = folder / "models", locations.user_models_dir()
    for place, name in ((mine, "a[red]b[bold].onnx"), (theirs, "night.onnx")):
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(b"")
    async with picking() as screen:
        lines = offered(screen)[len(ARCHITECTURES) :]
        assert [line[2:].split()[0] for line in lines] == ["a[red]b[bold]", "night"]
        await type_in(screen, "a[red]")
        assert "a[red]b[bold]" in screen.text
        await screen.press("enter")
        changes = chosen(screen)
        assert changes["model_path"] == str(mine / "a[red]b[bold].onnx")
        assert changes["architecture"] == ""
        assert changes["label"] == ""


async def test_a_path_that_is_no_model_of_the_list_is_taken(folder: Path) -> None:
    """Relative to the working folder, or absolute."""
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "x.onnx").write_bytes(b"")
    async with picking() as screen:
        await type_in(screen, "elsewhere/x.onnx")
        assert offered(screen) == []
        await screen.press("enter")
        assert chosen(screen)["model_path"] == str(folder / "elsewhere" / "x.onnx")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nowhere/[x].onnx", "there is no file"),
        (".", "is a folder"),
        ("zzzz", "no file and no built-in model is called 'zzzz'"),
        ("/dev/null", "is not a file"),
        ("~nobody-at-all/x.onnx", "there is no file"),
    ],
)
async def test_a_bad_path_is_one_notice_and_the_picker_stays(path: str, words: str) -> None:
    """So that the path can be mended."""
    async with picking() as screen:
        await type_in(screen, path)
        if offered(screen):  # the text is part of a name too; look at the path alone
            screen.app.screen._fill("\0")  # type: ignore[attr-defined]
        await screen.press("enter")
        assert len(screen.notices) == 1
        assert words in screen.notices[0]
        assert isinstance(screen.app.screen, ModelPicker)
        assert screen.app.screen.query_one(Input).value == path
        assert screen.session.commands == []


async def test_a_notice_shows_brackets_as_they_are() -> None:
    """What was typed is told back literally, not read as markup."""
    async with picking() as screen:
        await type_in(screen, "[red]zz[bold]")
        await screen.press("enter")
        assert "'[red]zz[bold]'" in screen.text


async def test_an_empty_line_runs_what_is_highlighted() -> None:
    """Enter alone takes the first of the list."""
    async with picking() as screen:
        await screen.press("enter")
        assert chosen(screen)["title"] == ARCHITECTURES[0].name


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 5)])
async def test_it_works_on_small_screens(size: tuple[int, int]) -> None:
    """The line and the highlighted model stay in sight."""
    async with picking(size) as screen:
        assert screen.cell_widths == [size[0]] * size[1]
        await screen.press(*"squeeze")
        assert "squeeze" in screen.text
        if size[1] >= 12:
            assert "squeezenet_v1" in screen.text
        await screen.press("enter")
        assert str(chosen(screen)["title"]).startswith("squeezenet")


async def test_samples_go_on_behind_it() -> None:
    """When it closes the screen shows the present."""
    async with picking() as screen:
        await screen.play(*STORIES["throttled"]()[-3:])
        await screen.press("escape")
        assert "throttled" in screen.lines[0]


async def test_keys_of_the_monitor_do_nothing_while_it_is_open() -> None:
    """A space in a name must not pause the run; ctrl+c still ends."""
    async with picking() as screen:
        await screen.press("space", "1", "+", "q")
        assert screen.app.is_running
        assert screen.session.commands == []
        assert screen.app.screen.query_one(Input).value == " 1+q"
        await screen.press("ctrl+c")
        assert screen.app.return_code == 130


async def test_what_ran_before_stands_first_with_what_was_measured(folder: Path) -> None:
    """With a tilde before what is only estimated, and a line that says from what."""
    writer = SessionWriter({"board": BOARD}, START_UNIX_S)
    for sample in STORIES["steady"]():
        run = replace(sample.run, model="resnet50", label=RANDOM_WEIGHTS)
        writer.add(replace(sample, run=run))
    with closing(schema.connect(locations.sessions_file())) as connection:
        writer.commit(connection)
    async with picking() as screen:
        assert headings(screen) == ["recent", "built in"]
        figures = {line[2:26].strip(): line[26:62].split()[-1] for line in offered(screen)}
        assert offered(screen)[0][2:].startswith("resnet50 ")
        assert float(figures["resnet50"]) > 0
        assert figures["resnet101"].startswith("~")
        assert "measured here: cpu" in screen.text
        await screen.press(*"vgg")
        assert headings(screen) == ["built in"]


async def test_a_disk_that_does_not_answer_holds_up_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Figures come later; no line moves when they do."""
    answered = threading.Event()

    def slow(*_: object) -> list[MeasuredRun]:
        answered.wait(30)
        return []

    monkeypatch.setattr(measured, "runs_on", slow)
    async with picking() as screen:
        before = [line[:26] for line in offered(screen)]
        assert not any("~" in line for line in offered(screen))
        answered.set()
        while "~" not in offered(screen)[0]:
            await screen.pilot.pause(0.05)
        assert [line[:26] for line in offered(screen)] == before


async def test_names_that_begin_with_what_was_typed_come_first() -> None:
    """resnet18 rather than inception_resnet_v2, which stands before it in the catalogue."""
    async with picking() as screen:
        await type_in(screen, "res")
        lines = [line.strip().removeprefix(UNICODE.mark).split()[0] for line in offered(screen)]
        begin = [name.startswith("res") for name in lines]
        assert begin == sorted(begin, reverse=True)
        assert lines[0] == "resnet18"
        assert "inception_resnet_v2" in lines


async def test_text_that_fits_nothing_is_said_to_be_a_path() -> None:
    """An empty list does not leave one wondering."""
    async with picking() as screen:
        await type_in(screen, "zzz")
        assert not offered(screen)
        assert "no model is called so; enter tries it as a path" in screen.text
