"""One run's messages and records become its facts and figures."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edgetop.engine.spec import RunSpec
from edgetop.readings import BoardReadings, Power, Throttle
from edgetop.sample import State
from edgetop.session import monitor as module
from edgetop.session.monitor import RunMonitor

_MS, _S = 1_000_000, 1_000_000_000

LOADED = {
    "event": "loaded",
    "load_s": 0.25,
    "baseline_mib": 48.5,
    "provider": "cpu",
    "threads": 2,
    "batch": 1,
    "batch_fixed": False,
    "inputs": [{"name": "x", "dtype": "float32", "shape": [1, 4]}],
    "precision": "fp32",
    "providers_used": ["cpu"],
    "nodes": {"cpu": 3},
    "runtime": "onnxruntime 1.32.0",
    "available_providers": ["cpu"],
}


class Worker:
    """What a model's process says and records, by hand."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        self.lost = 0
        self.said: list[dict[str, Any]] = []
        self.rows: list[tuple[int, int, int]] = []
        self.heard: list[object] = []

    def messages(self) -> list[dict[str, Any]]:
        said, self.said = self.said, []
        return said

    def records(self) -> np.ndarray:
        rows, self.rows = self.rows, []
        return np.array(rows, dtype=np.int64).reshape(-1, 3)

    def failure(self) -> None:
        return None

    def pause(self) -> None:
        self.heard.append("pause")

    def resume(self) -> None:
        self.heard.append("resume")

    def set_rate(self, rate_fps: float | None) -> None:
        self.heard.append(rate_fps)

    def stop(self) -> None:
        self.heard.append("stop")


class Bench:
    """A run, its worker and a clock that only goes when told."""

    def __init__(self, patch: pytest.MonkeyPatch, **spec: Any) -> None:
        self.now_ns = 100 * _S
        clock = SimpleNamespace(
            monotonic=lambda: self.now_ns / _S,
            monotonic_ns=lambda: self.now_ns,
            time=lambda: 1_764_000_000.0,
        )
        patch.setattr(module, "time", clock)
        self.worker = Worker(RunSpec("m.onnx", "m", **spec))
        self.run = RunMonitor(1, self.worker)  # type: ignore[arg-type]

    def say(self, **message: Any) -> list[str]:
        self.worker.said.append(message)
        return [event.text for event in self.run.hear()]

    def warm(self, **changes: Any) -> None:
        self.say(**{**LOADED, **changes})
        self.say(event="first_run", first_run_ms=12.5)
        self.say(event="warm", warmup_s=0.5, settled=True, now_ns=self.now_ns)

    def work(self, seconds: float, latency_ms: int, late_ms: int = 0) -> None:
        """Inferences without a gap for so long, then a drain."""
        end = self.now_ns + int(seconds * _S)
        while self.now_ns + latency_ms * _MS <= end:
            start = self.now_ns
            self.now_ns += latency_ms * _MS
            self.worker.rows.append((start - late_ms * _MS, start, self.now_ns))
        self.now_ns = end
        self.run.drain()


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_the_truth_of_a_run_comes_from_its_process(bench: Bench) -> None:
    assert bench.run.run.provider == "auto"
    bench.warm(nodes={"cuda": 3, "cpu": 1}, provider="cuda")
    run = bench.run.run
    assert (run.provider, run.threads, run.precision) == ("cuda", 2, "fp32")
    assert (run.load_s, run.first_run_ms, run.warmup_s) == (0.25, 12.5, 0.5)
    assert run.inputs[0].shape == (1, 4)
    assert run.nodes_on_cpu == 1


def test_fps_is_images_by_wall_time_since_the_warm_up(bench: Bench) -> None:
    bench.warm()
    bench.work(2.0, latency_ms=10)
    total = bench.run.total()
    assert (total.inferences, total.images, total.duration_s) == (200, 200, 2.0)
    assert total.fps == pytest.approx(100)
    assert total.latency.p50_ms == pytest.approx(10, rel=0.003)


def test_time_counts_from_the_worker_s_clock_not_from_when_it_was_heard(bench: Bench) -> None:
    bench.say(**LOADED)
    began_ns = bench.now_ns
    bench.now_ns += 500 * _MS
    bench.say(event="warm", warmup_s=0.5, settled=True, now_ns=began_ns)
    bench.run.drain()
    assert bench.run.total().duration_s == 0.5


def test_nothing_counts_before_the_warm_up_has_ended(bench: Bench) -> None:
    bench.say(**LOADED)
    bench.now_ns += 3 * _S
    bench.run.drain()
    assert bench.run.total().duration_s == 0
    assert bench.run.total().fps is None
    assert bench.run.state(BoardReadings()) == (State.WARMING, "warming up")


def test_a_window_is_what_came_since_the_last_one(bench: Bench) -> None:
    bench.warm()
    bench.work(1.0, latency_ms=10)
    assert bench.run.close_window(101.0).inferences == 100
    bench.work(1.0, latency_ms=20)
    window = bench.run.close_window(102.0)
    assert (window.inferences, window.duration_s) == (50, 1.0)
    assert bench.run.total().inferences == 150


def test_a_batch_counts_all_its_images(bench: Bench) -> None:
    bench.warm(batch=8, batch_fixed=True)
    bench.work(1.0, latency_ms=100)
    assert bench.run.total().images == 80
    assert bench.run.total().fps == pytest.approx(80)


