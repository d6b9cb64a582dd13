"""The history minute by minute: what it shows, how it scrolls, what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st
from samples import STORIES
from scripted import on_screen
from test_monitor import counted

from edgetop.ui.panels.minute_charts import stretched
from edgetop.ui.screens.minutes import MinutesScreen
from edgetop.ui.screens.monitor import MonitorScreen

if TYPE_CHECKING:
    from scripted import Screen, ScriptedSession

SIZES = [(120, 40), (80, 24), (40, 12)]


def times(screen: Screen[ScriptedSession]) -> list[str]:
    """The minutes that the table shows."""
    return [line[3:8] for line in screen.lines if line[3:5].isdigit() and line[5] == ":"]


@pytest.mark.parametrize("key", ["h", "escape"])
async def test_h_opens_it_and_h_or_escape_closes_it(key: str) -> None:
    """The monitor is as it was."""
    async with on_screen(STORIES["soak"]()) as screen:
        before = screen.text
        await screen.press("h")
        assert isinstance(screen.app.screen, MinutesScreen)
        await screen.press(key)
        assert isinstance(screen.app.screen, MonitorScreen)
        assert screen.text == before


@pytest.mark.parametrize("size", SIZES)
async def test_it_says_what_is_sustained(size: tuple[int, int]) -> None:
    """Ratio, time to throttle, hottest; throttled minutes have a mark of their own."""
    async with on_screen(STORIES["soak"](), size) as screen:
        await screen.press("h")
        for words in ("185.2 FPS", "247.3", "75 %", "throttled after 00:23:30", "90.6 °C", "p50"):
            assert words in screen.text, words
        assert "▼ 16:44" in screen.text
        assert screen.cell_widths == [size[0]] * size[1]


async def test_the_newest_minute_is_last_and_it_scrolls() -> None:
    """Line by line, by the page, to the ends; at the newest it follows again."""
    async with on_screen(STORIES["soak"]()) as screen:
        await screen.press("h")
        newest = times(screen)
        assert newest[-1] == "16:44"
        await screen.press("up")
        assert times(screen)[-1] == "16:43"
        uppermost = times(screen)[0]
        await screen.press("pageup")
        assert times(screen)[-1] == uppermost
        await screen.press("home")
        assert times(screen)[0] == "15:59"
        await screen.press("up")
        assert times(screen)[0] == "15:59"
        await screen.press("end")
        assert times(screen) == newest
        await screen.press("up", "down", "down")
        assert times(screen) == newest


async def test_a_new_minute_moves_only_a_table_that_follows() -> None:
    """Who reads an earlier minute goes on reading it."""
    story = STORIES["soak"]()
    async with on_screen(story[:-6]) as screen:
        await screen.press("h", "up")
        before = times(screen)
        await screen.play(*story[-6:])
        assert times(screen) == before
        await screen.press("end")
        assert times(screen)[-1] == "16:44"


async def test_within_a_minute_only_what_changed_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The charts are painted a few times a minute, covered panels never."""
    story = STORIES["soak"]()
    async with on_screen(story) as screen:
        await screen.press("h")
        last = story[-1]
        with counted(monkeypatch) as calls:
            for step in range(1, 5):
                await screen.play(
                    replace(last, elapsed_s=last.elapsed_s + step / 10,
                            monotonic_s=last.monotonic_s + step / 10)
                )  # fmt: skip
        assert set(calls) <= {"table", "summary"}


async def test_what_has_no_sensor_is_said_once() -> None:
    """With its reason; the table has no column of dashes."""
    async with on_screen(STORIES["no_sensors"]()) as screen:
        await screen.press("h")
        assert screen.text.count("– temperature: no sensor") == 1
        assert screen.text.count("no sensor") == 3
        assert "MHz" not in screen.text


@pytest.mark.parametrize("story", STORIES)
async def test_every_story_fits_every_screen(story: str) -> None:
    """Whatever is known, at any size."""
    async with on_screen(STORIES[story]()) as screen:
        await screen.press("h")
        for size in [*SIZES, (20, 5), (1, 1), (200, 60)]:
            await screen.resize(*size)
            assert screen.cell_widths == [size[0]] * size[1]
        assert screen.app.defect is None


async def test_before_the_first_sample_it_is_blank() -> None:
    """And does no harm."""
    async with on_screen() as screen:
        await screen.press("h", "up", "home", "h")
        assert screen.app.defect is None
        await screen.press("h")
        await screen.play(samples.sample(0))
        assert len(times(screen)) == 1


async def test_it_follows_the_theme_and_help_opens_over_it() -> None:
    """As over the monitor."""
    async with on_screen(STORIES["soak"]()) as screen:
        await screen.press("h", "T")
        assert screen.app.screen.panels[0]._inks is screen.app.inks  # type: ignore[attr-defined]
        await screen.press("?", "escape")
        assert isinstance(screen.app.screen, MinutesScreen)
        await screen.press("q")
        assert screen.app.return_code == 0


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), min_size=1, max_size=50),
       st.integers(0, 200))  # fmt: skip
def test_a_chart_of_the_whole_session_invents_nothing(
    values: list[float | None], count: int
) -> None:
    """So many columns; each is of its own minutes, from the first to the last."""
    columns = stretched(values, count)
    assert len(columns) == count
    known = [value for value in values if value is not None]
    for column in columns:
        assert column is None or min(known) <= column * (1 + 1e-9) + 1e-9
        assert column is None or column <= max(known) * (1 + 1e-9) + 1e-9
    if count >= len(values):
        assert {None if v is None else v for v in columns} == set(values)


@pytest.mark.parametrize(
    ("story", "names"),
    [
        ("soak", ["throughput FPS", "temperature °C", "clock MHz", "power W"]),
        ("no_sensors", ["throughput FPS", "p50 ms"]),
    ],
)
async def test_the_throughput_is_the_first_chart(story: str, names: list[str]) -> None:
    """The charts fill their lines: the median makes way where it would stand alone."""
    async with on_screen(STORIES[story](), (120, 40)) as screen:
        await screen.press("h")
        found = [name for line in screen.lines for name in names if f"  {name} " in line]
        assert found == names
