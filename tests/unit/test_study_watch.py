"""One visit of a sweep: when it has seen enough, and what is kept of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edgetop.engine.diagnose import _runtime_problem
from edgetop.engine.ending import death
from edgetop.engine.spec import RunSpec
from edgetop.errors import EdgetopError, ModelError, WorkerDiedError
from edgetop.results import Model
from edgetop.sample import OwnCost, State, WorkerUse
from edgetop.session.store.sweeps import KILLED, OUT_OF_MEMORY, REFUSED, TIMEOUT
from edgetop.study.course import Place
from edgetop.study.plan import Plan, Setup
from edgetop.study.watch import Verdict, Watch, other_load_percent, reason

sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))
import samples as stories

if TYPE_CHECKING:
    from edgetop.sample import Sample

PLAN = Plan((Setup(RunSpec("/m.onnx", "m"), Model("m")),), (1, 2), rounds=1, measure_s=10.0)


def sample(
    measured_s: float, inferences: int = 100, p50_ms: float = 4.0, **changes: object
) -> Sample:
    """A moment of a run at batch 1."""
    last = stories.STORIES["steady"]()[-1]
    window = replace(last.window, inferences=inferences, latency=stories.latencies(p50_ms, 50))
    total = replace(
        last.total, inferences=inferences, latency=stories.latencies(p50_ms, inferences)
    )
    return replace(
        last,
        run_elapsed_s=measured_s,
        window=window,
        total=total,
        **changes,  # type: ignore[arg-type]
    )


FIRST = Place(0, 1)


def watching(place: Place = FIRST, plan: Plan = PLAN) -> Watch:
    return Watch(plan, place, now_s=0.0)


def test_it_ends_when_its_time_is_up() -> None:
    watch = watching()
    for half_seconds in range(1, 20):
        noisy = 4.0 * (1.3 if half_seconds % 2 else 1.0)
        at_s = half_seconds / 2
        assert watch.see(sample(at_s, p50_ms=noisy), None, at_s) is Verdict.GOES_ON
    assert watch.see(sample(10.0), None, 10.0) is Verdict.OVER
    visit = watch.visit("id", 12.0)
    assert visit.error == ""
    assert (visit.session, visit.spent_s, visit.measured_s) == ("id", 12.0, 10.0)
    assert len(visit.medians_ms) == 20


def test_it_ends_early_when_the_median_is_known_well() -> None:
    watch = watching()
    verdicts = [watch.see(sample(n / 2), None, n / 2) for n in range(1, 13)]
    assert verdicts[-1] is Verdict.OVER or Verdict.OVER in verdicts


def test_a_slow_model_gets_its_three_inferences() -> None:
    watch = watching()
    assert watch.see(sample(30.0, inferences=2), None, 30.0) is Verdict.GOES_ON
    assert watch.see(sample(45.0, inferences=3), None, 45.0) is Verdict.OVER


def test_a_visit_without_figures_in_time_is_a_timeout() -> None:
    watch = watching()
    assert watch.see(sample(0.0, inferences=1), None, PLAN.timeout_s + 1) is Verdict.OVER
    assert watch.visit("", 301.0).error.startswith(f"{TIMEOUT}: 1 inferences")


def test_what_it_has_when_the_time_is_up_counts() -> None:
    watch = watching()
    assert watch.see(sample(5.0, inferences=50), None, PLAN.timeout_s + 1) is Verdict.OVER
    assert watch.visit("", 301.0).error == ""


def test_a_search_only_looks_whether_it_runs() -> None:
    watch = watching(Place(0, 1, search=True))
    assert watch.see(sample(0.01, inferences=3), None, 1.0) is Verdict.OVER
    assert watch.visit("", 1.0).search


def test_a_graph_with_a_fixed_batch_is_refused_at_another() -> None:
    watch = watching(Place(0, 2))
    assert watch.see(sample(1.0), None, 1.0) is Verdict.OVER
    assert watch.visit("", 1.0).error == f"{REFUSED}: the graph has a fixed batch of 1"
    assert watch.visit("", 1.0).fixed_batch == 1


def test_throttling_at_any_moment_is_told() -> None:
    watch = watching()
    watch.see(sample(5.0, state=State.THROTTLED), None, 5.0)
    watch.see(sample(10.0), None, 10.0)
    assert watch.throttled
    assert watch.visit("", 10.0).state == "throttled"


def test_too_short_to_tell_is_no_state() -> None:
    watch = watching()
    watch.see(sample(10.0, state=State.WARMING), None, 10.0)
    assert watch.visit("", 10.0).state == ""


def test_the_memory_is_the_most_that_was_seen() -> None:
    watch = watching()
    use = sample(1.0).worker
    for rss_mib in (80.0, 200.0, 90.0):
        watch.see(sample(1.0, worker=replace(use, rss_mib=rss_mib)), None, 1.0)
    watch.see(sample(10.0, worker=replace(use, rss_mib=None)), None, 10.0)
    assert watch.visit("", 10.0).memory_mib == 200.0


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (ModelError("m needs more memory than there is; choose a smaller batch"), OUT_OF_MEMORY),
        (ModelError(f"m {_runtime_problem('std::bad_alloc')}"), OUT_OF_MEMORY),
        (WorkerDiedError(f"the model's process died: {death(-9)}"), OUT_OF_MEMORY),
        (ModelError("memory_net uses the operator Foo, which is not there"), REFUSED),
        (WorkerDiedError("the model's process died: signal 11 (SIGSEGV)"), KILLED),
        (WorkerDiedError("the model hung: no inference for 10 s"), TIMEOUT),
        (ModelError("m uses the operator Foo, which this onnxruntime does not have"), REFUSED),
    ],
)
def test_a_failure_has_its_kind_and_its_words(failure: EdgetopError, kind: str) -> None:
    watch = watching()
    assert watch.see(sample(0.0, inferences=0), failure, 1.0) is Verdict.OVER
    assert watch.visit("", 1.0).error == reason(failure) == f"{kind}: {failure.message}"


def test_a_visit_without_a_sample_keeps_what_is_known() -> None:
    visit = watching(Place(0, 2)).visit("id", 3.0)
    assert (visit.batch, visit.session, visit.inferences) == (2, "id", 0)


def test_what_others_use_of_the_processors_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all of them, as the machine's own load is; unknown where a part of it is."""
    monkeypatch.setattr("edgetop.study.watch.os.cpu_count", lambda: 8)
    moment = sample(10.0)
    board = replace(moment.board, cpu_percent=replace(moment.board.cpu_percent, value=90.0))
    moment = replace(
        moment, board=board, worker=WorkerUse(80.0, 400.0, 1.0), own=OwnCost(8.0, 40.0)
    )
    watch = watching()
    watch.see(moment, None, 10.0)
    assert watch.visit("", 10.0).other_load_percent == pytest.approx(90 - 408 / 8)
    unknown = replace(moment, worker=WorkerUse(80.0, None, None))
    assert other_load_percent(unknown) is None
