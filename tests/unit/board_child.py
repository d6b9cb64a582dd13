"""An emulated board that is read in a process of its own.

`python board_child.py TREE [--ordinary-user]` prints the board's record as a line of JSON, and
another one for every line of JSON on standard input: after that many ``seconds``, when nothing
is stale any more but sensors of the labels in ``silent``.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from board_records import TIMEOUT_S, board_of, record_of
from emulated_boards import FakeClock

import edgetop.sensors
from edgetop.readings import Reason

if TYPE_CHECKING:
    from collections.abc import Collection

    from edgetop.sensors.board import Board

NOBODY = 65534
_CANNOT = 77
"""Exit status where no other user can be had."""


class BoardChild:
    """The process, which does not outlive the test.

    Args:
        tree: The board's root.
        arguments: Of the process.
        environment: Added to its environment.
    """

    def __init__(self, tree: Path, *arguments: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, tree, *arguments],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._last_hour = threading.Timer(3 * TIMEOUT_S, self._process.kill)
        self._last_hour.start()

    def __enter__(self) -> BoardChild:  # noqa: PYI034  Self came with Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self._last_hour.cancel()
        self._process.kill()
        self._process.communicate()

    def record(self) -> dict[str, Any]:
        """What it says next."""
        line = self._process.stdout.readline()
        if not line and self._process.wait() == _CANNOT:
            pytest.skip("no other user can be had here")
        return json.loads(line)

    def after(self, seconds: float, silent: Collection[str] = ()) -> dict[str, Any]:
        """What it says some seconds later, but for sensors that have become silent."""
        self._process.stdin.write(json.dumps({"seconds": seconds, "silent": [*silent]}) + "\n")
        self._process.stdin.flush()
        return self.record()


def main() -> None:
    """Read the board until standard input ends."""
    clock = FakeClock()
    for module in pkgutil.walk_packages(edgetop.sensors.__path__, "edgetop.sensors."):
        importlib.import_module(module.name)  # an ordinary user may not see where they are
    if "--ordinary-user" in sys.argv:
        _become_nobody()
    board = board_of(Path(sys.argv[1]), clock)
    board.start(TIMEOUT_S)
    _tell(board)
    for line in sys.stdin:
        wanted = json.loads(line)
        clock.now_s += wanted["seconds"]
        board.refresh(0.0 if wanted["silent"] else TIMEOUT_S)
        deadline_s = time.monotonic() + TIMEOUT_S
        while _stale(board) - set(wanted["silent"]) and time.monotonic() < deadline_s:
            time.sleep(0.02)
        _tell(board)
    os._exit(0)  # a thread that hangs in a read cannot be waited for


def _become_nobody() -> None:
    if os.geteuid() != 0:
        return
    try:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    except OSError:
        sys.exit(_CANNOT)


def _stale(board: Board) -> set[str]:
    items = board.read().sensors
    return {item.sensor.label for item in items if item.reading.reason is Reason.STALE}


def _tell(board: Board) -> None:
    hottest = board.read().temperature_c
    more = {"hottest": [hottest.value, hottest.words], "user": os.geteuid()}
    record = record_of(board) | more
    print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
