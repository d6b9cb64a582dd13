"""Records a session while it happens, in a thread of its own, so that no disk delays a sample."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from edgetop.errors import EdgetopError
from edgetop.session.store import hashes, retention, schema, session_file
from edgetop.session.store.listing import SessionInfo
from edgetop.session.store.reading import Recorded
from edgetop.session.store.writing import SessionWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from edgetop.sample import Sample
    from edgetop.session.store.retention import Retention

_COMMIT_S = 0.9
"""Between two commits: a sample is on the disk within a second."""
_RETRY_S = 5.0
"""After a commit or an opening that failed."""
_END_S = 10.0
"""How long the end may wait for a disk that does not answer."""


class Recorder:
    """Takes samples and keeps them; nothing that goes wrong with it disturbs the session.

    While the disk has no room, or none may be written to, the samples stay in memory, as few
    bytes as on the disk (about 10 MB a day and sample a second), and the disk is tried again.

    Args:
        path: The database; None = keep the session in memory only.
        facts: What is known of the session, asked once the first sample has come.
        keep: Which older sessions may stay.
        warn: Takes lines that the user should see.
    """

    def __init__(
        self,
        path: Path | None,
        facts: Callable[[Sample], Mapping[str, Any]],
        *,
        keep: Retention | None = None,
        warn: Callable[[str, str], None] = lambda _text, _severity: None,
    ) -> None:
        self._path = path
        self._facts = facts
        self._keep = keep
        self._warn = warn
        self._queue: SimpleQueue[Sample | tuple[int, str] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._writer: SessionWriter | None = None
        self._connection: sqlite3.Connection | None = None
        self._hashed_run = 0
        self._try_again_s = 0.0
        self._pending = False
        self._ended = False
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self.problem = ""
        """Why the disk does not have all of the session at present; empty while it does."""

    @property
    def session_id(self) -> str | None:
        """The ID under which the session is on the disk; None while it is not."""
        with self._lock:
            on_disk = self._writer is not None and self._writer.begun
            return self._writer.id if on_disk and self._writer is not None else None

    def add(self, sample: Sample) -> None:
        """Take a sample; a subscriber of the session, returns at once."""
        self._queue.put(sample)
        if self._thread.ident is None:
            self._thread.start()

    def recorded(self) -> Recorded:
        """All that has come so far, to be read in the calling thread.

        Raises:
            StoreError: The database cannot be read, or there is nothing yet.
        """
        with self._lock:
            self._take_all()
            self._commit()
            writer = self._writer
            if writer is None:
                raise schema.StoreError("nothing is recorded yet")
            info = SessionInfo(
                writer.id, writer.started_unix_s, writer.ended_unix_s,
                running=writer.ended_unix_s is None, samples=writer.samples, runs=writer.runs,
                duration_s=writer.duration_s, size_bytes=0,
                models=tuple(writer.models), facts=writer.facts,
            )  # fmt: skip
            unsaved = (
                writer.unsaved,
                writer.unsaved_events,
                writer.unsaved_runs,
                writer.unsaved_minutes,
            )
            on_disk = writer.begun and self._path is not None
        connection = (
            schema.connect_to_read(self._path)
            if on_disk and self._path is not None
            else schema.connect(None)
        )
        return Recorded(connection, info, *unsaved)

    def export(self, path: Path) -> None:
        """Write all samples so far as CSV, and beside them the runs; files there are replaced.

        Raises:
            UsageError: A file cannot be written.
            StoreError: There is nothing yet, or what was recorded cannot be read.
        """
        from edgetop.session.exporting import export

        export(self.recorded(), "csv", path, force=True)

    def rescue(self, folders: Sequence[Path]) -> Path | None:
        """Write the session as a file of its own to the first folder that takes it.

        For a session that the disk does not have; None if no folder does.
        """
        for folder in folders:
            with contextlib.suppress(EdgetopError):
                recorded = self.recorded()
                path = folder / f"{recorded.info.id}{session_file.SUFFIX}"
                session_file.write(recorded, path)
                return path
        return None

    def close(self) -> None:
        """Write all that is left and end; what a dead disk did not take stays readable."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(_END_S)
        if self._thread.is_alive():
            self.problem = self.problem or f"{self._path} did not take the last samples in time"

    # -- in the recorder's thread ----------------------------------------------------------

    def _work(self) -> None:
        due_s = time.monotonic()
        going_on = True
        while going_on:
            wait_s = due_s - time.monotonic() if self._pending else None
            going_on = self._take(wait_s)
            if self._pending and time.monotonic() >= due_s and going_on:
                with self._lock:
                    self._commit()
                due_s = time.monotonic() + _COMMIT_S
        with self._lock:
            self._finish()

    def _take(self, wait_s: float | None) -> bool:
        """Wait for something to do, up to so long; False at the end."""
        try:
            item = self._queue.get(timeout=None if wait_s is None else max(0.0, wait_s))
        except Empty:
            return True
        if item is None:
            return False
        with self._lock:
            self._add(item)
        return True

    def _take_all(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                item = self._queue.get_nowait()
                if item is None:
                    self._queue.put(None)  # the thread waits for it
                    return
                self._add(item)

    def _add(self, item: Sample | tuple[int, str]) -> None:
        self._pending = True
        if isinstance(item, tuple):
            if self._writer is not None:
                self._writer.add_hash(*item)
            return
        if self._writer is None:
            started_s = item.time_unix_s - item.elapsed_s
            self._writer = SessionWriter(self._facts(item), started_s)
        self._writer.add(item)
        if item.run.number != self._hashed_run:
            self._hashed_run = item.run.number
            self._hash(item.run.number, item.run.model_path)

    def _hash(self, run: int, path: str) -> None:
        """Hash the model's file beside the recording: a large one takes seconds."""
        if self._path is None or not path:
            return

        def work(database: Path) -> None:
            with contextlib.suppress(*schema.FAILURES, schema.StoreError):
                connection = schema.connect(database)
                try:
                    sha256 = hashes.hash_of(connection, path)
                finally:
                    connection.close()
                if sha256 is not None:
                    self._queue.put((run, sha256))

        threading.Thread(target=work, args=(self._path,), name="hash", daemon=True).start()

    def _commit(self) -> None:
        """Write what is new; a failure is told once, and tried again later."""
        if self._path is None or self._writer is None or self._ended:
            return
        if time.monotonic() < self._try_again_s:
            return
        try:
            if self._connection is None:
                self._connection = self._open(self._path)
            self._writer.commit(self._connection)
        except (*schema.FAILURES, schema.StoreError) as error:
            self._failed(self._path, error)
            return
        self._pending = False
        if self.problem:
            self.problem = ""
            self._warn("the session is on the disk again, with all its samples", "info")

    def _open(self, path: Path) -> sqlite3.Connection:
        try:
            connection = schema.connect(path)
        except schema.DamagedError as error:
            self._move_aside(path, error)
            connection = schema.connect(path)
        if self._keep is not None:
            retention.sweep(connection, self._keep)
        return connection

    def _move_aside(self, path: Path, error: schema.DamagedError) -> None:
        aside = schema.move_aside(path)
        self._warn(f"{error.message}: it is kept as {aside.name}, a new one begins", "warning")

    def _failed(self, path: Path, error: Exception) -> None:
        """Say why the disk does not take the samples, and when to try again."""
        told = error if isinstance(error, schema.StoreError) else schema.explained(error, path)
        self._try_again_s = time.monotonic() + _RETRY_S
        if isinstance(told, schema.DamagedError) and self._connection is not None:
            self._leave_damaged(path, told)
        elif not self.problem:
            self._warn(f"recording waits: {told.message}; the samples stay in memory", "warning")
        self.problem = told.message

    def _leave_damaged(self, path: Path, error: schema.DamagedError) -> None:
        """The file was damaged while it was open: the rest of the session goes into a new one."""
        assert self._connection is not None
        assert self._writer is not None
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()
        self._connection = None
        with contextlib.suppress(schema.StoreError):
            self._move_aside(path, error)
            self._writer.start_over()
            self._try_again_s = 0.0

    def _finish(self) -> None:
        self._take_all()
        self._try_again_s = 0.0
        if self._writer is not None:
            self._writer.ended_unix_s = time.time()
            self._commit()
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        self._ended = True
