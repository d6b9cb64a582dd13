"""`edgetop completion`: what real shells offer when the tab key is pressed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_models
from edgetop_process import edgetop, headless

from edgetop.cli import COMMANDS, completion
from edgetop.zoo.catalogue import ARCHITECTURES

_BASH = """
source "$1"
COMP_LINE=$2 COMP_POINT=${#2}
read -ra COMP_WORDS <<< "$2"
[[ $2 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_shtab_edgetop edgetop
printf '%s\\n' "${COMPREPLY[@]}"
"""
"""What bash does when the key is pressed."""
_FISH = "source $argv[1]; complete -C $argv[2]"
_ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "fpath=(${1:h} \\$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell "bindkey '^I' complete-word"
zpty -w shell "PS1=REA'DY '"
zpty -r -m shell seen '*READY *'
zpty -w -n shell "$2"$'\\t'
zpty -w -n shell $'\\x05 #DO'"NE"
zpty -r -m shell seen '*#DONE*'
print -r -- $seen
"""
"""Types a line and the tab key where one thing fits: zsh completes it on the line itself."""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scripts, named as the shells look for them, in one with a model's file."""
    folder = tmp_path_factory.mktemp("completion") / "scripts"
    folder.mkdir()
    tiny_models.relu(folder.parent / "mine.onnx")
    for shell, name in zip(completion.SHELLS, ("edgetop", "_edgetop", "edgetop.fish"), strict=True):
        (folder / name).write_text(completion.script(shell))
    return folder


def asked(*command: str | Path, folder: Path) -> str:
    """What a shell prints that finds this edgetop."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        cwd=folder,
        env=env,
        timeout=90,
    )
    assert done.stderr == ""
    return done.stdout


def offered(shell: str, scripts: Path, line: str) -> list[str]:
    """The words that bash or fish offers at the end of a line."""
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    if shell == "bash":
        told = asked("bash", "-c", _BASH, "bash", scripts / "edgetop", line, folder=scripts.parent)
    else:
        told = asked("fish", "-c", _FISH, scripts / "edgetop.fish", line, folder=scripts.parent)
    return [word.partition("\t")[0] for word in told.splitlines() if word]


@pytest.mark.parametrize("shell", ["bash", "fish"])
class TestOffered:
    """Bash and fish, asked without a terminal."""

    def test_all_commands(self, shell: str, scripts: Path) -> None:
        assert set(COMMANDS) <= set(offered(shell, scripts, "edgetop "))

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("edgetop swe", ["sweep"]),
            ("edgetop models bu", ["build"]),
            ("edgetop run --kio", ["--kiosk"]),
            ("edgetop --kio", ["--kiosk"]),
            ("edgetop run --provider tens", ["tensorrt"]),
            ("edgetop --theme dayl", ["daylight"]),
            ("edgetop best --board bianco/j", ["bianco/jetson-tx1"]),
            ("edgetop boards bianco/j", ["bianco/jetson-tx1"]),
            ("edgetop models pull squeezenet1.1-", ["squeezenet1.1-7"]),
            ("edgetop export last --format parq", ["parquet"]),
            ("edgetop accuracy --images scr", ["scripts"]),
            ("edgetop completion zs", ["zsh"]),
        ],
    )
    def test_the_one_word_that_fits(
        self, shell: str, scripts: Path, line: str, words: list[str]
    ) -> None:
        found = [word.rstrip("/") for word in offered(shell, scripts, line)]
        assert found == words

    @pytest.mark.parametrize("line", ["edgetop --model ", "edgetop inspect "])
    def test_models_and_files(self, shell: str, scripts: Path, line: str) -> None:
        words = offered(shell, scripts, line)
        assert {architecture.name for architecture in ARCHITECTURES} <= set(words)
        assert "mine.onnx" in words

    def test_sessions_as_they_are_at_that_moment(self, shell: str, scripts: Path) -> None:
        line = "edgetop sessions delete "
        assert offered(shell, scripts, line) == ["last"]
        recorded = headless(scripts.parent / "mine.onnx", "--duration", "0.2").summary
        assert offered(shell, scripts, line) == ["last", recorded["session"]]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("edgetop swe", "edgetop sweep"),
        ("edgetop --kio", "edgetop --kiosk"),
        ("edgetop run --provider tens", "edgetop run --provider tensorrt"),
        ("edgetop best --board bianco/j", "edgetop best --board bianco/jetson-tx1"),
        ("edgetop --model squeezenet_v1.0_", "edgetop --model squeezenet_v1.0_caffe"),
        ("edgetop inspect min", "edgetop inspect mine.onnx"),
        ("edgetop replay la", "edgetop replay last"),
    ],
)
def test_zsh_completes_the_line(scripts: Path, line: str, whole: str) -> None:
    told = asked("zsh", "-f", "-c", _ZSH, "zsh", scripts / "_edgetop", line, folder=scripts.parent)
    assert whole in told


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_the_command_prints_the_script(shell: str) -> None:
    done = edgetop("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert done.out.rstrip("\n") == completion.script(shell).rstrip("\n")


def test_a_shell_that_it_does_not_know_is_refused() -> None:
    assert "choose from" in edgetop("completion", "cmd.exe").complaint(2)
