"""The README names every command and every option that there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edgetop import cli, config
from edgetop.cli.completion import commands_of
from edgetop.errors import ExitCode

if TYPE_CHECKING:
    import argparse

ROOT = Path(__file__).resolve().parents[2]


def options(parser: argparse.ArgumentParser) -> list[str]:
    return [
        option
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    ]


COMMANDS = commands_of(cli.parser())


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_named(readme: str, command: str) -> None:
    assert re.search(rf"edgetop \[?{command}\b", readme) or f"`{command}`" in readme


@pytest.mark.parametrize("option", options(COMMANDS["run"]))
def test_every_option_of_the_monitor_is_explained(readme: str, option: str) -> None:
    assert re.search(rf"^\|.*`[^`]*{option}\b", readme, re.MULTILINE)


def test_no_option_is_named_that_does_not_exist(readme: str) -> None:
    text = re.sub(r"^.*\b(pip|git|make) .*$", "", readme, flags=re.MULTILINE)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", text))
    known = {option for parser in COMMANDS.values() for option in options(parser)}
    known |= {
        option
        for parser in COMMANDS.values()
        for sub in commands_of(parser).values()
        for option in options(sub)
    }
    assert named <= known | {"--version", "--help"}


def test_every_exit_code_is_named(readme: str) -> None:
    (sentence,) = re.findall(r"^Exit codes?:.*?\.\n\n", readme, re.MULTILINE | re.DOTALL)
    for code in ExitCode:
        assert re.search(rf"\b{int(code)} \w", sentence), code


def test_every_setting_is_named(readme: str) -> None:
    for name in config.Settings.__dataclass_fields__:
        assert f"`{name}`" in readme


def test_pictures_and_links_lead_to_files(readme: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (ROOT / target).exists(), target
