"""A program on a real terminal, as a person has it: keys, screen, size, line, hangup."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from typing import TYPE_CHECKING

from pty_session import PtySession, program_environment
from slow_line import SlowLine
from terminal_keys import key_bytes
from terminal_screen import IN_BAND_RESIZE, EmulatedScreen
from terminal_stream import TerminalStream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pyte.screens import Char
    from typing_extensions import Self

_UNTOLD_SIZE = (80, 24)
_RAW_MAX = 20_000_000
_READ_MAX = 65536
_DRAINED_S = 0.05
"""Output that was written just before the end may reach the master a little later."""


class Terminal:
    """Runs a command on a fresh terminal; a context manager that ends all it started.

    Args:
        command: the program and its arguments, found on the PATH of `env`.
        size: columns and rows. ``(0, 0)`` is a serial console, which tells programs no size;
            what they draw is shown on 80x24.
        env: the whole environment; None: this process's, without what names another terminal.
        term: TERM; None leaves it out.
        cwd: working folder.
        answers: answer the program's queries as modern terminals do.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str] | None = None,
        term: str | None = "xterm-256color",
        cwd: Path | None = None,
        answers: bool = True,
    ) -> None:
        self.command = [str(part) for part in command]
        self.size = size
        self.answers = answers
        self.bytes_total = 0
        """Bytes that the program wrote and this terminal has read."""
        self.status: int | None = None
        """Exit status, 128 + N if signal N ended it; None while it runs."""
        self.screen = EmulatedScreen(*_shown(size))
        """The live screen: modes, title, cursor. The reader thread writes to it."""
        self._stream = TerminalStream(self.screen)
        self._raw = bytearray()
        self._replies = bytearray()
        self._changed = threading.Condition()
        self._wake, self._wakeup = socket.socketpair()
        self._ended = self._stalled = self._closing = False
        self._hang_up = self._hung_up = False
        self._line: SlowLine | None = None
        self._last_output = time.monotonic()
        self._session = PtySession(self.command, size, program_environment(env, term), cwd)
        self.pid = self._session.pid
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill what still runs of the program and give the terminal back."""
        if self._closing:
            return
        self._session.kill()
        self.hangup()
        self._closing = True
        self._wakeup.send(b"!")
        self._reader.join()
        self._session.close()
        self._wake.close()
        self._wakeup.close()

    def send(self, *keys: str) -> None:
        """Press keys: characters, or names like "enter", "up", "ctrl+c" (`terminal_keys`)."""
        self._write(b"".join(key_bytes(key) for key in keys))

    def type_text(self, text: str) -> None:
        """Type text as it stands."""
        self._write(text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size; the program gets SIGWINCH."""
        with self._changed:
            self.size = (columns, rows)
            shown_columns, shown_rows = _shown(self.size)
            self.screen.resize(lines=shown_rows, columns=shown_columns)
            wants_report = self.answers and IN_BAND_RESIZE in self.screen.private_modes
            report = self._stream.size_report() if wants_report else b""
        self._session.set_size(columns, rows)
        self._write(report)

    def stall(self) -> None:
        """Stop reading the program's output: a network that stands still."""
        with self._changed:
            self._stalled = True
        self._wakeup.send(b"!")

    def resume(self) -> None:
        """Read on after `stall`."""
        with self._changed:
            self._stalled = False
        self._wakeup.send(b"!")

    def throttle(self, bytes_per_s: float) -> None:
        """Read no faster than this from now on: a slow line. 0: as fast as it goes."""
        with self._changed:
            self._line = SlowLine(bytes_per_s) if bytes_per_s else None
        self._wakeup.send(b"!")

    def signal(self, number: int) -> None:
        """Send a signal to the program alone."""
        if self.status is None:
            os.kill(self.pid, number)

    def changed_settings(self) -> list[str]:
        """The terminal settings that differ now from those before the program."""
        return self._session.changed_settings()

    def set_cooked(self) -> None:
        """Give the terminal the settings that it had before the program, as a shell does."""
        self._session.set_cooked()

    def hangup(self) -> None:
        """Close the terminal's end, as when a window is closed or an SSH connection breaks."""
        with self._changed:
            self._hang_up = True
            self._wakeup.send(b"!")
            self._changed.wait_for(lambda: self._hung_up, 10)

    def text(self) -> str:
        """The screen now, one line a row, without trailing blanks."""
        with self._changed:
            return self.screen.text()

    def cells(self) -> list[list[Char]]:
        """The screen now as pyte's characters with their styles, row by row."""
        with self._changed:
            return self.screen.cells()

    @property
    def raw(self) -> bytes:
        """What the program wrote; of more than 20 MB the end."""
        with self._changed:
            return bytes(self._raw)

    def wait_for(self, wanted: str | Callable[[str], object], timeout_s: float = 10.0) -> str:
        """Wait until a text is on the screen, or a condition on the screen's text holds.

        Half a synchronized update is never looked at. Returns the screen's text.

        Raises:
            AssertionError: the time is over or the program has ended; contains the screen.
        """
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                text = self.screen.text()
                whole = self._ended or not self.screen.updating
                if whole and (wanted in text if isinstance(wanted, str) else wanted(text)):
                    return text
                left_s = deadline - time.monotonic()
                if self._ended or left_s <= 0:
                    name = repr(wanted) if isinstance(wanted, str) else "a condition"
                    raise AssertionError(self._report(f"waited {timeout_s} s for {name}"))
                self._changed.wait(min(left_s, 0.1))

    def wait_quiet(self, quiet_s: float = 0.3, timeout_s: float = 10.0) -> str:
        """Wait until the program has written nothing for a while. Returns the screen's text."""
        return self.wait_for(lambda _: time.monotonic() - self._last_output > quiet_s, timeout_s)

    def wait(self, timeout_s: float = 10.0) -> int:
        """Wait for the program's end and its last output. Returns `status`.

        Raises:
            AssertionError: it still runs, or its output was not read to the end; contains
                the screen.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._ended, timeout_s):
                raise AssertionError(self._report(f"waited {timeout_s} s for the end"))
        assert self.status is not None
        return self.status

    def restored(self) -> list[str]:
        """What the ended program left wrong on the terminal, in words; empty if all is well.

        Raises:
            RuntimeError: the program still runs, or there is no terminal any more.
        """
        if not self._ended or self._hung_up:
            raise RuntimeError("a terminal can be judged after the end and before a hangup")
        with self._changed:
            return self.screen.left_behind() + self._session.changed_settings()

    def children(self) -> list[int]:
        """Process ids of the program's living descendants, orphans among them."""
        return self._session.descendants()

    def _write(self, data: bytes) -> None:
        while data:
            if not select.select([], [self._session.master], [], 10)[1]:
                raise AssertionError(self._report("the program does not read its keys"))
            data = data[os.write(self._session.master, data) :]

    def _report(self, problem: str) -> str:
        """The problem, the program's state and the screen's rows down to the last that has text."""
        state = "running" if self.status is None else f"ended with {self.status}"
        rule = "+" + "-" * self.screen.columns + "+"
        rows = [
            f"|{row:<{self.screen.columns}}|" for row in self.screen.text().rstrip().split("\n")
        ]
        head = f"{problem}; {' '.join(self.command)} ({state}, {self.bytes_total} bytes written)"
        return "\n".join([head, rule, *rows, rule])

    def _read(self) -> None:
        """The reader thread: output, the program's end, and orders from the other methods."""
        master, control = self._session.master, self._session.control
        while not self._closing:
            allowed = self._allowed_bytes()
            watched: list[int | socket.socket] = [self._wake]
            watched += [control] if self.status is None else []
            watched += [master] if allowed else []
            replying = [master] if self._replies and not self._hung_up else []
            ready, writable, _ = select.select(watched, replying, [], self._patience_s(allowed))
            with self._changed:
                if writable:
                    self._send_replies()
                if self._wake in ready:
                    self._wake.recv(64)
                if self._hang_up and not self._hung_up:
                    os.close(master)
                    self._hung_up = True
                elif master in ready:
                    self._take_output(allowed)
                elif self.status is not None and (allowed or self._stalled or self._hung_up):
                    self._ended = self._ended or not ready
                if control in ready:
                    self.status = self._session.exit_status()
                self._changed.notify_all()

    def _send_replies(self) -> None:
        try:
            del self._replies[: os.write(self._session.master, self._replies)]
        except BlockingIOError:
            pass  # keys came first
        except OSError:  # nobody is there to read them
            self._replies.clear()

    def _allowed_bytes(self) -> int:
        if self._stalled or self._hung_up:
            return 0
        return self._line.allowed_bytes() if self._line else _READ_MAX

    def _patience_s(self, allowed: int) -> float | None:
        """How long to wait for something: for ever, unless time itself brings something."""
        if self._line and not allowed and not self._stalled and not self._hung_up:
            return 0.01
        return _DRAINED_S if self.status is not None and not self._ended else None

    def _take_output(self, allowed: int) -> None:
        try:
            data = os.read(self._session.master, allowed)
        except OSError:  # nobody holds the terminal any more: the leader was killed
            self._hang_up = True
            return
        self._last_output = time.monotonic()
        self.bytes_total += len(data)
        self._raw += data
        del self._raw[:-_RAW_MAX]
        if self._line:
            self._line.used(len(data))
        reply = self._stream.feed(data)
        if self.answers:
            self._replies += reply


def _shown(size: tuple[int, int]) -> tuple[int, int]:
    """The size of the screen: where the terminal tells none, what programs fall back to."""
    return (size[0] or _UNTOLD_SIZE[0], size[1] or _UNTOLD_SIZE[1])
