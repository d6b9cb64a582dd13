"""Help, palette and themes over the monitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from samples import STORIES
from scripted import on_screen
from textual.command import CommandPalette
from textual.containers import VerticalScroll
from textual.filter import ANSIToTruecolor
from textual.widgets import Input, Static

from edgetop import locations
from edgetop.paint.symbols import TIERS
from edgetop.ui.commands import (
    COMMON,
    LIVE,
    REPLAY,
    bindings,
    common_bindings,
    footer_keys,
    help_keys,
    refusals,
)
from edgetop.ui.panels import PANELS
from edgetop.ui.screens.help import HelpScreen
from edgetop.ui.screens.monitor import MonitorScreen
from edgetop.ui.theme import available
from edgetop.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from pathlib import Path

    from textual.binding import Binding

    from edgetop.ui.commands import Command

THEMES = list(available(locations.shipped_dir("themes"), locations.shipped_dir("none")).themes)


async def test_help_names_every_key_and_state() -> None:
    """All of it can be read on a large screen without scrolling."""
    async with on_screen(STORIES["steady"](), (120, 60)) as screen:
        await screen.press("?")
        x, y, width, height = screen.app.screen.query_one(".dialog").region
        inside = [line[x + 1 : x + width - 1] for line in screen.lines[y : y + height]]
        words = " ".join(" ".join(inside).split())
        for key, sentence in help_keys([*LIVE, *COMMON]):
            assert f"{key} {sentence}" in words
        for word in ("p50 p90 p99", "warming", "steady", "drifting", "throttled"):
            assert word in screen.text


@pytest.mark.parametrize("key", ["escape", "question_mark", "q", "enter"])
async def test_help_closes_and_the_run_goes_on(key: str) -> None:
    """By the key that opened it too; none of these acts on the monitor."""
    async with on_screen(STORIES["steady"]()) as screen:
        await screen.press("?")
        assert isinstance(screen.app.screen, HelpScreen)
        await screen.press(key)
        assert isinstance(screen.app.screen, MonitorScreen)
        assert screen.app.is_running
        assert screen.session.commands == []


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 5)])
async def test_help_scrolls_where_it_does_not_fit(size: tuple[int, int]) -> None:
    """Down to its last line, with the keys alone."""
    async with on_screen(STORIES["steady"](), size) as screen:
        await screen.press("?")
        box = screen.app.screen.query_one(VerticalScroll)
        assert box.scroll_offset.y == 0
        assert box.max_scroll_y > 0
        await screen.press("down")
        assert box.scroll_offset.y == 1
        await screen.press("end")
        assert box.scroll_offset.y == box.max_scroll_y
        assert screen.cell_widths == [size[0]] * size[1]
        if size[0] >= 80:
            assert "the board says that it holds itself back" in screen.text


async def test_ctrl_c_ends_from_the_help_too() -> None:
    """Whatever is open."""
    async with on_screen(STORIES["steady"]()) as screen:
        await screen.press("?", "ctrl+c")
        assert screen.app.return_code == 130


async def test_the_palette_lists_every_command_and_runs_it() -> None:
    """Found by its sentence, with the key that does the same."""
    async with on_screen(STORIES["steady"](), (120, 60)) as screen:
        await screen.press("ctrl+p")
        assert isinstance(screen.app.screen, CommandPalette)
        await screen.app.workers.wait_for_complete()
        await screen.pilot.pause()
        for command in (*LIVE, *COMMON):
            assert command.sentence[1:] in screen.text, command
            assert f"key {command.shown}" in screen.text, command
        screen.app.screen.query_one(Input).value = "double the batch"
        await screen.pilot.pause(0.1)
        await screen.app.workers.wait_for_complete()
        await screen.press("enter")
        await screen.press("enter")
        await screen.pilot.pause()
        assert screen.session.commands == [("change", {"batch": 2})]


@pytest.mark.parametrize("of_mode", [bindings(LIVE), [*bindings(REPLAY), *refusals()]])
def test_every_command_has_a_key_of_its_own(of_mode: list[Binding]) -> None:
    """And an identity by which a keymap can change it."""
    made = [*of_mode, *common_bindings()]
    keys = [key for binding in made for key in binding.key.split(",")]
    assert len(keys) == len(set(keys))
    assert all(binding.id for binding in made)
    assert [str(number) for number in range(1, len(PANELS) + 1)] == [
        key for key in keys if key.isdigit()
    ]


@pytest.mark.parametrize("commands", [(*LIVE, *COMMON), (*REPLAY, *COMMON)])
def test_what_the_footer_shows_is_in_the_help(commands: tuple[Command, ...]) -> None:
    """The help leaves nothing out."""
    known = {key for shown, _ in help_keys(commands) for key in shown.split()}
    for shown, _ in footer_keys(commands, None):
        assert set(shown.split("/") if len(shown) > 1 else shown) <= known


async def test_every_theme_applies() -> None:
    """Light ones, the terminal's own sixteen colours and none; the text stays the same."""
    async with on_screen(STORIES["throttled"]()) as screen:
        names = []
        before = screen.text
        for _ in THEMES:
            await screen.press("T")
            names.append(screen.app.theme)
            screen.app.clear_notifications()
            await screen.pilot.pause()
            assert screen.text == before
            assert screen.app.defect is None
        assert len(set(names)) == len(THEMES)
        assert {name.removeprefix("edgetop-") for name in names} == set(THEMES)


