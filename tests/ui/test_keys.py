"""Keys become commands to the session; what cannot be done is said in one notice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import samples
import tiny_models
from samples import STORIES
from scripted import Screen, ScriptedSession, on_screen

from edgetop.engine.spec import MAX_BATCH, RunSpec
from edgetop.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from pathlib import Path

    from edgetop.sample import Run

RUN = samples.RUN


def with_run(run: Run) -> list[Any]:
    """One sample of such a run."""
    return [samples.sample(0, run=run)]


@pytest.fixture(autouse=True)
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads key stops at the cores; here there are four."""
    monkeypatch.setattr("edgetop.ui.controls.default_threads", lambda: 4)


COMMANDS = [
    ("+", RUN, ("change", {"batch": 2})),
    ("=", RUN, ("change", {"batch": 2})),
    ("+", replace(RUN, batch=64), ("change", {"batch": 128})),
    ("-", replace(RUN, batch=64), ("change", {"batch": 32})),
    ("-", replace(RUN, batch=3), ("change", {"batch": 1})),
    ("p", RUN, ("change", {"provider": "cuda"})),
    ("p", replace(RUN, provider="tensorrt"), ("change", {"provider": "cpu"})),
    ("t", replace(RUN, threads=1), ("change", {"threads": 2})),
    ("t", replace(RUN, threads=3), ("change", {"threads": 4})),
    ("t", replace(RUN, threads=4), ("change", {"threads": 1})),
    ("t", replace(RUN, threads=0), ("change", {"threads": 1})),
    ("f", RUN, ("set_rate", 10.0)),
    ("f", replace(RUN, rate_fps=30.0), ("set_rate", 60.0)),
    ("f", replace(RUN, rate_fps=33.3), ("set_rate", 60.0)),
    ("f", replace(RUN, rate_fps=120.0), ("set_rate", None)),
    ("space", RUN, ("toggle_pause", None)),
    ("r", RUN, ("reset", None)),
    ("a", RUN, ("mark", None)),
]


async def test_a_key_gives_its_command() -> None:
    """Once, and nothing else; nobody has to be told."""
    async with on_screen() as screen:
        for key, run, command in COMMANDS:
            await screen.play(*with_run(run))
            screen.session.commands.clear()
            await screen.press(key)
            assert screen.session.commands == [command], (key, run)
            assert screen.notices == []


REFUSALS = [
    ("+", replace(RUN, batch=8, batch_fixed=True), "this model has a fixed batch of 8"),
    ("-", replace(RUN, batch=8, batch_fixed=True), "this model has a fixed batch of 8"),
    ("-", RUN, "the smallest batch is 1"),
    ("+", replace(RUN, batch=MAX_BATCH), f"the largest batch is {MAX_BATCH}"),
    ("p", replace(RUN, available_providers=("cpu",)), "has only the provider cpu"),
    ("p", replace(RUN, available_providers=()), "has not said yet"),
]


async def test_what_cannot_be_done_is_said_and_changes_nothing() -> None:
    """One notice per press."""
    async with on_screen() as screen:
        for key, run, words in REFUSALS:
            await screen.play(*with_run(run))
            before = len(screen.notices)
            await screen.press(key)
            assert screen.session.commands == []
            assert len(screen.notices) <= before + 1  # an old one may have made room
            assert words in screen.notices[-1]
            assert words in screen.text


async def test_the_footer_offers_only_keys_that_work() -> None:
    """A fixed batch has no batch key, a single provider no provider key."""
    async with on_screen(with_run(RUN), (160, 40)) as screen:
        assert "+/- batch" in screen.lines[-1]
        assert "p provider" in screen.lines[-1]
        await screen.play(*with_run(replace(RUN, batch_fixed=True, available_providers=("cpu",))))
        assert "batch" not in screen.lines[-1]
        assert "provider" not in screen.lines[-1]


