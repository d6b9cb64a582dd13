"""The programs of the self test, as real processes: how they run, stand still and end."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest
import tiny_models
from onnx import TensorProto, helper

from edgetop.engine.spec import RunSpec
from edgetop.errors import EdgetopError, ExitCode, WorkerDiedError
from edgetop.selftest.contestants import BareLoop, end_all
from edgetop.selftest.home import Home
from edgetop.selftest.patience import Patience
from edgetop.selftest.slices import Timing, measure_slice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Start = Callable[[RunSpec], BareLoop]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts bare loops, which end with the test."""
    started: list[BareLoop] = []
    with Home() as home:

        def begin(spec: RunSpec) -> BareLoop:
            started.append(BareLoop("bare loop", spec, home, Patience()))
            return started[-1]

        yield begin
        end_all(started)


def spec_of(path: Path, **settings: object) -> RunSpec:
    return RunSpec(str(path), "m", provider="cpu", threads=1, **settings)  # type: ignore[arg-type]


def test_the_bare_loop_says_what_runs_and_when_inferences_ended(
    start: Start, tmp_path: Path
) -> None:
    begin_ns = time.monotonic_ns()
    bare = start(spec_of(tiny_models.relu(tmp_path / "m.onnx"), batch=3))
    ends = bare.ends()
    assert bare.facts["batch"] == 3
    assert (bare.facts["provider"], bare.facts["threads"]) == ("cpu", 1)
    assert begin_ns < ends[0] <= ends[-1] < time.monotonic_ns()
    assert np.all(np.diff(ends) >= 0)


def test_at_a_rate_it_writes_how_long_each_took_from_when_it_was_due(
    start: Start, tmp_path: Path
) -> None:
    """Hours pass on the clock since the machine began, but no inference takes a minute."""
    bare = start(spec_of(tiny_models.relu(tmp_path / "m.onnx"), rate_fps=100.0))
    assert len(bare.words()) >= 3
    assert bare.words().max() < 60_000_000_000


def test_a_model_that_cannot_be_bound_runs_the_plain_way(start: Start, tmp_path: Path) -> None:
    node = helper.make_node("Identity", ["x"], ["y"])
    path = tiny_models.save(
        tmp_path / "text.onnx", [node], {"x": (TensorProto.STRING, ["N", 3])},
        output=TensorProto.STRING,
    )  # fmt: skip
    assert len(start(spec_of(path)).ends()) >= 3


def test_a_model_that_it_must_not_open_is_told(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"no model")
    with pytest.raises(EdgetopError) as caught:
        start(spec_of(path))
    assert caught.value.code == ExitCode.MODEL


def test_a_program_runs_in_its_slice_and_then_stands_still(start: Start, tmp_path: Path) -> None:
    bare = start(spec_of(tiny_models.relu(tmp_path / "m.onnx")))
    bare.stop()
    found = measure_slice(bare, Timing(0.02, 0.1), Patience())
    assert found is not None
    assert found.per_s > 0
    assert len(found.cycles_ns) > 1
    assert found.seconds >= 0.1
    assert psutil.Process(bare.process.pid).status() == psutil.STATUS_STOPPED
    before = bare.ends()[-1]
    time.sleep(0.05)
    assert bare.ends()[-1] == before


def test_a_program_that_has_died_is_told_before_its_slice(start: Start, tmp_path: Path) -> None:
    bare = start(spec_of(tiny_models.relu(tmp_path / "m.onnx")))
    bare.stop()
    bare.process.kill()
    bare.process.wait()
    with pytest.raises(WorkerDiedError, match=r"bare loop died: signal 9 \(SIGKILL\)"):
        measure_slice(bare, Timing(0.02, 0.1), Patience())
