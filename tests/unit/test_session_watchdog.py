"""When a model counts as hung, and when it is given up: the decisions, and real processes."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
import tiny_models
from test_session_live import TIMEOUT_S, measured, when

from edgetop.engine.process import WorkerProcess
from edgetop.engine.spec import RunSpec
from edgetop.errors import WorkerDiedError
from edgetop.sample import State
from edgetop.sensors.board import Board
from edgetop.session import watchdog as module
from edgetop.session.live import LiveSession
from edgetop.session.watchdog import Look, Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edgetop.sample import Sample

_STEP_S = 0.5


class Bench:
    """A watchdog and what it sees, half a second after half a second."""

    def __init__(self) -> None:
        self.dog = Watchdog()
        self.now_s = 1000.0
        self.cpu_s = 0.0
        self.seen = {"measuring": True, "paused": False, "process_state": "S", "period_s": 0.0}
        self.look()

    def look(self) -> None:
        self.dog.look(Look(self.now_s, cpu_s=self.cpu_s, **self.seen))  # type: ignore[arg-type]

    def wait(self, seconds: float, *, cpu: float = 0.0, **seen: object) -> Bench:
        """Time goes by without an inference; `cpu` cores are busy."""
        self.seen |= seen  # type: ignore[operator]
        for _ in range(round(seconds / _STEP_S)):
            self.now_s += _STEP_S
            self.cpu_s += cpu * _STEP_S
            self.look()
        return self

    def work(self, took_s: float, seconds: float = 0.5) -> Bench:
        """One inference after the other, each of which takes so long."""
        end_s = self.now_s + seconds
        while self.now_s < end_s - 1e-9:
            started_s = self.now_s
            self.wait(max(_STEP_S, took_s) - _STEP_S)
            self.now_s += _STEP_S
            self.dog.inference(started_s + (_STEP_S if took_s < _STEP_S else 0), took_s)
            self.look()
        return self

    def silent_until(self, judged: str, limit_s: float = 5000.0) -> float:
        """How long it is silent until the watchdog says ``hung`` or ``lost``."""
        begin_s = self.now_s
        while not getattr(self.dog, judged):
            assert self.now_s - begin_s < limit_s
            self.wait(_STEP_S)
        return self.now_s - begin_s


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_quick_model_is_hung_after_two_silent_seconds_and_given_up_after_ten(
    bench: Bench,
) -> None:
    bench.work(0.012, 5)
    assert not bench.dog.hung
    assert bench.dog.reason == ""
    assert bench.silent_until("hung") == 2.0
    assert bench.dog.reason == "no inference for 2 s, the longest took 12 ms"
    assert bench.silent_until("lost") == 8.0
    assert bench.dog.account == "no inference for 10 s"


def test_an_inference_ends_a_hang(bench: Bench) -> None:
    bench.work(0.012).wait(5)
    assert bench.dog.hung
    bench.work(0.012)
    assert not bench.dog.hung
    assert bench.silent_until("hung") == 2.0


@pytest.mark.parametrize(("took_s", "hung_s", "lost_s"), [(3.0, 30.0, 90.0), (60.0, 600.0, 1800.0)])
def test_a_slow_model_has_many_times_its_longest_inference(
    bench: Bench, took_s: float, hung_s: float, lost_s: float
) -> None:
    bench.work(took_s, 2 * took_s)
    assert bench.silent_until("hung") == hung_s
    assert f"the longest took {took_s:g} s" in bench.dog.reason
    assert bench.silent_until("lost") == lost_s - hung_s


def test_an_open_loop_is_silent_between_two_images(bench: Bench) -> None:
    bench.work(0.012)
    bench.seen["period_s"] = 20.0
    assert bench.silent_until("hung") == 22.0
    assert bench.silent_until("lost") == 8.0


def test_before_the_first_inference_there_is_patience(bench: Bench) -> None:
    assert bench.silent_until("hung") == 60.0
    assert bench.dog.reason == "no inference for 60 s, and the processor is not used"
    assert bench.silent_until("lost") == 60.0


def test_a_first_inference_may_take_many_times_the_first_run(bench: Bench) -> None:
    bench.dog.first_run(60.0)
    assert bench.silent_until("hung") == 600.0
    assert bench.silent_until("lost") == 1200.0


def test_a_first_inference_that_computes_may_take_any_time(bench: Bench) -> None:
    bench.wait(7200, cpu=1.0)
    assert not bench.dog.hung


def test_where_the_processor_time_is_not_known_a_first_inference_may_take_any_time() -> None:
    dog = Watchdog()
    for second in range(7200):
        dog.look(Look(float(second), measuring=True))
    assert not dog.hung


@pytest.mark.parametrize("seen", [{"paused": True}, {"measuring": False}], ids=str)
def test_what_rests_or_loads_never_hangs(bench: Bench, seen: dict[str, bool]) -> None:
    bench.work(0.012).wait(7200, **seen)
    assert not bench.dog.hung
    bench.seen |= {"paused": False, "measuring": True}
    assert bench.silent_until("hung") == 2.0


def test_another_pace_begins_a_new_silence(bench: Bench) -> None:
    """At one image in 100 s it was silent for a minute; at 100 a second it has just begun."""
    bench.work(0.012).wait(60, period_s=100.0)
    bench.seen["period_s"] = 0.01
    bench.dog.rest()
    bench.look()
    assert not bench.dog.hung


def test_silence_that_nobody_watched_is_no_hang(bench: Bench) -> None:
    """A virtual machine that was frozen for an hour, or a sampler that got no processor."""
    bench.work(0.012)
    bench.now_s += 3600
    bench.look()
    assert not bench.dog.hung
    assert bench.dog.silence_s == module.LONGEST_STEP_S


def test_an_inference_that_spans_such_a_gap_makes_nobody_more_patient(bench: Bench) -> None:
    bench.work(0.012)
    started_s = bench.now_s
    bench.now_s += 3600
    bench.look()
    bench.dog.inference(started_s, 3600.0)
    bench.look()
    assert bench.dog.longest_s == pytest.approx(0.012)
    assert bench.silent_until("hung") == 2.0


def test_nor_does_one_in_which_the_process_was_stopped(bench: Bench) -> None:
    bench.work(0.012)
    started_s = bench.now_s
    bench.wait(8, process_state="T").wait(0.5, process_state="S")
    bench.dog.inference(started_s, 8.2)
    bench.look()
    assert bench.dog.longest_s == pytest.approx(0.012)


def test_a_stopped_process_is_told_as_that(bench: Bench) -> None:
    bench.work(0.012).wait(3, process_state="T")
    assert bench.dog.reason == "the model's process is stopped (SIGSTOP)"
    assert bench.silent_until("lost") == 7.0
    assert bench.dog.account == ("no inference for 10 s, the model's process is stopped (SIGSTOP)")


def test_a_stopped_slow_model_does_not_wait_for_half_an_hour(bench: Bench) -> None:
    bench.work(60.0, 60.0)
    bench.seen["process_state"] = "T"
    assert bench.silent_until("hung") == 2.0
    assert bench.silent_until("lost") == 58.0


def test_a_process_stopped_while_it_loads_is_told_and_later_given_up(bench: Bench) -> None:
    bench.wait(60, measuring=False)
    bench.seen["process_state"] = "T"
    assert bench.silent_until("hung") == 2.0
    assert bench.dog.reason == "the model's process is stopped (SIGSTOP)"
    assert bench.silent_until("lost") == 58.0
    assert bench.dog.account == "the model's process is stopped (SIGSTOP) for 60 s"
    bench.wait(0.5, process_state="R")
    assert not bench.dog.hung


def test_a_process_under_a_debugger_is_left_alone(bench: Bench) -> None:
    bench.work(0.012).wait(7200, process_state="t")
    assert bench.dog.reason == "the model's process is held by a debugger"
    assert not bench.dog.lost


def test_a_process_that_a_device_keeps_waiting_is_told_as_that(bench: Bench) -> None:
    bench.work(0.012).wait(4, process_state="D")
    assert bench.dog.reason == "no inference for 4 s, the model's process waits for a device"


# -- real processes ----------------------------------------------------------------------------


@pytest.fixture
def relu(tmp_path: Path) -> RunSpec:
    path = tiny_models.relu(tmp_path / "relu.onnx")
    return RunSpec(str(path), "relu", threads=1, rate_fps=100.0, warmup_s=0.0)


@pytest.fixture
def start(relu: RunSpec) -> Iterator[Callable[..., LiveSession]]:
    started = []

    def begin(**options: object) -> LiveSession:
        session = LiveSession(relu, Board(providers=[]), interval_s=0.1, **options)  # type: ignore[arg-type]
        started.append(session)
        session.start()
        return session

    yield begin
    for session in started:
        session.stop()


def stop_worker(session: LiveSession) -> int:
    """SIGSTOP the model's process; returns its id."""
    monitor = session._runs.monitor
    assert monitor is not None
    os.kill(monitor.worker.pid, signal.SIGSTOP)
    return monitor.worker.pid


