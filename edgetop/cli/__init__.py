"""The command line: `edgetop COMMAND`, with `run`, the live monitor, as the default."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import Any, NoReturn

from edgetop import __version__
from edgetop.cli import streams
from edgetop.errors import EdgetopError, ExitCode, UsageError

COMMANDS = {
    "run": "run a model and watch it (the default)",
    "sensors": "what this board can measure",
    "sessions": "list, show, delete and check recorded sessions",
    "replay": "play a recorded session back on the same screen",
    "demo": "see the screen at work: no model and no board needed",
    "export": "write a recorded session to a file",
    "models": "list or build the built-in models, or fetch trained ones",
    "inspect": "what is in a model's file",
    "sweep": "measure models by batches on this board",
    "boards": "boards with published measurements",
    "best": "the most accurate models that meet limits",
    "claims": "the reports' findings, tested on a board",
    "compare": "this board beside published ones, or two recorded sessions side by side",
    "accuracy": "top-1 and top-5 on labelled pictures",
    "report": "figures and tables as one file",
    "selftest": "what edgetop itself costs on this machine",
    "completion": "the tab key completes commands, models and sessions: for bash, zsh, fish",
}
"""What each command does, in the order of the help. Its module has its name and `add_parser`."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like every other error of edgetop."""

    def error(self, message: str) -> NoReturn:
        streams.complain(f"{message}; see {self.prog} --help")
        sys.exit(int(ExitCode.USAGE))


class _Commands(argparse._SubParsersAction):  # type: ignore[type-arg]  # generic for mypy alone
    """Takes what a command does from `COMMANDS`: its line is there before its module is."""

    def add_parser(self, name: str, **options: Any) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = super().add_parser(
            name, **{**options, "help": COMMANDS[name]}
        )
        return added


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands.

    Args:
        command: The only one that will be parsed, if any: the others are known by name alone, so
            that their modules need not be imported. All are complete without it.
    """
    top = _Parser(
        prog="edgetop",
        description="top for edge inference: what a model really does on this board, live",
        epilog="`edgetop` without a command is `edgetop run`; see `edgetop run --help`.",
    )
    top.add_argument("--version", action="version", version=f"edgetop {__version__}")
    commands = top.add_subparsers(
        dest="command", metavar="COMMAND", parser_class=_Parser, action=_Commands
    )
    for name in COMMANDS:
        if command in (None, name):
            import_module(f"edgetop.cli.{name}").add_parser(commands)
        else:
            commands.add_parser(name)
    return top


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    debug = "--debug" in arguments
    streams.accept_any_text()
    try:
        words = _with_default_command(arguments)
        parsed = parser(words[0]).parse_args(words)
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
    if first in (*COMMANDS, "-h", "--help", "--version"):
        return arguments
    if first and not first.startswith("-"):
        raise _no_command(first)
    return ["run", *arguments]


def _no_command(word: str) -> UsageError:
    """What was meant: a command with another spelling, or a model without its option."""
    from difflib import get_close_matches

    if word.lower().endswith((".onnx", ".ort")) or word.startswith(("http://", "https://")):
        return UsageError(f"{word!r} is no command; did you mean --model {word}?")
    near = get_close_matches(word, COMMANDS, n=1)
    advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}"
    return UsageError(f"{word!r} is no command; {advice}")
