"""How the screen ends: by the user, by the session, by a signal, by a defect."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import samples
from samples import STORIES
from scripted import on_screen

from edgetop.ui.panels import PANELS

if TYPE_CHECKING:
    from edgetop.paint.rows import Row
    from edgetop.sample import Sample
    from edgetop.ui.app import EdgetopApp
    from edgetop.ui.view import View


async def test_q_ends_with_0() -> None:
    """Done, as wished."""
    async with on_screen(STORIES["steady"]()) as screen:
        await screen.press("q")
        assert screen.app.return_code == 0
        assert not screen.app.is_running
    assert screen.app.defect is None


async def test_ctrl_c_ends_with_130() -> None:
    """Interrupted, for scripts."""
    async with on_screen(STORIES["steady"]()) as screen:
        await screen.press("ctrl+c")
        assert screen.app.return_code == 130
    assert screen.app.defect is None


async def test_a_signal_ends_with_130() -> None:
    """It comes in some thread at some time; after the end it does nothing."""
    async with on_screen(STORIES["steady"]()) as screen:
        end = screen.interrupts.end
        assert end is not None
        sender = threading.Thread(target=end)
        sender.start()
        sender.join()
        await screen.pilot.pause()
        assert screen.app.return_code == 130
    assert screen.interrupts.end is None


@pytest.mark.parametrize("story", ["steady", "failed", "nothing_known"])
async def test_the_sessions_end_ends_the_screen_with_0(story: str) -> None:
    """The duration is over; how the run went is told after the screen has gone."""
    async with on_screen(STORIES[story]()) as screen:
        screen.session.end()
        await screen.pilot.pause()
        assert screen.app.return_code == 0
        assert not screen.app.is_running


async def test_a_session_that_ended_before_the_screen_opened_ends_it_too() -> None:
    """A model that cannot be loaded, say: the news has waited in the inbox."""
    async with on_screen() as screen:
        screen.session.end()
        await screen.pilot.pause()
        assert screen.app.return_code == 0


async def test_samples_from_another_thread_arrive() -> None:
    """The sampler is a thread; the screen takes all that waits at once."""
    async with on_screen() as screen:
        sampler = threading.Thread(target=screen.session.play, args=(STORIES["batch_4"](),))
        sampler.start()
        sampler.join()
        await screen.pilot.pause()
        assert "batch 4" in screen.lines[0]
        assert "run 2: squeezenet_v1.1" in screen.text


async def test_a_sample_after_the_end_is_no_error() -> None:
    """The sampler may still be talking while the screen closes."""
    async with on_screen(STORIES["steady"]()) as screen:
        await screen.press("q")
    screen.session.play([samples.sample(500)])
    screen.session.end()
    assert screen.app.return_code == 0


async def test_the_app_starts_the_session_once() -> None:
    """After the first paint, so that the screen is there at once."""
    async with on_screen() as screen:
        assert screen.session.started == 1
        await screen.resize(80, 24)
        await screen.press("?", "escape")
        assert screen.session.started == 1


class BrokenError(Exception):
    """A defect of ours."""


async def ended_by(kind: type[Exception], last: Sample) -> EdgetopApp:
    """The app after a sample that it could not paint; such an exception reaches the test."""
    apps = []
    try:
        async with on_screen() as screen:
            apps.append(screen.app)
            await screen.play(last)
    except kind:
        return apps[0]
    pytest.fail("the app went on")


async def test_an_exception_in_a_panel_is_kept_and_ends_the_app(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Told in one line afterwards instead of pages on the terminal."""

    def broken(view: View, width: int, height: int) -> list[Row]:
        if view.sample is not None and view.sample.fps is not None and view.sample.fps > 900:
            raise BrokenError("fps beyond belief")
        return []

    panels = tuple(
        replace(kind, paint=broken) if kind.name == "memory" else kind for kind in PANELS
    )
    monkeypatch.setattr("edgetop.ui.screens.monitor.PANELS", panels)
    app = await ended_by(BrokenError, samples.sample(300, fps=999.0))
    assert isinstance(app.defect, BrokenError)
    assert app.return_code
    assert not app.is_running


async def test_an_exception_that_can_draw_itself_is_kept_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Textual treats those apart; for us a defect is a defect."""

    class DrawnError(BrokenError):
        def __rich__(self) -> str:
            return "pages and pages"

    def broken(*_arguments: object) -> None:
        raise DrawnError("drawn")

    monkeypatch.setattr("edgetop.ui.view.View.update", broken)
    app = await ended_by(DrawnError, samples.sample(300))
    assert isinstance(app.defect, DrawnError)
    assert app.return_code