async def test_keys_before_the_first_sample_do_no_harm() -> None:
    """The session may still be starting."""
    async with on_screen() as screen:
        await screen.press("+", "-", "p", "t", "f", "space", "r", "T", "1", "ctrl+l", "x")
        assert screen.app.defect is None
        assert screen.app.is_running
        assert not [name for name, _ in screen.session.commands if name == "change"]


async def test_the_precision_key_asks_for_the_first_variant(tmp_path: Path) -> None:
    """Of the model that runs, under a title that tells it."""
    async with on_screen(with_run(RUN)) as screen:
        screen.session.spec = RunSpec(str(tiny_models.relu(tmp_path / "m.onnx")), "m")
        await screen.press("w")
        [(name, changes)] = screen.session.commands
        assert (name, changes["precision"], changes["title"]) == ("change", "fp16", "m fp16")


async def test_one_core_leaves_no_choice_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is said instead of starting the same run again."""
    monkeypatch.setattr("edgetop.ui.controls.default_threads", lambda: 1)
    async with on_screen(with_run(RUN)) as screen:
        await screen.press("t")
        assert screen.session.commands == []
        assert "one core" in screen.notices[0]


async def export(screen: Screen[ScriptedSession]) -> None:
    """Press the key and wait until the thread has written."""
    await screen.press("e")
    await screen.app.workers.wait_for_complete()
    await screen.pilot.pause()


async def test_export_writes_two_files_and_never_over_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notice names the file; the next export gets the next number."""
    monkeypatch.chdir(tmp_path)
    async with on_screen(STORIES["steady"]()) as screen:
        await export(screen)
        await export(screen)
        names = sorted(path.name for path in tmp_path.iterdir())
        assert names == [
            "edgetop-squeezenet_v1.1-1.csv",
            "edgetop-squeezenet_v1.1-1.runs.csv",
            "edgetop-squeezenet_v1.1-2.csv",
            "edgetop-squeezenet_v1.1-2.runs.csv",
        ]
        rows = (tmp_path / names[0]).read_text().splitlines()
        assert len(rows) == 1 + len(STORIES["steady"]())
        assert str(tmp_path / names[0]) in screen.notices[0]
        assert [name for name, _ in screen.session.commands] == ["note", "note"]


async def test_an_export_that_fails_is_one_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is gone, say; the screen goes on."""
    gone = tmp_path / "gone"
    gone.mkdir()
    async with on_screen(STORIES["steady"]()) as screen:
        monkeypatch.setattr("pathlib.Path.cwd", lambda: gone)
        gone.rmdir()
        await export(screen)
        assert len(screen.notices) == 1
        assert str(gone) in screen.notices[0]
        assert screen.session.commands == []
        assert screen.app.is_running


async def test_a_model_name_cannot_lead_the_export_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slashes and blanks become underscores."""
    monkeypatch.chdir(tmp_path)
    async with on_screen(with_run(replace(RUN, model="../a b/[c]"))) as screen:
        await export(screen)
        assert (tmp_path / "edgetop-.._a_b__c_-1.csv").exists()


async def test_repaint_sends_the_whole_screen_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """ctrl+l, after something else wrote on the terminal."""
    async with on_screen(STORIES["steady"]()) as screen:
        before = screen.text
        updates: list[Any] = []
        display = screen.app._display
        monkeypatch.setattr(
            screen.app, "_display", lambda on, what: (updates.append(what), display(on, what))
        )
        await screen.press("ctrl+l")
        assert any(type(update).__name__ == "LayoutUpdate" for update in updates)
        assert screen.text == before


async def test_a_press_of_a_key_repaints_no_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    """The session answers with a sample; until then the screen stays as it is."""
    async with on_screen(STORIES["steady"]()) as screen:
        painted: list[str] = []
        monkeypatch.setattr(Panel, "refresh", lambda self, *_, **__: painted.append(self.id))
        await screen.press("r")
        assert painted == []
