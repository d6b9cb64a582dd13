"""The conditions that are written down with a session."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from edgetop.session import facts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["numpy", "textual", "onnx"])
def test_the_version_of_a_package_is_the_one_that_is_installed(name: str) -> None:
    assert facts._version(name) == metadata.version(name)


@pytest.mark.parametrize(
    ("folder", "version"),
    [
        ("numpy-1.26.4.dist-info", "1.26.4"),
        ("numpy-1.24.2.egg-info", "1.24.2"),
        ("numpy-1.24.2-py3.11.egg-info", "1.24.2"),
        ("numpy_financial-1.0.0.dist-info", ""),
        ("numpy-stubs-1.0.0.dist-info", ""),
        ("numpy", ""),
    ],
)
def test_pip_s_and_debian_s_folders_tell_the_version(
    folder: str, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / folder).mkdir()
    monkeypatch.setattr("sys.path", [str(tmp_path / "absent.zip"), str(tmp_path)])
    assert facts._version("numpy") == version
