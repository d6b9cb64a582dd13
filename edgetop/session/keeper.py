"""Writes a session to the disk while it happens, in a thread of its own."""

from __future__ import annotations

import contextlib
import math
import os
import sqlite3
import threading
import time
from dataclasses import replace
from enum import Enum
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from edgetop.errors import EdgetopError
from edgetop.session.facts import without_home
from edgetop.session.model_hashes import ModelHashes
from edgetop.session.store import retention, rows, schema
from edgetop.session.store.listing import SessionInfo
from edgetop.session.store.reading import Recorded
from edgetop.session.store.writing import Batch, SessionWriter, write_batch

if TYPE_CHECKING:
    from pathlib import Path

    from edgetop.sample import Sample
    from edgetop.session.recorder import Orders

_COMMIT_S = 0.9
"""A sample is on the disk within a second, and between two commits lies at least so much."""
_RETRY_S = 5.0
"""After a commit or an opening that failed."""
_END_S = 10.0
"""How long the end may wait for a disk that does not answer."""


class _Word(Enum):
    """What else than samples and hashes the keeper's thread is told."""

    LOOK = "see whether there is something to write"
    END = "write what is left and end"


class Keeper:
    """Takes samples and keeps them; nothing that goes wrong with it disturbs the session.

    While the disk has no room, or none may be written to, the samples stay in memory, as few
    bytes as on the disk, and the disk is tried again. Only the keeper's thread writes; the
    lock is never held while it does, so that a disk that hangs holds up nobody else.

    Args:
        orders: What to keep, and where.
    """

    def __init__(self, orders: Orders) -> None:
        self._path = path = orders.path
        self._facts = orders.facts
        self._name = orders.name
        self._keep = orders.keep
        self._warn = orders.warn
        self._queue: SimpleQueue[Sample | tuple[int, str] | _Word] = SimpleQueue()
        self._lock = threading.Lock()
        self._writer: SessionWriter | None = None
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._hashes = ModelHashes(path, lambda run, sha256: self._queue.put((run, sha256)))
        self._try_again_s = 0.0
        self._pending = False
        self._hangs = False
        self._has_lost = False
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self.problem = ""
        """Why the disk does not have all of the session at present; empty while it does."""

    @property
    def session_id(self) -> str | None:
        """The ID under which the session is on the disk; None while it is not."""
        writer = self._writer
        return writer.id if writer is not None and writer.begun else None

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
            if self._pending:  # the thread may be asleep, and what should wake it is taken
                self._queue.put(_Word.LOOK)
            if self._writer is None:
                raise schema.StoreError("nothing is recorded yet")
            batch, on_disk = self._writer.batch(), self._writer.begun
            facts, models = self._writer.facts, tuple(self._writer.models)
        row = batch.session
        info = SessionInfo(
            row.id, row.started_unix_s, row.ended_unix_s, row.ended_unix_s is None, row.samples,
            row.runs, row.duration_s, row.bytes, models, facts,
        )  # fmt: skip
        readable = on_disk and self._path is not None and not self._hangs
        connection = schema.connect_to_read(self._path) if readable and self._path else None
        return Recorded(connection or schema.connect(None), info, batch)

    def close(self) -> None:
        """Write all that is left and end; what a dead disk did not take stays in memory."""
        if self._thread.is_alive():
            self._queue.put(_Word.END)
            self._thread.join(_END_S)
        if self._thread.is_alive():
            self._hangs = True
            self.problem = self.problem or f"{self._path} did not take the last samples in time"

    # -- in the keeper's thread ------------------------------------------------------------

    def _work(self) -> None:
        """Commit when a sample comes, if it is time: beside sampler and screen, which are awake.

        At a moment of its own it would disturb one inference of the model more.
        """
        committed_s = -math.inf
        latest_s = math.inf
        going_on = True
        while going_on:
            going_on = self._take(latest_s)
            now_s = time.monotonic()
            if self._pending and going_on and now_s >= min(latest_s, committed_s + _COMMIT_S):
                self._commit()
                committed_s, latest_s = now_s, math.inf
            if self._pending:
                latest_s = min(latest_s, now_s + _COMMIT_S)
        self._finish()

    def _take(self, until_s: float) -> bool:
        """Wait for something to do, up to a moment (infinite: as long as it takes).

        Returns:
            False at the end.
        """
        wait_s = None if math.isinf(until_s) else max(0.0, until_s - time.monotonic())
        try:
            item = self._queue.get(timeout=wait_s)
        except Empty:
            return True
        if not isinstance(item, _Word):
            with self._lock:
                self._add(item)
        return item is not _Word.END

    def _take_all(self) -> None:
        """With the lock, in any thread."""
        with contextlib.suppress(Empty):
            while True:
                item = self._queue.get_nowait()
                if item is _Word.END:
                    self._queue.put(item)  # the thread waits for it
                    return
                if not isinstance(item, _Word):
                    self._add(item)

    def _add(self, item: Sample | tuple[int, str]) -> None:
        """With the lock; a defect of ours costs what it concerns, not the session."""
        try:
            self._put_down(item)
        except Exception as error:  # noqa: BLE001
            if not self._has_lost:
                self._has_lost = True
                self._warn(f"not all is recorded, by a defect of edgetop: {error!r}", "warning")

    def _put_down(self, item: Sample | tuple[int, str]) -> None:
        self._pending = self._path is not None
        if isinstance(item, tuple):
            if self._writer is not None:
                self._writer.add_hash(*item)
            return
        if self._writer is None:
            started_s = item.time_unix_s - item.elapsed_s
            self._writer = SessionWriter(self._facts(item), started_s, self._name)
        self._writer.add(_without_home(item))
        self._hashes.want(item.run.number, item.run.model_path)

    def _commit(self) -> None:
        """Write what is new; a failure is told once, and tried again later."""
        path = self._path
        if path is None or self._writer is None or time.monotonic() < self._try_again_s:
            return
        try:
            self._write(path)
        except Exception as error:  # noqa: BLE001  a defect of ours must not cost the session
            self._pending = True
            self._failed(path, error)
            return
        if self.problem:
            self.problem = ""
            self._warn("the session is on the disk again, with all its samples", "info")

    def _write(self, path: Path) -> None:
        assert self._writer is not None
        if self._connection is not None and _identity(path) != self._file:
            self._begin_again(path, f"{path} was removed or replaced", aside=False)
        if self._connection is None:
            self._connection = self._open(path)
            self._file = _identity(path)
        with self._lock:
            batch, self._pending = self._writer.batch(), False  # what comes from here on is pending
        write_batch(self._connection, batch)
        with self._lock:
            self._writer.committed(batch)

    def _open(self, path: Path) -> sqlite3.Connection:
        try:
            connection = schema.connect(path)
        except schema.DamagedError as error:
            aside = schema.move_aside(path)
            self._warn(f"{error.message}: it is kept as {aside.name}, a new one begins", "warning")
            connection = schema.connect(path)
        if self._keep is not None:
            with contextlib.suppress(EdgetopError, sqlite3.Error):  # it never stops a recording
                retention.sweep(connection, self._keep)
        return connection

    def _failed(self, path: Path, error: Exception) -> None:
        """Say why the disk does not take the samples, and when to try again."""
        self._try_again_s = time.monotonic() + _RETRY_S
        told = error if isinstance(error, EdgetopError) else schema.explained(error, path)
        if isinstance(told, schema.DamagedError) and self._connection is not None:
            # The file was damaged while it was open.
            with contextlib.suppress(EdgetopError):
                self._begin_again(path, told.message, aside=True)
                self._try_again_s = 0.0
        elif not self.problem:
            self._warn(f"recording waits: {told.message}; the samples stay in memory", "warning")
        self.problem = told.message

    def _begin_again(self, path: Path, why: str, *, aside: bool) -> None:
        """Leave the open file for a new one, and take along what can be read of this session.

        Raises:
            StoreError: No new one can be made; the old one stays open, for it has the session.
        """
        old = self._connection
        assert old is not None
        assert self._writer is not None
        kept = f"it is kept as {schema.move_aside(path).name}, " if aside else ""
        new = schema.connect(path)
        self._connection, self._file = new, _identity(path)
        self._warn(f"{why}: {kept}a new one begins", "warning")
        with self._lock:
            self._writer.start_over()
            batch = self._writer.batch()
        with contextlib.suppress(EdgetopError, sqlite3.Error), contextlib.closing(old):
            rows.write_copy(new, Recorded(old, _info_of(batch)))

    def _finish(self) -> None:
        with self._lock:
            self._take_all()
            if self._writer is not None:
                self._writer.ended_unix_s = time.time()
        self._try_again_s = 0.0
        self._commit()
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _without_home(sample: Sample) -> Sample:
    run = sample.run
    path = without_home(run.model_path)
    return sample if path == run.model_path else replace(sample, run=replace(run, model_path=path))


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells this file from another of its name; None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _info_of(batch: Batch) -> SessionInfo:
    row = batch.session
    return SessionInfo(
        row.id, row.started_unix_s, None, True, row.samples, row.runs, row.duration_s, row.bytes,
        (), {},
    )  # fmt: skip
