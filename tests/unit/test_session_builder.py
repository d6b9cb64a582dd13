"""The process that builds a model before its first run."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from privileges import without_privileges

from edgetop.engine import ending
from edgetop.engine.spec import RunSpec
from edgetop.session import builder

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_build_that_even_a_kill_does_not_end_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that does not answer holds it in the kernel: the sampler goes on."""
    monkeypatch.setattr(ending, "_KILLED_S", 0.1)
    monkeypatch.setattr(builder, "_GRACE_S", 0.1)
    path = str(tmp_path / "squeezenet.onnx")
    build = builder.Builder(RunSpec(path, "squeezenet", architecture="squeezenet1.0"))
    os.kill(build.pid, signal.SIGSTOP)
    for signalled in ("terminate", "kill"):
        monkeypatch.setattr(build._process, signalled, lambda: None)
    build.stop()
    assert build._process in ending._uncollected
    os.kill(build.pid, signal.SIGKILL)
    build._process.wait(60)
    ending.collect()
    assert build._process not in ending._uncollected


def test_a_cache_that_may_not_be_looked_into_needs_a_build_which_says_why(tmp_path: Path) -> None:
    """Python asks the kernel, which refuses to tell whether the file is there."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o000)
    spec = RunSpec(str(locked / "m" / "n.onnx"), "squeezenet", architecture="squeezenet1.0")
    with without_privileges():
        assert builder.needed(spec)
