"""Boards as folders: small ones written in a test, and seven reconstructed from public facts."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED = Path(__file__).parents[2].parent / "shared"
BOARDS = Path(__file__).parents[1] / "data" / "boards"

SEVEN_BOARDS = (
    "container-cgroup2",
    "jetson-nano",
    "jetson-orin-nano",
    "raspberry-pi-3b",
    "raspberry-pi-5",
    "rk3588",
    "x86-rapl-intel",
)

_ANSWER = """#!/bin/sh
folder=${0%/*}/../cmd
IFS=_
set -- "${0##*/}" "$@"
cat "$folder/$*" 2>/dev/null || echo 'error=2 error_msg="Invalid arguments"'
"""
"""A command of a board: `vcgencmd measure_clock arm` says what is in the file
``cmd/vcgencmd_measure_clock_arm``."""


class FakeClock:
    """Seconds that pass only when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def write_tree(root: Path, files: dict[str, str | bytes], links: dict[str, str] | None = None):
    """Write files (and links) below a root; files keep their inode if they are there already."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
    for name, target in (links or {}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
    return root


@functools.cache
def stored(board: str) -> dict[str, Any]:
    """One board as it lies in ``tests/data/boards``.

    ``files`` (bytes as Latin-1) and ``links`` by path, ``commands`` by their words; ``later``
    and ``later_commands``: what of them is different one second later; ``modes``: what only
    root may read; ``faults``: the error that reading a file gives; ``expect``: see `expected`.
    """
    return json.loads((BOARDS / f"{board}.json").read_text(encoding="utf-8"))


def expected(board: str) -> dict[str, Any]:
    """What a correct reader reports of a board.

    ``sensors`` at first, ``sensors_1s`` one second later (rates, and changed values),
    ``board_power`` with its scope, ``absent`` kinds; ``traps`` say what is easily got wrong.
    """
    return stored(board)["expect"]


def materialise(board: str, folder: Path, at: str | None = None) -> Path:
    """The live tree of a board; a second call changes in place what time changes.

    Files keep their inodes, so that whoever keeps them open reads the new values. What a test
    has changed or removed meanwhile stays so.

    Args:
        board: One of `SEVEN_BOARDS`.
        folder: The board's root.
        at: None for the beginning, ``1s`` for one second later.
    """
    first, now = files_of(board), files_of(board, at)
    if not folder.exists():
        write_tree(folder, {path: text.encode("latin-1") for path, text in first.items()})
        write_tree(folder, {}, stored(board)["links"])
        commands = stored(board).get("commands", {})
        _write_programs(folder, {words.split()[0] for words in commands})
        write_faults(folder, stored(board).get("faults", {}))
    for path, text in files_of(board, at="1s").items():
        if text != first[path]:
            write_in_place(folder / path, now[path].encode("latin-1"))
    return folder


def files_of(board: str, at: str | None = None) -> dict[str, str]:
    """What the tree's files say at first or one second later, and what its programs answer."""
    assert at in (None, "1s")
    known = stored(board)
    files, commands = known["files"], known.get("commands", {})
    if at:
        files = files | known["later"]
        commands = commands | known.get("later_commands", {})
    answers = {f"cmd/{words.replace(' ', '_')}": text for words, text in commands.items()}
    return files | answers


def write_in_place(path: Path, data: bytes) -> None:
    """Change a file without a moment in which it is empty; one that is gone or closed stays so."""
    try:
        descriptor = os.open(path, os.O_WRONLY)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    os.pwrite(descriptor, data, 0)
    os.ftruncate(descriptor, len(data))
    os.close(descriptor)


def _write_programs(folder: Path, names: set[str]) -> None:
    for name in names:
        program = write_tree(folder, {f"bin/{name}": _ANSWER}) / "bin" / name
        program.chmod(0o755)


def write_faults(folder: Path, faults: Mapping[str, str]) -> Path:
    """The list for errno_shim.c: the error (``EIO``) that reading a file of the tree gives."""
    path = folder / "faults.list"
    lines = (f"{fault} {os.path.realpath(folder / name)}\n" for name, fault in faults.items())
    path.touch()
    write_in_place(path, "".join(lines).encode())
    return path


def close_to_others(board: str, folder: Path) -> None:
    """Give files the modes that they have on the device, where everything belongs to root.

    An ordinary user who owns the tree would be let in as its owner, so then only what others
    may do is left.
    """
    mask = 0o777 if os.geteuid() == 0 else 0o077
    for name, mode in stored(board).get("modes", {}).items():
        (folder / name).chmod(int(mode, 8) & mask)


def compile_c(source: Path, library: Path) -> Path:
    """A shared library from one C file; the test is skipped without compiler or source."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler")
    if not source.is_file():
        pytest.skip(f"{source.name} is not beside this checkout")
    flags = ["-shared", "-fPIC", "-O1", "-w"]
    subprocess.run([compiler, *flags, "-o", library, source, "-ldl"], check=True)
    return library


def run_python(script: str, *arguments: str | Path, **environment: str) -> str:
    """The output of a fresh interpreter that runs the script; fails the test if it fails."""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
