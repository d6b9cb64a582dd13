"""The end of a process that does one task: an exit code, and at most one line on stderr."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from edgetop.errors import EdgetopError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


class _Told:
    """What a SIGTERM said: it ends the work as an exception, so that an unfinished file goes."""

    def __init__(self) -> None:
        self.code: int | None = None
        signal.signal(signal.SIGTERM, self._end)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        self.code = 128 + number
        sys.exit(self.code)


def exit_code_of(work: Callable[[], None]) -> int:
    """Do the work; an `EdgetopError` is one line on stderr, and its code the exit code."""
    told = _Told()
    try:
        work()
    except EdgetopError as error:
        # An import that a signal breaks off says ImportError, as if its package were missing.
        if told.code is not None:
            return told.code
        sys.stderr.write(f"edgetop: {error.message}\n")
        return int(error.code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    return int(ExitCode.DONE)
