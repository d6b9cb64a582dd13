"""Plays a recorded session back: the same samples, at any speed, from anywhere."""

from __future__ import annotations

import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from edgetop.errors import EdgetopError
from edgetop.session.player import Position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edgetop.sample import Sample
    from edgetop.session.source import Receive
    from edgetop.session.store.reading import Recorded

    ReceiveJump = Callable[[Sequence[Sample]], None]

SLOWEST, FASTEST = 0.25, 64.0

_HISTORY_S = 600.0
"""So much of what went before is handed out after a jump, for the charts."""
_SHORTEST_WAIT_S = 0.2
"""Between two deliveries: at high speed several samples come at once."""
_JUST_S = 1.0
"""Going back from just after an event leads to the one before it."""


class Replay:
    """A recorded session as a source of samples. At its end it stands still.

    Every public method may be called from any thread and returns at once, but for `stop`.

    Args:
        recorded: What is played; from `start` on only the replay's own thread reads it.
        title: What the user calls it: an ID, the name of a file.
        speed: 1 = as it was.
    """

    def __init__(self, recorded: Recorded, title: str, speed: float = 1.0) -> None:
        self._recorded = recorded
        self._title = title
        self._speed = min(max(speed, SLOWEST), FASTEST)
        self._playing = True
        self._subscribers: list[Receive] = []
        self._jumps: list[ReceiveJump] = []
        self._at_end: list[Callable[[], None]] = []
        self._commands: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread = threading.Thread(target=self._play, name="replay", daemon=True)
        self._stopping = False
        self._runs: Sequence[Sample] = ()
        self._present = -1  # number of the last sample that was handed out
        self._elapsed_s = recorded.start_s
        self._following: Iterator[Sample] = iter(())
        self._ahead: Sample | None = None
        self._anchor = (0.0, 0.0)  # a moment of ours, and the elapsed time that it shows
        self._delivered_s = 0.0
        self._position = self._stand()
        self.crash: EdgetopError | None = None
        """What ended the replay early: a damaged file."""

    # -- for anybody, from any thread ------------------------------------------------------

    @property
    def board(self) -> str:
        """Name of the board that the session was recorded on."""
        return self._recorded.info.board

    @property
    def runs(self) -> Sequence[Sample]:
        """The last sample of every run of the whole session; none before `start`."""
        return self._runs

    @property
    def marks(self) -> Sequence[tuple[float, str]]:
        """Elapsed time and short word of every event that changed something."""
        return self._recorded.marks

    def position(self) -> Position:
        """Where the replay stands."""
        return self._position

    def subscribe(self, receive: Receive) -> None:
        """Call `receive` with every sample from now on, in the replay's thread."""
        self._subscribers.append(receive)

    def subscribe_jumps(self, receive: ReceiveJump) -> None:
        """Call `receive` with the samples that led to a moment, when it is jumped to."""
        self._jumps.append(receive)

    def when_finished(self, call: Callable[[], None]) -> None:
        """Call this in the replay's thread when it has been stopped."""
        self._at_end.append(call)

    def start(self) -> None:
        """Begin to play."""
        self._thread.start()

    def stop(self) -> None:
        """End; returns when the last sample has been handed out."""
        self.finish()
        if self._thread.is_alive():
            self._thread.join()

    def finish(self) -> None:
        """Ask for the end, without waiting: safe in a signal handler."""
        self._commands.put(self._finish)

    def toggle_play(self) -> None:
        """Stand still, or go on; from the end it begins anew."""
        self._commands.put(self._toggle)

    def faster(self) -> None:
        """Twice as fast, up to `FASTEST`."""
        self._commands.put(lambda: self._change_speed(2.0))

    def slower(self) -> None:
        """Half as fast, down to `SLOWEST`."""
        self._commands.put(lambda: self._change_speed(0.5))

    def seek(self, elapsed_s: float) -> None:
        """Go to a moment of the session."""
        self._commands.put(lambda: self._jump(self._recorded.number_at(elapsed_s)))

    def skip(self, seconds: float) -> None:
        """Go forward, or back."""
        self._commands.put(lambda: self._jump(self._recorded.number_at(self._elapsed_s + seconds)))

    def next_event(self) -> None:
        """Go to the next moment at which something happened."""
        self._commands.put(self._go_to_next_event)

    def previous_event(self) -> None:
        """Go back to the last moment at which something happened."""
        self._commands.put(self._go_to_previous_event)

    # -- in the replay's thread ------------------------------------------------------------

    def _play(self) -> None:
        try:
            self._runs = self._recorded.last_of_runs()
            self._jump(0)
            while not self._stopping:
                self._obey(self._wait_s())
                if not self._stopping:
                    self._deliver()
                    self._position = self._stand()
        except EdgetopError as error:  # a damaged block; what was shown so far stays
            self.crash = error
        finally:
            for call in self._at_end:
                call()

    def _finish(self) -> None:
        self._stopping = True

    def _obey(self, wait_s: float | None) -> None:
        """Wait so long for a command; then take all there are."""
        try:
            self._commands.get(timeout=wait_s)()
            while True:
                self._commands.get_nowait()()
        except Empty:
            return

    def _wait_s(self) -> float | None:
        """Until the next sample is due; None while nothing will come by itself."""
        if not self._playing or self._ahead is None:
            return None
        began_s, showed_s = self._anchor
        due_s = began_s + (self._ahead.elapsed_s - showed_s) / self._speed
        return max(0.0, max(due_s, self._delivered_s + _SHORTEST_WAIT_S) - time.monotonic())

    def _deliver(self) -> None:
        """Hand out what is due."""
        if not self._playing:
            return
        self._delivered_s = time.monotonic()
        began_s, showed_s = self._anchor
        now_s = showed_s + (time.monotonic() - began_s) * self._speed
        while self._ahead is not None and self._ahead.elapsed_s <= now_s:
            sample, self._ahead = self._ahead, next(self._following, None)
            self._present += 1
            self._elapsed_s = sample.elapsed_s
            for receive in self._subscribers:
                receive(sample)

    def _jump(self, number: int) -> None:
        """Hand out what led to a sample, and go on from there."""
        first = self._recorded.number_at(self._recorded.elapsed_at(number) - _HISTORY_S)
        history = list(self._recorded.samples(first, number + 1))
        self._present = number
        self._elapsed_s = history[-1].elapsed_s
        self._following = self._recorded.samples(number + 1)
        self._ahead = next(self._following, None)
        self._anchor_here()
        for receive in self._jumps:
            receive(history)

    def _anchor_here(self) -> None:
        """Time goes on from the present moment."""
        self._anchor = (time.monotonic(), self._elapsed_s)
        self._position = self._stand()

    def _stand(self) -> Position:
        ended = self._ahead is None and self._present >= 0
        return Position(
            elapsed_s=self._elapsed_s,
            duration_s=self._recorded.end_s,
            playing=self._playing and not ended,
            speed=self._speed,
            ended=ended,
            title=self._title,
        )

    def _toggle(self) -> None:
        if self._playing and self._ahead is None:
            self._jump(0)
            return
        self._playing = not self._playing
        self._anchor_here()

    def _change_speed(self, factor: float) -> None:
        self._speed = min(max(self._speed * factor, SLOWEST), FASTEST)
        self._anchor_here()

    def _go_to_next_event(self) -> None:
        later = [number for number in self._recorded.event_numbers if number > self._present]
        if later:
            self._jump(later[0])

    def _go_to_previous_event(self) -> None:
        just = self._recorded.number_at(self._elapsed_s - _JUST_S)
        here = min(self._present, just + 1)
        earlier = [number for number in self._recorded.event_numbers if number < here]
        self._jump(earlier[-1] if earlier else 0)
