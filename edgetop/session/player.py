"""What the screen needs of a session that is played back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from edgetop.session.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.sample import Sample


@dataclass(frozen=True, slots=True)
class Position:
    """Where a replay stands."""

    elapsed_s: float
    """Of the session, at the sample that is shown."""
    duration_s: float
    """Elapsed time of the session at its last sample."""
    playing: bool
    speed: float
    """1 = as it was."""
    ended: bool
    """It stands at its end."""
    title: str
    """What is played: an ID, the name of a file, ``demo``."""


class Player(Source, Protocol):
    """Plays a session; every method may be called from any thread and returns at once."""

    def position(self) -> Position:
        """Where it stands."""

    @property
    def marks(self) -> Sequence[tuple[float, str]]:
        """Elapsed time and short word of every event that changed something."""

    def subscribe_jumps(self, receive: Callable[[Sequence[Sample]], None]) -> None:
        """Call `receive` with the samples that led to a moment, when it is jumped to."""

    def when_finished(self, call: Callable[[], None]) -> None:
        """Call this when it has been stopped."""

    def toggle_play(self) -> None:
        """Stand still, or go on; from the end it begins anew."""

    def faster(self) -> None:
        """Twice as fast."""

    def slower(self) -> None:
        """Half as fast."""

    def seek(self, elapsed_s: float) -> None:
        """Go to a moment of the session."""

    def skip(self, seconds: float) -> None:
        """Go forward, or back."""

    def next_event(self) -> None:
        """Go to the next moment at which something happened."""

    def previous_event(self) -> None:
        """Go back to the last moment at which something happened."""
