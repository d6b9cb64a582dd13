"""Asking a vendor's own command, with a limit to its time and to what it may say."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from edgetop.readings import Reason

if TYPE_CHECKING:
    from edgetop.sensors.files import Sysroot

_MOST_BYTES = 65536
_LAST_WORD_S = 0.2
"""How long a killed command is waited for; one that hangs in the kernel never ends."""
_FOLDERS = "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin:/opt/vc/bin"


class Answer(NamedTuple):
    """What a command said, or why it said nothing."""

    text: str | None
    reason: Reason = Reason.OK
    detail: str = ""


def find(sysroot: Sysroot, name: str) -> str | None:
    """The command's file: on the search path, or in ``bin`` of an emulated board."""
    if sysroot.root == Path("/"):
        return shutil.which(name) or shutil.which(name, path=_FOLDERS)
    path = sysroot.root / "bin" / name
    return str(path) if os.access(path, os.X_OK) else None


def ask(command: list[str], timeout_s: float) -> Answer:
    """Run a command and return what it printed, error output included.

    Its exit status is not looked at: firmware tools report errors with status 0 or not.

    Args:
        command: Program and arguments.
        timeout_s: After that it is ended, with all that it started.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        reason = Reason.NO_PERMISSION if isinstance(error, PermissionError) else Reason.ABSENT
        return Answer(None, reason, f"{command[0]}: {error.strerror}")
    assert process.stdout is not None
    text = None
    try:
        text = _output(process.stdout.fileno(), time.monotonic() + timeout_s)
    finally:
        _end(process, at_once=text is None)
        process.stdout.close()
    if text is None:
        return Answer(None, Reason.ERROR, f"no answer of {command[0]} within {timeout_s:g} s")
    return Answer(text)


def _output(descriptor: int, deadline_s: float) -> str | None:
    """All that comes until the end, at most `_MOST_BYTES`; None if time runs out before."""
    data = bytearray()
    while len(data) < _MOST_BYTES:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0 or not select.select([descriptor], [], [], left_s)[0]:
            return None
        piece = os.read(descriptor, _MOST_BYTES)
        if not piece:
            break
        data += piece
    return data.decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes], *, at_once: bool) -> None:
    """End the command's process group; whoever cannot be ended is left behind."""
    # A leader that has ended keeps the group's number as long as nobody has waited for it.
    if not at_once:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LAST_WORD_S)
            return
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_LAST_WORD_S)
