"""`--trace`: the start and end of every inference as CSV, written as the ring is drained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from edgetop.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

HEADER = "start_ns,end_ns\n"


class Trace(Protocol):
    """Takes every inference of a run."""

    def write(self, rows: NDArray[np.int64]) -> None:
        """Take inferences: rows (due_ns, start_ns, end_ns)."""


class TraceFile:
    """A CSV file with one line per inference: ``start_ns,end_ns`` (CLOCK_MONOTONIC).

    Args:
        path: Created, or replaced.

    Raises:
        UsageError: The file cannot be created.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problem = ""
        """Why the trace stopped early, in one line; empty while all is written."""
        try:
            self._file = open(path, "w", encoding="ascii")  # noqa: SIM115  lives as long as the session
            self._file.write(HEADER)
        except OSError as error:
            raise UsageError(f"cannot write the trace {path}: {error.strerror}") from error

    def write(self, rows: NDArray[np.int64]) -> None:
        """Append inferences: rows (due_ns, start_ns, end_ns).

        In an open loop the start is the moment the inference really began; its latency counts
        from the due time, which the trace does not hold. A full disk ends the trace, not the run.
        """
        if self.problem:
            return
        try:
            self._file.write("".join(f"{start},{end}\n" for _, start, end in rows.tolist()))
            self._file.flush()
        except OSError as error:
            self.problem = f"the trace {self._path} ends early: {error.strerror}"

    def close(self) -> None:
        """Finish the file."""
        try:
            self._file.close()
        except OSError as error:
            self.problem = self.problem or f"the trace {self._path} ends early: {error.strerror}"
