"""The shell's part of a terminal session: owns the terminal, starts one program, waits for it.

Run by `terminal.Terminal` as ``python -I -S session_leader.py TTY CONTROL_FD``. The program must
not lead the session itself: when a session's leader ends, Linux resets the terminal's settings,
and a program that left them broken could not be told from one that put them back.

Over the control socket comes one line of JSON, ``{"command": [...], "env": {...}}``; back go the
lines ``pid N`` and ``exit N`` (128 + the signal's number when a signal ended it). When the socket
closes, the program's process group is killed and the leader ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import sys

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of what the program leaves behind, so that it can be found."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def read_line(control: socket.socket) -> bytes:
    """One line from the control socket, without its end."""
    received = bytearray()
    while not received.endswith(b"\n"):
        part = control.recv(65536)
        if not part:
            sys.exit(1)
        received += part
    return bytes(received[:-1])


def take_foreground(tty: int) -> None:
    """Make this process's group the one that the terminal's keys and signals reach."""
    with contextlib.suppress(OSError):  # the terminal may be gone already
        os.tcsetpgrp(tty, os.getpgrp())


def exec_program(tty: int, command: list[str], env: dict[str, str]) -> None:
    """In the forked child: a foreground process group of its own, then the program. No return."""
    try:
        os.setpgid(0, 0)
        take_foreground(tty)
        for number in (signal.SIGTTOU, signal.SIGHUP, signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        for descriptor in (0, 1, 2):
            os.dup2(tty, descriptor)
        os.execvpe(command[0], command, env)
    except OSError as error:
        os.write(2, f"{command[0]}: {error}\r\n".encode())
    finally:
        os._exit(127)


def reap(program: int) -> int | None:
    """Collect every ended child; the program's exit status if it was among them."""
    found = None
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == program:
                code = os.waitstatus_to_exitcode(status)
                found = code if code >= 0 else 128 - code
    return found


def serve(control: socket.socket, tty: int, program: int, wake: socket.socket) -> None:
    """Report the program's end and pass on a hangup, until the control socket closes."""
    running = True
    while True:
        ready, _, _ = select.select([control, wake], [], [])
        if wake in ready and signal.SIGHUP in wake.recv(64) and running:
            os.killpg(program, signal.SIGHUP)  # what an interactive shell does for its jobs
        status = reap(program)
        if status is not None:
            running = False
            take_foreground(tty)
            control.sendall(b"exit %d\n" % status)
        if control in ready and not control.recv(64):
            break
    signal.set_wakeup_fd(-1)
    if running:
        os.killpg(program, signal.SIGKILL)


def main() -> None:
    """Take the terminal, start the program, serve."""
    tty = os.open(sys.argv[1], os.O_RDWR)  # a session leader's first terminal becomes its own
    control = socket.socket(fileno=int(sys.argv[2]))
    adopt_orphans()
    order = json.loads(read_line(control))
    wake, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    signal.set_wakeup_fd(wakeup.fileno())
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # a background process may take the foreground
    for number in (signal.SIGCHLD, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    program = os.fork()
    if program == 0:
        exec_program(tty, order["command"], order["env"])
    with contextlib.suppress(OSError):  # the child does the same; whoever is first
        os.setpgid(program, program)
    control.sendall(b"pid %d\n" % program)
    serve(control, tty, program, wake)


if __name__ == "__main__":
    main()
