"""The live screen in memory: what it shows, what it sends, what number keys do to it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import samples
from samples import STORIES
from scripted import on_screen

from edgetop.paint.symbols import ASCII, CONSOLE
from edgetop.sample import State
from edgetop.ui.layout import plan
from edgetop.ui.panels import PANELS
from edgetop.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.geometry import Size

    from edgetop.ui.cells import Patch

SIZES = [(120, 40), (80, 24), (40, 12), (20, 5)]
FIGURES = {
    (120, 40): ["3.97 p50", "5.56 p99", "31.4 W", "246 mean", "steady", "squeezenet_v1.1",
                "63.0 % gpu", "54.2 °C", "128 mJ per image", "82 MiB model", "edgetop itself",
                "random weights", "42 % fan", "warm after", "Jetson Orin Nano 8GB"],
    (80, 24): ["3.97 p50", "5.56 p99", "31.4 W", "246 mean", "steady", "squeezenet_v1.1",
               "63.0 % gpu", "54.2 °C", "128 mJ per image", "82 MiB model"],
    (40, 12): ["249.0 FPS", "steady", "3.97 p50", "5.56 p99", "31.4 W gpu", "128 mJ/image",
               "% cpu", "squeezenet_v1.1"],
    (20, 5): ["249.0 FPS", "steady", "5.56 p99", "31.4 W gpu"],
}  # fmt: skip
"""What can be read at each size."""


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The panels of which cells are sent, by Textual or past it, by id."""
    calls: list[str] = []

    with monkeypatch.context() as patch:
        for name in ("refresh", "sent"):
            called = getattr(Panel, name)

            def count(self: Panel, *given: Any, _called: Any = called, **options: Any) -> Any:
                calls.append(self.id or "")
                return _called(self, *given, **options)

            patch.setattr(Panel, name, count)
        yield calls


def without_blanks(text: str) -> str:
    """The text with runs of blanks made one: numbers are aligned, words are not."""
    return re.sub(" +", " ", text)


@pytest.mark.parametrize("size", SIZES)
async def test_the_screen_shows_what_the_sample_says(size: tuple[int, int]) -> None:
    """Each size its figures, in the order of their importance."""
    async with on_screen(STORIES["steady"](), size) as screen:
        shown = without_blanks(screen.text)
        for figure in FIGURES[size]:
            assert figure in shown, figure


@pytest.mark.parametrize("story", STORIES)
async def test_every_story_fits_every_screen(story: str) -> None:
    """Every row is exactly as wide as the terminal, whatever is known; the state is in sight."""
    async with on_screen(STORIES[story]()) as screen:
        state = STORIES[story]()[-1].state.value
        for size in [*SIZES, (1, 1), (21, 6), (69, 30), (200, 60)]:
            await screen.resize(*size)
            assert screen.cell_widths == [size[0]] * size[1]
            if size[0] >= 20:
                assert state[:7] in screen.text, size


@pytest.mark.parametrize("size", SIZES)
async def test_before_the_first_sample_no_figure_is_shown(size: tuple[int, int]) -> None:
    """Frames and keys are there at once, numbers only when something was measured."""
    async with on_screen((), size) as screen:
        inside = "\n".join(line for line in screen.lines if "─" not in line)
        assert not re.search(r"\d\d", inside)


@pytest.mark.parametrize("size", SIZES[:3])
async def test_a_failed_run_shows_its_reason(size: tuple[int, int]) -> None:
    """Also where there is no room for events."""
    async with on_screen(STORIES["failed"](), size) as screen:
        assert "✖ failed" in screen.text
        assert "the model's process was killed" in screen.text


async def test_the_state_is_told_without_colours() -> None:
    """In every tier a mark of its own shape and the word."""
    for tier in (ASCII, CONSOLE):
        async with on_screen(STORIES["throttled"](), (80, 24), symbols=tier) as screen:
            assert f"{tier.throttled} throttled" in screen.text


async def test_the_ascii_screen_is_nothing_but_ascii() -> None:
    """Frames, titles and keys included."""
    for size in SIZES:
        async with on_screen(STORIES["large_board"](), size, symbols=ASCII) as screen:
            assert screen.text.isascii(), {c for c in screen.text if not c.isascii()}


async def test_a_paused_screen_repaints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the frame that says so not a cell changes, however long the pause lasts."""
    story = STORIES["paused"]()
    first = next(n for n, sample in enumerate(story) if sample.state is State.PAUSED)
    async with on_screen(story[: first + 1]) as screen:
        assert "paused" in screen.text
        with counted(monkeypatch) as calls:
            for sample in story[first + 1 :]:
                # Sensors go on measuring; their news must wait too.
                busy = replace(sample.board, cpu_percent=sample.board.gpu_percent)
                await screen.play(replace(sample, board=busy))
        assert len(story) > first + 2
        assert calls == []


async def test_after_a_pause_the_screen_goes_on() -> None:
    """The first sample of a run that goes on is painted at once."""
    async with on_screen(STORIES["paused"]()) as screen:
        await screen.play(samples.sample(70, fps=99.9))
        assert "paused" not in without_blanks(screen.lines[0])
        assert "steady" in screen.lines[0]


async def test_the_same_sample_twice_repaints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures and bars that do not change send nothing; only charts move with time."""
    sample = samples.sample(0)
    async with on_screen([sample], (40, 12)) as screen:
        with counted(monkeypatch) as calls:
            await screen.play(sample)
        assert calls == []


