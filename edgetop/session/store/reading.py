"""A recorded session as it is read: its samples by number, its runs, what happened."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from edgetop.sample import Event
from edgetop.session.store import block, listing, schema
from edgetop.session.store.flat import LAST_UNIX_S, Column, Restorer
from edgetop.session.store.plain import clean, from_text
from edgetop.session.store.rows import Block, StoredEvent, StoredRun
from edgetop.stats.soak import Minute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from edgetop.sample import Sample
    from edgetop.session.store.listing import SessionInfo


class Recorded:
    """One recorded session: its samples by number, block by block.

    Args:
        connection: The database that it is in.
        info: Which it is.
        unsaved: Blocks that are not in the database, of a session that goes on; where both have
            a block, the longer one counts.
        unsaved_events: Events that are not in the database.
        unsaved_runs: Runs of which the database does not have the newest.
        unsaved_minutes: Minutes of which it does not have the newest.

    Its methods raise a `DamagedError` where the database is damaged.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        info: SessionInfo,
        unsaved: Sequence[Block] = (),
        unsaved_events: Sequence[StoredEvent] = (),
        unsaved_runs: Sequence[StoredRun] = (),
        unsaved_minutes: Sequence[Minute] = (),
    ) -> None:
        self.info = info
        self._connection = connection
        self._unsaved = {item.first: item for item in unsaved}
        self._unsaved_runs = unsaved_runs
        self._unsaved_minutes = unsaved_minutes
        self._restorer = Restorer()
        self._index = self._read_index()
        self._firsts = [place.first for place in self._index]
        self._events: dict[int, list[Event]] = {}
        self._stored_events = self._read_events(unsaved_events)
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
        places = {int(row[0]): _Place(*row) for row in rows}
        for item in list(self._unsaved.values()):
            known = places.get(item.first)
            if known is None or known.samples < item.samples:
                places[item.first] = _Place(*item[:5])
            else:
                del self._unsaved[item.first]
        return [places[first] for first in sorted(places)]

    def _read_events(self, unsaved: Sequence[StoredEvent]) -> list[StoredEvent]:
        rows = self._rows(
            "SELECT number, sample, elapsed_s, time_unix_s, text, severity, mark FROM events "
            "WHERE session = ? ORDER BY number",
            (self.info.id,),
        )
        found = {
            int(number): StoredEvent(
                int(number),
                int(sample),
                float(elapsed_s),
                Event(_moment_s(time_s), *(clean(str(word)) for word in (text, severity, mark))),
            )
            for number, sample, elapsed_s, time_s, text, severity, mark in rows
        }
        found.update((item.number, item) for item in unsaved)
        return [found[number] for number in sorted(found)]

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        try:
            return self._connection.execute(query, values).fetchall()
        except schema.FAILURES as error:
            raise schema.DamagedError(f"session {self.info.id} is damaged: {error}") from error

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
    def event_numbers(self) -> list[int]:
        """Numbers of the samples that bring events, ascending."""
        return sorted(self._events)

    @property
    def marks(self) -> list[tuple[float, str]]:
        """Elapsed time and short word of every event that changed something."""
        return [
            (item.elapsed_s, item.event.mark) for item in self._stored_events if item.event.mark
        ]

    def events(self) -> list[Event]:
        """Everything that happened, in order."""
        return [event for number in self.event_numbers for event in self._events[number]]

    def samples(self, first: int = 0, end: int | None = None) -> Iterator[Sample]:
        """The samples from number `first` up to but without `end`.

        A block is decoded when its first sample is asked for.
        """
        end = len(self) if end is None else end
        for place in self._index[max(0, bisect_right(self._firsts, first) - 1) :]:
            if place.first >= end:
                return
            for offset, sample in enumerate(self._block(place.first)):
                if first <= place.first + offset < end:
                    yield sample

    def number_at(self, elapsed_s: float) -> int:
        """The number of the last sample that is not after a moment; 0 if all are."""
        at = bisect_right([place.start_s for place in self._index], elapsed_s) - 1
        if at < 0:
            return 0
        place = self._index[at]
        within = [sample.elapsed_s for sample in self._block(place.first)]
        return place.first + max(0, bisect_right(within, elapsed_s) - 1)

    def elapsed_at(self, number: int) -> float:
        """The elapsed time of the sample of this number."""
        return next(self.samples(number, number + 1)).elapsed_s

    def last_of_runs(self) -> list[Sample]:
        """The last sample of every run that measured something, oldest first."""
        last: dict[int, int] = {}
        for place in self._index:
            last[place.run] = place.first + place.samples - 1
        found = (next(self.samples(number, number + 1)) for number in last.values())
        return [sample for sample in found if sample.total.inferences]

    def runs(self) -> list[StoredRun]:
        """The runs as they are listed, oldest first."""
        rows = self._rows(
            "SELECT number, facts, model_sha256, histogram FROM runs WHERE session = ? "
            "ORDER BY number",
            (self.info.id,),
        )
        found = {int(row[0]): StoredRun(*row) for row in rows}
        found.update((run.number, run) for run in self._unsaved_runs)
        return [found[number] for number in sorted(found)]

    def minutes(self) -> list[Minute]:
        """The session minute by minute, without reading its samples."""
        rows = self._rows(
            "SELECT elapsed_s, run, figures FROM minutes WHERE session = ?", (self.info.id,)
        )
        try:
            found = {(row[0], row[1]): from_text(Minute, row[2]) for row in rows}
        except (ValueError, TypeError) as error:
            raise schema.DamagedError(f"session {self.info.id} is damaged: {error}") from error
        found.update(((row.elapsed_s, row.run), row) for row in self._unsaved_minutes)
        return [found[place] for place in sorted(found)]

    def blocks(self) -> Iterator[Block]:
        """The samples as they are stored, oldest first."""
        return (self._raw(place.first) for place in self._index)

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
        try:
            columns = from_text(tuple[Column, ...], item.columns)
            rows = block.decode(columns, item.data, item.facts, item.sensors, item.samples)
            samples = [self._restorer.sample(row) for row in rows]
        except (ValueError, TypeError) as error:
            raise schema.DamagedError(f"session {self.info.id} is damaged: {error}") from error
        return [
            replace(sample, events=tuple(self._events.get(number, ())))
            for number, sample in enumerate(samples, first)
        ]


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
    except (ValueError, sqlite3.Error) as error:
        connection.close()
        raise schema.DamagedError(f"{path} is damaged: {error}") from error
    except BaseException:
        connection.close()
        raise
