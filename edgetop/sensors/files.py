"""Reading the kernel's files: below a root of one's choice, cheaply, and without ever raising.

A kept descriptor with ``pread`` costs 2 µs, open/read/close 13 µs; so descriptors are kept.
Python's own file objects are no use here: reading a switched-off thermal zone through them
(EAGAIN) raises ``TypeError`` in text mode and gives ``None`` in binary mode.
"""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from edgetop.readings import Kind, Reading, Reason
from edgetop.sensors.plausibility import checked

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_MOST_LINKS = 40  # as in the kernel

_REASONS = {
    errno.EACCES: Reason.NO_PERMISSION,
    errno.EPERM: Reason.NO_PERMISSION,
    errno.ENOENT: Reason.ABSENT,
    errno.ENOTDIR: Reason.ABSENT,
    errno.ENODEV: Reason.ABSENT,
    errno.ESTALE: Reason.ABSENT,
    errno.EAGAIN: Reason.OFFLINE,
    errno.ENODATA: Reason.OFFLINE,
    errno.EINVAL: Reason.OFFLINE,
    errno.ENXIO: Reason.OFFLINE,
    errno.EBUSY: Reason.OFFLINE,
}
# The device behind a kept descriptor went away; it may be back under the same path.
_REOPEN = frozenset({errno.ENODEV, errno.ENOENT, errno.ESTALE})

_NUMBER = re.compile(rb"[+-]?[0-9]{1,20}(?:\.[0-9]{1,9})?")
_BLANKS = b" \t\r\n\0"