async def test_a_tick_repaints_the_figures_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A panel without news is left alone."""
    before = samples.sample(0)
    after = replace(before, own=replace(before.own, cpu_percent=9.9))
    async with on_screen([before]) as screen:
        with counted(monkeypatch) as calls:
            await screen.play(after)
        assert calls == ["processors"]


@pytest.mark.parametrize("number", range(1, len(PANELS) + 1))
async def test_a_number_key_switches_its_panel_off_and_on(number: int) -> None:
    """The others take its room; a second press brings the same screen back."""
    name, frame = PANELS[number - 1].name, f" {number} {PANELS[number - 1].title} "
    async with on_screen(STORIES["steady"]()) as screen:
        before = screen.text
        assert frame in before
        await screen.press(str(number))
        assert frame not in screen.text
        others = [kind.name for kind in PANELS if kind.name != name]
        boxes = plan(120, 40, others, ())
        for panel in screen.app.screen.query(Panel):
            if panel.id in boxes and panel.id not in ("compact", name):
                assert tuple(panel.region) == tuple(boxes[panel.id]), panel.id
        await screen.press(str(number))
        assert screen.text == before


async def test_a_panel_without_a_place_is_not_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is switched off, and all of them where the terminal is too small for frames."""
    async with on_screen(STORIES["steady"]()) as screen:
        painted: set[str] = set()
        advance = Panel.advance

        def watched(panel: Panel, size: Size | None = None) -> list[Patch]:
            painted.add(panel.id or "")
            return advance(panel, size)

        monkeypatch.setattr(Panel, "advance", watched)
        await screen.press("1")
        painted.clear()
        await screen.play(samples.sample(200))
        assert "latency" in painted
        assert "throughput" not in painted
        await screen.resize(40, 12)
        painted.clear()
        await screen.play(samples.sample(201))
        assert painted == {"compact", "footer"}


async def test_all_panels_can_be_switched_off() -> None:
    """What is left are the bars; the app goes on."""
    async with on_screen(STORIES["steady"]()) as screen:
        await screen.press(*"12345678")
        assert "╭" not in screen.text
        assert "squeezenet_v1.1" in screen.lines[0]
        assert "q quit" in screen.lines[-1]
        await screen.play(samples.sample(200))
        assert screen.app.defect is None


async def test_a_panel_switched_on_while_paused_is_painted() -> None:
    """Pause holds the samples, not the keys."""
    async with on_screen(STORIES["paused"]()) as screen:
        before = screen.text
        await screen.press("1")
        await screen.press("1")
        assert screen.text == before


async def test_resizing_keeps_the_figures() -> None:
    """From large to tiny and back, paused or not."""
    async with on_screen(STORIES["paused"]()) as screen:
        before = screen.text
        for size in [*SIZES[1:], (1, 1), (120, 40)]:
            await screen.resize(*size)
            if size in FIGURES:
                assert "5.56 p99" in screen.text, size
        assert screen.text == before


async def test_sensors_that_appear_later_get_their_panels() -> None:
    """A panel that was one line grows when it has something to say."""
    async with on_screen(STORIES["no_sensors"]()) as screen:
        quiet = screen.app.screen.query_one("#power", Panel)
        assert quiet.outer_size.height == 3
        assert "no sensor" in screen.text
        await screen.play(samples.sample(100))
        assert quiet.outer_size.height > 3
        assert "31.4 W" in screen.text


NAMES = ["[red]x[/]", "[/models/x]", "[bold", r"\[b]", "$primary {x}", "[link='a'](b)"]


@pytest.mark.parametrize("name", NAMES)
async def test_names_with_markup_are_shown_as_they_are(name: str) -> None:
    """A file may be called anything; brackets are part of its name."""
    event = samples.event(0, f"run 1: {name}, batch 1")
    sample = samples.sample(0, run=replace(samples.RUN, model=name), events=(event,))
    async with on_screen([sample], board=f"board {name}") as screen:
        assert f" {name} " in screen.lines[0]
        assert f"board {name}" in screen.lines[0]
        assert f"run 1: {name}" in screen.text
        await screen.resize(40, 12)
        assert name in screen.lines[0]


async def test_names_with_escapes_cannot_move_the_cursor() -> None:
    """Control characters become blanks before they reach the terminal."""
    name = "a\x1b[2Jb\nc\td\x9be\u202ef"
    sample = samples.sample(
        0, run=replace(samples.RUN, model=name), events=(samples.event(0, name),)
    )
    for size in SIZES:
        async with on_screen([sample], size, board=name) as screen:
            assert all(line.isprintable() for line in screen.lines)
            assert screen.cell_widths == [size[0]] * size[1]


async def test_wide_names_do_not_tear_the_frame() -> None:
    """Characters of two cells are counted as two."""
    name = "模型モデル" * 20
    sample = samples.sample(0, run=replace(samples.RUN, model=name, label=name))
    async with on_screen([sample], board=name) as screen:
        assert screen.cell_widths == [120] * 40
