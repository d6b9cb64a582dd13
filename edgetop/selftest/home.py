"""A home of their own for the programs that are measured: nothing of the user's is read or kept."""

from __future__ import annotations

import contextlib
import os
import site
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop.errors import UsageError
from edgetop.locations import PACKAGE_ROOT
from edgetop.selftest import guard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

PYTHON = sys.executable

_NOT_INHERITED = (
    "EDGETOP_", "XDG_", "TEXTUAL", "LC_", "TMUX", "STY", "NO_COLOR", "COLORTERM", "TERM_PROGRAM",
    "COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED",
)  # fmt: skip
"""Beginnings of variables that would change what is measured, or where it is recorded."""
_GUARD_LIMIT_S = 15.0


class Home:
    """A temporary home folder; a context manager that ends all who live there and removes it.

    The same happens when this process is killed: see `edgetop.selftest.guard`.

    Args:
        inherited: What the programs get of an environment; None = this process's without what
            would change the measurement.

    Raises:
        UsageError: There is no room for the folder.
    """

    def __init__(self, inherited: Mapping[str, str] | None = None) -> None:
        self._guard = subprocess.Popen(
            [PYTHON, "-m", "edgetop.selftest.guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=PACKAGE_ROOT,
            start_new_session=True,
        )
        assert self._guard.stdout is not None
        told = self._guard.stdout.readline().rstrip(b"\n")
        if not told:
            self.close()
            raise UsageError("no temporary folder can be made; see TMPDIR")
        self.folder = Path(os.fsdecode(told))
        self.env = environment(self.folder, _kept() if inherited is None else inherited)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the guard clear up; if it is gone, do it here."""
        for pipe in (self._guard.stdin, self._guard.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()
        try:
            self._guard.wait(_GUARD_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()
        folder = getattr(self, "folder", None)
        if folder is not None and folder.exists():
            guard.clear(folder)


def environment(folder: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment of the programs: that of a modern terminal, at home in `folder`."""
    packages = [str(PACKAGE_ROOT), *filter(None, [inherited.get("PYTHONPATH", "")])]
    env = {
        **inherited,
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PYTHONPATH": os.pathsep.join(packages),
    }
    if site.ENABLE_USER_SITE:  # packages in the user's home stay where they are
        env.setdefault("PYTHONUSERBASE", site.getuserbase())
    return env


def _kept() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)
    }
