"""The threads that ask providers for their readings, so that none of them holds up another."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.sensors.feed import Feed

_HANGS_AFTER_S = 1.0
"""A turn that takes longer is left to itself; files of the kernel answer within milliseconds."""


class _Turn:
    """One thread's work on one feed."""

    __slots__ = ("begun_s", "feed")

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.begun_s = time.monotonic()


class Crew:
    """Asks a group of feeds in one daemon thread, each in its own period.

    Waking once for all of them costs a fraction of a thread each. A feed that hangs keeps the
    thread it hangs in, and a new thread goes on with the others: `watch` sees to that. From
    then on the two go separate ways: what hung once may do so again.

    Args:
        name: Of the threads.
        feeds: Whom to ask.
        on_demand: Ask at the start and in `hurry` only, whatever the periods.
    """

    def __init__(self, name: str, feeds: Sequence[Feed], *, on_demand: bool = False) -> None:
        self._name = name
        self._on_demand = on_demand
        self._due_s = dict.fromkeys(feeds, float("-inf"))
        self._apart: list[Crew] = []
        self._now: _Turn | None = None
        self._worker: threading.Thread | None = None
        self._changed = threading.Condition()
        self._closed = False

    def start(self) -> None:
        """Begin; every feed has its first turn at once."""
        for feed in self._due_s:
            feed.expect()
        with self._changed:
            self._begin()

    def watch(self) -> None:
        """Let another thread take over from one that hangs; call it now and then."""
        with self._changed:
            turn = self._now
            alone = len(self._due_s) == 1
            if alone or turn is None or time.monotonic() - turn.begun_s <= _HANGS_AFTER_S:
                return
            del self._due_s[turn.feed]
            self._begin()

    def hurry(self) -> None:
        """Ask every feed now that does not hang, whatever its period."""
        with self._changed:
            self._due_s = dict.fromkeys(self._due_s, float("-inf"))
            self._changed.notify()
            for crew in self._apart:
                crew.hurry()

    def close(self) -> None:
        """End; a feed that hangs is closed when it answers."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            for crew in self._apart:
                crew.close()
            if self._worker is None:
                self._close_feeds()

    def _begin(self) -> None:
        self._now = None
        self._worker = threading.Thread(
            target=self._work, name=f"sensors-{self._name}", daemon=True
        )
        self._worker.start()

    def _work(self) -> None:
        me = threading.current_thread()
        while feeds := self._wait_for_due(me):
            for feed in feeds:
                self._now = turn = _Turn(feed)
                feed.turn()
                with self._changed:
                    if self._worker is not me:
                        self._part_with(feed)
                        return
                    self._now = None
                    self._schedule(turn)
                    if self._closed:
                        break
        self._close_feeds()

    def _part_with(self, feed: Feed) -> None:
        """It hung, and another thread works in our place; go on with it alone."""
        if self._closed:
            feed.close()
            return
        self._apart.append(Crew(feed.name, [feed], on_demand=self._on_demand))
        self._apart[-1].start()

    def _close_feeds(self) -> None:
        for feed in self._due_s:
            feed.close()

    def _wait_for_due(self, me: threading.Thread) -> list[Feed]:
        """The feeds whose turn it is, at least one; none when there is nothing more to do."""
        with self._changed:
            while not self._closed and self._worker is me:
                now_s = time.monotonic()
                due = [feed for feed, due_s in self._due_s.items() if due_s <= now_s]
                if due:
                    return due
                next_s = min(self._due_s.values())
                self._changed.wait(None if next_s == math.inf else next_s - now_s)
        return []

    def _schedule(self, turn: _Turn) -> None:
        """The next turn on a grid that all periods share, so that one waking serves several.

        Half a period away at least: a rate over a shorter time would be a poor one.
        """
        period_s = turn.feed.period_s
        due_s = math.floor(turn.begun_s / period_s + 1.5) * period_s
        self._due_s[turn.feed] = math.inf if self._on_demand else due_s
