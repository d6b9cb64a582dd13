"""All sensors of this board behind one call that never blocks."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop.sensors.absence import Absence, absences
from edgetop.sensors.conditions import Conditions
from edgetop.sensors.crew import Crew
from edgetop.sensors.discovery import providers_for
from edgetop.sensors.feed import Feed
from edgetop.sensors.files import Sysroot
from edgetop.sensors.headline import ThrottleLog, headline
from edgetop.sensors.identity import Identity, identify
from edgetop.sensors.provider import Clock, Provider, monotonic
from edgetop.sensors.twins import Twins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.readings import BoardReadings

_LONGEST_PERIOD_S = 1.0
"""Of what is read fast, whoever picks it up: energy needs close readings."""


class Board:
    """The sensors of one board, from `start` to `close`.

    Providers are read in threads of their own kind (`Crew`), each in its period, and `read`
    picks up what they last delivered. One that is silent for three periods shows as stale
    with its age, one that raises as an error; neither holds up the rest.

    Args:
        sysroot: The folder that stands for ``/``: another one for an emulated board.
        providers: Instead of all that edgetop has.
        clock: CLOCK_MONOTONIC seconds.
        interval_s: How often the readings will be picked up; up to once a second nothing is
            read more often than that, for waking costs more than reading.
        on_demand: Read at the start and in `refresh` only, so that rates are over exactly the
            time between two calls.
        jtop: Ask the jtop service as well, if this is a Jetson that runs it.
        power_rails: Labels of the rails whose sum is the board's power, by the user's word.
    """

    def __init__(
        self,
        sysroot: Path = Path("/"),
        providers: Sequence[Provider] | None = None,
        clock: Clock = monotonic,
        *,
        interval_s: float = 0.5,
        on_demand: bool = False,
        jtop: bool = False,
        power_rails: tuple[str, ...] = (),
    ) -> None:
        self._sysroot = Sysroot(sysroot)
        self._clock = clock
        self._least_period_s = min(interval_s, _LONGEST_PERIOD_S)
        self._on_demand = on_demand
        self._jtop = jtop
        self._power_rails = power_rails
        self._given = providers
        self._feeds: tuple[Feed, ...] = ()
        self._crews: tuple[Crew, ...] = ()
        self._conditions = Conditions(self._sysroot)
        self._throttles = ThrottleLog()
        self._twins = Twins()

    def start(self, wait_s: float = 0.0) -> None:
        """Look for sensors and begin to read them.

        Args:
            wait_s: Seconds to wait at most for the first answers; without it the sensors
                appear in a later `read`.
        """
        self._hire()
        for crew in self._crews:
            crew.start()
        self._wait(wait_s)

    def _hire(self) -> None:
        """Files of the kernel share one crew; whatever takes long by nature has its own."""
        providers = self._given
        if providers is None:
            providers = providers_for(self._sysroot, self._clock, jtop=self._jtop)
        self._feeds = tuple(
            Feed(provider, self._clock, self._least_period_s) for provider in providers
        )
        groups = [[feed for feed in self._feeds if not feed.blocks]]
        groups += [[feed] for feed in self._feeds if feed.blocks]
        self._crews = tuple(
            Crew(group[0].name if len(group) == 1 else "files", group, on_demand=self._on_demand)
            for group in groups
            if group
        )

    def refresh(self, timeout_s: float) -> None:
        """Read every sensor now; returns when all have answered, or after the timeout."""
        for feed in self._feeds:
            feed.delivered.clear()
        for crew in self._crews:
            crew.hurry()
        self._wait(timeout_s)

    def _wait(self, timeout_s: float) -> None:
        deadline_s = time.monotonic() + timeout_s
        for feed in self._feeds:
            while not feed.delivered.wait(min(0.2, max(0.0, deadline_s - time.monotonic()))):
                if time.monotonic() >= deadline_s:
                    break
                self._watch()

    def _watch(self) -> None:
        for crew in self._crews:
            crew.watch()

    def read(self) -> BoardReadings:
        """Everything known now; never blocks, never raises."""
        self._watch()
        now_s = self._clock()
        items = self._twins.without([item for feed in self._feeds for item in feed.latest(now_s)])
        return headline(
            items,
            now_s=now_s,
            conditions=self._conditions.read(now_s),
            throttles=self._throttles,
            named_rails=self._power_rails,
        )

    def identity(self) -> Identity:
        """What this board is."""
        return identify(self._sysroot)

    def absences(self, readings: BoardReadings) -> tuple[Absence, ...]:
        """What this board does not measure, and why."""
        return absences(self._sysroot, readings)

    def close(self) -> None:
        """Stop reading; a provider that hangs is not waited for."""
        if not self._crews:
            self._hire()
        for crew in self._crews:
            crew.close()
