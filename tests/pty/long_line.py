"""A slow connection with much room in it: what a program writes waits there, not in the program.

Run on a terminal as ``python long_line.py BYTES_PER_S COMMAND...``: runs the command on a
terminal of its own, takes all that it writes at once, as a TCP connection with its buffers of
megabytes does, and hands it on slowly. Keys and answers go back at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import sys
import termios
import time
import tty

_TICK_S = 0.02


def carry(master: int, bytes_per_s: float) -> None:
    """Carry bytes both ways until the command has ended and all that it wrote has arrived."""
    waiting = bytearray()
    ended = False
    since = time.monotonic()
    while waiting or not ended:
        watched = [0] if ended else [0, master]
        ready, _, _ = select.select(watched, [], [], _TICK_S)
        if 0 in ready:
            with contextlib.suppress(OSError):
                os.write(master, os.read(0, 65536))
        if master in ready:
            try:
                waiting += os.read(master, 65536)
            except OSError:
                ended = True
        now = time.monotonic()
        due = int((now - since) * bytes_per_s)
        if due and not waiting:
            since = now
        elif due > bytes_per_s * _TICK_S:
            os.write(1, waiting[:due])
            del waiting[:due]
            since = now


def main() -> int:
    """Run the command; returns its exit status."""
    bytes_per_s, *command = sys.argv[1:]
    size = fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8)
    pid, master = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    fcntl.ioctl(master, termios.TIOCSWINSZ, size)
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        carry(master, float(bytes_per_s))
    finally:
        termios.tcsetattr(0, termios.TCSANOW, before)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
