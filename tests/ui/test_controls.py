"""What the keys ask of the session, without a screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import samples
import tiny_models
from hypothesis import given
from hypothesis import strategies as st
from scripted import ScriptedSession

from edgetop.engine.spec import MAX_BATCH, RunSpec
from edgetop.ui.controls import RATES_FPS, Controls

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from edgetop.sample import Run


def controls(run: Run) -> tuple[Controls, ScriptedSession]:
    """The controls of a session in which this run goes on."""
    session = ScriptedSession()
    session.play([samples.sample(0, run=run)])
    return Controls(session), session  # type: ignore[arg-type]


@given(st.integers(1, MAX_BATCH), st.sampled_from([1, -1]))
def test_a_batch_that_is_asked_for_is_one_that_can_run(batch: int, direction: int) -> None:
    """Either a change within the limits, or a line that says why not."""
    keys, session = controls(replace(samples.RUN, batch=batch))
    problem = keys.batch(direction)
    changes = [changes for name, changes in session.commands if name == "change"]
    assert bool(problem) != bool(changes)
    for change in changes:
        assert change["batch"] == (batch * 2 if direction > 0 else batch // 2)
        RunSpec("m.onnx", "m", **change)


def test_the_threads_key_comes_back_to_where_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doubling up to the cores, then one: every step can be reached again."""
    monkeypatch.setattr("edgetop.ui.controls.default_threads", lambda: 6)
    seen, threads = [], 6
    for _ in range(4):
        keys, session = controls(replace(samples.RUN, threads=threads))
        assert keys.threads() == ""
        [(_, changes)] = session.commands
        threads = changes["threads"]
        seen.append(threads)
    assert seen == [1, 2, 4, 6]


def test_the_rate_key_goes_through_all_paces_and_back_to_closed_loop() -> None:
    """Once around the circle."""
    rate, seen = None, []
    for _ in RATES_FPS:
        keys, session = controls(replace(samples.RUN, rate_fps=rate))
        keys.rate()
        [(_, rate)] = session.commands
        seen.append(rate)
    assert seen == [*RATES_FPS[1:], None]


def test_a_provider_that_fell_away_leads_to_the_first() -> None:
    """The run's provider may not be among those that the runtime now has."""
    keys, session = controls(replace(samples.RUN, provider="qnn"))
    assert keys.provider() == ""
    assert session.commands == [("change", {"provider": "cpu"})]


def test_the_precision_key_goes_on_behind_what_was_refused(tmp_path: Path) -> None:
    """A refused variant leaves the session as stored; the next press asks for the next one."""
    keys, session = controls(samples.RUN)
    session.spec = RunSpec(str(tiny_models.relu(tmp_path / "m.onnx")), "m")
    asked = []
    for _ in range(3):
        assert keys.precision() == ""
        asked.append(session.commands[-1][1]["precision"])
    assert asked == ["fp16", "int8", ""]
    session.spec = session.spec.with_(**session.commands[0][1])
    assert keys.precision() == ""
    assert session.commands[-1][1]["precision"] == "int8"
    assert session.commands[-1][1]["title"] == "m int8"


def test_a_file_that_vanished_has_no_variants() -> None:
    """It is said, and the run goes on."""
    keys, session = controls(samples.RUN)
    assert "cannot read" in keys.precision()
    assert session.commands == []
