"""The database of sessions: found, listed, shared, kept in order, and safe from damaged files."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import recorded_sessions as recorded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from privileges import without_privileges

from edgetop.errors import EdgetopError, UsageError
from edgetop.session.store import (
    checking,
    hashes,
    listing,
    reading,
    retention,
    schema,
    session_file,
    tables,
)
from edgetop.session.store.processes import is_running, process_name, this_process
from edgetop.session.store.rows import delete
from edgetop.session.store.writing import SessionWriter

STEADY = recorded.stories.steady()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with one session of 90 s, of two runs."""
    path = tmp_path / "sessions.db"
    recorded.write(path, recorded.stories.batch_4())
    return path


def begun(path: Path, started_unix_s: float, samples: int = 3, *, ended: bool = True) -> str:
    """One more short session in the database; its ID."""
    connection = schema.connect(path)
    writer = SessionWriter(recorded.FACTS, started_unix_s)
    for sample in STEADY[:samples]:
        writer.add(sample)
    if ended:
        writer.ended_unix_s = started_unix_s + 1
    writer.commit(connection)
    connection.close()
    return writer.id


def listed(path: Path) -> list[listing.SessionInfo]:
    connection = schema.connect_to_read(path)
    try:
        return listing.sessions(connection)
    finally:
        connection.close()


def test_a_session_is_listed_with_what_it_was(database: Path) -> None:
    (info,) = listed(database)
    assert info.board == recorded.stories.BOARD
    assert (info.runs, info.samples, info.running) == (2, 150, False)
    assert info.duration_s == pytest.approx(33.0 + 149 * 0.5)
    assert info.models == ("squeezenet_v1.1",)
    assert info.size_bytes > 1000


def test_sessions_are_listed_the_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    ids = [begun(path, 1.7e9 + day * 86400) for day in (2, 0, 1)]
    assert [info.id for info in listed(path)] == [ids[0], ids[2], ids[1]]


def test_an_id_is_its_start_so_that_people_find_it(tmp_path: Path) -> None:
    assert begun(tmp_path / "s.db", 1_764_000_000.0).startswith("20251124-160000-")


@pytest.mark.parametrize("started", [-1e18, 1e18, float("inf")])
def test_an_absurd_clock_gives_an_id_all_the_same(started: float) -> None:
    assert SessionWriter({}, started).id.startswith("00000000-000000-")


