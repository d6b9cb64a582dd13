"""Nothing that was recorded is lost while edgetop lives, not even on a full disk."""

from __future__ import annotations

import csv
import io
import resource
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hand_made import KNOWN, UNKNOWN, sample

from edgetop import locations
from edgetop.errors import UsageError
from edgetop.export import table
from edgetop.session import recording
from edgetop.session.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def files_no_larger_than(size_bytes: int) -> Iterator[None]:
    """What a full disk is to a program: a write fails in the middle."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_samples_come_back_in_order_under_one_header() -> None:
    record = Recording()
    for number in range(5):
        record.add(sample(elapsed_s=float(number)))
    text = "".join(record.pieces())
    assert text.count("elapsed_s") == 1
    assert [row["elapsed_s"] for row in rows_of(text)] == ["0.0", "1.0", "2.0", "3.0", "4.0"]


def test_it_can_be_read_at_any_time_and_goes_on() -> None:
    record = Recording()
    record.add(KNOWN)
    first = "".join(record.pieces())
    record.add(UNKNOWN)
    assert "".join(record.pieces()).startswith(first)
    assert len(rows_of("".join(record.pieces()))) == 2


def test_before_the_first_sample_there_is_nothing() -> None:
    assert "".join(Recording().pieces()) == ""


@pytest.mark.parametrize("size_bytes", [0, 1, 700, 1500])
def test_a_disk_that_fills_up_loses_no_row(size_bytes: int) -> None:
    record = Recording()
    with files_no_larger_than(size_bytes):
        for number in range(20):
            record.add(sample(elapsed_s=float(number)))
    rows = rows_of("".join(record.pieces()))
    assert [float(row["elapsed_s"]) for row in rows] == [float(number) for number in range(20)]
    assert len({len(row) for row in rows}) == 1


def test_a_disk_that_recovers_does_not_scramble_the_order() -> None:
    record = Recording()
    record.add(sample(elapsed_s=0.0))
    with files_no_larger_than(10):
        record.add(sample(elapsed_s=1.0))
    record.add(sample(elapsed_s=2.0))
    rows = rows_of("".join(record.pieces()))
    assert [row["elapsed_s"] for row in rows] == ["0.0", "1.0", "2.0"]


def test_without_any_place_for_a_file_memory_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "_spool", lambda: None)
    record = Recording()
    record.add(KNOWN)
    record.add(KNOWN)
    assert len(rows_of("".join(record.pieces()))) == 2


def test_a_home_that_cannot_be_written_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    record = Recording()
    record.add(KNOWN)
    assert len(rows_of("".join(record.pieces()))) == 1


def test_nothing_is_left_in_the_user_s_folder() -> None:
    record = Recording()
    record.add(KNOWN)
    assert list(locations.state_dir().iterdir()) == []


def test_the_export_has_both_files(tmp_path: Path) -> None:
    record = Recording()
    record.add(UNKNOWN)
    record.add(KNOWN)
    record.export(tmp_path / "site.csv", "a board", [KNOWN])
    assert len(rows_of((tmp_path / "site.csv").read_text())) == 2
    (row,) = rows_of((tmp_path / "site.runs.csv").read_text())
    assert row["device"] == "a board"


def test_an_export_that_fails_leaves_the_record_whole(tmp_path: Path) -> None:
    record = Recording()
    record.add(KNOWN)
    with pytest.raises(UsageError):
        record.export(tmp_path / "nowhere" / "site.csv", "a board", [KNOWN])
    record.export(tmp_path / "site.csv", "a board", [KNOWN])
    assert rows_of((tmp_path / "site.csv").read_text())[0]["model"] == KNOWN.run.model


def test_rows_are_those_of_the_table() -> None:
    record = Recording()
    record.add(KNOWN)
    row = table.sample_row(KNOWN)
    assert "".join(record.pieces()) == table.to_csv([row], list(row))
