"""A/B: two configurations in turn, and a verdict that the spread allows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import tiny_models

from edgetop.engine.spec import RunSpec
from edgetop.sample import Sample, State
from edgetop.sensors.board import Board
from edgetop.session import trial as trial_module
from edgetop.session.live import LiveSession
from edgetop.session.trial import TrialRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Events(list[str]):
    """What a trial said."""

    def __call__(self, text: str, severity: str = "info", mark: str = "") -> None:
        self.append(text)


@pytest.fixture
def fast(tmp_path: Path) -> RunSpec:
    path = tiny_models.product(tmp_path / "fast.onnx", side=64, times=2)
    return RunSpec(str(path), "fast", threads=1, warmup_s=0.05)


@pytest.fixture
def slow(tmp_path: Path) -> RunSpec:
    path = tiny_models.product(tmp_path / "slow.onnx", side=64, times=40)
    return RunSpec(str(path), "slow", threads=1, warmup_s=0.05)


@pytest.fixture(autouse=True)
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_module, "_SLICE_S", 0.05)


def until(condition: Callable[[], object], limit_s: float = 90) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def run(trial: TrialRuns) -> None:
    def step() -> bool:
        time.sleep(min(0.1, trial.wait_s()))
        trial.follow()
        return trial.done

    try:
        until(step)
    finally:
        trial.halt()


def test_many_times_the_work_is_told_from_less(fast: RunSpec, slow: RunSpec) -> None:
    events = Events()
    trial = TrialRuns(fast, slow, 3, events, pairs=8)
    run(trial)
    result = trial.trial
    assert (result.pairs, result.planned_pairs, result.running) == (8, 8, "")
    assert result.a == "fast, batch 1, cpu 1 thread"
    assert result.ratio is not None
    assert result.ratio.value < 0.7
    assert result.ratio.distinguishable
    assert "A is faster" in events[-1]
    first, second = trial.monitors
    assert (first.run.number, second.run.number) == (4, 5)
    assert first.total().inferences > second.total().inferences > 0


def test_only_one_of_the_two_works_at_a_time(fast: RunSpec, slow: RunSpec) -> None:
    """Each counts its own slices only, so their measured times add up to less than has passed."""
    began_s = time.monotonic()
    trial = TrialRuns(fast, slow, 0, Events(), pairs=6)
    run(trial)
    measured_s = sum(monitor.total().duration_s for monitor in trial.monitors)
    assert 12 * 0.05 * 0.8 < measured_s < time.monotonic() - began_s


def test_a_side_that_cannot_run_ends_the_trial(fast: RunSpec, tmp_path: Path) -> None:
    events = Events()
    trial = TrialRuns(fast, fast.with_(model_path=str(tmp_path / "none.onnx")), 0, events)
    run(trial)
    assert trial.failure is not None
    assert events[-1].startswith("A/B ended, B failed: ")


def test_what_is_ended_early_says_how_far_it_came(fast: RunSpec, slow: RunSpec) -> None:
    events = Events()
    trial = TrialRuns(fast, slow, 0, events, pairs=1000)
    until(lambda: trial.follow() or trial.trial.pairs >= 1)
    trial.stop_early()
    trial.stop_early()
    trial.halt()
    assert trial.done
    assert events[-1].startswith("A/B")
    assert events.count(events[-1]) == 1


def looks(trial: TrialRuns, slices: int) -> list[float]:
    """How long it slept before each look at a model that works, in so many slices."""
    slept: list[float] = []
    done: set[float] = set()
    try:
        while len(done) <= slices:
            wait_s = trial.wait_s()
            if trial._active is not None and not trial._active.monitor.paused:
                done.add(trial._since_s)
                slept.append(wait_s)
            time.sleep(wait_s)
            trial.follow()
    finally:
        trial.halt()
    return slept


def test_it_sleeps_until_a_slice_ends(fast: RunSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_module, "_SLICE_S", 0.4)
    slept = looks(TrialRuns(fast, fast.with_(batch=1), 0, Events()), 4)
    assert len(slept) < 4 * 5
    assert sum(wait_s > 0.3 for wait_s in slept) >= 4


def test_it_waits_for_a_slow_model_without_a_busy_loop(
    fast: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_module, "_LEAST_INFERENCES", 1 << 60)
    monkeypatch.setattr(trial_module, "_LONGEST_SLICE_S", 0.4)
    slept = looks(TrialRuns(fast, fast, 0, Events()), 3)
    assert len(slept) < 4 * 30
    assert all(wait_s > 0 for wait_s in slept)


def test_its_processes_have_logs_like_any_run(fast: RunSpec, slow: RunSpec) -> None:
    trial = TrialRuns(fast, slow, 3, Events(), pairs=1)
    run(trial)
    first, second = (monitor.worker.log for monitor in trial.monitors)
    assert first is not None
    assert second is not None
    assert (first.name[-6:], second.name[-6:]) == ("-4.log", "-5.log")


# -- within a live session -----------------------------------------------------------------------


class Screen:
    """The samples of a live session."""

    def __init__(self, session: LiveSession) -> None:
        self.session = session
        self.samples: list[Sample] = []
        session.subscribe(self.samples.append)

    @property
    def events(self) -> list[str]:
        return [event.text for sample in list(self.samples) for event in sample.events]

    def measured(self, number: int) -> bool:
        last = self.session.last
        return last is not None and last.run.number == number and last.total.inferences > 0


@pytest.fixture
def screen(fast: RunSpec, tmp_path: Path) -> Iterator[Screen]:
    session = LiveSession(fast, Board(tmp_path, providers=()), interval_s=0.1)
    screen = Screen(session)
    session.start()
    until(lambda: screen.measured(1))
    yield screen
    session.stop()


def test_a_trial_needs_a_mark_and_something_to_compare(screen: Screen) -> None:
    screen.session.trial()
    until(lambda: "nothing is marked A yet: key a" in screen.events)
    screen.session.mark()
    until(lambda: screen.session.marked is not None)
    screen.session.trial()
    until(lambda: any("change something first" in event for event in screen.events))


def test_a_trial_ends_with_a_verdict_and_the_session_goes_on(
    screen: Screen, slow: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_module, "PAIRS", 7)
    screen.session.mark()
    until(lambda: screen.session.marked is not None)
    screen.session.change(model_path=slow.model_path, title="slow")
    until(lambda: screen.measured(2))
    screen.session.trial()
    until(lambda: screen.measured(5))
    during = [sample for sample in screen.samples if sample.run.number in (3, 4)]
    assert {sample.state for sample in during} <= {State.WARMING, State.STEADY}
    assert any(sample.trial is not None and sample.trial.running for sample in during)
    last = screen.session.last
    assert last is not None
    assert last.run.model == "slow"
    assert last.trial is not None
    assert last.trial.pairs == 7
    assert last.trial.ratio is not None
    assert [sample.run.number for sample in screen.session.runs] == [1, 2, 3, 4, 5]
    screen.session.change(batch=2)
    until(lambda: screen.measured(6))
    assert screen.session.last is not None
    assert screen.session.last.trial is None


def in_a_trial(screen: Screen, slow: RunSpec) -> None:
    """The first run against a slower model."""
    screen.session.mark()
    screen.session.change(model_path=slow.model_path, title="slow")
    until(lambda: screen.measured(2))
    screen.session.trial()
    until(lambda: any(sample.trial is not None for sample in list(screen.samples)))


def test_a_session_may_end_during_a_trial(screen: Screen, slow: RunSpec) -> None:
    in_a_trial(screen, slow)
    screen.session.stop()
    assert screen.session.crash is None


def test_both_runs_end_with_their_memory(screen: Screen, slow: RunSpec) -> None:
    in_a_trial(screen, slow)
    until(lambda: {3, 4} <= {s.run.number for s in list(screen.samples) if s.total.inferences})
    screen.session.stop()
    ends = {sample.run.number: sample.worker for sample in screen.session.runs}
    assert all((ends[number].rss_mib or 0) > 1 for number in (3, 4))


@pytest.mark.parametrize("key", ["toggle_pause", "reset", "mark"])
def test_keys_of_a_single_run_say_that_a_trial_goes_on(
    screen: Screen, slow: RunSpec, key: str
) -> None:
    in_a_trial(screen, slow)
    getattr(screen.session, key)()
    until(lambda: "not during a trial: A ends it" in screen.events)
    assert screen.session.marked is not None


def test_a_change_during_a_trial_ends_it_and_leaves_its_result_behind(
    screen: Screen, slow: RunSpec
) -> None:
    in_a_trial(screen, slow)
    until(lambda: screen.measured(3) or screen.measured(4))
    screen.session.change(batch=2)
    until(lambda: screen.session.last is not None and screen.session.last.run.batch == 2)
    assert screen.session.last is not None
    assert screen.session.last.trial is None


def test_a_trial_counts_for_the_duration_of_a_session(screen: Screen, slow: RunSpec) -> None:
    in_a_trial(screen, slow)
    screen.session._duration_s = screen.session._trials.counted_s + 0.5
    assert screen.session.finished.wait(30)
    assert screen.session.crash is None
    assert any(event.startswith("A/B") for event in screen.events)


def test_a_defect_during_a_trial_leaves_no_process(
    screen: Screen, slow: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_trial(screen, slow)
    trial = screen.session._trials.running
    assert trial is not None
    until(lambda: len(trial.monitors) == 2)

    def defect(_samples: object) -> None:
        raise RuntimeError("a defect")

    screen.session.subscribe(defect)
    assert screen.session.finished.wait(30)
    assert isinstance(screen.session.crash, RuntimeError)
    assert not any(monitor.worker.alive for monitor in trial.monitors)
