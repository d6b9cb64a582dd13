"""A free name in the working folder, and one line for the user whatever happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgetop.errors import UsageError
from edgetop.ui.exporting import Exporter

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def touch(path: Path) -> None:
    """Write as little as an export can."""
    path.write_text("")


def test_what_was_exported_before_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next export gets the next number."""
    monkeypatch.chdir(tmp_path)
    exporter = Exporter(touch)
    for number in (1, 2, 3):
        path = tmp_path / f"edgetop-m-{number}.csv"
        assert exporter.write("m") == (path, f"exported to {path}")
        assert path.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_a_name_never_leads_out_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whatever the model is called."""
    monkeypatch.chdir(tmp_path)
    asked: list[Path] = []
    path, _ = Exporter(asked.append).write(name)
    assert [path] == asked
    assert asked[0].parent == tmp_path
    assert asked[0].suffix == ".csv"


def test_a_failure_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the error, and no file."""

    def fail(_path: Path) -> None:
        raise UsageError("the disk is full")

    monkeypatch.chdir(tmp_path)
    assert Exporter(fail).write("m") == (None, "the disk is full")


def test_a_working_folder_that_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody may have removed it."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    path, line = Exporter(touch).write("m")
    assert path is None
    assert "no working folder" in line
