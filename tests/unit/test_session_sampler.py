"""A sample joins the run's figures with what the board and the processes say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hand_made import BOARD

from edgetop.engine.spec import RunSpec
from edgetop.errors import ModelError
from edgetop.sample import Energy, Histogram, OwnCost, Run, State, Window
from edgetop.sensors.process import Use
from edgetop.session import sampler as module
from edgetop.session.sampler import Sampler

SPEC = RunSpec("m.onnx", "m", batch=2)


class Bench:
    """A sampler whose processes are told what to use."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.use = Use(None, None, None)
        self.followed: list[int] = []
        self.closed: list[int] = []
        bench = self

        class FakeUse:
            def __init__(self, pid: int) -> None:
                self.pid = pid
                bench.followed.append(pid)

            def read(self, _now_s: float) -> Use:
                return bench.use

            def close(self) -> None:
                bench.closed.append(self.pid)

        patch.setattr(module, "ProcessUse", FakeUse)
        own = SimpleNamespace(read=lambda _now, _pids: OwnCost(0.5, 40.0), close=lambda: None)
        patch.setattr(module, "OwnUse", lambda: own)
        board: Any = SimpleNamespace(read=lambda: BOARD)
        self.sampler = Sampler(board)

    def monitor(self, inferences: int, pid: int = 7, epoch: int = 0) -> Any:
        total = Window(1.0, inferences, inferences, float(inferences))
        return SimpleNamespace(
            observe=lambda _board: None,
            close_window=lambda _now: Window(),
            total=lambda: total,
            state=lambda _board: (State.STEADY, "for 5 s"),
            run=Run(1, "m", "m.onnx", 2, "cpu", 2),
            fps=lambda: 10.0,
            histogram=SimpleNamespace(histogram=Histogram),
            energy=SimpleNamespace(result=Energy),
            backlog=lambda: 0,
            worker=SimpleNamespace(pid=pid),
            epoch=epoch,
        )

    def take(self, monitor: Any, failure: Any = None) -> Any:
        return self.sampler.take(1.0, 1, SPEC, monitor, failure)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_processor_time_per_inference_counts_from_the_first_sample_with_inferences(
    bench: Bench,
) -> None:
    bench.use = Use(80.0, None, 5.0)
    assert bench.take(bench.monitor(0)).worker.cpu_ms_per_inference is None
    bench.use = Use(80.0, 90.0, 6.0)
    assert bench.take(bench.monitor(100)).worker.cpu_ms_per_inference is None
    bench.use = Use(80.0, 90.0, 8.0)
    worker = bench.take(bench.monitor(300)).worker
    assert worker.cpu_ms_per_inference == pytest.approx(10.0)
    assert (worker.rss_mib, worker.cpu_percent) == (80.0, 90.0)


def test_a_reset_starts_processor_time_again(bench: Bench) -> None:
    """Also when more inferences came since the reset than there were before it."""
    for cpu_s, inferences, epoch in ((1.0, 100, 0), (2.0, 200, 0), (3.0, 250, 1)):
        bench.use = Use(80.0, 90.0, cpu_s)
        worker = bench.take(bench.monitor(inferences, epoch=epoch)).worker
    assert worker.cpu_ms_per_inference is None
    bench.use = Use(80.0, 90.0, 3.5)
    worker = bench.take(bench.monitor(350, epoch=1)).worker
    assert worker.cpu_ms_per_inference == pytest.approx(5.0)


def test_the_last_sample_keeps_what_was_seen_while_the_process_lived(bench: Bench) -> None:
    bench.use = Use(80.0, 90.0, 1.0)
    bench.take(bench.monitor(100))
    bench.use = Use(82.0, 95.0, 2.0)
    bench.sampler.look_before_end(bench.monitor(200), 1.5)
    bench.use = Use(None, None, 2.0)
    worker = bench.take(bench.monitor(250)).worker
    assert worker.rss_mib == 82.0
    assert worker.cpu_ms_per_inference == pytest.approx(10.0)
    assert worker.cpu_percent is None


def test_a_process_that_was_never_seen_alive_is_unknown_not_zero(bench: Bench) -> None:
    bench.use = Use(None, None, None)
    worker = bench.take(bench.monitor(100)).worker
    assert (worker.rss_mib, worker.cpu_percent, worker.cpu_ms_per_inference) == (None, None, None)


def test_a_new_run_is_a_new_process_with_nothing_of_the_old_one(bench: Bench) -> None:
    bench.use = Use(80.0, 90.0, 1.0)
    bench.take(bench.monitor(100))
    bench.use = Use(None, None, None)
    assert bench.take(bench.monitor(10, pid=8)).worker.rss_mib is None
    assert (bench.followed, bench.closed) == ([7, 8], [])  # until their runs are ended
    bench.sampler.end_run(bench.monitor(100))
    assert bench.closed == [7]


def test_in_a_trial_the_use_of_both_processes_is_followed(bench: Bench) -> None:
    """Each keeps what it has used before the other one's turn, and after its end."""
    bench.use = Use(80.0, 90.0, 1.0)
    first, second = bench.monitor(100), bench.monitor(100, pid=8)
    trial: Any = SimpleNamespace(
        monitors=[first, second], state=(State.WARMING, ""), fps=10.0, trial=None
    )
    bench.sampler.take_trial(1.0, trial, first)
    bench.sampler.take_trial(1.5, trial, second)
    bench.use = Use(81.0, 95.0, 2.0)
    trial.monitors = [first, second] = [bench.monitor(200), bench.monitor(200, pid=8)]
    for monitor in (first, second):
        worker = bench.sampler.take_trial(2.0, trial, monitor).worker
        assert (worker.cpu_percent, worker.cpu_ms_per_inference) == (95.0, pytest.approx(10.0))
    bench.use = Use(None, None, 2.0)
    for monitor in (first, second):
        assert bench.sampler.take_trial(2.5, trial, monitor).worker.rss_mib == 81.0
    assert (sorted(bench.followed), bench.closed) == ([7, 8], [])


def test_a_run_in_preparation_is_named_and_claims_nothing(bench: Bench) -> None:
    sample = bench.take(None)
    assert (sample.run.model, sample.run.batch) == ("m", 2)
    assert (sample.state, sample.state_reason) == (State.WARMING, "building the model")
    assert (sample.fps, sample.total.fps, sample.worker.rss_mib) == (None, None, None)
    assert sample.board is BOARD


def test_a_failure_is_the_state_and_no_figure_is_shown_as_current(bench: Bench) -> None:
    sample = bench.take(bench.monitor(100), ModelError("m is damaged"))
    assert (sample.state, sample.state_reason, sample.fps) == (State.FAILED, "m is damaged", None)
