"""A program on a real pseudo-terminal that reads along and remembers what came when.

The reader does no more than a fast terminal must, since it runs beside what is measured; what
was on the screen is found out afterwards, by `seen`.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self

_EMULATION = Path(__file__).resolve().parents[1] / "tests" / "pty"
_QUIET_S = 0.025
"""Output closer together than this is one frame."""

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
        self.chunks: list[tuple[float, bytes]] = []
        """What it wrote: (time of arrival in seconds of CLOCK_MONOTONIC, bytes)."""
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

    def close(self) -> None:
        """End the program, by force if it does not end by itself."""
        end(self.process)
        self._reader.join(5)
        with contextlib.suppress(OSError):
            os.close(self._master)

    def written(self, begin_s: float, end_s: float) -> tuple[int, int]:
        """Bytes and frames that came in a span of time."""
        inside = [(at, data) for at, data in list(self.chunks) if begin_s <= at < end_s]
        return sum(len(data) for _, data in inside), len(_frames(inside))

    def _read(self) -> None:
        pending = b""
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # EIO: the program has ended
                return
            self.chunks.append((time.monotonic(), data))
            pending += data
            for query in _QUERY.findall(pending):
                os.write(self._master, _ANSWERS[query])
            pending = _QUERY.split(pending)[-1][1 - _LONGEST_QUERY :]


def end(process: subprocess.Popen[Any]) -> None:
    """End a program of ours: as a user would (SIGTERM), then by force."""
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True)
class Frame:
    """What stood on the screen after a burst of output."""

    at_s: float
    text: str
    rows: int
    """Rows that carry ink."""
    columns: int
    """Columns that carry ink."""


def seen(program: PtyProgram) -> list[Frame]:
    """Every frame that the program has shown so far, through the emulated terminal of the tests."""
    if str(_EMULATION) not in sys.path:
        sys.path.insert(0, str(_EMULATION))
    screen_type: Any = importlib.import_module("terminal_screen").EmulatedScreen
    stream_type: Any = importlib.import_module("terminal_stream").TerminalStream
    screen = screen_type(*program.size)
    stream = stream_type(screen)
    frames = []
    for chunks in _frames(list(program.chunks)):
        stream.feed(b"".join(data for _, data in chunks))
        frames.append(_frame(chunks[-1][0], screen.text()))
    return frames


def _frames(chunks: list[tuple[float, bytes]]) -> list[list[tuple[float, bytes]]]:
    """Chunks grouped into bursts."""
    bursts: list[list[tuple[float, bytes]]] = []
    for chunk in chunks:
        if bursts and chunk[0] - bursts[-1][-1][0] < _QUIET_S:
            bursts[-1].append(chunk)
        else:
            bursts.append([chunk])
    return bursts


def _frame(at_s: float, text: str) -> Frame:
    rows = text.split("\n")
    inked = {column for row in rows for column, char in enumerate(row) if char != " "}
    return Frame(at_s, text, sum(bool(row.strip()) for row in rows), len(inked))
