"""edgetop is killed or nobody reads: the terminal is given back, the session is on the disk."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from observed import until, worker

if TYPE_CHECKING:
    from conftest import Watch

COMMAND = (sys.executable, "-m", "edgetop")
STALL_S = 30.0


def told(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments], env=env, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def session(env: dict[str, str]) -> dict[str, Any]:
    (only,) = json.loads(told(env, "sessions", "--json"))
    found: dict[str, Any] = only
    return found


def samples(env: dict[str, str]) -> list[dict[str, str]]:
    text = told(env, "export", "last", "--format", "csv")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("both", [False, True], ids=["edgetop", "edgetop and the model"])
def test_a_killed_edgetop_leaves_a_sane_terminal_and_its_session(
    watch: Watch, terminal_env: dict[str, str], *, both: bool
) -> None:
    program = watch()
    model = psutil.Process(worker(program))
    until(lambda: session(terminal_env)["samples"] >= 4, "some samples are on the disk")
    before = session(terminal_env)
    if both:
        os.kill(model.pid, signal.SIGKILL)
    os.kill(program.pid, signal.SIGKILL)
    assert program.wait(30) in (-signal.SIGKILL, 128 + signal.SIGKILL)
    program.wait_for("edgetop was killed; what it had recorded is kept: edgetop sessions", 30)
    until(lambda: program.restored() == [], f"the terminal is as before: {program.restored()}")
    until(lambda: not program.children(), "its processes have ended")
    until(lambda: not model.is_running() or model.status() == "zombie", "the model has ended")
    found = session(terminal_env)
    assert found["state"] == "interrupted"
    assert found["samples"] >= before["samples"]
    assert len(samples(terminal_env)) == found["samples"]


def test_a_terminal_that_stands_still_costs_no_sample(
    watch: Watch, terminal_env: dict[str, str]
) -> None:
    program = watch()
    program.wait_for("steady", 60)
    program.stall()
    time.sleep(STALL_S)
    found = session(terminal_env)
    program.resume()
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []
    assert found["duration_s"] > STALL_S - 1
    rows = samples(terminal_env)
    elapsed = [float(row["elapsed_s"]) for row in rows]
    assert max(later - earlier for earlier, later in pairwise(elapsed)) < 2.0
    assert len(rows) > STALL_S / 0.5 * 0.9
