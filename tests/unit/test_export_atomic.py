"""A file holds all of the new text or all of the old."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from edgetop.errors import UsageError
from edgetop.export.atomic import write_atomically

_AS_NOBODY = """
import os, sys
from pathlib import Path
from edgetop.errors import UsageError
from edgetop.export.atomic import write_atomically
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    write_atomically(Path(sys.argv[1]), ["new"])
except UsageError as error:
    print(error.message)
"""


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_the_pieces_are_written_as_they_are(tmp_path: Path) -> None:
    write_atomically(tmp_path / "f", ["a\r\n", "é\n", ""])
    assert (tmp_path / "f").read_bytes() == "a\r\né\n".encode()
    assert names_in(tmp_path) == ["f"]


def test_an_old_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old and longer")
    write_atomically(tmp_path / "f", ["new"])
    assert (tmp_path / "f").read_text() == "new"


def test_the_file_has_the_usual_permissions(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "f", ["x"])
    finally:
        assert os.umask(before) == 0o027
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o640


def test_the_longest_name_that_the_system_allows_is_allowed(tmp_path: Path) -> None:
    name = "x" * 255
    write_atomically(tmp_path / name, ["x"])
    assert names_in(tmp_path) == [name]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(UsageError, match=r"cannot write .*/f: File too large"):
            write_atomically(tmp_path / "f", ["x" * 100] * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (tmp_path / "f").read_text() == "old"
    assert names_in(tmp_path) == ["f"]


@pytest.mark.parametrize("defect", [KeyboardInterrupt, RuntimeError])
def test_an_interruption_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, defect: type[BaseException]
) -> None:
    def pieces() -> object:
        yield "half"
        raise defect

    (tmp_path / "f").write_text("old")
    with pytest.raises(defect):
        write_atomically(tmp_path / "f", pieces())  # type: ignore[arg-type]
    assert (tmp_path / "f").read_text() == "old"
    assert names_in(tmp_path) == ["f"]


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot write .*nowhere/f: No such file or directory"):
        write_atomically(tmp_path / "nowhere" / "f", ["x"])


def test_a_folder_in_the_place_of_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    with pytest.raises(UsageError, match="Is a directory"):
        write_atomically(tmp_path / "f", ["x"])
    assert names_in(tmp_path) == ["f"]


def test_a_folder_without_write_permission_keeps_its_file() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "f").write_text("old")
        folder.chmod(0o555)
        told = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, str(folder / "f")],
            capture_output=True,
            text=True,
            check=True,
        )
        folder.chmod(0o755)
        assert told.stdout == f"cannot write {folder / 'f'}: Permission denied\n"
        assert (folder / "f").read_text() == "old"
        assert names_in(folder) == ["f"]
