"""What the environment says about the terminal, and a descriptor of its own for it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from edgetop.ui.terminal import is_console, open_terminal, prepare_environment, terminal_encoding

VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")


@pytest.mark.parametrize(
    ("env", "encoding"),
    [
        ({}, "ascii"),
        ({"LANG": "C"}, "ascii"),
        ({"LANG": "POSIX"}, "ascii"),
        ({"LANG": "C.UTF-8"}, "UTF-8"),
        ({"LANG": "de_DE.utf8@euro"}, "utf8"),
        ({"LANG": "de_DE.ISO-8859-15"}, "ISO-8859-15"),
        ({"LANG": "C.UTF-8", "LC_ALL": "C"}, "ascii"),
        ({"LANG": "C", "LC_CTYPE": "en_GB.UTF-8"}, "UTF-8"),
        ({"LC_ALL": "xx_XX"}, "ascii"),
        ({"LC_ALL": "xx_XX.no-such-encoding"}, "ascii"),
    ],
)
def test_the_locale_names_the_encoding(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], encoding: str
) -> None:
    """LC_ALL before LC_CTYPE before LANG; ASCII where nothing is promised."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in env.items():
        monkeypatch.setenv(variable, value)
    assert terminal_encoding() == encoding


@pytest.mark.parametrize(
    ("env", "encoding"), [({"LANG": "C"}, "ascii"), ({"LC_CTYPE": "C.UTF-8"}, "UTF-8")]
)
def test_what_python_makes_of_the_c_locale_does_not_count(
    env: dict[str, str], encoding: str
) -> None:
    """PEP 538: Python sets LC_CTYPE by itself; a user who sets it means it."""
    kept = {k: v for k, v in os.environ.items() if k not in VARIABLES}
    script = "from edgetop.ui.terminal import terminal_encoding; print(terminal_encoding())"
    ran = subprocess.run(
        [sys.executable, "-c", script], env={**kept, **env}, capture_output=True, text=True
    )
    assert ran.stdout.strip() == encoding


@pytest.mark.parametrize(("term", "console"), [("linux", True), ("xterm", False), ("", False)])
def test_consoles_are_known_by_name(term: str, console: bool) -> None:
    """A text console needs its own ways."""
    assert is_console(term) is console


def test_a_console_has_sixteen_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever COLORTERM says."""
    monkeypatch.setenv("TERM", "linux")
    for name in ("TEXTUAL_COLOR_SYSTEM", "TEXTUAL_ANIMATIONS", "TEXTUAL_DISABLE_KITTY_KEY"):
        monkeypatch.setenv(name, "")  # restored at the end of the test
        monkeypatch.delenv(name)
    prepare_environment()
    assert os.environ["TEXTUAL_COLOR_SYSTEM"] == "standard"


def test_the_terminal_is_opened_anew_without_blocking() -> None:
    """The descriptor that others share keeps its flags."""
    master, slave = os.openpty()
    own = open_terminal(slave)
    try:
        assert own != slave
        assert not os.get_blocking(own)
        assert os.get_blocking(slave)
        os.write(own, b"text")
        assert os.read(master, 10) == b"text"
    finally:
        for descriptor in (own, slave, master):
            os.close(descriptor)
