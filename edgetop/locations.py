"""Where edgetop keeps and looks for files: the XDG folders and the data it ships."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

PACKAGE_ROOT = _PACKAGE.parent
"""Where ``python -m edgetop...`` finds the package, installed or not."""


def _xdg(variable: str, fallback: str) -> Path:
    """The edgetop folder below an XDG base folder; a relative value is ignored, as XDG says."""
    base = os.environ.get(variable, "")
    home = Path(os.environ.get("HOME") or "/")
    return (Path(base) if base.startswith("/") else home / fallback) / "edgetop"


def config_dir() -> Path:
    """The user's settings and themes."""
    return _xdg("XDG_CONFIG_HOME", ".config")


def cache_dir() -> Path:
    """What can be made again: models that the zoo built."""
    return _xdg("XDG_CACHE_HOME", ".cache")


def state_dir() -> Path:
    """Logs of the model's process."""
    return _xdg("XDG_STATE_HOME", ".local/state")


def user_models_dir() -> Path:
    """The user's model folder: a file in it can be named without its path."""
    return _xdg("XDG_DATA_HOME", ".local/share") / "models"


def sessions_file() -> Path:
    """The database of recorded sessions."""
    return _xdg("XDG_DATA_HOME", ".local/share") / "sessions.db"


def user_themes_dir() -> Path:
    """The user's themes, which win over shipped ones of the same name."""
    return config_dir() / "themes"


def shipped_dir(name: str) -> Path:
    """A data folder shipped with edgetop: ``themes`` or ``models``.

    In a wheel it lies inside the package, in a checkout beside it.
    """
    inside = _PACKAGE / name
    return inside if inside.is_dir() else PACKAGE_ROOT / name
