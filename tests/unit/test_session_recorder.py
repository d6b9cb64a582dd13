"""The recorder: nothing that happens to the disk costs a sample or delays the session."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import recorded_sessions as recorded

from edgetop.errors import EdgetopError
from edgetop.export import table
from edgetop.sample import Event
from edgetop.session import exporting, keeper
from edgetop.session.recorder import Recorder
from edgetop.session.store import listing, reading, schema
from edgetop.session.store.retention import Retention

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edgetop.sample import Sample

STEADY = recorded.stories.steady()


class Warnings(list[tuple[str, str]]):
    """What the user was told."""

    def __call__(self, text: str, severity: str) -> None:
        self.append((text, severity))

    @property
    def texts(self) -> str:
        return "\n".join(text for text, _ in self)


def facts(sample: Sample) -> dict[str, Any]:
    return {**recorded.FACTS, "governor": sample.board.governor}


def until(condition: Callable[[], object], limit_s: float = 60) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def samples_on_disk(path: Path) -> int:
    try:
        with closing(reading.open_session(path, None)) as session:
            return len(session)
    except EdgetopError:
        return 0


def listed(path: Path) -> listing.SessionInfo:
    with closing(schema.connect_to_read(path)) as connection:
        (info,) = listing.sessions(connection)
    return info


def test_a_sample_is_on_the_disk_within_moments_not_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "data" / "sessions.db"
    recorder = Recorder(path, facts)
    for count, sample in enumerate(STEADY[:3], 1):
        recorder.add(sample)
        until(lambda count=count: samples_on_disk(path) == count)
    info = listed(path)
    assert info.running
    assert recorder.session_id == info.id
    assert info.facts["board"] == recorded.stories.BOARD
    recorder.close()
    assert not path.with_name("sessions.db-wal").exists()
    info = listed(path)
    assert not info.running
    assert info.ended_unix_s is not None


def test_all_that_came_is_there_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    recorder = Recorder(path, facts)
    for sample in STEADY:
        recorder.add(sample)
    recorder.close()
    assert recorder.problem == ""
    assert len(recorded.read(path)) == len(STEADY)


def test_without_a_record_nothing_is_written_and_all_can_be_exported(tmp_path: Path) -> None:
    recorder = Recorder(None, facts)
    for sample in STEADY:
        recorder.add(sample)
    until(lambda: len(recorder.recorded()) == len(STEADY))
    recorder.export(tmp_path / "live.csv")
    recorder.close()
    recorder.export(tmp_path / "ended.csv")
    assert recorder.session_id is None
    assert (tmp_path / "live.csv").read_bytes() == (tmp_path / "ended.csv").read_bytes()
    assert len((tmp_path / "live.csv").read_text().splitlines()) == len(STEADY) + 1
    assert sorted(item.name for item in tmp_path.iterdir()) == [
        "ended.csv", "ended.runs.csv", "live.csv", "live.runs.csv",
    ]  # fmt: skip


def test_without_a_sample_there_is_nothing_to_export(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "sessions.db", facts)
    with pytest.raises(EdgetopError, match="nothing is recorded yet"):
        recorder.export(tmp_path / "none.csv")
    recorder.close()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_is_kept_aside_and_a_new_one_begins(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    path.write_bytes(b"precious, but damaged " * 1000)
    warnings = Warnings()
    recorder = Recorder(path, facts, warn=warnings)
    for sample in STEADY:
        recorder.add(sample)
    recorder.close()
    assert len(recorded.read(path)) == len(STEADY)
    (aside,) = tmp_path.glob("sessions.damaged-*.db")
    assert aside.read_bytes() == b"precious, but damaged " * 1000
    assert aside.name in warnings.texts


def test_a_database_that_is_damaged_meanwhile_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    warnings = Warnings()
    recorder = Recorder(path, facts, warn=warnings)
    for sample in STEADY[:100]:
        recorder.add(sample)
    until(lambda: samples_on_disk(path) == 100)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE blocks")
    for sample in STEADY[100:]:
        recorder.add(sample)
    until(lambda: "kept as" in warnings.texts)
    recorder.close()
    assert len(list(tmp_path.glob("sessions.damaged-*.db"))) == 1
    assert recorder.problem == ""
    session = reading.open_session(path, None)
    read = list(session.samples())
    assert [sample.elapsed_s for sample in read] == [
        pytest.approx(sample.elapsed_s) for sample in STEADY[session.first :]
    ]
    assert session.first <= 100


def test_a_database_that_is_removed_meanwhile_is_made_anew_with_all_samples(tmp_path: Path) -> None:
    path = tmp_path / "data" / "sessions.db"
    warnings = Warnings()
    recorder = Recorder(path, facts, warn=warnings)
    for sample in STEADY[:100]:
        recorder.add(sample)
    until(lambda: samples_on_disk(path) == 100)
    shutil.rmtree(path.parent)
    for sample in STEADY[100:]:
        recorder.add(sample)
    until(lambda: samples_on_disk(path) == len(STEADY))
    recorder.close()
    assert "removed or replaced" in warnings.texts
    assert len(recorded.read(path)) == len(STEADY)


def test_a_database_that_cannot_be_made_anew_at_once_is_so_later_with_all_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is taken away with the database in it, and comes back empty."""
    monkeypatch.setattr("edgetop.session.keeper._RETRY_S", 0.1)
    folder = tmp_path / "data"
    path = folder / "sessions.db"
    warnings = Warnings()
    recorder = Recorder(path, facts, warn=warnings)
    for sample in STEADY[:100]:
        recorder.add(sample)
    until(lambda: samples_on_disk(path) == 100)
    shutil.rmtree(folder)
    folder.write_text("in the way")
    for sample in STEADY[100:]:
        recorder.add(sample)
    until(lambda: recorder.problem)
    folder.unlink()
    until(lambda: not recorder.problem, 10)
    recorder.close()
    assert len(recorded.read(path)) == len(STEADY)
    assert warnings.texts.count("a new one begins") == 1


