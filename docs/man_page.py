"""Writes docs/man/edgetop.1 from the parser: `make man`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop import __version__, cli, config
from edgetop.cli.completion import commands_of
from edgetop.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parent / "man" / "edgetop.1"

_EXIT = {
    ExitCode.DONE: "Done.",
    ExitCode.DEFECT: "A defect of edgetop.",
    ExitCode.USAGE: "Wrong usage, or an input that cannot be read.",
    ExitCode.MODEL: "The model cannot be loaded or run.",
    ExitCode.WORKER_DIED: "The model's process died.",
    ExitCode.PROVIDER: "The provider asked for is not available.",
    ExitCode.INTERRUPTED: "Interrupted.",
}
_FILES = {
    "~/.config/edgetop/config.toml": "Settings; XDG_CONFIG_HOME moves it.",
    "~/.config/edgetop/themes/": "Themes of your own, a TOML file each.",
    "~/.local/share/edgetop/sessions.db": "Recorded sessions; XDG_DATA_HOME moves it.",
    "~/.local/share/edgetop/models/": "Models that can be named without their path.",
    "~/.cache/edgetop/": "Built-in models and variants, which can be made again; "
    "XDG_CACHE_HOME moves it.",
    "~/.local/state/edgetop/": "Logs of the models' processes; XDG_STATE_HOME moves it.",
}


def page() -> str:
    """The whole page in the macros of man(7), with the version and no date: it tells no lie."""
    top = cli.parser()
    name, _, purpose = str(top.description).partition(": ")
    lines = [
        r".\" Made from the parser by docs/man_page.py; do not edit.",
        f'.TH EDGETOP 1 "" "edgetop {_text(__version__)}" "User Commands"',
        ".ad l",
        ".nh",
        ".SH NAME",
        rf"edgetop \- {_text(name)}",
        ".SH SYNOPSIS",
        _synopsis(top),
        ".SH DESCRIPTION",
        f"edgetop is {_text(name)}: {_text(purpose)}.",
        *_paragraph(str(top.epilog)),
        ".SH OPTIONS",
        *_item(rf"{_bold('-h')}, {_bold('--help')}", "What there is; also behind a command."),
        *_options(top),
        ".SH COMMANDS",
        *(line for command, does in cli.COMMANDS.items() for line in _item(_bold(command), does)),
    ]
    for command in commands_of(top).values():
        lines += _section(command)
    return "\n".join([*lines, *_surroundings()]) + "\n"


def _surroundings() -> Iterator[str]:
    """What holds for all commands."""
    yield ".SH EXIT STATUS"
    for code in ExitCode:
        yield from _item(_bold(str(int(code))), _EXIT[code])
    yield ".SH ENVIRONMENT"
    yield "Wins over the file of settings; the command line wins over both."
    for name in config.Settings.__dataclass_fields__:
        yield from _item(_bold(f"EDGETOP_{name.upper()}"), f"The setting {name}.")
    yield from _item(_bold("NO_COLOR"), "The screen is drawn without colours.")
    yield ".SH FILES"
    for path, what in _FILES.items():
        yield from _item(rf"\fI{_text(path)}\fR", what)
    yield ".SH SEE ALSO"
    yield r"\fBtop\fR(1)"


def _section(parser: argparse.ArgumentParser) -> Iterator[str]:
    """One command, then its own commands."""
    command = parser.prog.partition(" ")[2]
    title = parser.prog.upper() if " " not in command else ""
    yield f".SH {_text(title)}" if title else f".SS {_text(parser.prog)}"
    yield _synopsis(parser)
    if parser.description:
        yield from _paragraph(parser.description)
    yield from _options(parser)
    for inner in commands_of(parser).values():
        yield from _section(inner)


def _synopsis(parser: argparse.ArgumentParser) -> str:
    options = any(action.option_strings for action in parser._actions)
    words = [_bold(parser.prog), *([r"[\fIOPTION\fR]..."] if options else [])]
    for action in parser._actions:
        if not action.option_strings:
            value = _value(action)
            optional = action.nargs == "?" or not action.required
            words.append(f"[{value}]" if optional else value)
    return " ".join(words)


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Group by group, as in the help."""
    for group in parser._action_groups:
        shown = [
            action
            for action in group._group_actions
            if not isinstance(action, (argparse._SubParsersAction, argparse._HelpAction))
        ]
        if not shown:
            continue
        if group.title not in ("options", "positional arguments", "optional arguments"):
            yield ".PP"
            yield rf"\fB{_text(str(group.title).capitalize())}\fR"
            if group.description:
                yield from _paragraph(group.description)
        for action in shown:
            told = parser._get_formatter()._expand_help(action) if action.help else ""
            yield from _item(_label(action), told)


def _label(action: argparse.Action) -> str:
    names = ", ".join(map(_bold, action.option_strings))
    return f"{names} {_value(action)}".strip()


def _value(action: argparse.Action) -> str:
    """What stands for the value, in italics; empty for an option that takes none."""
    if action.nargs == 0:
        return ""
    name = action.metavar or ""
    if not name and action.choices is not None:
        name = "{" + ",".join(map(str, action.choices)) + "}"
    repeated = {"+": "...", "A...": " ..."}.get(str(action.nargs), "")
    return rf"\fI{_text(str(name or action.dest.upper()))}\fR{repeated}"


def _item(label: str, text: str) -> list[str]:
    return [".TP", label, _text(text)]


def _paragraph(text: str) -> list[str]:
    """As it is, if its lines are set by hand."""
    if "\n  " in text:
        return [".PP", ".nf", *map(_text, text.splitlines()), ".fi"]
    return [".PP", _text(text)]


def _bold(text: str) -> str:
    return rf"\fB{_text(text)}\fR"


def _text(text: str) -> str:
    """Text that roff prints as it is: options keep their hyphens, no line begins with a command."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    escaped = escaped.replace("~", r"\(ti").replace("^", r"\(ha").replace("`", r"\(ga")
    return rf"\&{escaped}" if escaped.startswith(".") else escaped


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
