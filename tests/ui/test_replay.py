"""The screen of a recorded session: keys move through its time, jumps build the view anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import samples
from samples import STORIES, view_of
from scripted import replayed
from test_monitor import counted

from edgetop.errors import UsageError
from edgetop.ui.commands import LIVE

if TYPE_CHECKING:
    from pathlib import Path

SIZES = [(120, 40), (80, 24), (40, 12), (20, 5)]

KEYS = [
    ("space", ("toggle_play", None)),
    ("right", ("skip", 10)),
    ("left", ("skip", -10)),
    ("shift+right", ("skip", 60)),
    ("]", ("skip", 60)),
    ("shift+left", ("skip", -60)),
    ("[", ("skip", -60)),
    (">", ("faster", None)),
    (".", ("faster", None)),
    ("<", ("slower", None)),
    (",", ("slower", None)),
    ("n", ("next_event", None)),
    ("N", ("previous_event", None)),
    ("home", ("seek", 0.0)),
]


async def test_keys_move_through_time() -> None:
    """Each gives the player one command."""
    story = STORIES["steady"]()
    async with replayed(story) as screen:
        for key, command in KEYS:
            screen.session.commands.clear()
            await screen.press(key)
            assert screen.session.commands == [command], key
        await screen.press("end")
        assert screen.session.commands[-1] == ("seek", story[-1].elapsed_s)
        assert screen.notices == []


@pytest.mark.parametrize("key", ["+", "=", "-", "m", "p", "t", "f", "r", "a", "A"])
async def test_keys_of_the_live_screen_are_refused(key: str) -> None:
    """In one notice; nothing is asked of the player."""
    async with replayed(STORIES["steady"]()) as screen:
        await screen.press(key)
        assert screen.session.commands == []
        [notice] = screen.notices
        assert notice.startswith("this is a replay: ")
        assert notice.endswith("cannot change")


async def test_help_palette_and_footer_know_only_what_works() -> None:
    """What changes a run is not offered."""
    async with replayed(STORIES["steady"](), (120, 60)) as screen:
        assert "+/- batch" not in screen.lines[-1]
        assert "space play" in screen.lines[-1]
        for key in ("?", "ctrl+p"):
            await screen.press(key)
            await screen.app.workers.wait_for_complete()
            await screen.pilot.pause()
            assert "minute forward" in screen.text
            assert not any(command.sentence[1:] in screen.text for command in LIVE), key
            await screen.press("escape")


@pytest.mark.parametrize("size", SIZES)
async def test_nobody_takes_it_for_a_live_measurement(size: tuple[int, int]) -> None:
    """The badge is in sight at every size, in an ink of its own."""
    async with replayed(STORIES["steady"](), size) as screen:
        assert "► replay 1×" in screen.text
        await screen.press("space")
        assert "‖ replay 1×" in screen.text
        await screen.press(">", ">")
        assert "‖ replay 4×" in screen.text


@pytest.mark.parametrize("size", SIZES[:3])
async def test_the_position_is_in_sight(size: tuple[int, int]) -> None:
    """Of the whole session."""
    async with replayed(STORIES["steady"](), size) as screen:
        assert "00:01:18 / 00:02:02" in screen.text
        await screen.press("left")
        assert "00:01:08 / 00:02:02" in screen.text


async def test_the_timeline_has_a_tick_for_each_mark() -> None:
    """Ahead of the present too."""
    async with replayed(STORIES["batch_4"](), place=10) as screen:
        row = screen.lines[-2]
        assert row.count("▏") == 1
        assert row.index("●") < row.index("▏")
        await screen.press("end")
        row = screen.lines[-2]
        assert row.index("●") > row.index("▏")


async def test_a_jump_builds_the_view_anew() -> None:
    """Series, events and minutes are those of the time before the moment, nothing of others."""
    story = STORIES["batch_4"]()
    async with replayed(story, place=149) as screen:
        view = screen.app.view
        assert "run 2" in screen.text
        assert "batch 4" in screen.lines[0]
        screen.session.jump(60)
        await screen.pilot.pause()
        assert view.sample == story[60]
        assert "run 2" not in screen.text
        assert "batch 1" in screen.lines[0]
        assert [event.text for event in view.events] == []
        assert not view.series["fps"].marks_in(200)
        known = [value for value in view.series["fps"].tail(200) if value is not None]
        assert len(known) == pytest.approx(30, abs=2)
        assert {minute.run for minute in view.soak.minutes()} == {1}
        screen.session.go_on(3)
        await screen.pilot.pause()
        assert view.sample == story[63]


async def test_after_a_jump_the_history_reaches_back_to_the_beginning() -> None:
    """The player brings some minutes of samples; the minutes before are those that were kept."""
    story = STORIES["soak"]()
    kept = view_of(story).soak.minutes()
    async with replayed(story, place=200, minutes=kept) as screen:
        shown = screen.app.view.soak.minutes()
        begins = [minute.elapsed_s for minute in shown]
        assert begins[0] == kept[0].elapsed_s
        assert begins == sorted(set(begins))
        assert begins[-1] <= story[200].elapsed_s
        screen.session.jump(3)
        await screen.pilot.pause()
        assert len(screen.app.view.soak.minutes()) == 2


async def test_what_waited_before_a_jump_is_dropped() -> None:
    """The jump's samples come instead, even if both arrive at once."""
    story = STORIES["steady"]()
    async with replayed(story, place=100) as screen:
        screen.session.go_on(5)
        screen.session.jump(20)
        await screen.pilot.pause()
        assert screen.app.view.sample == story[20]


