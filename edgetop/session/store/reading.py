"""A recorded session as it is read: its samples by number, its runs, what happened."""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from edgetop.sample import Event
from edgetop.session.store import block, listing, schema, sweeps
from edgetop.session.store.flat import LAST_UNIX_S, Column, Restorer
from edgetop.session.store.plain import clean, from_text
from edgetop.session.store.rows import Block, StoredEvent, StoredRun
from edgetop.stats.soak import Minute

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from edgetop.sample import Sample
    from edgetop.session.store.listing import SessionInfo
    from edgetop.session.store.sweeps import StoredSweep
    from edgetop.session.store.writing import Batch


_MOST_ROWS = 1_000_000
"""Of one kind in a session; a year of samples has half as many blocks."""


class Recorded:
    """One recorded session: its samples by number, block by block.

    Args:
        connection: The database that it is in.
        info: Which it is.
        unsaved: What of a session that goes on is not in the database; where both have a
            block, the longer one counts.

    Its methods raise a `DamagedError` where the database is damaged.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        info: SessionInfo,
        unsaved: Batch | None = None,
    ) -> None:
        self.info = info
        self._connection = connection
        self._unsaved = {item.first: item for item in (unsaved.blocks if unsaved else ())}
        self._unsaved_runs = unsaved.runs if unsaved else []
        self._unsaved_minutes = unsaved.minutes if unsaved else []
        self._restorer = Restorer()
        self.damaged: dict[int, int] = {}
        """Blocks that could not be read so far: number of the first sample, and how many."""
        self._index = self._read_index()
        self._firsts = [place.first for place in self._index]
        self._events: dict[int, list[Event]] = {}
        self._stored_events = self._read_events(unsaved.events if unsaved else ())
        for item in self._stored_events:
            self._events.setdefault(item.sample, []).append(item.event)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _read_index(self) -> list[_Place]:
        rows = self._rows(
            "SELECT first, samples, run, start_s, end_s FROM blocks WHERE session = ? "
            "AND first < ? ORDER BY first",
            (self.info.id, self.info.samples),
        )
        places = {}
        for row in rows:
            with schema.refusing(f"session {self.info.id}"):
                places[int(row[0])] = _place(row)
        for item in list(self._unsaved.values()):
            known = places.get(item.first)
            if known is None or known.samples < item.samples:
                places[item.first] = _Place(*item[:5])
            else:
                del self._unsaved[item.first]
        return [places[first] for first in sorted(places)]

    def _read_events(self, unsaved: Sequence[StoredEvent]) -> list[StoredEvent]:
        rows = self._rows(
            "SELECT number, sample, elapsed_s, time_unix_s, substr(text, 1, 4000), severity, mark "
            "FROM events WHERE session = ? ORDER BY number",
            (self.info.id,),
        )
        found = {}
        with schema.refusing(f"session {self.info.id}"):
            for number, sample, elapsed_s, time_s, text, severity, mark in rows:
                words = (clean(str(word)) for word in (text, severity, mark))
                event = Event(_moment_s(time_s), *words)
                found[int(number)] = StoredEvent(int(number), int(sample), float(elapsed_s), event)
        found.update((item.number, item) for item in unsaved)
        return [found[number] for number in sorted(found)]

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        with schema.refusing(f"session {self.info.id}"):
            return self._connection.execute(f"{query} LIMIT {_MOST_ROWS}", values).fetchall()

    def __len__(self) -> int:
        return self._index[-1].first + self._index[-1].samples if self._index else 0

    @property
    def start_s(self) -> float:
        """Elapsed time of the session at its first sample."""
        return self._index[0].start_s if self._index else 0.0

    @property
    def end_s(self) -> float:
        """Elapsed time of the session at its last sample."""
        return self._index[-1].end_s if self._index else 0.0

    @property
    def first(self) -> int:
        """Number of the first sample; 0 unless the beginning of the session was lost."""
        return self._index[0].first if self._index else 0

    @property
    def event_times_s(self) -> list[float]:
        """Elapsed times of the events, ascending."""
        return sorted({item.elapsed_s for item in self._stored_events})

    @property
    def marks(self) -> list[tuple[float, str]]:
        """Elapsed time and short word of every event that changed something."""
        return [
            (item.elapsed_s, item.event.mark) for item in self._stored_events if item.event.mark
        ]

    def events(self) -> list[Event]:
        """Everything that happened, in order."""
        return [item.event for item in self._stored_events]

    def samples(self, first: int = 0, end: int | None = None) -> Iterator[Sample]:
        """The samples from number `first` up to but without `end`.

        A block is decoded when its first sample is asked for; one that is damaged is left out,
        and noted in `damaged`.
        """
        end = len(self) if end is None else end
        for place in self._index[max(0, bisect_right(self._firsts, first) - 1) :]:
            if place.first >= end:
                return
            for offset, sample in enumerate(self._readable(place)):
                if first <= place.first + offset < end:
                    yield sample

    def _readable(self, place: _Place) -> list[Sample]:
        try:
            return self._block(place.first)
        except schema.DamagedError:
            self.damaged[place.first] = place.samples
            return []

    def number_at(self, elapsed_s: float) -> int:
        """The number of the last sample that is not after a moment; the first if all are."""
        at = bisect_right([place.start_s for place in self._index], elapsed_s) - 1
        if at < 0:
            return self.first
        place = self._index[at]
        within = [sample.elapsed_s for sample in self._readable(place)]
        return place.first + max(0, bisect_right(within, elapsed_s) - 1)

    def last_of_runs(self) -> list[Sample]:
        """The last sample of every run that measured something, oldest first."""
        blocks: dict[int, list[_Place]] = {}
        for place in self._index:
            blocks.setdefault(place.run, []).append(place)
        found = []
        for places in blocks.values():
            last = next((s[-1] for place in reversed(places) if (s := self._readable(place))), None)
            if last is not None and last.total.inferences:
                found.append(last)
        return found

    def runs(self) -> list[StoredRun]:
        """The runs as they are listed, oldest first."""
        rows = self._rows(
            "SELECT number, facts, model_sha256, histogram FROM runs WHERE session = ? "
            "ORDER BY number",
            (self.info.id,),
        )
        with schema.refusing(f"session {self.info.id}"):
            found = {
                int(row[0]): StoredRun(
                    int(row[0]), str(row[1]), row[2] and clean(str(row[2])), str(row[3])
                )
                for row in rows
            }
        found.update((run.number, run) for run in self._unsaved_runs)
        return [found[number] for number in sorted(found)]

    def sweep(self) -> StoredSweep | None:
        """The sweep that this session is a part of; None if it is of none."""
        name = self.info.facts.get("sweep")
        return sweeps.stored_sweep(self._connection, name) if isinstance(name, str) else None

    def minutes(self) -> list[Minute]:
        """The session minute by minute, without reading its samples."""
        rows = self._rows(
            "SELECT elapsed_s, run, figures FROM minutes WHERE session = ?", (self.info.id,)
        )
        with schema.refusing(f"session {self.info.id}"):
            found = {float(row[0]): from_text(Minute, row[2]) for row in rows}
        found.update((row.elapsed_s, row) for row in self._unsaved_minutes)
        return [found[elapsed_s] for elapsed_s in sorted(found)]

    def blocks(self) -> Iterator[Block]:
        """The samples as they are stored, oldest first, as far as they can be read."""
        for place in self._index:
            with contextlib.suppress(schema.DamagedError):
                yield self._raw(place.first)

    def stored_events(self) -> list[StoredEvent]:
        """The events as they are stored, in order."""
        return self._stored_events

    def _raw(self, first: int) -> Block:
        unsaved = self._unsaved.get(first)
        if unsaved is not None:
            return unsaved
        rows = self._rows(
            "SELECT first, samples, run, start_s, end_s, c.text, f.text, s.text, data FROM blocks "
            "JOIN texts c ON c.id = columns JOIN texts f ON f.id = facts "
            "JOIN texts s ON s.id = sensors WHERE blocks.session = ? AND first = ?",
            (self.info.id, first),
        )
        if len(rows) != 1:
            raise schema.DamagedError(f"session {self.info.id} lacks the samples from {first}")
        return Block(*rows[0])

    def _block(self, first: int) -> list[Sample]:
        item = self._raw(first)
        with schema.refusing(f"session {self.info.id}"):
            columns = from_text(tuple[Column, ...], item.columns)
            rows = block.decode(columns, item.data, item.facts, item.sensors, item.samples)
            samples = [self._restorer.sample(row) for row in rows]
        return [
            replace(sample, events=tuple(self._events.get(number, ())))
            for number, sample in enumerate(samples, first)
        ]


def _place(row: Sequence[Any]) -> _Place:
    first, samples, run, start_s, end_s = row
    if not (0 < samples <= block.MOST_ROWS and 0 <= start_s <= end_s < LAST_UNIX_S):
        raise ValueError("a block in no order")
    return _Place(int(first), int(samples), int(run), float(start_s), float(end_s))


def _moment_s(time_s: float) -> float:
    return min(max(0.0, float(time_s)), LAST_UNIX_S - 1)


class _Place(NamedTuple):
    """Where a block lies in the session."""

    first: int
    samples: int
    run: int
    start_s: float
    end_s: float


def open_session(path: Path, name: str | None) -> Recorded:
    """A session of the user's database, or the one of a session file.

    Args:
        path: The database or the file.
        name: The session; None = the newest, of a file the only one.

    Raises:
        UsageError: It is not there.
        StoreError: The file cannot be read, or is damaged.
    """
    connection = schema.connect_to_read(path)
    try:
        return Recorded(connection, listing.find(connection, name or listing.LATEST))
    except BaseException:
        connection.close()
        raise
