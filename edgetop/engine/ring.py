"""A ring of inference records in shared memory: one writer, one reader, no locks.

Layout, 64-bit little-endian words: word 0 counts the records ever written, words 1 to 7 are
reserved, then `CAPACITY` records of three words: when the inference was due, when it
started, when it ended (ns, CLOCK_MONOTONIC). In a closed loop due equals start.
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

CAPACITY = 1 << 18
"""Records: more than a second at 200 000 inferences per second."""

_HEADER_WORDS = 8
_RECORD_WORDS = 3
_RECORD = struct.Struct(f"={_RECORD_WORDS}q")
_HEADER_BYTES, _RECORD_BYTES = 8 * _HEADER_WORDS, _RECORD.size
SIZE_BYTES = _HEADER_BYTES + _RECORD_BYTES * CAPACITY

_KEPT_BYTES = 1 << 18
"""Of the ring that the reader keeps mapped in; what it has read beyond that it gives back."""


def create() -> int:
    """A descriptor of an empty ring; the memory goes when its last descriptor closes."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("edgetop-ring")
    else:  # a system without memfd: a file without a name does the same
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, SIZE_BYTES)
    return descriptor


class RingWriter:
    """The side of the model's process."""

    def __init__(self, descriptor: int) -> None:
        self._map = mmap.mmap(descriptor, SIZE_BYTES)
        self._words = memoryview(self._map).cast("q")

    def recorder(self) -> Callable[[int, int, int], None]:
        """A function (due_ns, start_ns, end_ns) that writes one record.

        The record goes in before the count that makes it visible. Closed over its state
        instead of a method: attribute look-ups would be half its cost.
        """
        words, pack, memory = self._words, _RECORD.pack_into, self._map
        written = words[0]

        def record(due_ns: int, start_ns: int, end_ns: int) -> None:
            nonlocal written
            at = _HEADER_BYTES + _RECORD_BYTES * (written & (CAPACITY - 1))
            pack(memory, at, due_ns, start_ns, end_ns)
            written += 1
            words[0] = written

        return record


class RingReader:
    """The side of the sampler: takes what is new, counts what was overwritten."""

    def __init__(self, descriptor: int) -> None:
        self._map = mmap.mmap(descriptor, SIZE_BYTES, prot=mmap.PROT_READ)
        self._taken = 0
        self._mapped_bytes = 0
        self.lost = 0
        """Records overwritten before they were taken, since the ring was made."""

    def take(self) -> NDArray[np.int64]:
        """New records as rows (due_ns, start_ns, end_ns), oldest first."""
        import numpy as np  # not at the top: a process is started before numpy is needed

        words: NDArray[np.int64] = np.frombuffer(self._map, dtype=np.int64)
        records = words[_HEADER_WORDS:].reshape(CAPACITY, _RECORD_WORDS)
        rows: NDArray[np.int64]
        head = int(words[0])
        first = max(self._taken, head - CAPACITY)
        begin, end = first % CAPACITY, head % CAPACITY
        if head == first:
            rows = records[:0].copy()
        elif begin < end:
            rows = records[begin:end].copy()
        else:
            rows = np.concatenate((records[begin:], records[:end]))
        # The writer went on while we copied: what it has overwritten, and the slot it may be
        # writing just now, cannot be trusted.
        unsafe = int(words[0]) + 1 - CAPACITY - first
        if unsafe > 0:
            rows = rows[unsafe:]
            first = min(first + unsafe, head)
        self.lost += first - self._taken
        self._mapped_bytes += _RECORD_BYTES * (head - self._taken)
        self._taken = head
        self._give_back()
        return rows

    def _give_back(self) -> None:
        """Unmap pages that were read: they stay in the ring but weigh on us no longer."""
        if self._mapped_bytes > _KEPT_BYTES and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
            self._mapped_bytes = 0
