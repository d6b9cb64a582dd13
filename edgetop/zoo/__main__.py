"""``python -m edgetop.zoo NAME PATH`` writes a built-in model in a process of its own.

The monitor starts it, so that neither the screen nor the model's process pays for onnx.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from edgetop.errors import EdgetopError, ExitCode, UsageError
from edgetop.zoo import build, catalogue
from edgetop.zoo.resolve import unknown_model


def main(arguments: list[str]) -> int:
    """Build the model and return the exit code; an error is one line on stderr."""
    # As an exception, so that an unfinished file is removed.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        if len(arguments) != 2:
            raise UsageError("usage: python -m edgetop.zoo NAME PATH")
        name, path = arguments
        architecture = catalogue.find(name)
        if architecture is None:
            raise unknown_model(name)
        build.build(architecture, Path(path).absolute())
    except EdgetopError as error:
        sys.stderr.write(f"edgetop: {error.message}\n")
        return int(error.code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    return int(ExitCode.DONE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
