"""``python -m edgetop.zoo NAME PATH`` writes a built-in model in a process of its own.

The monitor starts it, so that neither the screen nor the model's process pays for onnx.
"""

from __future__ import annotations

import sys
from pathlib import Path

from edgetop.engine.one_task import exit_code_of
from edgetop.errors import UsageError
from edgetop.zoo import build, catalogue
from edgetop.zoo.resolve import unknown_model


def main(arguments: list[str]) -> int:
    """Build the model and return the exit code; an error is one line on stderr."""
    return exit_code_of(lambda: _build(*arguments))


def _build(*arguments: str) -> None:
    if len(arguments) != 2:
        raise UsageError("usage: python -m edgetop.zoo NAME PATH")
    name, path = arguments
    architecture = catalogue.find(name)
    if architecture is None:
        raise unknown_model(name)
    build.build(architecture, Path(path).absolute())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
