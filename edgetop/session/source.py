"""What the screen and the log need of a session, live or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.sample import Sample

    Receive = Callable[[Sample], None]
    """Called with each sample in the source's own thread; must return at once."""


class Source(Protocol):
    """Makes samples and hands them to its subscribers."""

    def subscribe(self, receive: Receive) -> None:
        """Call `receive` with every sample from now on."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End; returns when the last sample has been handed out."""

    @property
    def board(self) -> str:
        """Name of the board that the samples are about."""

    @property
    def runs(self) -> Sequence[Sample]:
        """The last sample of every run that measured something, oldest first."""