def test_a_sample_that_an_export_takes_along_reaches_the_disk_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes, and is exported, while the one before it is being written."""
    path = tmp_path / "sessions.db"
    recorder = Recorder(path, facts)
    real, later = keeper.write_batch, iter(STEADY[1:2])

    def export_meanwhile(*arguments: Any) -> None:
        for sample in later:
            recorder.add(sample)
            recorder.recorded().close()
        real(*arguments)

    monkeypatch.setattr("edgetop.session.keeper.write_batch", export_meanwhile)
    recorder.add(STEADY[0])
    until(lambda: samples_on_disk(path) == 2, 10)
    recorder.close()


def test_a_disk_that_hangs_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgetop.session.keeper._END_S", 0.3)
    hangs, goes_on = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        hangs.set()
        goes_on.wait(60)

    monkeypatch.setattr("edgetop.session.keeper.write_batch", hang)
    recorder = Recorder(tmp_path / "sessions.db", facts)
    for sample in STEADY:
        recorder.add(sample)
    assert hangs.wait(60)
    assert recorder.session_id is None
    recorder.close()
    assert "did not take the last samples in time" in recorder.problem
    recorder.export(tmp_path / "all.csv")
    assert len((tmp_path / "all.csv").read_text().splitlines()) == len(STEADY) + 1
    goes_on.set()


def test_a_defect_of_ours_does_not_end_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgetop.session.keeper._RETRY_S", 0.1)
    path = tmp_path / "sessions.db"
    real, failures = keeper.write_batch, iter(range(3))

    def fail_at_first(*arguments: Any) -> None:
        if next(failures, None) is not None:
            raise ZeroDivisionError("a defect of the test")
        real(*arguments)

    monkeypatch.setattr("edgetop.session.keeper.write_batch", fail_at_first)
    recorder = Recorder(path, facts)
    for sample in STEADY:
        recorder.add(sample)
    until(lambda: samples_on_disk(path) == len(STEADY))
    recorder.close()
    assert recorder.problem == ""


def test_a_sample_that_a_defect_of_ours_concerns_is_told_and_the_others_are_recorded(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sessions.db"
    warnings, failures = Warnings(), iter(range(2))

    def facts_at_last(sample: Sample) -> dict[str, Any]:
        if next(failures, None) is not None:
            raise ZeroDivisionError("a defect of the test")
        return facts(sample)

    recorder = Recorder(path, facts_at_last, warn=warnings)
    for sample in STEADY:
        recorder.add(sample)
    recorder.close()
    assert len(recorded.read(path)) == len(STEADY) - 2
    assert warnings.texts.count("not all is recorded") == 1


def test_one_damaged_row_costs_neither_the_others_nor_the_next_session(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    for _ in range(2):
        recorded.write(path, STEADY[:5])
    connection = sqlite3.connect(path)
    connection.execute("UPDATE sessions SET facts = '{' WHERE rowid = 1")
    connection.commit()
    connection.close()
    recorder = Recorder(path, facts, keep=Retention(days=9e5))
    for sample in STEADY:
        recorder.add(sample)
    recorder.close()
    assert recorder.problem == ""
    with closing(schema.connect_to_read(path)) as reader:
        assert [info.samples for info in listing.sessions(reader)] == [5, len(STEADY)]


def test_names_that_are_not_utf8_are_recorded(tmp_path: Path) -> None:
    name = os.fsdecode(b"/tmp/caf\xe9.csv")
    path = tmp_path / "sessions.db"
    event = Event(1.0, f"exported to {name}")
    recorder = Recorder(path, lambda _: {"command_line": name})
    run = replace(STEADY[0].run, model_path=name, model=name)
    recorder.add(replace(STEADY[0], run=run, events=(event,)))
    recorder.close()
    assert recorder.problem == ""
    (sample,) = recorded.read(path)
    assert sample.events[0].text.startswith("exported to /tmp/caf")


def test_the_home_folder_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    path = tmp_path / "sessions.db"
    recorder = Recorder(path, lambda _: {})
    recorder.add(STEADY[0])
    recorder.close()
    (sample,) = recorded.read(path)
    assert sample.run.model_path == "~/.cache/edgetop/squeezenet_v1.1.onnx"
    assert b"anna" not in path.read_bytes()


def test_a_database_of_a_newer_edgetop_is_left_alone_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    schema.connect(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    warnings = Warnings()
    recorder = Recorder(path, facts, warn=warnings)
    for sample in STEADY:
        recorder.add(sample)
    until(lambda: warnings)
    recorder.close()
    assert "newer edgetop" in recorder.problem
    assert len(warnings) == 1
    recorder.export(tmp_path / "all.csv")
    assert len((tmp_path / "all.csv").read_text().splitlines()) == len(STEADY) + 1
    rescued = recorder.rescue([tmp_path / "nowhere", tmp_path])
    assert rescued is not None
    assert len(recorded.read(rescued)) == len(STEADY)


def test_samples_wait_for_a_disk_that_has_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgetop.session.keeper._RETRY_S", 0.1)
    folder = tmp_path / "data"
    folder.write_text("in the way")
    warnings = Warnings()
    recorder = Recorder(folder / "sessions.db", facts, warn=warnings)
    for sample in STEADY[:100]:
        recorder.add(sample)
    until(lambda: recorder.problem)
    assert warnings[0][1] == "warning"
    folder.unlink()
    for sample in STEADY[100:]:
        recorder.add(sample)
    until(lambda: not recorder.problem)
    recorder.close()
    assert len(recorded.read(folder / "sessions.db")) == len(STEADY)
    assert [severity for _, severity in warnings] == ["warning", "info"]


def test_what_waits_is_exported_with_what_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes 70 samples; the export holds all, in order, each once."""
    path = tmp_path / "sessions.db"
    recorder = Recorder(path, facts)
    for sample in STEADY[:70]:
        recorder.add(sample)
    until(lambda: samples_on_disk(path) == 70)

    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("edgetop.session.store.rows.write_block", refuse)
    for sample in STEADY[70:]:
        recorder.add(sample)
    until(lambda: recorder.problem)
    session = recorder.recorded()
    assert len(session) == len(STEADY)
    told = [sample.elapsed_s for sample in session.samples()]
    assert told == [pytest.approx(sample.elapsed_s) for sample in STEADY]
    assert [event.text for event in session.events()] == [
        event.text for sample in STEADY for event in sample.events
    ]
    recorder.close()
    assert "disk is full" in recorder.problem


