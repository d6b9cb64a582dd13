"""Sweeps in the database: their plans, and every visit as soon as it is over."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from edgetop.errors import UsageError
from edgetop.sample import LatencyStats  # noqa: TC001  at run time: read back by its type
from edgetop.session.store import schema
from edgetop.session.store.plain import clean, from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MOST_VISITS = 100_000


@dataclass(frozen=True, slots=True)
class Visit:
    """One run of a sweep: a setup at a batch, in a process of its own."""

    setup: int
    """Which of the plan's, from 0."""
    batch: int
    """As it was asked for."""
    search: bool = False
    """It only was to find out whether this batch runs."""
    session: str = ""
    """In which session it is recorded; empty while that has no ID."""
    run: int = 0
    started_unix_s: float = 0.0
    spent_s: float = 0.0
    """All in all, with loading and warm-up."""
    medians_ms: tuple[float, ...] = ()
    """Latency of a batch: the median of each stretch of half a second."""
    latency: LatencyStats | None = None
    fps: float | None = None
    inferences: int = 0
    measured_s: float = 0.0
    load_s: float | None = None
    first_run_ms: float | None = None
    memory_mib: float | None = None
    """The most that the model's process had resident."""
    baseline_mib: float | None = None
    """What it had resident before the model was loaded."""
    gpu_memory_mib: float | None = None
    """In use on the whole GPU when the visit ended, by whatever program."""
    power_w: float | None = None
    power_scope: str = ""
    """What `power_w` is of, in words: ``module (VDD_IN)``; empty where it is unknown."""
    j_per_image: float | None = None
    temperature_c: float | None = None
    other_load_percent: float | None = None
    """Of the machine's processors, what neither the model nor edgetop used, mean of the visit."""
    state: str = ""
    provider: str = ""
    threads: int = 0
    precision: str = ""
    runtime: str = ""
    fixed_batch: int | None = None
    """Which batch the graph has, where that is why it did not run."""
    exit_code: int = 0
    """Of a command that fails for this reason; 0 if it ran."""
    error: str = ""
    """Why it did not run, beginning with one of `ERRORS`; empty if it did."""


OUT_OF_MEMORY, KILLED, TIMEOUT, REFUSED = "out of memory", "killed", "timeout", "refused"
ERRORS = (OUT_OF_MEMORY, KILLED, TIMEOUT, REFUSED)
"""The kinds of reasons for which a visit has no figures."""


class StoredSweep(NamedTuple):
    """A sweep as it lies in the database."""

    id: str
    """Of the session in which it began."""
    started_unix_s: float
    plan: str
    """JSON; `edgetop.study.plan` knows what is in it."""
    visits: tuple[Visit, ...]


class SweepWriter:
    """Puts the visits of one sweep into the database.

    A visit that cannot be written stays in memory and is tried again with the next one.

    Args:
        path: The database.
        sweep: Its ID.
        started_unix_s: When it began.
        plan: What it measures, as JSON.
        stored: How many visits of it are in the database already.
    """

    def __init__(
        self, path: Path, sweep: str, started_unix_s: float, plan: str, stored: int = 0
    ) -> None:
        self._path = path
        self._row = (sweep, started_unix_s, plan)
        self._number = stored
        self._waiting: list[Visit] = []
        self.problem = ""
        """Why the database lacks visits; empty while it has all."""

    def begin(self) -> None:
        """Put the plan into the database, so that the sweep can be resumed from now on."""
        self._write()

    def add(self, visit: Visit) -> None:
        """Put a visit into the database: it is on the disk now, or `problem` says why not."""
        self._waiting.append(visit)
        self._write()

    def _write(self) -> None:
        sweep = self._row[0]
        try:
            rows = [
                (sweep, number, to_text(visit))
                for number, visit in enumerate(self._waiting, self._number)
            ]
            with (
                contextlib.closing(schema.connect(self._path)) as connection,
                schema.transaction(connection),
            ):
                connection.execute("INSERT OR IGNORE INTO sweeps VALUES (?, ?, ?)", self._row)
                connection.executemany("INSERT INTO visits VALUES (?, ?, ?)", rows)
        except sqlite3.IntegrityError:
            raise UsageError(f"another edgetop goes on with the sweep {sweep}") from None
        except schema.StoreError as error:
            self.problem = error.message
        except schema.FAILURES as error:
            self.problem = schema.explained(error, self._path).message
        else:
            self._number += len(self._waiting)
            self._waiting.clear()
            self.problem = ""


def stored_sweep(connection: sqlite3.Connection, sweep: str) -> StoredSweep | None:
    """The sweep that began in this session; None if that was no sweep.

    Raises:
        DamagedError: What is stored of it cannot be read.
    """
    with schema.refusing(f"sweep {clean(sweep)}"):
        row = connection.execute(
            "SELECT id, started_unix_s, plan FROM sweeps WHERE id = ?", (sweep,)
        ).fetchone()
        if row is None:
            return None
        visits = connection.execute(
            "SELECT facts FROM visits WHERE sweep = ? ORDER BY number LIMIT ?",
            (sweep, _MOST_VISITS),
        ).fetchall()
        return StoredSweep(
            clean(str(row[0])),
            float(row[1]),
            str(row[2]),
            tuple(from_text(Visit, str(facts)) for (facts,) in visits),
        )


def find_sweep(path: Path, name: str) -> StoredSweep:
    """The sweep of this ID, an unmistakable part of one, or the one that began last.

    Raises:
        UsageError: There is none; those that there are, are named.
        StoreError: The database cannot be read.
    """
    if not schema.is_there(path):
        raise UsageError("no sweep is recorded yet")
    with contextlib.closing(schema.connect_to_read(path)) as connection:
        with schema.refusing("the database of sessions"):
            rows = connection.execute("SELECT id FROM sweeps ORDER BY started_unix_s DESC, id DESC")
            names = [str(row[0]) for row in rows]
        found = _matching(names, name)
        if len(found) != 1:
            raise UsageError(_not_one(names, found, name))
        sweep = stored_sweep(connection, found[0])
    assert sweep is not None
    return sweep


def _matching(names: Sequence[str], name: str) -> Sequence[str]:
    if name == "last":
        return names[:1]
    exact = [item for item in names if item == name]
    return exact or [item for item in names if name and name in item]


def _not_one(names: Sequence[str], found: Sequence[str], name: str) -> str:
    if not names:
        return "no sweep is recorded yet"
    listed = ", ".join(clean(item) for item in (found or names)[:4])
    if found:
        return f"{name!r} may be any of {listed}; give more of the ID"
    return f"there is no sweep {clean(name)!r}; there are {listed}"


def write_sweep(connection: sqlite3.Connection, sweep: StoredSweep) -> None:
    """Write a sweep as it is stored into another database; within a transaction."""
    connection.execute("INSERT OR IGNORE INTO sweeps VALUES (?, ?, ?)", sweep[:3])
    connection.executemany(
        "INSERT OR IGNORE INTO visits VALUES (?, ?, ?)",
        [(sweep.id, number, to_text(visit)) for number, visit in enumerate(sweep.visits)],
    )
