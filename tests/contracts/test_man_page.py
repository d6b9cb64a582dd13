"""The manual page is what the parser says, and man(1) takes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "docs")]

import man_page  # noqa: E402

from edgetop import cli  # noqa: E402


def shown() -> str:
    """What a reader sees, on lines that are long enough for any paragraph."""
    if shutil.which("man") is None:
        pytest.skip("needs man(1)")
    told = subprocess.run(
        ["man", "--warnings", "-l", man_page.PAGE],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "MANWIDTH": "500", "MAN_KEEP_FORMATTING": "", "LC_ALL": "C.UTF-8"},
    )
    assert told.stderr == ""
    return told.stdout


def test_it_is_up_to_date() -> None:
    assert man_page.PAGE.read_text(encoding="utf-8") == man_page.page(), "run `make man`"


def test_every_command_has_a_section() -> None:
    lines = shown().splitlines()
    for command, does in cli.COMMANDS.items():
        assert f"EDGETOP {command.upper()}" in lines
        assert any(
            line in (f"       {command:<7}{does}", f"              {does}") for line in lines
        )


def test_options_are_printed_as_they_are_typed() -> None:
    text = shown()
    assert "       --model M\n              a file, a built-in name or an address\n" in text
    assert "       -o, --output F\n" in text
    assert "edgetop models build [OPTION]... NAME\n" in text
    assert "edgetop sessions delete [OPTION]... ID...\n" in text
    assert "       edgetop completion zsh > ~/.zfunc/_edgetop " in text


@pytest.mark.parametrize("text", [".SH x", "'x", "a\\b", "`a` ~b ^c -d"])
def test_no_text_is_a_command_to_roff(text: str) -> None:
    escaped = man_page._text(text)
    assert not escaped.startswith((".", "'"))
    if shutil.which("groff") is None:
        pytest.skip("needs groff")
    told = subprocess.run(
        ["groff", "-Tascii", "-P-cbou"],
        input=f".pl 1\n{escaped}\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == text
