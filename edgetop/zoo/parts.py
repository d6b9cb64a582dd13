"""Files that are not whole yet, and whether they are the right ones when they are."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from typing import TYPE_CHECKING

from edgetop.errors import UsageError
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_MOST_OPENINGS = 9


@contextlib.contextmanager
def locked(part: Path, target: Path) -> Iterator[BinaryIO]:
    """The file at `part`, which nobody else writes, on its way to `target`.

    Who held it before may have given it another name since it was opened: then it is whole, and
    not ours.

    Raises:
        UsageError: Another process writes it.
    """
    for _ in range(_MOST_OPENINGS):
        with part.open("a+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                break
            if _is_at(file, part):
                yield file
                return
    raise UsageError(f"{safe_text(target.name)} is being fetched by another edgetop; wait for it")


def _is_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def refuse_full_disk(file: BinaryIO, missing: int) -> None:
    """Say that the rest does not fit before any of it is written."""
    free = shutil.disk_usage(f"/proc/self/fd/{file.fileno()}").free
    if missing > free:
        raise UsageError(
            f"the disk has room for {free / 2**20:.0f} MiB, {missing / 2**20:.0f} MiB are missing"
        )


def sha256_of(file: BinaryIO) -> str:
    """The hash of an open file, from its beginning."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def has_hash(path: Path, sha256: str) -> bool:
    """Whether the file is there and is the one with that hash."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        return sha256_of(file) == sha256
    return False
