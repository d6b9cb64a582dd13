"""Session files from anywhere: refused in one line or shown, never a defect, never a program."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import recorded_sessions as recorded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgetop.errors import EdgetopError
from edgetop.paint.symbols import UNICODE
from edgetop.session import exporting
from edgetop.session.replay import Replay
from edgetop.session.store import listing, reading, schema, session_file
from edgetop.ui.panels import PANELS
from edgetop.ui.panels.compact import compact
from edgetop.ui.view import View

if TYPE_CHECKING:
    from pathlib import Path

BATCH = "UPDATE texts SET text = replace(text, '\"batch\":1,', '\"batch\":%s,')"
HOSTILE = {
    "a start that is no number": "UPDATE sessions SET started_unix_s = 'abc'",
    "a start in no calendar": "UPDATE sessions SET started_unix_s = 9e300",
    "an endless session": "UPDATE sessions SET duration_s = 9e999",
    "models that are a number": "UPDATE sessions SET models = '5'",
    "facts that are nested without an end":
        "UPDATE sessions SET facts = replace(hex(zeroblob(20000)), '0', '[')",
    "facts that are a list": "UPDATE sessions SET facts = '[1, 2]'",
    "versions that are numbers": "UPDATE sessions SET facts = '{\"versions\": {\"x\": 1}}'",
    "more samples than there are": "UPDATE sessions SET samples = 1000000000",
    "an infinite batch": BATCH % "1e999",
    "a batch of nothing": BATCH % "0",
    "too few columns":
        "UPDATE texts SET text = '[{\"path\":\"state\",\"kind\":\"t\"}]' "
        "WHERE text LIKE '[{\"path%'",
    "other kinds of columns":
        "UPDATE texts SET text = replace(text, '\"kind\":\"t\"', '\"kind\":\"f\"')",
    "no sensors": "UPDATE texts SET text = '[]' WHERE text LIKE '%/thermal%' OR text LIKE '%unit%'",
    "blocks that are texts": "UPDATE blocks SET data = 'text'",
    "blocks of nothing": "UPDATE blocks SET data = x''",
    "blocks without a place": "UPDATE blocks SET start_s = 'now'",
    "blocks of no samples": "UPDATE blocks SET samples = 0",
    "blocks that all begin at once": "UPDATE blocks SET start_s = 0, end_s = 0",
    "blocks that refer to nothing": "UPDATE blocks SET facts = 999",
    "an event beyond the end": "UPDATE events SET sample = 99999",
    "an event before the beginning": "UPDATE events SET sample = -5",
    "an event of a megabyte": "UPDATE events SET text = hex(zeroblob(500000))",
    "an event in no calendar": "UPDATE events SET time_unix_s = 9e300",
    "an event that is a blob": "UPDATE events SET text = x'ff00', mark = x'1b5b'",
    "an event that a terminal would obey":
        "UPDATE events SET text = char(27) || ']0;owned' || char(7), mark = char(27) || '[2J'",
    "minutes that are none": "UPDATE minutes SET figures = '{}'",
    "minutes without a place": "UPDATE minutes SET elapsed_s = 'soon' WHERE rowid = 1",
    "runs that are none": "UPDATE runs SET facts = '', histogram = '{'",
}  # fmt: skip

PROGRAMS = {
    "a view": "DROP TABLE blocks; CREATE VIEW blocks AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL "
    "SELECT n + 1 FROM r) SELECT '' session, n first, 1 samples, 1 run, 0 start_s, 0 end_s, "
    "1 columns, 1 facts, 1 sensors, x'' data FROM r",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM sessions; END",
    "a computed column": "ALTER TABLE runs ADD COLUMN much AS (zeroblob(900000000))",
    "an index with an expression": "CREATE INDEX much ON runs (length(zeroblob(900000000)))",
    "another table": "CREATE TABLE birds (name)",
}


@pytest.fixture
def mailed(tmp_path: Path) -> Path:
    """A session file with runs, events and minutes."""
    database = tmp_path / "sessions.db"
    recorded.write(database, [*recorded.stories.steady()[:70], *recorded.stories.marked()[70:90]])
    path = tmp_path / "session.edgetop"
    with closing(reading.open_session(database, None)) as session:
        session_file.write(session, path)
    return path


def changed(path: Path, script: str) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path


def use(path: Path) -> None:
    """All that edgetop does with a session file."""
    with closing(schema.connect_to_read(path)) as connection:
        listing.sessions(connection)
    with closing(reading.open_session(path, None)) as session:
        session.last_of_runs()
        session.minutes()
        session.runs()
        for kind in ("csv", "json", "md"):
            for piece in exporting.text(session, kind):
                assert piece.isascii() or "\x1b" not in piece
        session_file.write(session, path.with_name("again.edgetop"))
        show(session)


def show(session: reading.Recorded) -> None:
    """What the replay hands out, on every panel."""
    player = Replay(session, "hostile")
    view = View(UNICODE, session.info.board)
    history: list[Any] = []
    player.subscribe_jumps(history.extend)
    jumps = (session.start_s, session.end_s, *session.event_times_s)
    for elapsed_s in jumps[:20]:
        player._jump(elapsed_s)
    view.remember(session.minutes())
    for sample in history:
        view.update(sample)
    for kind in PANELS:
        kind.paint(view, 60, 20)
    compact(view, 40, 12)


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_not_as_edgetop_writes_it_is_refused_or_left_out(mailed: Path, what: str) -> None:
    changed(mailed, HOSTILE[what])
    told = ""
    try:
        use(mailed)
    except EdgetopError as error:
        told = error.message
    assert told.isprintable()
    assert len(told) < 600


@pytest.mark.parametrize("what", PROGRAMS)
def test_a_file_with_a_program_in_it_is_refused(mailed: Path, what: str) -> None:
    changed(mailed, PROGRAMS[what])
    with pytest.raises(EdgetopError, match="has not the tables that edgetop makes"):
        reading.open_session(mailed, None)
    with pytest.raises(EdgetopError, match="has not the tables that edgetop makes"):
        schema.connect(mailed)


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=30),
    st.binary(max_size=30),
    st.sampled_from(["", "{}", "[]", "null", '"', "[[1]]", '{"a": [null]}', "\x1b[31m", "9" * 400]),
)
COLUMNS = {
    "sessions": ["started_unix_s", "ended_unix_s", "process", "facts", "models", "samples", "runs",
                 "duration_s", "bytes"],
    "texts": ["text"],
    "runs": ["number", "facts", "model_sha256", "histogram"],
    "blocks": ["first", "samples", "run", "start_s", "end_s", "columns", "facts", "sensors",
               "data"],
    "events": ["number", "sample", "elapsed_s", "time_unix_s", "text", "severity", "mark"],
    "minutes": ["elapsed_s", "run", "figures"],
}  # fmt: skip
PLACES = [(table, column) for table, columns in COLUMNS.items() for column in columns]


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(PLACES), VALUES, st.booleans())
def test_any_value_anywhere_is_refused_or_shown(
    mailed: Path, place: tuple[str, str], value: Any, everywhere: bool
) -> None:
    table, column = place
    broken = mailed.with_name("broken.edgetop")
    broken.write_bytes(mailed.read_bytes())
    connection = sqlite3.connect(broken)
    where = "" if everywhere else f"WHERE rowid = (SELECT min(rowid) FROM {table})"
    try:
        connection.execute(f"UPDATE {table} SET {column} = ? {where}", (value,))
    except (sqlite3.Error, OverflowError, UnicodeError):
        return  # SQLite itself does not take it
    finally:
        connection.commit()
        connection.close()
    told = ""
    try:
        use(broken)
    except EdgetopError as error:
        told = error.message
    assert told.isprintable()
