"""What is written down of a session at its start: on what, under what, with what."""

from __future__ import annotations

import os
import platform
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgetop import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.sample import Sample
    from edgetop.sensors.identity import Identity

_SECRET = re.compile(r"(https?://)(?:[^\s/@]*@)?([^\s?#]*)[?#]?\S*", re.IGNORECASE)

_PACKAGES = ("numpy", "textual", "onnx")
"""Whose versions may matter, beside the runtime's, which every run has."""


def session_facts(
    identity: Identity, sample: Sample, *, interval_s: float, command: Sequence[str]
) -> dict[str, Any]:
    """The conditions of a session, as plain values for JSON.

    Sessions are mailed: the machine's name is not among them, and the home folder, which often
    names the user, is written as ``~``.

    Args:
        identity: The board.
        sample: The first of the session.
        interval_s: Between two samples.
        command: The words of the command line.
    """
    return {
        "board": identity.model,
        "board_id": identity.id,
        "release": identity.release,
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "power_mode": sample.board.power_mode,
        "governor": sample.board.governor,
        "command_line": without_secrets(without_home(" ".join(command))),
        "interval_s": interval_s,
        "versions": {"edgetop": __version__, "python": platform.python_version(), **_versions()},
    }


def without_secrets(text: str) -> str:
    """Text whose addresses have neither user and password nor a query: there may be keys in it."""
    return _SECRET.sub(lambda found: f"{found[1]}{found[2]}", text)


def without_home(text: str) -> str:
    """Text with ``~`` for the user's home folder."""
    home = os.environ.get("HOME", "").rstrip("/")
    return text.replace(home, "~") if home else text


def _versions() -> dict[str, str]:
    installed = {name: _version(name) for name in _PACKAGES}
    return {name: version for name, version in installed.items() if version}


def _version(name: str) -> str:
    """The version of an installed package, by the folder that tells of it; empty if it is not.

    `importlib.metadata` reads the same in that folder, but brings the package email along: 2.5 MiB
    that the monitor would hold as long as it runs.
    """
    written = re.compile(rf"{re.escape(name)}-([^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info")
    for place in sys.path:
        for path in Path(place).glob(f"{name}-*-info"):
            if found := written.fullmatch(path.name):
                return found[1]
    return ""