def test_lost_records_count_as_work_but_not_as_latency(bench: Bench) -> None:
    bench.warm()
    bench.worker.lost = 900
    bench.work(1.0, latency_ms=10)
    total = bench.run.total()
    assert (total.inferences, total.lost, total.latency.count) == (1000, 900, 100)
    assert bench.run.fps() == pytest.approx(1000)
    window = bench.run.close_window(101.0)
    assert window.lost == 900
    bench.work(1.0, latency_ms=10)
    assert bench.run.close_window(102.0).lost == 0
    assert bench.run.total().lost == 900


def test_paused_time_is_outside_every_figure(bench: Bench) -> None:
    bench.warm()
    bench.work(1.0, latency_ms=10)
    bench.run.pause()
    bench.say(event="paused")
    bench.now_ns += 60 * _S
    bench.run.drain()
    assert bench.run.fps() is None
    assert bench.run.state(BoardReadings()) == (State.PAUSED, "space resumes")
    bench.run.resume()
    bench.work(1.0, latency_ms=10)
    assert bench.run.total().duration_s == pytest.approx(2.0)
    assert bench.run.total().fps == pytest.approx(100)
    assert bench.worker.heard == ["pause", "resume"]


def test_a_pause_that_was_taken_back_before_the_worker_rested_stops_no_clock(bench: Bench) -> None:
    bench.warm()
    bench.run.pause()
    bench.run.resume()
    bench.say(event="paused")
    bench.work(1.0, latency_ms=10)
    assert bench.run.total().duration_s == pytest.approx(1.0)


def test_a_new_rate_starts_the_figures_again(bench: Bench) -> None:
    bench.warm()
    bench.worker.lost = 5
    bench.work(1.0, latency_ms=10)
    bench.run.set_rate(30.0)
    assert bench.run.run.rate_fps == 30.0
    assert bench.worker.heard == [30.0]
    total = bench.run.total()
    assert (total.inferences, total.duration_s, total.lost) == (0, 0.0, 0)
    assert bench.run.run.warmup_s == 0.5


def test_what_ran_on_at_the_old_pace_does_not_count_as_the_new(bench: Bench) -> None:
    """The model's process says from where on the pace is the new one."""
    bench.warm()
    bench.run.set_rate(30.0)
    bench.work(0.37, latency_ms=10)
    bench.say(event="pace")
    bench.work(0.02, latency_ms=10)
    assert bench.run.total().inferences == 2


def test_time_at_the_end_counts_up_to_the_last_inference(bench: Bench) -> None:
    bench.warm()
    bench.work(1.0, latency_ms=10)
    start = bench.now_ns
    bench.worker.rows.append((start, start, start + 500 * _MS))
    bench.run.halt()
    assert bench.run.total().duration_s == pytest.approx(1.5)
    assert bench.run.total().inferences == 101
    assert bench.worker.heard == ["stop"]


def test_images_that_wait_are_the_backlog(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(monkeypatch, rate_fps=100.0)
    bench.warm()
    bench.work(1.0, latency_ms=10)
    assert bench.run.backlog() <= 1
    bench.work(1.0, latency_ms=20, late_ms=500)
    assert 45 <= bench.run.backlog() <= 55


def test_in_a_closed_loop_nothing_waits(bench: Bench) -> None:
    bench.warm()
    bench.work(1.0, latency_ms=10, late_ms=500)
    assert bench.run.backlog() == 0


@pytest.mark.parametrize(
    ("spec", "got", "words"),
    [
        ({"batch": 4}, 1, "this model has a fixed batch of 1; batch 4 is not possible"),
        (
            {"batch": 4, "input_shapes": (("", (2, 4)),)},
            2,
            "the inputs given have a batch of 2; batch 4 is not possible",
        ),
    ],
)
def test_a_batch_that_is_not_possible_is_told(
    monkeypatch: pytest.MonkeyPatch, spec: dict[str, Any], got: int, words: str
) -> None:
    bench = Bench(monkeypatch, **spec)
    said = bench.say(**{**LOADED, "batch": got, "batch_fixed": True})
    assert words in said
    assert bench.run.run.batch == got
    assert bench.run.run.batch_fixed


def test_a_warm_up_that_never_settled_is_a_warning(bench: Bench) -> None:
    bench.say(**LOADED)
    said = bench.say(event="warm", warmup_s=5.0, settled=False, now_ns=bench.now_ns)
    assert said == ["not settled after 5.0 s of warm-up"]


def test_a_board_that_holds_back_is_named_in_the_state(bench: Bench) -> None:
    bench.warm()
    board = BoardReadings(throttle=(Throttle("gpu", "thermal"),))
    assert bench.run.state(board) == (State.THROTTLED, "gpu: thermal")


def test_energy_is_of_the_measured_time_only(bench: Bench) -> None:
    def board(watts: float) -> BoardReadings:
        return BoardReadings(power=Power(watts, "board", reason="", time_s=bench.now_ns / _S))

    bench.say(**LOADED)
    bench.run.observe(board(1000.0))
    bench.warm()
    for _ in range(5):
        bench.run.observe(board(10.0))
        bench.work(1.0, latency_ms=10)
    bench.run.observe(board(10.0))
    energy = bench.run.energy.result()
    assert energy.energy_j == pytest.approx(50.0)
    assert energy.j_per_image == pytest.approx(0.1)
