"""Fixtures of the tests on a real terminal."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import TYPE_CHECKING, Protocol

import pytest
import small_models
from terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

EDGETOP = (sys.executable, "-m", "edgetop")
"""The command under test."""

_HOMES = {
    "HOME": "home",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_STATE_HOME": "home/.local/state",
    "XDG_DATA_HOME": "home/.local/share",
}


class StartTerminal(Protocol):
    """Starts edgetop, or another command, on a terminal that ends with the test."""

    def __call__(
        self,
        *arguments: str | Path,
        command: Sequence[str | Path] = EDGETOP,
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str | None] | None = None,
        term: str | None = "xterm-256color",
        cwd: Path | None = None,
        answers: bool = True,
    ) -> Terminal:
        """`arguments` follow `command`; `env` adds variables, or with None takes them out."""


@pytest.fixture
def terminal_env(tmp_path: Path) -> dict[str, str]:
    """The environment of a program on the terminal: its own home, a colourful UTF-8 locale."""
    folders = {variable: tmp_path / folder for variable, folder in _HOMES.items()}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "PYTHONPATH", "LD_LIBRARY_PATH"}}
    fixed = {"LANG": "C.UTF-8", "COLORTERM": "truecolor"}
    return {**kept, **fixed, **{k: str(v) for k, v in folders.items()}}


@pytest.fixture
def terminal(terminal_env: dict[str, str], tmp_path: Path) -> Iterator[StartTerminal]:
    """A factory of terminals; see `StartTerminal`."""
    with contextlib.ExitStack() as running:

        def start(
            *arguments: str | Path,
            command: Sequence[str | Path] = EDGETOP,
            env: Mapping[str, str | None] | None = None,
            cwd: Path | None = None,
            **options: object,
        ) -> Terminal:
            changed = {**terminal_env, **(env or {})}
            whole = {k: v for k, v in changed.items() if v is not None}
            started: Callable[..., Terminal] = Terminal
            return running.enter_context(
                started([*command, *arguments], env=whole, cwd=cwd or tmp_path, **options)
            )

        yield start


class Watch(Protocol):
    """Starts the live screen on a small model and waits until it shows figures."""

    def __call__(
        self,
        *arguments: str | Path,
        model: str | Path | None = None,
        rate_fps: float | None = 100,
        ready: bool = True,
        command: Sequence[str | Path] = EDGETOP,
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str | None] | None = None,
        term: str | None = "xterm-256color",
        cwd: Path | None = None,
        answers: bool = True,
    ) -> Terminal:
        """`rate_fps` keeps the machine free for the tests; None: closed loop."""


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of half a millisecond that takes any batch."""
    return small_models.matmul(tmp_path_factory.mktemp("models") / "small.onnx")


@pytest.fixture
def watch(terminal: StartTerminal, small_model: Path) -> Watch:
    """The live screen of one model; see `Watch`."""

    def start(
        *arguments: str | Path,
        model: str | Path | None = None,
        rate_fps: float | None = 100,
        ready: bool = True,
        **options: object,
    ) -> Terminal:
        pace = () if rate_fps is None else ("--rate", str(rate_fps))
        known: Callable[..., Terminal] = terminal
        program = known(
            *("--model", model or small_model, "--threads", "1", "--warmup", "0.1"),
            *pace,
            *arguments,
            **options,
        )
        if ready:
            program.wait_for(measuring, 60)
        return program

    return start


def measuring(text: str) -> bool:
    """The screen shows a throughput: the model is loaded, warm and runs."""
    return re.search(r"\d (FPS|mean)", text) is not None
