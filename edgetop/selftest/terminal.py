"""A program on a real pseudo-terminal that reads along and remembers what came when.

The reader does no more than a fast terminal must, since it runs beside what is measured.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

Chunk = tuple[float, bytes]
"""Time of arrival in seconds of CLOCK_MONOTONIC, and what came."""

_QUIET_S = 0.025
"""Output closer together than this is one frame."""
_GRACE_S = 10.0

# What a modern terminal answers: it knows synchronized output (DECRQM 2026) but no in-band resize
# reports (2048), and says where the cursor is (DSR 6), by which edgetop sees a frame arrive.
_ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b[6n": b"\x1b[1;1R",
}
_QUERY = re.compile(b"|".join(re.escape(query) for query in _ANSWERS))
_LONGEST_QUERY = max(map(len, _ANSWERS))


class PtyProgram:
    """Runs a command on a fresh pseudo-terminal; a context manager that ends it.

    Args:
        command: The program and its arguments.
        size: Columns and rows.
        env: Its whole environment.
        cwd: Its working folder.
    """

    def __init__(
        self, command: Sequence[str], size: tuple[int, int], env: Mapping[str, str], cwd: Path
    ) -> None:
        self.size = size
        self.chunks: list[Chunk] = []
        """What it wrote."""
        self._reads = threading.Event()
        self._reads.set()
        self._master, slave = os.openpty()
        columns, rows = size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started_s = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, cwd=cwd,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def stall(self) -> None:
        """Read no more, like a terminal behind a line that is cut, until `close`."""
        self._reads.clear()

    def close(self) -> None:
        """End the program, by force if it does not end by itself."""
        self._reads.set()
        end(self.process)
        self._reader.join(5)
        with contextlib.suppress(OSError):
            os.close(self._master)

    def written(self, begin_s: float, end_s: float) -> tuple[int, int]:
        """Bytes and frames that came in a span of time."""
        inside = [(at, data) for at, data in list(self.chunks) if begin_s <= at < end_s]
        return sum(len(data) for _, data in inside), len(bursts(inside))

    def _read(self) -> None:
        pending = b""
        while self._reads.wait():
            try:
                data = os.read(self._master, 65536)
                self.chunks.append((time.monotonic(), data))
                pending += data
                for query in _QUERY.findall(pending):
                    os.write(self._master, _ANSWERS[query])
            except OSError:  # EIO: the program has ended
                return
            pending = _QUERY.split(pending)[-1][1 - _LONGEST_QUERY :]


def bursts(chunks: Sequence[Chunk]) -> list[list[Chunk]]:
    """Chunks grouped into frames."""
    grouped: list[list[Chunk]] = []
    for chunk in chunks:
        if grouped and chunk[0] - grouped[-1][-1][0] < _QUIET_S:
            grouped[-1].append(chunk)
        else:
            grouped.append([chunk])
    return grouped


def ask_to_end(process: subprocess.Popen[Any]) -> None:
    """Tell a program of ours to end, as a user would (SIGTERM); a stopped one goes on for that."""
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.terminate()


def end(process: subprocess.Popen[Any]) -> None:
    """End a program of ours, by force if it does not end by itself."""
    ask_to_end(process)
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