def test_the_hash_of_the_model_is_written_when_it_is_known(tmp_path: Path) -> None:
    import hashlib

    model = tmp_path / "model.onnx"
    model.write_bytes(b"weights")
    run = replace(STEADY[0].run, model_path=str(model))
    path = tmp_path / "sessions.db"
    recorder = Recorder(path, facts)
    recorder.add(replace(STEADY[0], run=run))

    def known() -> bool:
        if not samples_on_disk(path):
            return False
        with closing(reading.open_session(path, None)) as session:
            runs = session.runs()
        return bool(runs) and runs[0].model_sha256 == hashlib.sha256(b"weights").hexdigest()

    until(known)
    recorder.close()


# -- exports -----------------------------------------------------------------------------------


@pytest.fixture
def session(tmp_path: Path) -> reading.Recorded:
    path = tmp_path / "sessions.db"
    recorded.write(path, recorded.stories.batch_4())
    return reading.open_session(path, None)


def test_csv_has_the_numbers_of_the_store_to_the_printed_digits(session: reading.Recorded) -> None:
    text = "".join(exporting.text(session, "csv"))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == len(session)
    for row, sample in zip(rows, session.samples(), strict=True):
        for name, value in table.sample_row(sample).items():
            if isinstance(value, (int, float)):
                assert float(row[name]) == value
            elif value is None:
                assert row[name] == ""


def test_json_lines_are_the_samples_and_then_the_runs(session: reading.Recorded) -> None:
    records = [json.loads(line) for line in exporting.text(session, "json")]
    kinds = [record["type"] for record in records]
    assert kinds == ["interval"] * len(session) + ["summary"] * 2
    assert {record["session"] for record in records if record["type"] == "summary"} == {
        session.info.id
    }


@pytest.mark.parametrize("kind", ["csv", "json", "md", "edgetop", "parquet"])
def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(
    session: reading.Recorded, tmp_path: Path, kind: str
) -> None:
    if kind == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    path = tmp_path / f"out.{kind}"
    path.write_text("mine")
    with pytest.raises(EdgetopError, match=r"exists already; --force replaces it"):
        exporting.export(session, kind, path)
    beside = tmp_path / "out.runs.csv"
    beside.write_text("mine")
    both = r"exist already; --force replaces them" if kind == "csv" else r"exists already"
    with pytest.raises(EdgetopError, match=both):
        exporting.export(session, kind, path)
    assert path.read_text() == "mine"
    exporting.export(session, kind, path, force=True)
    assert path.stat().st_size > 100
    with pytest.raises(EdgetopError, match="there is no folder"):
        exporting.export(session, kind, tmp_path / "missing" / "out")


def test_binary_formats_do_not_go_to_standard_output(session: reading.Recorded) -> None:
    for kind in ("parquet", "edgetop"):
        with pytest.raises(EdgetopError, match="name a file with -o"):
            exporting.text(session, kind)
