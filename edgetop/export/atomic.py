"""Files that are complete or not there."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import TYPE_CHECKING, BinaryIO

from edgetop.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def write_atomically(path: Path, pieces: Iterable[str]) -> None:
    """Write text so that `path` holds all of it or what it held before.

    Raises:
        UsageError: There is no room or no permission.
    """
    with replacing(path) as file:
        file.writelines(piece.encode() for piece in pieces)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that becomes `path` when the block ends, and leaves no trace if it fails.

    Raises:
        UsageError: There is no room or no permission.
    """
    temporary = ""
    try:
        # The name is short, for one as long as the system allows leaves no room for a suffix.
        descriptor, temporary = tempfile.mkstemp(prefix=".edgetop-", dir=path.absolute().parent)
        os.close(descriptor)
        with open(temporary, "r+b") as file:  # by its name: a library may want to write it
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())  # noqa: PTH101  mkstemp's 0600 would surprise
        os.replace(temporary, path)  # noqa: PTH105
        temporary = ""
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    finally:  # a second ctrl+c, too, leaves nothing half-written
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