def test_a_session_is_found_by_its_id_a_part_of_it_or_as_the_last(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    old, new = begun(path, 1.7e9), begun(path, 1.8e9)
    connection = schema.connect_to_read(path)
    assert listing.find(connection, old).id == old
    assert listing.find(connection, old[:8]).id == old
    assert listing.find(connection, new[-4:]).id == new
    assert listing.find(connection, "last").id == new
    with pytest.raises(UsageError, match=f"may be any of {new}, {old}"):
        listing.find(connection, "-")
    with pytest.raises(UsageError, match=f"no session '{old[:-1]}x'; the nearest: {old}"):
        listing.find(connection, f"{old[:-1]}x")


def test_of_nothing_nothing_is_found(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no session is recorded yet"):
        listing.find(schema.connect(tmp_path / "sessions.db"), "last")


def test_sessions_that_may_not_be_looked_for_are_not_taken_for_none(tmp_path: Path) -> None:
    """Where the folder is locked only the kernel knows; one line says so."""
    assert not schema.is_there(tmp_path / "sessions.db")
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o000)
    with without_privileges(), pytest.raises(schema.StoreError, match="Permission denied"):
        schema.is_there(locked / "sessions.db")


@pytest.mark.parametrize("first", [0, 1, 59, 60, 61, 119, 120, 149])
def test_samples_are_read_from_anywhere(database: Path, first: int) -> None:
    session = reading.open_session(database, None)
    told = recorded.stories.batch_4()
    read = list(session.samples(first, first + 65))
    assert len(read) == len(told[first : first + 65])
    assert [sample.events for sample in read] == [
        sample.events for sample in told[first : first + 65]
    ]
    assert session.number_at(told[first].elapsed_s + 0.1) == first


def test_a_moment_outside_the_session_is_its_nearest_end(database: Path) -> None:
    session = reading.open_session(database, None)
    assert session.number_at(-5) == 0
    assert session.number_at(1e9) == 149


def test_runs_and_events_are_there(database: Path) -> None:
    session = reading.open_session(database, None)
    assert [sample.run.batch for sample in session.last_of_runs()] == [1, 4]
    assert [run.number for run in session.runs()] == [1, 2]
    assert session.marks == [(33.0 + 60, "batch 4")]
    assert [event.text for event in session.events()] == ["run 2: squeezenet_v1.1, batch 4"]


def test_two_write_at_once_and_a_third_reads(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    connections = [schema.connect(path), schema.connect(path)]
    writers = [SessionWriter(recorded.FACTS, 1.8e9) for _ in connections]
    for count, sample in enumerate(STEADY[:70], 1):
        for writer, connection in zip(writers, connections, strict=True):
            writer.add(sample)
            writer.commit(connection)
        if count % 20 == 0:
            assert {info.samples for info in listed(path)} == {count}
    assert len(listed(path)) == 2


def test_two_processes_that_begin_at_once_share_a_new_database(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from edgetop.session.store import schema;"
        "schema.connect(Path(sys.argv[1])).close()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "new" / "sessions.db")]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[1] for process in started] == [b""] * 4
    assert [process.returncode for process in started] == [0] * 4


def test_a_database_that_another_makes_meanwhile_is_no_foreign_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sessions.db"
    made = threading.Event()

    def make() -> None:
        schema.connect(path).close()
        made.set()

    def other_comes_in(statement: str) -> None:
        if "user_version" in statement and other.ident is None:
            other.start()
            made.wait(0.5)  # it may have to wait for the one who looks

    def watched(address: str) -> sqlite3.Connection:
        connection = opened(address)
        if threading.current_thread() is not other:
            connection.set_trace_callback(other_comes_in)
        return connection

    opened, other = schema._opened, threading.Thread(target=make)
    monkeypatch.setattr(schema, "_opened", watched)
    schema.connect(path).close()
    other.join()
    assert made.is_set()


def test_what_could_not_be_written_is_written_later_without_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    connection = schema.connect(path)
    limit = connection.execute("PRAGMA page_count").fetchone()[0] + 2
    connection.execute(f"PRAGMA max_page_count = {limit}")
    writer = SessionWriter(recorded.FACTS, 1.8e9)
    failures = 0
    for sample in STEADY:
        writer.add(sample)
        try:
            writer.commit(connection)
        except sqlite3.OperationalError:
            failures += 1
    assert failures > 100
    connection.execute("PRAGMA max_page_count = 100000")
    writer.commit(connection)
    connection.close()
    read = recorded.read(path)
    assert [d for pair in zip(STEADY, read, strict=True) for d in recorded.differences(*pair)] == []


def test_memory_holds_few_bytes_of_what_cannot_be_written() -> None:
    writer = SessionWriter(recorded.FACTS, 1.8e9)
    for tick in range(1200):
        writer.add(recorded.moved(STEADY[tick % 180], tick * 0.5))
    assert sum(len(item.data) for item in writer.batch().blocks) < 1200 * 289
    assert sum(item.samples for item in writer.batch().blocks) == 1200


def test_deleting_gives_the_room_back(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    first = begun(path, 1.7e9, 180)
    for hour in range(20):
        begun(path, 1.7e9 + 3600 * (1 + hour), 180)
    full = path.stat().st_size
    connection = schema.connect(path)
    delete(connection, [info.id for info in listing.sessions(connection) if info.id != first])
    connection.close()
    assert [info.id for info in listed(path)] == [first]
    assert path.stat().st_size < full / 3
    left = sqlite3.connect(path)
    for table in ("texts", "runs", "blocks", "events"):
        owners = {row[0] for row in left.execute(f"SELECT DISTINCT session FROM {table}")}
        assert owners <= {first}


def test_old_sessions_go_by_age_and_by_size_but_none_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    now = time.time()
    old = begun(path, now - 10 * 86400)
    running = begun(path, now - 20 * 86400, ended=False)
    new = begun(path, now - 86400)
    connection = schema.connect(path)
    assert retention.sweep(connection, retention.Retention()) == []
    assert retention.sweep(connection, retention.Retention(days=5)) == [old]
    assert retention.sweep(connection, retention.Retention(mib=1e-6)) == [new]
    assert [info.id for info in listing.sessions(connection)] == [running]


def test_a_session_whose_process_is_gone_does_not_run() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = process_name(child.pid)
    assert is_running(name)
    child.communicate(b"\n")
    assert not is_running(name)
    assert is_running(this_process())
    assert not is_running(this_process().replace(str(os.getpid()), "1"))
    for other in ("", "{}", "[1, 2]", '["x", "y", "z"]', '["x", 99999999, "1"]'):
        assert not is_running(other)


def test_a_process_that_ended_and_was_not_collected_does_not_run() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    name = process_name(child.pid)
    deadline = time.monotonic() + 30
    while is_running(name):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.wait()


# -- files that are not what they should be ----------------------------------------------------


def foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE birds (name)")
    connection.commit()
    connection.close()


def newer(path: Path) -> None:
    schema.connect(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def test_a_file_of_something_else_is_damaged_and_moved_aside_whole(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    for content in (b"not a database at all, but text\n" * 100, b"SQLite format 3\0" + bytes(200)):
        path.write_bytes(content)
        with pytest.raises(schema.DamagedError):
            schema.connect(path)
        aside = schema.move_aside(path)
        assert aside.read_bytes() == content
        assert not path.exists()
        aside.unlink()
    foreign(path)
    with pytest.raises(schema.DamagedError, match="something else"):
        schema.connect(path)
    aside = schema.move_aside(path)
    assert sqlite3.connect(aside).execute("SELECT count(*) FROM birds").fetchone() == (0,)
    schema.connect(path).close()


def test_a_file_of_a_newer_edgetop_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    newer(path)
    before = path.read_bytes()
    for opening in (schema.connect, schema.connect_to_read):
        with pytest.raises(schema.NewerError, match="format 99, this one knows"):
            opening(path)
    assert path.read_bytes() == before


def test_an_older_file_is_brought_to_the_present_version(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    further = (*tables.MIGRATIONS, "ALTER TABLE sessions ADD COLUMN place TEXT")
    monkeypatch.setattr(tables, "MIGRATIONS", further)
    monkeypatch.setattr(tables, "VERSION", len(further))
    before = database.read_bytes()
    old = schema.connect_to_read(database)
    assert len(listing.sessions(old)) == 1
    old.close()
    assert database.read_bytes() == before  # a reader changes nothing
    schema.connect(database).close()
    connection = sqlite3.connect(database)
    assert connection.execute("SELECT place FROM sessions").fetchall() == [(None,)]
    assert connection.execute("PRAGMA user_version").fetchone() == (tables.VERSION,)


def test_a_migration_that_fails_changes_nothing(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = (*tables.MIGRATIONS, "CREATE TABLE places (name); ALTER TABLE nowhere ADD COLUMN x")
    monkeypatch.setattr(tables, "MIGRATIONS", steps)
    monkeypatch.setattr(tables, "VERSION", len(steps))
    with pytest.raises(schema.StoreError):
        schema.connect(database)
    left = {row[0] for row in sqlite3.connect(database).execute("SELECT name FROM sqlite_master")}
    assert "places" not in left
    assert "sessions" in left


def test_a_folder_that_refuses_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(schema.StoreError, match=r"cannot keep sessions in .*file"):
        schema.connect(tmp_path / "file" / "sessions.db")


def test_readers_get_along_in_a_folder_that_takes_nothing(database: Path) -> None:
    """Root may write anywhere: the reader becomes nobody, once it has imported what it needs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy = folder / "sessions.db"
        copy.write_bytes(database.read_bytes())
        copy.chmod(0o444)
        folder.chmod(0o555)
        code = (
            "import os, sys; from pathlib import Path;"
            "from edgetop.session.store import reading;"
            "count = lambda path: len(list(reading.open_session(Path(path), None).samples()));"
            "count(sys.argv[1]); os.getuid() or os.setuid(65534); print(count(sys.argv[2]))"
        )
        command = [sys.executable, "-c", code, str(database), str(copy)]
        done = subprocess.run(command, capture_output=True, text=True)
        folder.chmod(0o755)
    assert (done.stdout.strip(), done.stderr) == ("150", "")


# -- session files -----------------------------------------------------------------------------


@pytest.fixture
def mailed(database: Path, tmp_path: Path) -> Path:
    """The session as a file of its own."""
    path = tmp_path / "session.edgetop"
    session_file.write(reading.open_session(database, None), path)
    return path


def test_a_session_file_is_the_session(database: Path, mailed: Path) -> None:
    assert recorded.read(mailed) == recorded.read(database)
    ours, theirs = (reading.open_session(path, None) for path in (database, mailed))
    assert ours.events() == theirs.events()
    assert [run.facts for run in ours.runs()] == [run.facts for run in theirs.runs()]
    assert replace(ours.info, ended_unix_s=None) == replace(theirs.info, ended_unix_s=None)
    assert [item.name for item in mailed.parent.iterdir() if "session.edgetop" in item.name] == [
        mailed.name
    ]


def test_a_session_file_holds_no_other_session(database: Path, tmp_path: Path) -> None:
    begun(database, 1.8e9, 180)
    session_file.write(reading.open_session(database, "2025"), tmp_path / "one.edgetop")
    assert len(listed(tmp_path / "one.edgetop")) == 1


def test_a_database_that_is_just_being_made_is_waited_for(tmp_path: Path) -> None:
    """The file is there before its tables are."""
    path = tmp_path / "sessions.db"
    path.touch()
    maker = threading.Timer(0.1, lambda: schema.connect(path).close())
    maker.start()
    connection = schema.connect_to_read(path)
    assert listing.sessions(connection) == []
    connection.close()
    maker.join()


def test_a_reader_leaves_the_locks_of_the_writer_in_its_own_process(tmp_path: Path) -> None:
    """Another edgetop that comes and goes meanwhile takes the database for one in use."""
    path = tmp_path / "sessions.db"
    connection = schema.connect(path)
    begun(path, 1e9)
    assert len(listed(path)) == 1
    passing = f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute('SELECT * FROM runs')"
    subprocess.run([sys.executable, "-c", f"{passing}.fetchall(); c.close()"], check=True)
    assert path.with_name("sessions.db-wal").exists()
    begun(path, 2e9)
    assert len(listed(path)) == 2
    connection.close()


def test_what_is_no_session_file_is_said_in_one_line(mailed: Path, tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    cut = tmp_path / "cut.edgetop"
    cut.write_bytes(mailed.read_bytes()[:-5000])
    text = tmp_path / "text.edgetop"
    text.write_text("dear customer\n")
    huge = tmp_path / "huge.edgetop"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    new = tmp_path / "new.edgetop"
    newer(new)
    strange = tmp_path / "strange.edgetop"
    foreign(strange)
    empty = tmp_path / "empty.edgetop"
    empty.touch()
    pipe = tmp_path / "pipe.edgetop"
    os.mkfifo(pipe)
    for path, words in {
        tmp_path / "nowhere": "No such file",
        loop: "symbolic links",
        cut: "cut off",
        text: "no session file",
        huge: "no session file",
        new: "newer edgetop",
        strange: "something else",
        empty: "no session file",
        pipe: "is no file",
        tmp_path: "is no file",
    }.items():
        with pytest.raises(EdgetopError, match=words) as told:
            reading.open_session(path, None)
        assert "\n" not in told.value.message
        assert path.name in told.value.message


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_damaged_session_file_is_read_or_refused_never_a_defect(
    mailed: Path, data: st.DataObject
) -> None:
    content = bytearray(mailed.read_bytes())
    for _ in range(data.draw(st.integers(1, 30))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    broken = mailed.with_name("broken.edgetop")
    broken.write_bytes(content)
    told = ""
    try:
        session = reading.open_session(broken, None)
        session.last_of_runs()
        session.minutes()
        for _ in session.samples():
            pass
    except EdgetopError as error:
        told = error.message
    assert "\n" not in told


def test_a_check_reads_everything_and_names_what_is_damaged(database: Path) -> None:
    begun(database, 1.8e9, ended=False)
    report = checking.check(database)
    assert (report.problems, report.samples) == ([], 153)
    assert (report.whole, report.running, report.interrupted) == (1, 1, 0)
    connection = sqlite3.connect(database)
    connection.execute("UPDATE blocks SET data = x'00' WHERE first = 60")
    connection.execute("UPDATE sessions SET process = ''")
    connection.commit()
    connection.close()
    report = checking.check(database)
    assert report.interrupted == 1
    assert len(report.problems) == 1
    assert "60 samples are damaged" in report.problems[0]
    assert report.lines()[-1] == report.problems[0]


def test_a_model_file_is_hashed_once_and_again_when_it_changes(tmp_path: Path) -> None:
    import hashlib

    connection = schema.connect(tmp_path / "sessions.db")
    model = tmp_path / "model.onnx"
    model.write_bytes(b"one")
    assert hashes.hash_of(connection, str(model)) == hashlib.sha256(b"one").hexdigest()
    connection.execute("UPDATE files SET sha256 = 'remembered'")
    assert hashes.hash_of(connection, str(model)) == "remembered"
    model.write_bytes(b"other")
    assert hashes.hash_of(connection, str(model)) == hashlib.sha256(b"other").hexdigest()
    assert hashes.hash_of(connection, str(tmp_path)) is None
    assert hashes.hash_of(connection, str(tmp_path / "nowhere")) is None
    assert hashes.hash_of(connection, "a\0b") is None
