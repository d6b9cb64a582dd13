"""A pseudo-terminal with a session on it, in which one program runs as a job. Linux only."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from terminal_stream import CELL_PX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LEADER = Path(__file__).with_name("session_leader.py")
_NOT_INHERITED = ("COLUMNS", "LINES", "TERM_PROGRAM", "TMUX", "TMUX_PANE", "STY")
_INPUT, _OUTPUT, _CONTROL, _LOCAL = range(4)
_FLAGS = {
    _INPUT: "IGNBRK BRKINT PARMRK INPCK ISTRIP INLCR IGNCR ICRNL IXON IXANY IXOFF",
    _OUTPUT: "OPOST ONLCR OCRNL ONOCR ONLRET",
    _LOCAL: "ISIG ICANON ECHO ECHOE ECHOK ECHONL NOFLSH TOSTOP IEXTEN",
}


class PtySession:
    """Starts a program on a fresh terminal.

    Args:
        command: the program and its arguments.
        size: columns and rows that the terminal has from the start.
        env: the program's whole environment.
        cwd: its working folder; None: this process's.

    Raises:
        RuntimeError: no session could be made.
    """

    def __init__(
        self,
        command: Sequence[str],
        size: tuple[int, int],
        env: Mapping[str, str],
        cwd: Path | None,
    ) -> None:
        self.master, slave = os.openpty()
        self.set_size(*size)
        self._settings_before = termios.tcgetattr(slave)
        self.control, theirs = socket.socketpair()
        with theirs:
            self._leader = subprocess.Popen(
                (sys.executable, "-I", "-S", _LEADER, os.ttyname(slave), str(theirs.fileno())),
                stdin=subprocess.DEVNULL,
                cwd=cwd,
                env={},
                start_new_session=True,
                pass_fds=[theirs.fileno()],
            )
        order = {"command": list(command), "env": dict(env)}
        self.control.sendall(json.dumps(order).encode() + b"\n")
        self._reports = self.control.makefile("rb", buffering=0)  # select() sees what is left
        started = self._reports.readline().decode()
        os.close(slave)  # the leader holds the terminal now
        if not started.startswith("pid "):
            raise RuntimeError(f"no session for {list(command)}: the leader said {started!r}")
        self.pid = int(started.split()[1])
        os.set_blocking(self.master, False)

    def exit_status(self) -> int:
        """The program's status from the leader's report; 255 if the leader was killed."""
        report = self._reports.readline()
        return int(report.split()[1]) if report.startswith(b"exit ") else 255

    def set_size(self, columns: int, rows: int) -> None:
        """Tell the kernel the size; it sends SIGWINCH to the foreground program."""
        width, height = CELL_PX
        size = struct.pack("HHHH", rows, columns, columns * width, rows * height)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def set_cooked(self) -> None:
        """The terminal settings as they were at the start."""
        termios.tcsetattr(self.master, termios.TCSANOW, self._settings_before)

    def changed_settings(self) -> list[str]:
        """The terminal settings that differ from the start, like ``ECHO off``."""
        now = termios.tcgetattr(self.master)
        found = []
        for kind, names in _FLAGS.items():
            changed = now[kind] ^ self._settings_before[kind]
            for name in names.split():
                flag = getattr(termios, name)
                if changed & flag:
                    found.append(f"{name} {'on' if now[kind] & flag else 'off'}")
                    changed &= ~flag
            if changed:
                found.append(f"settings group {kind}: {changed:#o} changed")
        if now[_CONTROL:_LOCAL] + now[_LOCAL + 1 :] != (
            self._settings_before[_CONTROL:_LOCAL] + self._settings_before[_LOCAL + 1 :]
        ):
            found.append("character size, speed or control characters changed")
        return found

    def descendants(self) -> list[int]:
        """Living processes below the program and orphans of it, without the program.

        A parent that ends while psutil goes through the list hides its children from it; they are
        the leader's by the second look.
        """
        return self._below() or self._below()

    def _below(self) -> list[int]:
        try:
            below = psutil.Process(self._leader.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return sorted(p.pid for p in below if p.pid != self.pid and _alive(p))

    def kill(self) -> None:
        """Kill the program and all its descendants, and wait until they are gone."""
        try:
            below = psutil.Process(self._leader.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return
        for process in below:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()  # checks that the pid still means the same process
        psutil.wait_procs(below, 10)

    def close(self) -> None:
        """End the session; the master must be closed before."""
        self._reports.close()
        self.control.close()
        try:
            self._leader.wait(10)
        except subprocess.TimeoutExpired:
            self._leader.kill()
            self._leader.wait()


def program_environment(env: Mapping[str, str] | None, term: str | None) -> dict[str, str]:
    """An environment with the given TERM; by default ours, without another terminal's traits."""
    if env is None:
        env = {k: v for k, v in os.environ.items() if k not in _NOT_INHERITED}
    without = {k: v for k, v in env.items() if k != "TERM"}
    return without if term is None else {**without, "TERM": term}


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
