"""Key s: the batches of the present model, swept live, and as they stand in a replay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import samples
from scripted import on_screen, replayed

from edgetop.errors import ModelError
from edgetop.sample import State
from edgetop.ui.panels.batches import by_batch
from edgetop.ui.screens.batches import BatchesScreen
from edgetop.ui.screens.monitor import MonitorScreen

if TYPE_CHECKING:
    from scripted import Screen, ScriptedSession

    from edgetop.sample import Sample

SIZES = [(120, 40), (80, 24), (40, 12)]


def of_run(number: int, batch: int, fps: float, **changes: object) -> Sample:
    """The end of a run at a batch: it has been measured long enough."""
    run = replace(samples.RUN, number=number, batch=batch)
    total = samples.window(10.0, fps, batch, 1000 * batch / fps)
    facts = {"run": run, "total": total, "fps": fps, "run_elapsed_s": 10.0} | changes
    return samples.sample(2 * number, **facts)


def changes(screen: Screen[ScriptedSession]) -> list[dict[str, object]]:
    return [argument for name, argument in screen.session.commands if name == "change"]


async def test_s_begins_a_sweep_and_shows_the_batches() -> None:
    async with on_screen([of_run(1, 4, 200.0)]) as screen:
        await screen.press("s")
        assert isinstance(screen.app.screen, BatchesScreen)
        assert changes(screen)[-1]["batch"] == 1
        assert "sweep: measuring, batch 1 (1 of 6)" in screen.text
        await screen.press("escape")
        assert isinstance(screen.app.screen, MonitorScreen)


async def test_it_goes_through_the_batches_and_back_to_what_ran() -> None:
    """Each visit ends when it has seen enough; at the end the run from before goes on."""
    async with on_screen([of_run(1, 4, 200.0)]) as screen:
        screen.session.spec = screen.session.spec.with_(batch=4)
        await screen.press("s")
        for number, batch in enumerate((1, 2, 4, 8, 16, 32), 2):
            assert changes(screen)[-1]["batch"] == batch
            await screen.play(of_run(number, batch, 100.0 + batch))
        assert changes(screen)[-1]["batch"] == 4
        assert screen.session.commands[-1][0] == "change"
        assert ("restart_runs", True) in screen.session.commands
        await screen.play(of_run(8, 4, 104.0))
        assert "fastest at batch 32: 1.31× of batch 1" in screen.text
        assert "s sweep again" in screen.text


async def test_a_batch_that_does_not_run_ends_it_with_its_reason() -> None:
    async with on_screen([of_run(1, 1, 200.0)]) as screen:
        await screen.press("s")
        await screen.play(of_run(2, 1, 200.0))
        screen.session.failure = ModelError("m does not like this batch")
        failed = of_run(3, 2, 1.0, state=State.FAILED, state_reason="m does not like this batch")
        await screen.play(failed)
        screen.session.failure = None
        assert changes(screen)[-1]["batch"] == 1
        assert "    2  x m does not like this batch" in screen.text


async def test_x_stops_it_and_what_ran_before_goes_on() -> None:
    async with on_screen([of_run(1, 8, 200.0)]) as screen:
        screen.session.spec = screen.session.spec.with_(batch=8)
        await screen.press("s")
        await screen.play(of_run(2, 1, 100.0))
        await screen.press("x")
        assert changes(screen)[-1]["batch"] == 8
        count = len(changes(screen))
        await screen.play(of_run(3, 2, 100.0), of_run(4, 8, 200.0))
        assert len(changes(screen)) == count


async def test_another_key_that_changes_what_runs_ends_it() -> None:
    """The user's wish counts: nothing is changed back."""
    async with on_screen([of_run(1, 1, 200.0)]) as screen:
        await screen.press("s")
        await screen.play(of_run(2, 1, 200.0))
        await screen.press("escape")
        screen.session.change(provider="cuda")
        count = len(changes(screen))
        await screen.play(of_run(3, 2, 100.0), of_run(4, 2, 100.0))
        assert len(changes(screen)) == count
        assert ("note", "batch sweep ended") in screen.session.commands


async def test_a_second_s_leaves_the_sweep_alone() -> None:
    async with on_screen([of_run(1, 1, 200.0)]) as screen:
        await screen.press("s", "s")
        assert len(changes(screen)) == 1
        assert len(screen.app.screen_stack) == 2


async def test_a_fixed_batch_cannot_be_swept() -> None:
    fixed = of_run(1, 1, 200.0)
    fixed = replace(fixed, run=replace(fixed.run, batch_fixed=True))
    async with on_screen([fixed]) as screen:
        await screen.press("s")
        assert screen.notices == ["this model has a fixed batch of 1"]
        assert changes(screen) == []


@pytest.mark.parametrize("size", SIZES)
async def test_the_batches_stand_in_their_order(size: tuple[int, int]) -> None:
    """Figures of each, the fastest with the longest bar, nothing wider than the screen."""
    story = [of_run(1, 1, 100.0), of_run(2, 4, 180.0), of_run(3, 2, 150.0)]
    async with on_screen(story, size) as screen:
        await screen.press("s")
        rows = [line.split() for line in screen.lines[3:6]]
        figures = [[word for word in row if word[0].isdigit()] for row in rows]
        assert [row[:2] for row in figures] == [["1", "100.0"], ["2", "150.0"], ["4", "180.0"]]
        assert [row[2] for row in figures] == ["10.00", "6.67", "5.56"]
        assert screen.cell_widths == [size[0]] * size[1]


async def test_a_replay_shows_what_was_measured() -> None:
    story = [of_run(1, 1, 100.0), of_run(2, 2, 150.0)]
    async with replayed(story, place=1) as screen:
        await screen.press("s")
        assert isinstance(screen.app.screen, BatchesScreen)
        assert "150.0" in screen.text
        assert "sweep" not in screen.lines[-1]


def test_runs_under_other_settings_are_not_mixed() -> None:
    story = [
        of_run(1, 1, 100.0),
        replace(of_run(2, 2, 100.0), run=replace(samples.RUN, number=2, batch=2, threads=1)),
        replace(of_run(3, 4, 100.0), run=replace(samples.RUN, number=3, batch=4, model="other")),
        replace(of_run(4, 8, 100.0), run=replace(samples.RUN, number=4, batch=8, rate_fps=30.0)),
        of_run(5, 16, 100.0),
    ]
    assert list(by_batch(story, samples.RUN)) == [1, 16]


def test_a_batch_that_ran_twice_shows_its_last_run() -> None:
    found = by_batch([of_run(1, 1, 100.0), of_run(2, 1, 120.0)], samples.RUN)
    assert found[1].run.number == 2


@pytest.mark.parametrize("keys", ["scs", "csc", "hsh", "schsch", "shcs"])
async def test_a_screen_that_lies_below_another_comes_to_the_front(keys: str) -> None:
    """A second one of its kind would end edgetop."""
    async with on_screen([of_run(1, 4, 200.0)]) as screen:
        await screen.press(*keys)
        front = {"s": "batches", "c": "boards", "h": "minutes"}[keys[-1]]
        assert screen.app.screen.id == front
        assert sum(shown.id == front for shown in screen.app.screen_stack) == 1
