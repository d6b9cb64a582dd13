"""When a run starts again whose process died: the decisions, and real processes."""

from __future__ import annotations

import math
import os
import signal
from typing import TYPE_CHECKING

import pytest
import tiny_models
from test_session_live import TIMEOUT_S, measured, when

from edgetop.engine.spec import RunSpec
from edgetop.errors import ExitCode, ModelError
from edgetop.sample import State
from edgetop.sensors.board import Board
from edgetop.session import restarts as module
from edgetop.session.live import LiveSession
from edgetop.session.restarts import Restarts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edgetop.sample import Sample

CRASH = "signal 11 (SIGSEGV), the runtime crashed"


def die(restarts: Restarts, now_s: float = 0.0, measured_s: float = 1.0, **how: bool) -> float:
    """The process dies; returns how long it is until it starts again."""
    restarts.died(CRASH, killed=how.get("killed", False), measured_s=measured_s, now_s=now_s)
    wait_s = restarts.wait_s(now_s)
    if not restarts.gave_up:
        restarts.started()
    return wait_s


def test_nothing_starts_by_itself_while_all_is_well() -> None:
    assert Restarts().wait_s(0.0) == math.inf


def test_each_death_in_a_row_doubles_the_wait_and_the_fifth_is_the_last() -> None:
    restarts = Restarts()
    assert [die(restarts) for _ in range(5)] == [1.0, 2.0, 4.0, 8.0, math.inf]
    assert restarts.words(0.0) == (
        f"died 5 times in a row: {CRASH}; choose another model with m or a smaller batch with -"
    )


def test_the_wait_is_told_and_comes_to_its_end() -> None:
    restarts = Restarts()
    die(restarts)
    restarts.died(CRASH, killed=False, measured_s=1.0, now_s=100.0)
    assert restarts.words(100.5) == (
        f"the model's process died: {CRASH}; starts again in 2 s (2 of 5)"
    )
    assert restarts.wait_s(101.5) == 0.5
    assert restarts.wait_s(102.0) == 0.0
    assert restarts.wait_s(103.0) == 0.0
    restarts.started()
    assert restarts.wait_s(103.0) == math.inf


def test_a_run_that_worked_for_half_a_minute_is_a_new_beginning() -> None:
    restarts = Restarts()
    assert [die(restarts) for _ in range(4)] == [1.0, 2.0, 4.0, 8.0]
    assert die(restarts, measured_s=30.5) == 1.0
    assert die(restarts) == 2.0


def test_so_is_a_change_of_the_user() -> None:
    restarts = Restarts()
    for _ in range(5):
        die(restarts)
    restarts.reset()
    assert not restarts.gave_up
    assert die(restarts) == 1.0


def test_too_little_memory_is_tried_three_times() -> None:
    restarts = Restarts()
    waits = [die(restarts, killed=True) for _ in range(3)]
    assert waits == [1.0, 2.0, math.inf]
    assert "died 3 times in a row" in restarts.words(0.0)


def test_kills_count_among_the_other_deaths() -> None:
    restarts = Restarts()
    die(restarts)
    restarts.died(CRASH, killed=True, measured_s=1.0, now_s=0.0)
    assert restarts.words(0.0).endswith("starts again in 2 s (1 of 3)")
    die(restarts)
    die(restarts)
    assert die(restarts) == math.inf


def test_hangs_start_again_at_once_and_count_too() -> None:
    restarts = Restarts()
    for _ in range(4):
        restarts.hung("no inference for 10 s", measured_s=1.0)
        assert not restarts.gave_up
        assert restarts.wait_s(0.0) == math.inf
    restarts.hung("no inference for 10 s", measured_s=1.0)
    assert restarts.gave_up
    assert restarts.words(0.0).startswith("hung 5 times in a row: no inference for 10 s; ")


def test_deaths_and_hangs_are_told_together() -> None:
    restarts = Restarts()
    restarts.hung("no inference for 10 s", measured_s=1.0)
    for _ in range(4):
        die(restarts)
    assert restarts.words(0.0).startswith("hung or died 5 times in a row: signal 11")


# -- real processes ----------------------------------------------------------------------------


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., LiveSession]]:
    pytest.importorskip("onnxruntime")
    started = []

    def begin(path: Path | None = None, **options: object) -> LiveSession:
        path = path or tiny_models.relu(tmp_path / "relu.onnx")
        spec = RunSpec(str(path), path.stem, threads=1, rate_fps=100.0, warmup_s=0.0)
        session = LiveSession(spec, Board(providers=[]), interval_s=0.1, **options)  # type: ignore[arg-type]
        started.append(session)
        session.start()
        return session

    yield begin
    for session in started:
        session.stop()


def kill(session: LiveSession, number: int) -> None:
    monitor = session._runs.monitor
    assert monitor is not None
    os.kill(monitor.worker.pid, number)


def failed(sample: Sample) -> bool:
    return sample.state is State.FAILED


def run(number: int) -> Callable[[Sample], bool]:
    return lambda sample: sample.run.number == number and sample.total.inferences > 0


