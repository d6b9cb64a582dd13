"""The monitors that edgetop is measured beside, and how each is told to update once a second."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.place import PYTHON, ROOT, SQUEEZENET
from edgetop import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.place import Place

THREADS = 2
"""Of the model that runs beside each of them."""

_VERSION = re.compile(r"\d+(?:\.\d+)+")


@dataclass(frozen=True, slots=True)
class Program:
    """A monitor as its users start it, at a given update interval.

    Raises:
        FileNotFoundError: From `command` and `version`, if it is not on the PATH.
    """

    name: str
    options: tuple[str, ...] = ()
    interval_s: float = 1.0
    version_option: str = "--version"
    settings: tuple[tuple[str, str], ...] = ()
    """Files below its home, for what no option sets: (path, text)."""
    watches_gpus: bool = False
    """True if it shows nothing else and may not start without one."""

    @property
    def runs_model(self) -> bool:
        """True of edgetop: the load is its own."""
        return self.name == "edgetop"

    def command(self, home: Place) -> list[str]:
        """Program and arguments."""
        if self.runs_model:
            model = str(home.model(SQUEEZENET))
            fixed = ["-m", "edgetop", "--model", model, "--threads", str(THREADS)]
            return [PYTHON, *fixed, *self.options]
        return [self._path(), *self.options]

    def version(self) -> str:
        """As it says itself; empty if it does not."""
        if self.runs_model:
            return __version__
        told = subprocess.run(
            [self._path(), self.version_option], capture_output=True, text=True, timeout=30,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        found = _VERSION.search(told.stdout)
        return found.group() if found else ""

    def env(self, folder: Path, home: Place) -> dict[str, str]:
        """Its whole environment; writes its settings.

        Args:
            folder: Its home, empty.
            home: What all programs have in common.
        """
        for name, text in self.settings:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        env = {**home.env, "HOME": str(folder)}
        if self.runs_model:
            return {**env, "PYTHONPATH": str(ROOT)}
        env.pop("PYTHONPATH", None)
        return env

    def _path(self) -> str:
        path = shutil.which(self.name)
        if path is None:
            raise FileNotFoundError(self.name)
        return path


PROGRAMS = (
    Program("edgetop", ("--interval", "1")),
    Program("edgetop", ("--interval", "0.5"), 0.5),
    Program("btop", settings=((".config/btop/btop.conf", "update_ms = 1000\n"),)),
    Program("htop", ("--delay=10",)),
    Program("nvtop", ("--delay", "10"), watches_gpus=True),
    Program("nvitop", ("--interval", "1"), watches_gpus=True),
    Program("atop", ("1",), version_option="-V"),
    Program("glances", ("--time", "1", "--disable-check-update")),
    Program("s-tui", ("--refresh-rate", "1")),
)
