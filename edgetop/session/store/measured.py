"""How fast models have been on this board: the runs of all recorded sessions."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from edgetop.sample import Run
from edgetop.session.store import schema
from edgetop.session.store.plain import from_text, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST_RUNS = 400
_FEWEST_INFERENCES = 10


class MeasuredRun(NamedTuple):
    """A run of a recorded session."""

    run: Run
    latency_ms: float | None
    """Median of all its inferences; None if there were too few."""


def runs_on(database: Path, board: str) -> list[MeasuredRun]:
    """The last some hundred runs on the board of this name, the newest first.

    What is damaged is left out; nothing is found where there is no database that can be read.
    """
    try:
        connection = schema.connect_to_read(database)
    except schema.StoreError:
        return []
    with contextlib.closing(connection):
        try:
            rows = connection.execute(
                "SELECT sessions.facts, runs.facts, runs.histogram FROM runs "
                "JOIN sessions ON sessions.id = runs.session "
                "ORDER BY sessions.started_unix_s DESC, runs.number DESC LIMIT ?",
                (_MOST_RUNS,),
            ).fetchall()
        except schema.FAILURES:
            return []
    return list(_readable(rows, board))


def _readable(rows: list[tuple[object, ...]], board: str) -> Iterator[MeasuredRun]:
    for session, facts, histogram in rows:
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            if parsed(str(session)).get("board") == board:
                yield MeasuredRun(from_text(Run, str(facts)), _median_ms(str(histogram)))


def _median_ms(text: str) -> float | None:
    """The median of a histogram, as if latencies were spread evenly within each bin."""
    edges, counts = parsed(text)
    total = sum(counts)
    if total < _FEWEST_INFERENCES or len(edges) != len(counts) + 1:
        return None
    seen = 0
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        if count and seen + count >= total / 2:
            return float(low + (high - low) * (total / 2 - seen) / count)
        seen += count
    return None
