"""Boards as folders: small ones written in a test, and the shared collection of real ones."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared"

SEVEN_BOARDS = (
    "container-cgroup2",
    "jetson-nano",
    "jetson-orin-nano",
    "raspberry-pi-3b",
    "raspberry-pi-5",
    "rk3588",
    "x86-rapl-intel",
)


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


def expected(board: str) -> dict:
    """What a correct reader reports of a shared board."""
    return json.loads((SHARED / "boards" / board / "expect.json").read_text())


def materialise(board: str, folder: Path, at: str | None = None) -> Path:
    """The live tree of a shared board; a second call changes its files in place."""
    if not (SHARED / "boards" / board).is_dir():
        pytest.skip(f"the shared board {board} is not beside this checkout")
    fresh = not folder.exists()
    command = [sys.executable, SHARED / "tools" / "materialise.py", SHARED / "boards" / board]
    subprocess.run([*command, folder, *(["--at", at] if at else [])], check=True)
    if fresh:
        _restore_links(folder)
    return folder


def _restore_links(root: Path) -> None:
    """Links again where a copy of the collection left files that hold the link's target."""
    found = True
    while found:
        found = False
        for folder, _, names in os.walk(root):
            for name in names:
                path = Path(folder, name)
                if path.is_symlink() or not path.is_file() or path.stat().st_size > 200:
                    continue
                target = path.read_bytes().decode("utf-8", "replace")
                is_path = target.isprintable() and target and " " not in target
                if is_path and os.path.lexists(Path(folder, target)):
                    path.parent.chmod(0o755)
                    path.unlink()
                    path.symlink_to(target)
                    found = True


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
