"""Keeps the rows of a session while it runs, so that all of it can be exported at any time."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from typing import IO, TYPE_CHECKING

from edgetop import locations
from edgetop.export import table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edgetop.sample import Sample


class Recording:
    """Writes each sample's CSV row to a file without a name, so that memory stays constant.

    If the disk has no room the rows stay in memory instead: nothing that was measured is lost
    as long as edgetop lives.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._columns: list[str] = []
        self._file: IO[bytes] | None = _spool()
        self._whole_bytes = 0
        self._in_memory: list[str] = []

    def add(self, sample: Sample) -> None:
        """Keep one sample; a subscriber of the session."""
        row = table.sample_row(sample)
        with self._lock:
            header = not self._columns
            if header:
                self._columns = list(row)
            self._append(table.to_csv([row], self._columns, header=header))

    def _append(self, text: str) -> None:
        data = text.encode()
        try:
            if self._file is not None and self._file.write(data) == len(data):
                self._whole_bytes += len(data)
                return
        except OSError:
            pass  # the disk is full; what follows stays in memory
        if self._file is not None:
            self._in_memory, self._file = [self._spooled()], None
        self._in_memory.append(text)

    def _spooled(self) -> str:
        """All rows that went to the file whole."""
        assert self._file is not None
        return os.pread(self._file.fileno(), self._whole_bytes, 0).decode()

    def pieces(self) -> list[str]:
        """The CSV text of all samples so far, in pieces."""
        with self._lock:
            return [self._spooled()] if self._file is not None else list(self._in_memory)

    def export(self, path: Path, device: str, runs: Sequence[Sample]) -> None:
        """Write the session's two CSV files; see `table.write_csv`."""
        table.write_csv(path, self.pieces(), device, runs)


def _spool() -> IO[bytes] | None:
    """A file without a name, on a real disk if possible: /tmp is memory on many boards."""
    folder = locations.state_dir()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(buffering=0, dir=folder)
    with contextlib.suppress(OSError):
        return tempfile.TemporaryFile(buffering=0)
    return None
