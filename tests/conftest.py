"""What every test stands on: a home of its own, and the shared data where a checkout has it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_XDG = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_CACHE_HOME": ".cache",
    "XDG_STATE_HOME": ".local/state",
    "XDG_DATA_HOME": ".local/share",
}
_UNSET = ("NO_COLOR", "COLUMNS", "LINES", "FAKE_NVML")


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home folder: no test reads or writes the user's files, or heeds their settings."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for variable, folder in _XDG.items():
        monkeypatch.setenv(variable, str(home / folder))
    for variable in (*_UNSET, *(name for name in os.environ if name.startswith("EDGETOP_"))):
        monkeypatch.delenv(variable, raising=False)
    return home


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of models, boards and tables beside the checkout; skips where there is none."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(f"needs the shared test data in {folder}")
    return folder