async def test_a_paused_replay_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the frame that says so not a cell is painted."""
    async with replayed(STORIES["steady"]()) as screen:
        await screen.press("space")
        with counted(monkeypatch) as calls:
            await screen.pilot.pause(1.0)
        assert calls == []


async def test_a_recorded_pause_does_not_stop_the_replay() -> None:
    """The run stood still then; the replay goes on."""
    async with replayed(STORIES["paused"](), place=62) as screen:
        assert "paused" in screen.lines[0]
        before = screen.lines[0]
        screen.session.go_on(2)
        await screen.pilot.pause()
        assert screen.lines[0] != before


async def test_at_its_end_it_stands() -> None:
    """The app goes on until the user ends it."""
    story = STORIES["steady"]()
    async with replayed(story, place=len(story) - 3) as screen:
        screen.session.go_on(2)
        await screen.pilot.pause(0.4)
        assert screen.app.is_running
        assert "‖ replay" in screen.lines[0]
        assert screen.session.commands == []
        await screen.press("q")
        assert screen.app.return_code == 0


async def test_a_player_that_broke_ends_the_app() -> None:
    """A damaged file, say; whoever opened it tells what it was."""
    async with replayed(STORIES["steady"]()) as screen:
        screen.session.end()
        await screen.pilot.pause()
        assert not screen.app.is_running


async def test_panels_themes_and_minutes_work_as_live() -> None:
    """The same screen."""
    async with replayed(STORIES["soak"]()) as screen:
        await screen.press("1")
        assert " 1 Throughput " not in screen.text
        await screen.press("1", "T", "h")
        assert "sustained" in screen.text
        assert "► replay" in screen.text
        await screen.press("h")
        assert " 1 Throughput " in screen.text
        assert screen.app.defect is None


async def test_export_writes_beside_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notice comes when the file is there."""
    monkeypatch.chdir(tmp_path)

    def write(path: Path) -> None:
        path.write_text("all of it")

    async with replayed(STORIES["steady"](), export=write) as screen:
        assert "e export" in screen.lines[-1]
        await screen.press("e")
        await screen.app.workers.wait_for_complete()
        await screen.pilot.pause()
        path = tmp_path / "edgetop-squeezenet_v1.1-1.csv"
        assert path.read_text() == "all of it"
        assert screen.notices == [f"exported to {path}"]


async def test_an_export_that_fails_is_one_notice() -> None:
    """The replay goes on."""

    def fail(_path: Path) -> None:
        raise UsageError("the disk is full")

    async with replayed(STORIES["steady"](), export=fail) as screen:
        await screen.press("e")
        await screen.app.workers.wait_for_complete()
        await screen.pilot.pause()
        assert screen.notices == ["the disk is full"]
        assert screen.app.is_running


async def test_without_an_export_there_is_no_such_key() -> None:
    """It is not offered, and does nothing."""
    async with replayed(STORIES["steady"](), (160, 40)) as screen:
        assert "export" not in screen.lines[-1]
        await screen.press("e")
        assert screen.notices == []


async def test_a_session_of_one_sample_plays() -> None:
    """Its duration is zero."""
    async with replayed([samples.sample(0, elapsed_s=0.0)]) as screen:
        for size in SIZES:
            await screen.resize(*size)
            assert "replay" in screen.text
        assert screen.app.defect is None
