"""The command line: `edgetop COMMAND`, with `run`, the live monitor, as the default."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import NoReturn

from edgetop import __version__
from edgetop.cli import streams
from edgetop.errors import EdgetopError, ExitCode

_MODULES = (
    "run",
    "sensors",
    "sessions",
    "replay",
    "export",
    "models",
    "inspect",
    "sweep",
    "boards",
    "best",
    "claims",
    "compare",
    "accuracy",
    "report",
    "selftest",
)
"""One module for each command of its name, in the order of the help."""

_COMMANDS = (*_MODULES, "demo")  # which is a replay


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like every other error of edgetop."""

    def error(self, message: str) -> NoReturn:
        streams.complain(f"{message}; see {self.prog} --help")
        sys.exit(int(ExitCode.USAGE))


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = _Parser(
        prog="edgetop",
        description="top for edge inference: what a model really does on this board, live",
        epilog="`edgetop` without a command is `edgetop run`; see `edgetop run --help`.",
    )
    top.add_argument("--version", action="version", version=f"edgetop {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name in _MODULES:
        import_module(f"edgetop.cli.{name}").add_parser(commands)
    return top


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    debug = "--debug" in arguments
    streams.accept_any_text()
    try:
        parsed = parser().parse_args(_with_default_command(arguments))
        code = int(parsed.main(parsed))
        streams.flush()
    except EdgetopError as error:
        if debug:
            raise
        streams.complain(error.message)
        return int(error.code)
    except BrokenPipeError:  # whoever read our output has ended
        streams.silence(sys.stdout)
        return int(ExitCode.DONE)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    return code


def _with_default_command(arguments: list[str]) -> list[str]:
    """`edgetop --model F` means `edgetop run --model F`."""
    first = arguments[0] if arguments else ""
    if first in (*_COMMANDS, "-h", "--help", "--version"):
        return arguments
    if first and not first.startswith("-"):
        return arguments  # a misspelt command: let the parser say so
    return ["run", *arguments]
