"""Starts the real command without a terminal and looks at what comes out of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

COMMAND = (sys.executable, "-m", "edgetop")
LONG_S = 90.0
"""How long a wait may take on a busy machine before it counts as hanging."""

_EVENT = re.compile(r"\d\d:\d\d:\d\d  ")


@dataclass(frozen=True)
class Finished:
    """How a command ended and what it had printed."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON objects on standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def intervals(self) -> list[dict[str, Any]]:
        """The records of the intervals."""
        return [record for record in self.records if record["type"] == "interval"]

    @property
    def summary(self) -> dict[str, Any]:
        """The record that comes last."""
        record = self.records[-1]
        assert record["type"] == "summary"
        return record

    @property
    def events(self) -> list[str]:
        """What happened in the run, without the times."""
        lines = self.err.splitlines()
        return [line[10:] for line in lines if _EVENT.match(line)]

    def complaint(self, code: int) -> str:
        """The one line that says why the command failed with this exit code.

        Events of the run may come before it; nothing else may.
        """
        *events, line = self.err.splitlines()
        assert self.code == code, self.err
        assert line.startswith("edgetop: "), self.err
        assert line.isprintable()
        assert all(_EVENT.match(event) and event.isprintable() for event in events), self.err
        assert "Traceback" not in self.err + self.out
        return line


class Edgetop:
    """A running command, which does not outlive the test."""

    def __init__(
        self,
        *arguments: str | Path,
        command: Sequence[str] = COMMAND,
        env: Mapping[str, str] | None = None,
        before: Callable[[], object] | None = None,
        cwd: Path | None = None,
        stdout: int = subprocess.PIPE,
    ) -> None:
        self.process = subprocess.Popen(
            [*command, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
            preexec_fn=before,  # noqa: PLW1509  the tests start it before any thread
            cwd=cwd,
            encoding="utf-8",
        )
        self._family: list[psutil.Process] = []
        self._read = ""

    def __enter__(self) -> Edgetop:  # noqa: PYI034  Self came with Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for process in self._family:
            if not ended(process):
                process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None and not stream.closed:
                stream.close()

    def line(self) -> str:
        """The next line of standard output."""
        assert self.process.stdout is not None
        text = self.process.stdout.readline()
        assert text, "the command ended before it printed a line"
        self._read += text
        return text

    def until_measuring(self) -> psutil.Process:
        """Wait until inferences are reported; returns the model's process."""
        while not json.loads(self.line())["inferences"]:
            pass
        return self.worker()

    def worker(self) -> psutil.Process:
        """The model's process."""
        self._family = psutil.Process(self.process.pid).children(recursive=True)
        (worker,) = (child for child in self._family if "edgetop.engine" in child.cmdline())
        return worker

    def finish(self) -> Finished:
        """Wait for the end; all that was printed counts, also what was read before."""
        out, err = self.process.communicate(timeout=LONG_S)
        return Finished(self.process.returncode, self._read + (out or ""), err)


def edgetop(*arguments: str | Path, **options: Any) -> Finished:
    """Run a command to its end."""
    with Edgetop(*arguments, **options) as running:
        return running.finish()


def headless(model: str | Path, *arguments: str | Path, **options: Any) -> Finished:
    """Run a model as JSON lines without a warm-up, for half a measured second if nothing else."""
    usual = {"--warmup": "0", "--duration": "0.5", "--interval": "0.2"}
    missing = [word for pair in usual.items() if pair[0] not in arguments for word in pair]
    return edgetop("run", "--json", "--model", model, *missing, *arguments, **options)


def ended(process: psutil.Process) -> bool:
    """The process runs no more; in a container nobody may have collected it yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until_ended(process: psutil.Process) -> None:
    """Fail if the process goes on."""
    deadline = time.monotonic() + LONG_S
    while not ended(process):
        assert time.monotonic() < deadline, f"{process} goes on"
        time.sleep(0.02)