def test_a_killed_model_is_told_and_starts_again(start: Callable[..., LiveSession]) -> None:
    session = start()
    when(session, measured(1))
    kill(session, signal.SIGKILL)
    shown = when(session, failed)
    assert shown.state_reason == (
        "the model's process died: signal 9 (SIGKILL), most likely out of memory; "
        "starts again in 1 s (1 of 3)"
    )
    assert shown.fps is None
    again = when(session, run(2))
    assert again.state is not State.FAILED
    assert session.failure is None
    session.stop()
    assert [sample.run.number for sample in session.runs] == [1, 2]
    assert session.runs[0].state is State.FAILED
    assert session.runs[0].state_reason.startswith("the model's process died: signal 9 (SIGKILL)")
    assert "again" not in session.runs[0].state_reason


def test_a_paused_model_that_is_killed_comes_back_paused(
    start: Callable[..., LiveSession],
) -> None:
    session = start()
    when(session, measured(1))
    session.toggle_pause()
    when(session, lambda sample: sample.state is State.PAUSED)
    kill(session, signal.SIGKILL)
    again = when(session, lambda sample: sample.run.number == 2 and sample.run.warmup_s is not None)
    assert again.state is State.PAUSED
    session.toggle_pause()
    when(session, run(2))


@pytest.fixture
def crash_loop(
    monkeypatch: pytest.MonkeyPatch, start: Callable[..., LiveSession]
) -> Callable[[], LiveSession]:
    """A session whose model's process dies as soon as it measures, every time."""

    def begin() -> LiveSession:
        monkeypatch.setattr(module, "DELAYS_S", (0.1, 0.1, 0.1, 0.1))
        session = start()
        killed = set()

        def crash(sample: Sample) -> None:
            if run(sample.run.number)(sample) and sample.run.number not in killed:
                killed.add(sample.run.number)
                if sample.run.model == "relu" and sample.run.batch == 1:
                    kill(session, signal.SIGSEGV)

        session.subscribe(crash)
        return session

    return begin


def gave_up(sample: Sample) -> bool:
    return failed(sample) and "times in a row" in sample.state_reason


def test_a_crash_loop_comes_to_its_end_and_another_model_can_be_chosen(
    crash_loop: Callable[[], LiveSession], tmp_path: Path
) -> None:
    session = crash_loop()
    shown = when(session, gave_up)
    assert shown.run.number == 5
    assert shown.state_reason.startswith(f"died 5 times in a row: {CRASH}; choose another model")
    later = when(session, lambda sample: sample.monotonic_s > shown.monotonic_s + 0.5)
    assert (later.run.number, later.state) == (5, State.FAILED)
    assert session.failure is not None
    assert session.failure.code is ExitCode.WORKER_DIED
    path = tiny_models.relu(tmp_path / "other.onnx")
    session.change(model_path=str(path), title="other")
    other = when(session, run(6))
    assert other.run.model == "other"
    assert session.failure is None
    session.stop()
    assert [sample.run.number for sample in session.runs] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("change", ["batch", "rate"])
def test_a_change_starts_at_once_and_forgets_the_deaths(
    start: Callable[..., LiveSession], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(module, "DELAYS_S", (3600.0,))
    session = start()
    when(session, measured(1))
    kill(session, signal.SIGSEGV)
    shown = when(session, failed)
    assert "starts again in 3600 s (1 of 5)" in shown.state_reason
    if change == "batch":
        session.change(batch=2)
    else:
        session.set_rate(50.0)
    again = when(session, run(2))
    assert (again.run.batch, again.run.rate_fps) == ((2, 100.0) if change == "batch" else (1, 50.0))
    kill(session, signal.SIGSEGV)
    shown = when(session, lambda sample: failed(sample) and sample.run.number == 2)
    assert "(1 of 5)" in shown.state_reason


def test_what_the_model_itself_refuses_does_not_start_again(
    start: Callable[..., LiveSession], tmp_path: Path
) -> None:
    session = start(tiny_models.unknown_operator(tmp_path / "odd.onnx"))
    shown = when(session, failed)
    later = when(session, lambda sample: sample.monotonic_s > shown.monotonic_s + 1.5)
    assert later.run.number == 1
    assert later.state_reason == shown.state_reason
    assert "again" not in later.state_reason
    assert session.failure is not None
    assert session.failure.code == ModelError("").code


def test_a_session_that_ends_with_its_model_starts_nothing_again(
    start: Callable[..., LiveSession],
) -> None:
    session = start(end_on_failure=True)
    when(session, measured(1))
    kill(session, signal.SIGKILL)
    assert session.finished.wait(TIMEOUT_S)
    (only,) = session.runs
    assert only.run.number == 1
    assert only.state_reason.startswith("the model's process died: signal 9 (SIGKILL)")
    assert "again" not in only.state_reason


def test_a_session_that_waits_for_a_restart_ends_when_asked(
    start: Callable[..., LiveSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DELAYS_S", (3600.0,))
    session = start()
    when(session, measured(1))
    kill(session, signal.SIGSEGV)
    when(session, failed)
    session.stop()
    assert session.failure is not None
    assert session.failure.code is ExitCode.WORKER_DIED