def hung(sample: Sample) -> bool:
    return sample.state is State.HUNG


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two limits that a test can wait for; nothing but a stop may pass them by chance."""
    monkeypatch.setattr(module, "RESTART_AFTER_S", 4.0)


@pytest.mark.usefixtures("quick")
def test_a_hung_model_is_shown_then_replaced_and_its_figures_are_kept(
    start: Callable[..., LiveSession],
) -> None:
    pytest.importorskip("onnxruntime")
    session = start()
    when(session, measured(1))
    samples: list[Sample] = []
    session.subscribe(samples.append)
    pid = stop_worker(session)
    shown = when(session, hung)
    assert shown.state_reason == "the model's process is stopped (SIGSTOP)"
    assert shown.fps == 0.0
    second = when(session, lambda sample: sample.run.number == 2 and sample.total.inferences > 0)
    assert second.state is not State.HUNG
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    session.stop()
    first, last = session.runs
    assert (first.run.number, last.run.number) == (1, 2)
    assert first.state is State.HUNG
    assert first.total.inferences >= shown.total.inferences > 0
    (told,) = [e for s in samples for e in s.events if e.mark == "hung"]
    assert told.severity == "error"
    assert told.text.startswith("run 1 hung: no inference for ")
    assert told.text.endswith("; restarted")
    assert session.failure is None


def test_a_model_that_goes_on_by_itself_keeps_its_process(
    start: Callable[..., LiveSession],
) -> None:
    pytest.importorskip("onnxruntime")
    session = start()
    when(session, measured(1))
    pid = stop_worker(session)
    shown = when(session, hung)
    samples: list[Sample] = []
    session.subscribe(samples.append)
    os.kill(pid, signal.SIGCONT)
    later = when(session, lambda sample: sample.total.inferences > shown.total.inferences)
    when(session, lambda sample: sample.monotonic_s > later.monotonic_s + 0.2)
    assert later.run.number == 1
    told = [event for sample in samples for event in sample.events if event.mark == "hung"]
    assert [event.text for event in told] == ["no longer hung"]


def test_a_paused_model_does_not_hang(
    start: Callable[..., LiveSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr(module, "HUNG_AFTER_S", 0.0)
    session = start()
    when(session, measured(1))
    session.toggle_pause()
    paused = when(session, lambda sample: sample.state is State.PAUSED)
    stop_worker(session)
    later = when(session, lambda sample: sample.monotonic_s > paused.monotonic_s + 1.0)
    assert later.state is State.PAUSED


@pytest.mark.usefixtures("quick")
def test_a_session_that_ends_with_its_model_fails_with_the_hang(
    start: Callable[..., LiveSession],
) -> None:
    pytest.importorskip("onnxruntime")
    session = start(end_on_failure=True)
    when(session, measured(1))
    stop_worker(session)
    assert session.finished.wait(TIMEOUT_S)
    assert isinstance(session.failure, WorkerDiedError)
    assert session.failure.message.startswith("the model hung: no inference for ")
    (run,) = session.runs
    assert run.state is State.FAILED
    assert run.total.inferences > 0


def test_a_session_whose_time_is_up_in_a_hang_fails_too(
    start: Callable[..., LiveSession],
) -> None:
    """The hang is in its figures; an exit code of 0 would hide it."""
    pytest.importorskip("onnxruntime")
    session = start(end_on_failure=True, duration_s=3600.0)
    when(session, measured(1))
    stop_worker(session)
    when(session, hung)
    session._duration_s = 0.1
    assert session.finished.wait(TIMEOUT_S)
    assert isinstance(session.failure, WorkerDiedError)


def test_the_user_may_leave_a_hung_model_at_once(start: Callable[..., LiveSession]) -> None:
    pytest.importorskip("onnxruntime")
    session = start()
    when(session, measured(1))
    stop_worker(session)
    when(session, hung)
    session.change(batch=2)
    assert when(session, measured(2)).run.number == 2


# -- a process that does not end ---------------------------------------------------------------


def test_the_state_of_a_process_is_seen(relu: RunSpec) -> None:
    worker = WorkerProcess(relu)
    os.kill(worker.pid, signal.SIGSTOP)
    os.waitpid(worker.pid, os.WUNTRACED)
    state, cpu_s = worker.glance()
    assert state == "T"
    assert cpu_s is not None
    assert worker.stop(0.0)
    assert worker.glance() == ("", None)


def test_a_process_that_even_a_kill_does_not_end_is_left_behind(
    relu: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device holds it in the kernel: nobody waits, and it is collected when it ends."""
    from edgetop.engine import ending

    monkeypatch.setattr(ending, "_KILLED_S", 0.1)
    worker = WorkerProcess(relu)
    os.kill(worker.pid, signal.SIGSTOP)
    monkeypatch.setattr(worker._process, "kill", lambda: None)
    assert not worker.stop(0.0)
    assert not worker.stop()
    assert worker.failure() is None
    assert worker._process in ending._uncollected
    os.kill(worker.pid, signal.SIGKILL)
    worker._process.wait(TIMEOUT_S)
    ending.collect()
    assert worker._process not in ending._uncollected
