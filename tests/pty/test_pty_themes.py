"""Colours that the user chose, well or badly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from observed import until

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import StartTerminal, Watch

SHIPPED = ("edgetop", "colourblind", "daylight", "ember", "fjord", "mono", "plain16")


def user_theme(env: dict[str, str], name: str, text: str) -> None:
    from pathlib import Path as Folder

    folder = Folder(env["XDG_CONFIG_HOME"]) / "edgetop" / "themes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text)


def test_a_broken_theme_is_one_notice(watch: Watch, terminal_env: dict[str, str]) -> None:
    """The file and the key are named; the screen has the default colours and goes on."""
    user_theme(terminal_env, "mine", '[ink]\ntext = "no such colour"\n')
    program = watch()
    text = program.wait_for("mine.toml", 30)
    assert "ink.text" in "".join(text.split())
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []
    assert b"Traceback" not in program.raw


def test_a_broken_theme_that_is_asked_for_is_one_notice_too(
    terminal: StartTerminal, small_model: Path, terminal_env: dict[str, str]
) -> None:
    """The default stands in for it: a typo in a colour locks nobody out."""
    user_theme(terminal_env, "mine", "[ink\n")
    program = terminal("--model", small_model, "--theme", "mine")
    program.wait_for("mine.toml", 30)
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []


def test_an_unknown_theme_names_the_nearest(terminal: StartTerminal, small_model: Path) -> None:
    """One line, exit 2, the terminal untouched, no model left running."""
    program = terminal("--model", small_model, "--theme", "embr")
    assert program.wait(30) == 2
    assert program.restored() == []
    assert program.text().strip() == "edgetop: no theme 'embr': did you mean ember?"
    assert b"\x1b" not in program.raw
    until(lambda: not program.children(), "its processes have ended")


def test_a_user_theme_is_shown(watch: Watch, terminal_env: dict[str, str]) -> None:
    """Its colours reach the terminal."""
    user_theme(terminal_env, "mine", '[ink]\nbig = "#010203"\n')
    program = watch("--theme", "mine")
    assert b"38;2;1;2;3" in program.raw
    program.send("q")
    assert program.wait(30) == 0


def test_the_key_goes_through_all_themes(watch: Watch) -> None:
    """Each one is painted, and after the last comes the first."""
    program = watch()
    for name in (*SHIPPED[1:], SHIPPED[0]):
        program.send("T")
        program.wait_for(f"theme {name}", 30)
    program.send("q")
    assert program.wait(30) == 0
    assert program.restored() == []