def natural_key(name: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key that puts ``cpu2`` before ``cpu10``."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return tuple((0, int(part)) if part[0] in "0123456789" else (1, part) for part in parts)


def printable(text: str) -> str:
    """The text without what would move a terminal's cursor; blanks are joined."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@dataclass(frozen=True, slots=True)
class Sysroot:
    """A folder that stands for ``/`` of the board; its links never lead out of it."""

    root: Path = Path("/")

    def real(self, path: str) -> str:
        """The path without links as the board would name it; as it is if that leads nowhere."""
        try:
            return self._resolved(path)
        except OSError:
            return path

    def _resolved(self, path: str) -> str:
        """The path without links, beginning with ``/``.

        An absolute link starts again at the root, ``..`` stops there. A part that does not
        exist is kept as it is.

        Raises:
            OSError: ELOOP, if the links lead in a circle; ENOENT, if it can be no path.
        """
        if "\0" in path:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        root = str(self.root).rstrip("/")
        pending = path.split("/")[::-1]
        done: list[str] = []
        links = 0
        while pending:
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                del done[-1:]
                continue
            done.append(part)
            try:
                target = os.readlink(f"{root}/{'/'.join(done)}")  # noqa: PTH115 - a tenth of Path's
            except OSError:
                continue
            done.pop()
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
            if target.startswith("/"):
                done.clear()
            pending.extend(target.split("/")[::-1])
        return "/" + "/".join(done)

    def host_path(self, path: str) -> str:
        """Where the file of the board lies on this machine.

        Raises:
            OSError: ELOOP, if the links lead in a circle; ENOENT, if it can be no path.
        """
        return str(self.root).rstrip("/") + self._resolved(path)

    def names(self, path: str) -> tuple[str, ...]:
        """The entries of a folder, ``cpu2`` before ``cpu10``; empty if it cannot be listed."""
        try:
            return tuple(sorted(os.listdir(self.host_path(path)), key=natural_key))  # noqa: PTH208 - half the price of iterdir
        except OSError:
            return ()

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder, readable or not."""
        try:
            return os.path.lexists(self.host_path(path))
        except OSError:
            return False

    def data(self, path: str, size: int = 4096) -> bytes:
        """The bytes of a small file, read once; empty if it cannot be read."""
        reader = FileReader(self, path, size)
        data = reader.read(0.0).data
        reader.close()
        return data or b""

    def text(self, path: str) -> str:
        """The first line of a small file as printable text, at most 100 characters.

        Empty if there is none. Strings of the device tree end with NUL, which is dropped.
        """
        line = (
            self.data(path).replace(b"\0", b"").decode("utf-8", "replace").strip().split("\n", 1)[0]
        )
        return "".join(char for char in line if char.isprintable())[:100].strip()


class Raw(NamedTuple):
    """What a file gave: its bytes, or why not."""

    data: bytes | None
    reason: Reason = Reason.OK
    detail: str = ""


class Number(NamedTuple):
    """The number in a file, or why there is none."""

    value: float | None
    reason: Reason = Reason.OK
    detail: str = ""


class FileReader:
    """One file of the board, read again and again through a kept descriptor.

    After five failures in a row it is tried once per 10 s only and keeps its reason: a gated
    device costs an I2C or firmware call each time. Opening never blocks, not even a FIFO.

    Args:
        sysroot: The board's root.
        path: The file as the board names it; links are followed again at each opening.
        size: Bytes to read at most; of a longer file the last, incomplete line is dropped.
    """

    FAILURES_TO_BACK_OFF = 5
    BACK_OFF_S = 10.0

    def __init__(self, sysroot: Sysroot, path: str, size: int = 4096) -> None:
        self.path = path if path.startswith("/") else "/" + path
        self._sysroot = sysroot
        self._size = size
        self._descriptor: int | None = None
        self._failures = 0
        self._failure = Raw(None, Reason.ABSENT)
        self._retry_s = float("-inf")

    def read(self, now_s: float) -> Raw:
        """The file's bytes, or the reason for which there are none.

        Args:
            now_s: CLOCK_MONOTONIC seconds, for backing off.
        """
        if now_s < self._retry_s:
            return self._failure
        try:
            data = self._fetch()
        except OSError as error:
            return self._failed(error, now_s)
        self._failures = 0
        self._retry_s = float("-inf")
        return Raw(data)

    def number(self, now_s: float) -> Number:
        """The number that the file consists of; anything else is ``implausible``, never 0."""
        data, reason, detail = self.read(now_s)
        if data is None:
            return Number(None, reason, detail)
        text = data.strip(_BLANKS)
        if not _NUMBER.fullmatch(text):
            seen = text[:20].decode("utf-8", "replace")
            return Number(None, Reason.IMPLAUSIBLE, f"no number in {self.path}: {seen!r}")
        return Number(float(text))

    def reading(self, kind: Kind, scale: float, now_s: float) -> Reading:
        """The number divided by ``scale`` as a reading of that kind, if it is plausible."""
        value, reason, detail = self.number(now_s)
        if value is None:
            return Reading(None, reason, detail, now_s)
        return checked(kind, value / scale, now_s)

    def close(self) -> None:
        """Give the descriptor back; the next read opens the file again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _fetch(self) -> bytes:
        """The bytes, with one fresh opening if the device behind the descriptor has gone."""
        if self._descriptor is not None:
            try:
                # A file of an emulated board that was deleted still reads well, one of sysfs
                # gives ENODEV; the link count tells both.
                if os.fstat(self._descriptor).st_nlink:
                    return self._pread(self._descriptor)
            except OSError as error:
                if error.errno not in _REOPEN:
                    raise
            self.close()
        self._descriptor = os.open(self._sysroot.host_path(self.path), _FLAGS)
        return self._pread(self._descriptor)

    def _pread(self, descriptor: int) -> bytes:
        data = os.pread(descriptor, self._size, 0)
        return data if len(data) < self._size else data[: data.rfind(b"\n") + 1]

    def _failed(self, error: OSError, now_s: float) -> Raw:
        reason = _REASONS.get(error.errno or 0, Reason.ERROR)
        self._failures += 1
        if self._failures >= self.FAILURES_TO_BACK_OFF:
            self._retry_s = now_s + self.BACK_OFF_S
        words = os.strerror(error.errno or 0)
        self._failure = Raw(None, reason, f"{reason.words}: {self.path} ({words})")
        return self._failure
