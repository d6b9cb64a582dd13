"""What can go wrong in words a user can act on, and the exit code that goes with it."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every edgetop command, a contract for scripts."""

    DONE = 0
    DEFECT = 1
    """A defect of edgetop itself."""
    USAGE = 2
    """Wrong usage, or an input file that cannot be read."""
    MODEL = 3
    """The model cannot be loaded or run."""
    WORKER_DIED = 4
    """The model's process died: a signal, the out-of-memory killer."""
    PROVIDER = 5
    """The execution provider asked for is not available."""
    INTERRUPTED = 130


class EdgetopError(Exception):
    """An error that is told to the user in one line.

    Args:
        message: What went wrong, with which file or sensor, and what to do about it.
        code: The exit code of the command that fails with it.
    """

    def __init__(self, message: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class UsageError(EdgetopError):
    """Wrong usage, or an input file that cannot be read (exit code 2)."""


class ModelError(EdgetopError):
    """The model cannot be loaded or run (exit code 3)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.MODEL)


class WorkerDiedError(EdgetopError):
    """The model's process died (exit code 4)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.WORKER_DIED)


class ProviderError(EdgetopError):
    """The execution provider asked for is not available (exit code 5)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.PROVIDER)
