"""Beside the real jtop service: `jtop_ns.sh TREE python jtop_visit.py` prints what edgetop hears.

One line of JSON with four pictures of the board: before the service is there, while it works,
the power figure of that time, and after the service was killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop.readings import Kind
from edgetop.sensors.board import Board
from edgetop.sensors.child import ChildProvider
from edgetop.sensors.files import Sysroot
from edgetop.sensors.kernel.memory import MemoryProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgetop.readings import BoardReadings

SOCKET = Path("/run/jtop.sock")
TIMEOUT_S = 30.0


def rows(figures: BoardReadings) -> list[list]:
    """Every sensor: kind, label, unit, value, reason, words."""
    return [
        [
            item.sensor.kind.value,
            item.sensor.label,
            item.sensor.unit,
            item.value,
            item.reading.reason.value,
            item.reading.words,
        ]
        for item in figures.sensors
    ]


def visit() -> Board:
    """The service's rows beside those of the machine's memory."""
    client = ChildProvider("jtop", Kind.POWER, "edgetop.sensors.jetson.jtop_client")
    board = Board(providers=[client, MemoryProvider(Sysroot())])
    board.start(TIMEOUT_S)
    return board


def _path_of_a_service() -> str:
    """It asks swapon, which not every user's path leads to."""
    return ":".join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


@contextlib.contextmanager
def service() -> Iterator[subprocess.Popen[bytes]]:
    """The unmodified service; its log is shown where it does not come up."""
    command = [Path(sys.executable).with_name("jtop"), "--force"]
    with open(sys.argv[1], "w") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, "JTOP_SERVICE": "True", "PATH": _path_of_a_service()},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        deadline_s = time.monotonic() + TIMEOUT_S
        while not SOCKET.exists():
            if time.monotonic() > deadline_s or process.poll() is not None:
                sys.exit(Path(sys.argv[1]).read_text())
            time.sleep(0.02)
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main() -> None:
    board = visit()
    before = rows(board.read())
    board.close()
    with service() as process:
        board = visit()
        figures = board.read()
        end(process)
        board.refresh(TIMEOUT_S)
        after = rows(board.read())
        board.close()
    power = figures.power
    print(
        json.dumps(
            {
                "before": before,
                "during": rows(figures),
                "power": [power.power_w, power.scope, power.rails],
                "after": after,
            }
        )
    )


if __name__ == "__main__":
    main()
