"""What is in a model's file, asked of a process of its own.

A file may be made to crash or to fill whatever reads it. Nothing heavy is imported here.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgetop.errors import EdgetopError, ExitCode, UsageError
from edgetop.locations import PACKAGE_ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgetop.engine.spec import RunSpec

PATIENCE_S = 60.0
"""How long a file may take."""


def facts(
    spec: RunSpec,
    *,
    idle: bool = False,
    started: Callable[[subprocess.Popen[str]], None] = lambda _process: None,
) -> dict[str, Any]:
    """The fields of `edgetop.zoo.inspection.Inspection`.

    Args:
        spec: The model with its batch and shapes.
        idle: A model is being measured: only with processor time that nobody else wants, and the
            first that the kernel ends when memory does.
        started: Called with the process as soon as there is one; whoever kills it gets an error.

    Raises:
        EdgetopError: The file is no model, its shapes do not fit, or it kills what reads it.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "edgetop.zoo.inspection", spec.to_json()],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=PACKAGE_ROOT,
    )  # fmt: skip
    with process:
        started(process)
        if idle:
            _step_back(process.pid)
        try:
            out, err = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise UsageError(
                f"{spec.title} cannot be inspected: it took longer than {PATIENCE_S:g} s"
            ) from None
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise _refusal(spec.title, process.returncode, err)
    found: dict[str, Any] = json.loads(out)
    return found


def _step_back(pid: int) -> None:
    """Give way to everybody; systems without such a class of processes have niceness."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, pid, 19)
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text("1000", encoding="ascii")


def _refusal(title: str, code: int, said: str) -> EdgetopError:
    if code < 0:
        return UsageError(
            f"{title} cannot be inspected: it kills the process that reads it (signal {-code})"
        )
    lines = said.strip().splitlines() or ["edgetop: no reason was given"]
    exit_code = ExitCode(code) if code in set(ExitCode) else ExitCode.USAGE
    return EdgetopError(lines[-1].removeprefix("edgetop: "), exit_code)