@pytest.mark.parametrize("theme", THEMES)
async def test_every_theme_can_be_the_first(theme: str) -> None:
    """Its inks reach the panels, its colours the frames."""
    async with on_screen(STORIES["failed"](), theme=theme) as screen:
        status = screen.app.screen.query_one("#status", Panel)
        segments = {segment.text.strip(): segment.style for segment in status.render_line(0)}
        catalogue = available(locations.shipped_dir("themes"), locations.shipped_dir("none"))
        assert segments["✖ failed"] == catalogue.themes[theme].style("alert")
        # Textual would turn the terminal's own colours into RGB of its choice.
        [to_rgb] = [f for f in screen.app._filters if isinstance(f, ANSIToTruecolor)]
        assert to_rgb.enabled == catalogue.themes[theme].background.startswith("#")
        assert screen.app.has_class("-dark-mode") == catalogue.themes[theme].dark
        await screen.press("?", "escape", "m", "escape")
        assert screen.app.defect is None


async def test_a_theme_of_the_users_is_offered_and_a_bad_one_is_told(own_home: Path) -> None:
    """One notice per bad file, with its name; the others work."""
    folder = locations.user_themes_dir()
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text('description = "mine"\n[ink]\nbig = "bold #ff00ff"\n')
    (folder / "bad.toml").write_text("[ink]\nbig = 3\n")
    async with on_screen(STORIES["steady"]()) as screen:
        assert len(screen.notices) == 1
        assert "bad.toml" in screen.notices[0]
        for _ in THEMES:
            await screen.press("T")
        assert "theme mine" in screen.notices


@pytest.mark.parametrize("tier", TIERS)
async def test_frames_are_of_the_terminals_characters(tier: str) -> None:
    """Dialogs included."""
    corner = {"round": "╭", "solid": "┌", "ascii": "+"}[TIERS[tier].border]
    async with on_screen(STORIES["steady"](), symbols=TIERS[tier]) as screen:
        assert screen.lines[1].startswith(corner)
        for key in ("?", "m"):
            await screen.press(key)
            dialog = screen.app.screen.query_one(".dialog")
            line = screen.lines[dialog.region.y]
            assert line[dialog.region.x] == corner
            await screen.press("escape")


async def test_the_palette_keeps_the_order_of_the_keys() -> None:
    """What is wanted most stands first, one line each, also on a small screen."""
    async with on_screen(STORIES["steady"](), (40, 12)) as screen:
        await screen.press("ctrl+p")
        await screen.app.workers.wait_for_complete()
        await screen.pilot.pause()
        shown = [line.strip("│ ") for line in screen.lines]
        first = shown.index("Double the batch   key +")
        assert shown[first + 1 : first + 3] == [
            "Halve the batch   key -",
            "Choose another model   key m",
        ]


@pytest.mark.parametrize("width", [30, 40, 80, 120])
async def test_help_breaks_its_lines_between_words(width: int) -> None:
    """Words go on below words, never below the keys."""
    async with on_screen(STORIES["steady"](), (width, 60)) as screen:
        await screen.press("?")
        said = str(screen.app.screen.query_one("#words", Static).visual)
        column = 17 if width >= 80 else 9
        for line in said.splitlines():
            assert len(line) <= width - 5
            assert len(line) - len(line.lstrip()) in (0, 2, column), line
        assert " ".join(said.split()).count("the board says that it holds itself back") == 1


async def test_a_notice_takes_no_more_room_than_its_words() -> None:
    """On a small screen it is one row without a frame, and the figures stay in sight."""
    async with on_screen(STORIES["steady"](), (40, 12)) as screen:
        before = screen.lines
        screen.app.notify("theme ember")
        await screen.pilot.pause()
        changed = [
            n for n, (old, new) in enumerate(zip(before, screen.lines, strict=True)) if old != new
        ]
        assert len(changed) <= 1
