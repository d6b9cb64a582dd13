"""What a day's recording weighs on the disk and in memory, and how soon it can be replayed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import psutil

from benchmarks.place import place
from benchmarks.simulated_day import samples
from benchmarks.table import Table
from edgetop.session.replay import Replay
from edgetop.session.store import reading, schema
from edgetop.session.store.writing import SessionWriter

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_HOURS = (1, 6, 24)

_ABOUT = """\
A simulated day: one sample a second with 25 sensors, about 1000 inferences each, committed one by
one as the recorder does, without waiting for the clock. "MB" is the database once it is closed;
"RSS" is how much the recording process has grown since the first 10 minutes; "open" is from the
command to the first sample at the end of the session with ten minutes of history behind it."""


def run(quick: bool) -> Table:
    """Record days of several lengths, and open each for replay."""
    rows = []
    for hours in _HOURS[:1] if quick else _HOURS:
        with place() as home:
            rows.append((f"{hours} h", *_day(home.folder / "sessions.db", hours * 3600)))
    columns = ("length", "samples", "MB", "bytes a sample", "ms a commit", "RSS, MiB", "open, s")
    return Table("Recorded sessions", _ABOUT, columns, tuple(rows))


def _day(path: Path, seconds: int) -> tuple[str, ...]:
    process = psutil.Process(os.getpid())
    connection = schema.connect(path)
    writer = SessionWriter({"board": "simulated"}, time.time())
    spent_s, early_rss = 0.0, 0
    for number, sample in enumerate(samples(seconds)):
        began_s = time.perf_counter()
        writer.add(sample)
        writer.commit(connection)
        spent_s += time.perf_counter() - began_s
        if number == 600:
            early_rss = process.memory_info().rss
    grown = (process.memory_info().rss - early_rss) / 2**20
    writer.ended_unix_s = time.time()
    writer.commit(connection)
    _close(connection)
    size = path.stat().st_size
    return (
        f"{seconds}",
        f"{size / 1e6:.1f}",
        f"{size / seconds:.0f}",
        f"{1000 * spent_s / seconds:.2f}",
        f"{grown:+.1f}",
        f"{_open_s(path):.2f}",
    )


def _close(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()


def _open_s(path: Path) -> float:
    """Until the replay has handed out the history that leads to the last moment."""
    began_s = time.perf_counter()
    replay = Replay(reading.open_session(path, None), "day")
    arrived: list[float] = []
    replay.subscribe_jumps(lambda _: arrived.append(time.perf_counter()))
    replay.seek(replay.position().duration_s)
    replay.start()
    while len(arrived) < 2:  # at its beginning, and at the moment asked for
        time.sleep(0.001)
    replay.stop()
    return arrived[-1] - began_s
