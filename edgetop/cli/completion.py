"""`edgetop completion`: what a shell completes, written for bash, zsh or fish."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from edgetop.cli import streams, values
from edgetop.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SHELLS = ("bash", "zsh", "fish")
_KINDS = {
    "--theme": "themes",
    "--provider": "providers",
    "--providers": "providers",
    "--board": "boards",
    "--boards": "boards",
    "--models": "models",
    "--model": "models or files",
    "--session": "sessions or files",
    "--resume": "sessions",
    "boards ID|FILTER": "boards",
    "compare A": "sessions or files",
    "compare B": "sessions or files",
    "export ID": "sessions or files",
    "inspect FILE": "models or files",
    "models build NAME": "models",
    "models pull NAME": "trained",
    "replay ID|FILE": "sessions or files",
    "sessions delete ID": "sessions",
    "sessions show ID": "sessions or files",
}
"""What an option may be, or an argument by its command and the name that the help gives it."""
_SESSIONS = "echo last; edgetop sessions list --ids 2>/dev/null"
_FILES, _FOLDERS = ("F", "FILE", "F.csv", "F.npz"), ("DIR",)


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `completion` to the command line."""
    parser = commands.add_parser(
        "completion",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Print a script that completes commands, options, models, themes, providers, "
        "boards and\nsessions with the tab key:\n\n"
        "  edgetop completion bash > ~/.local/share/bash-completion/completions/edgetop\n"
        "  edgetop completion zsh > ~/.zfunc/_edgetop    "
        "(with fpath+=~/.zfunc before compinit in ~/.zshrc)\n"
        "  edgetop completion fish > ~/.config/fish/completions/edgetop.fish",
    )
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    values.add_debug(parser)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Print the script."""
    streams.say(script(arguments.shell), sys.stdout)
    return ExitCode.DONE


def script(shell: str) -> str:
    """The script for one of `SHELLS`."""
    import shtab

    from edgetop import cli

    parser = cli.parser()
    commands = commands_of(parser)
    for option in commands["run"]._get_optional_actions():
        if option.dest != "help":
            parser._add_action(option)  # `edgetop --model F` is `edgetop run --model F`
    words = _words()
    for command, action in _actions(parser):
        _tell(command, action, words)
    return str(shtab.complete(parser, shell=shell))


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers of a parser's commands, by name."""
    return {
        name: command
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, command in action.choices.items()
    }


def _actions(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.Action]]:
    """All that takes a value, behind the command that takes it."""
    for action in parser._actions:
        if action.nargs != 0 and not isinstance(action, argparse._SubParsersAction):
            yield parser.prog.partition(" ")[2], action
    for command in commands_of(parser).values():
        yield from _actions(command)


def _words() -> dict[str, Sequence[str]]:
    """All names of each kind, except sessions, which come and go."""
    from edgetop import locations, reference
    from edgetop.engine import providers
    from edgetop.ui import theme
    from edgetop.zoo.catalogue import ARCHITECTURES
    from edgetop.zoo.manifest import pretrained

    shown = theme.available(locations.shipped_dir("themes"), locations.user_themes_dir())
    return {
        "themes": sorted(shown.themes),
        "providers": (providers.AUTO, *providers.NAMES),
        "boards": reference.boards(),
        "models": [architecture.name for architecture in ARCHITECTURES],
        "trained": [entry.name for entry in pretrained()],
    }


def _tell(command: str, action: argparse.Action, words: Mapping[str, Sequence[str]]) -> None:
    """Give an action what shtab reads: ``choices``, or in ``complete`` what a shell shall call."""
    import shtab

    names = action.option_strings or [f"{command} {action.metavar}"]
    kind = next((_KINDS[name] for name in names if name in _KINDS), "")
    if kind in words:
        action.choices = words[kind]
    elif kind:
        action.complete = _function(kind, words)  # type: ignore[attr-defined]
    elif action.metavar in _FILES:
        action.complete = shtab.FILE  # type: ignore[attr-defined]
    elif action.metavar in _FOLDERS:
        action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]


def _function(kind: str, words: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A function of the shell that offers names, and files where the kind says so.

    Sessions are asked for at each press of the key; ``file`` in a function's name tells shtab
    that bash shall mark folders.
    """
    what = kind.partition(" ")[0]
    listed = f"printf '%s\\n' {' '.join(words[what])}" if what in words else _SESSIONS
    files = kind.endswith("files")
    name = f"_edgetop_{kind.replace(' ', '_')}"
    bash = f'compgen -W "$({listed})" -- "$1"' + ('; compgen -f -- "$1"' if files else "")
    alternatives = f'"{what}:{what}:($names)"' + (" 'files:file:_files'" if files else "")
    fish = f"  {listed}\n" + ("  __fish_complete_path (commandline -ct)\n" if files else "")
    return {
        "bash": name,
        "zsh": name,
        "fish": f"({name})",
        "preamble": {
            "bash": f"{name}() {{ {bash}; }}",
            "zsh": f"{name}() {{ local names=($({listed})); _alternative {alternatives} }}",
            "fish": f"function {name}\n{fish}end",
        },
    }
