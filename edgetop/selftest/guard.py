"""Keeps a temporary home folder, and clears up after whoever asked for it.

``python -m edgetop.selftest.guard`` makes the folder, prints its path and waits until its standard
input is closed. The kernel closes that however the starter ends, by SIGKILL too; then every process
whose home is the folder is killed, those that are stopped (SIGSTOP) as well, and the folder is
removed. Nobody has to tell the guard which processes there are: each carries its home in its
environment, those that edgetop itself has started too.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

PREFIX = "edgetop-selftest-"

_LIMIT_S = 10.0
_PAUSE_S = 0.05
_QUIET_LOOKS = 2
"""A process that has just been started still shows the environment of its starter."""


def main() -> int:
    """Keep the folder until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    try:
        with contextlib.suppress(OSError):  # the starter has ended already
            sys.stdout.write(f"{folder}\n")
            sys.stdout.flush()
            sys.stdin.buffer.read()
    finally:
        clear(folder)
    return 0


def clear(folder: Path) -> None:
    """Kill every process whose home is this folder, then remove it."""
    quiet, limit_s = 0, time.monotonic() + _LIMIT_S
    while quiet < _QUIET_LOOKS and time.monotonic() < limit_s:
        found = dwellers(folder)
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        quiet = 0 if found else quiet + 1
        time.sleep(_PAUSE_S)
    shutil.rmtree(folder, ignore_errors=True)


def dwellers(folder: Path) -> list[int]:
    """The living processes of this user whose home is the folder, this one left out."""
    home = b"HOME=" + os.fsencode(folder)
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):  # it has ended, or belongs to somebody else
            if home in Path(entry.path, "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


if __name__ == "__main__":
    sys.exit(main())
