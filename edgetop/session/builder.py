"""Builds a model, or makes its variant, in a process of its own before its first run."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from edgetop.engine.diagnose import one_line
from edgetop.engine.ending import end
from edgetop.errors import EdgetopError, ExitCode
from edgetop.locations import PACKAGE_ROOT

if TYPE_CHECKING:
    from edgetop.engine.spec import RunSpec

_GRACE_S = 2.0
"""For a build that is told to stop: it removes its unfinished file."""


def needed(spec: RunSpec) -> bool:
    """The spec names a built-in model or a variant whose file is not there yet."""
    return bool(spec.architecture or spec.precision) and not _there(spec.model_path)


def _there(path: str) -> bool:
    """Also false in a cache that may not be looked into: building will say so."""
    return os.path.exists(path)  # noqa: PTH110  Path.exists raises there


def _steps(spec: RunSpec) -> list[list[str]]:
    """Arguments of the processes that make the file, in turn."""
    steps = []
    built = spec.source_path or spec.model_path
    if spec.architecture and not _there(built):
        steps.append(["edgetop.zoo", spec.architecture, built])
    if spec.precision:
        steps.append(["edgetop.engine.convert", spec.to_json()])
    return steps


class Builder:
    """A running build; importing onnx for it must burden neither edgetop nor the worker."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        self._steps = _steps(spec) or [["edgetop.zoo", spec.architecture, spec.model_path]]
        self._process = self._next()

    def _next(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", *self._steps.pop(0)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=PACKAGE_ROOT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Process id of the build."""
        return self._process.pid

    @property
    def done(self) -> bool:
        """The build has ended, one way or the other."""
        code = self._process.poll()
        if code == 0 and self._steps:
            self._close()
            self._process = self._next()
            return False
        return code is not None

    def failure(self) -> EdgetopError | None:
        """Why the build failed; None if it did not or goes on."""
        if not self._process.poll():
            return None
        assert self._process.stderr is not None
        words = one_line(self._process.stderr.read().decode(errors="replace")).removeprefix(
            "edgetop: "
        )
        return EdgetopError(
            f"cannot build {self.spec.title}: {words or 'the process died'}", ExitCode.MODEL
        )

    def stop(self) -> None:
        """End the build; the half-written file never gets its name."""
        if self._process.poll() is None:
            self._process.terminate()
            end(self._process, _GRACE_S)
        self._close()

    def _close(self) -> None:
        if self._process.stderr is not None:
            self._process.stderr.close()
