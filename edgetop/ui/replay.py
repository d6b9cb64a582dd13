"""The screen of a recorded session: keys move through its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from edgetop.ui.app import EdgetopApp
from edgetop.ui.commands import REPLAY, bindings, refusals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from edgetop.sample import Sample
    from edgetop.session.player import Player
    from edgetop.stats.minute import Minute
    from edgetop.ui.stage import Stage

_MINUTE_S = 60.0
_LOOK_S = 0.25
"""Between two looks at the player, which does not say when it comes to its end."""


class ReplayApp(EdgetopApp):
    """The same screen, fed by a player.

    Args:
        player: About to play.
        stage: All else.
        minutes: The whole session minute by minute, where that is known: after a jump the
            history shows what was before the samples that come with it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(REPLAY), *refusals()]
    COMMANDS_OF_MODE = REPLAY

    def __init__(self, player: Player, stage: Stage, minutes: Sequence[Minute] = ()) -> None:
        super().__init__(player, stage)
        self._minutes = minutes
        self._player = player
        self._beginning_anew = False
        self.view.position = player.position()
        self.view.timeline = tuple(player.marks)

    def on_ready(self) -> None:
        """Keep an eye on the player."""
        self.set_interval(_LOOK_S, self.look)

    def look(self) -> None:
        """Paint where the player stands, if that is news; in a kiosk the end is a beginning."""
        position = self._player.position()
        if self.kiosk and position.ended and not self._beginning_anew:
            self._player.seek(0.0)
        self._beginning_anew = position.ended
        if position != self.view.position:
            self.paint()
        else:
            self.repay()  # while it stands still no sample comes that would see to it

    def begin_anew(self, samples: Sequence[Sample]) -> None:
        """Somebody has jumped: what was shown is of another time."""
        super().begin_anew(samples)
        begin_s = samples[0].elapsed_s // _MINUTE_S * _MINUTE_S if samples else 0.0
        self.view.remember([one for one in self._minutes if one.elapsed_s < begin_s])

    def painting(self, sample: Sample) -> None:  # noqa: ARG002
        """The frame shows where the player stands."""
        self.view.position = self._player.position()

    # -- commands --------------------------------------------------------------------------

    def action_toggle_play(self) -> None:
        """Play, or stand still."""
        self._player.toggle_play()
        self.look()

    def action_faster(self) -> None:
        """Twice as fast."""
        self._player.faster()
        self.look()

    def action_slower(self) -> None:
        """Half as fast."""
        self._player.slower()
        self.look()

    def action_skip(self, seconds: float) -> None:
        """Forward, or back."""
        self._player.skip(seconds)

    def action_seek_start(self) -> None:
        """To the beginning."""
        self._player.seek(0.0)

    def action_seek_end(self) -> None:
        """To the end."""
        self._player.seek(self._player.position().duration_s)

    def action_next_event(self) -> None:
        """To the next event."""
        self._player.next_event()

    def action_previous_event(self) -> None:
        """To the event before."""
        self._player.previous_event()

    def action_refuse(self, what: str) -> None:
        """Say that a recorded session cannot be changed."""
        self.tell(f"this is a replay: {what} cannot change")
