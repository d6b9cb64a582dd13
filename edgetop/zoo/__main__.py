"""``python -m edgetop.zoo NAME PATH`` writes a built-in model in a process of its own.

The monitor starts it, so that neither the screen nor the model's process pays for onnx.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop.errors import EdgetopError, ExitCode, UsageError
from edgetop.zoo import build, catalogue
from edgetop.zoo.resolve import unknown_model

if TYPE_CHECKING:
    from types import FrameType


class Told:
    """What a SIGTERM said: it ends the work as an exception, so that an unfinished file goes."""

    def __init__(self) -> None:
        self.code: int | None = None
        signal.signal(signal.SIGTERM, self._end)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        self.code = 128 + number
        sys.exit(self.code)


def main(arguments: list[str]) -> int:
    """Build the model and return the exit code; an error is one line on stderr."""
    told = Told()
    try:
        if len(arguments) != 2:
            raise UsageError("usage: python -m edgetop.zoo NAME PATH")
        name, path = arguments
        architecture = catalogue.find(name)
        if architecture is None:
            raise unknown_model(name)
        build.build(architecture, Path(path).absolute())
    except EdgetopError as error:
        # An import that a signal breaks off says ImportError, as if its package were missing.
        if told.code is not None:
            return told.code
        sys.stderr.write(f"edgetop: {error.message}\n")
        return int(error.code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    return int(ExitCode.DONE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
