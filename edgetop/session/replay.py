"""Plays a recorded session back: the same samples, at any speed, from anywhere."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import replace
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from edgetop.errors import EdgetopError
from edgetop.sample import Event
from edgetop.session.player import Position
from edgetop.session.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edgetop.sample import Sample
    from edgetop.session.source import Receive
    from edgetop.session.store.reading import Recorded

    ReceiveJump = Callable[[Sequence[Sample]], None]

SLOWEST, FASTEST = 0.25, 64.0

_HISTORY_S = 600.0
"""So much of what went before is handed out after a jump, for the charts."""
_MOST_HISTORY = 2400
"""As many samples at the most, four a second: in a hostile file all may be of one moment."""
_SHORTEST_WAIT_S = 0.2
"""Between two deliveries: at high speed several samples come at once."""
_NEAR_S = 1e-5
"""Samples keep their times to the microsecond, events know theirs better."""
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
        # Open while there may be commands. Not `SimpleQueue.get(timeout)`, which may wait for ever
        # when the process is stopped (SIGSTOP, ctrl+z) and continues after the time is up.
        self._bell = threading.Lock()
        self._bell.acquire()
        self._thread = threading.Thread(target=self._play, name="replay", daemon=True)
        self._stopping = False
        self._runs: Sequence[Sample] = ()
        self._begun = False
        self._elapsed_s = recorded.start_s
        self._goal_s: float | None = None  # a moment to jump to, once all commands are heard
        self._damages_told = 0
        self._following: Iterator[Sample] = iter(())
        self._ahead: Sample | None = None
        self._anchor = (0.0, 0.0)  # a moment of ours, and the elapsed time that it shows
        self._delivered_s = 0.0
        self._position = self._stand()
        self.crash: EdgetopError | None = None
        """What ended the replay early: a file that cannot be read any more."""

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
        self._ask(self._finish)

    def toggle_play(self) -> None:
        """Stand still, or go on; from the end it begins anew."""
        self._ask(self._toggle)

    def faster(self) -> None:
        """Twice as fast, up to `FASTEST`."""
        self._ask(lambda: self._change_speed(2.0))

    def slower(self) -> None:
        """Half as fast, down to `SLOWEST`."""
        self._ask(lambda: self._change_speed(0.5))

    def seek(self, elapsed_s: float) -> None:
        """Go to a moment of the session."""
        self._ask(lambda: self._aim_at(elapsed_s))

    def skip(self, seconds: float) -> None:
        """Go forward, or back."""
        self._ask(lambda: self._aim_at(self._here_s + seconds))

    def next_event(self) -> None:
        """Go to the next moment at which something happened."""
        self._ask(self._aim_at_next_event)

    def previous_event(self) -> None:
        """Go back to the last moment at which something happened."""
        self._ask(self._aim_at_previous_event)

    def _ask(self, command: Callable[[], None]) -> None:
        """Have the replay's thread do this; safe in a signal handler."""
        self._commands.put(command)
        with contextlib.suppress(RuntimeError):  # it is open already
            self._bell.release()

    # -- in the replay's thread ------------------------------------------------------------

    def _play(self) -> None:
        try:
            self._runs = self._recorded.last_of_runs()
            self._jump(self._recorded.start_s)
            while not self._stopping:
                self._obey(self._wait_s())
                goal_s, self._goal_s = self._goal_s, None
                if goal_s is not None and not self._stopping:
                    self._jump(goal_s)
                if not self._stopping:
                    self._deliver()
                    self._position = self._stand()
        except EdgetopError as error:
            self.crash = error
        finally:
            for call in self._at_end:
                call()

    def _finish(self) -> None:
        self._stopping = True

    def _obey(self, wait_s: float | None) -> None:
        """Wait so long for a command; then take all there are."""
        self._bell.acquire(timeout=-1 if wait_s is None else wait_s)
        try:
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
        """Hand out what is due, until a command comes between."""
        if not self._playing:
            return
        self._delivered_s = time.monotonic()
        began_s, showed_s = self._anchor
        now_s = showed_s + (time.monotonic() - began_s) * self._speed
        while self._ahead is not None and self._ahead.elapsed_s <= now_s:
            sample = self._with_damage(self._ahead)
            self._ahead = next(self._following, None)
            self._elapsed_s = sample.elapsed_s
            for receive in self._subscribers:
                receive(sample)
            if not self._commands.empty():
                return

    def _jump(self, elapsed_s: float) -> None:
        """Hand out what led to a moment, and go on from there."""
        recorded = self._recorded
        number = recorded.number_at(elapsed_s)
        first = max(recorded.number_at(elapsed_s - _HISTORY_S), number + 1 - _MOST_HISTORY)
        history = list(recorded.samples(first, number + 1))
        self._following = recorded.samples(number + 1)
        if not history:  # what led there is damaged
            history = list(islice(self._following, 1)) or list(self._runs[-1:])
        if not history:
            raise schema.DamagedError(f"no sample of {self._title} can be read")
        history[-1] = self._with_damage(history[-1])
        self._ahead = next(self._following, None)
        self._begun = True
        # Among damaged samples it stands where it was sent, so that the next key leads on.
        amid = number in recorded.damaged and elapsed_s > recorded.start_s
        self._elapsed_s = elapsed_s if amid else history[-1].elapsed_s
        self._anchor_here()
        for receive in self._jumps:
            receive(history)

    def _with_damage(self, sample: Sample) -> Sample:
        """The sample, with an event where samples before it could not be read."""
        damaged = sum(self._recorded.damaged.values())
        if damaged == self._damages_told:
            return sample
        text = f"{damaged - self._damages_told} samples are damaged and left out"
        self._damages_told = damaged
        event = Event(sample.time_unix_s, text, "warning", "damaged")
        return replace(sample, events=(*sample.events, event))

    def _anchor_here(self) -> None:
        """Time goes on from the present moment."""
        self._anchor = (time.monotonic(), self._elapsed_s)
        self._position = self._stand()

    def _stand(self) -> Position:
        ended = self._begun and self._ahead is None
        return Position(
            elapsed_s=self._elapsed_s,
            duration_s=self._recorded.end_s,
            playing=self._playing and not ended,
            speed=self._speed,
            ended=ended,
            title=self._title,
        )

    def _toggle(self) -> None:
        if self._playing and self._ahead is None and self._goal_s is None:
            self._aim_at(self._recorded.start_s)
            return
        self._playing = not self._playing
        self._anchor_here()

    def _change_speed(self, factor: float) -> None:
        self._speed = min(max(self._speed * factor, SLOWEST), FASTEST)
        self._anchor_here()

    @property
    def _here_s(self) -> float:
        """Where it stands, or is about to."""
        return self._elapsed_s if self._goal_s is None else self._goal_s

    def _aim_at(self, elapsed_s: float) -> None:
        """Keys that are held down come faster than jumps: only the last aim is jumped to."""
        self._goal_s = min(max(elapsed_s, self._recorded.start_s), self._recorded.end_s)

    def _aim_at_next_event(self) -> None:
        later = [at_s for at_s in self._recorded.event_times_s if at_s > self._here_s + _NEAR_S]
        if later:
            self._aim_at(later[0] + _NEAR_S)

    def _aim_at_previous_event(self) -> None:
        just_s = self._here_s - _JUST_S
        earlier = [at_s for at_s in self._recorded.event_times_s if at_s < just_s]
        self._aim_at(earlier[-1] + _NEAR_S if earlier else self._recorded.start_s)
