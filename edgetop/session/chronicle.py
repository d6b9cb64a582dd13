"""What a session has said and handed out: events, samples, the last figures of every run."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from edgetop.sample import Event, Sample, State, Window
from edgetop.session.marks import Marks

if TYPE_CHECKING:
    from edgetop.engine.spec import RunSpec
    from edgetop.sample import Trial
    from edgetop.session.source import Receive


class Chronicle:
    """Hands samples to the subscribers, with the events since the one before and the mark."""

    def __init__(self) -> None:
        self.last: Sample | None = None
        """The newest sample."""
        self.marks = Marks()
        self.trial: Trial | None = None
        """The trial that goes on, or ended last; samples carry it until something is changed."""
        self._subscribers: list[Receive] = []
        self._events: list[Event] = []
        self._finished_runs: list[Sample] = []
        self._last_state: State | None = None
        self._throttled = False

    @property
    def runs(self) -> list[Sample]:
        """The last sample of every run that measured something, oldest first."""
        current = self.last
        done = list(self._finished_runs)
        if current is not None and current.total.inferences and current not in done:
            done.append(current)
        return done

    def subscribe(self, receive: Receive) -> None:
        """Call `receive` with every sample from now on."""
        self._subscribers.append(receive)

    def say(self, text: str, severity: str = "info", mark: str = "") -> None:
        """Put an event into the next sample."""
        self._events.append(Event(time.time(), text, severity, mark))

    def publish(self, sample: Sample) -> None:
        """Hand out a sample; what has been said goes with it."""
        events, self._events = tuple(self._events), []
        self._note_state(sample.state, sample.state_reason)
        self.trial = sample.trial or self.trial
        self.last = replace(sample, events=events, mark=self.marks.mark, trial=self.trial)
        self._hand_out(self.last)

    def publish_last_events(self) -> None:
        """Hand out what was said since the last sample; no figure is new in it."""
        if self.last is not None and self._events:
            events, self._events = tuple(self._events), []
            self._hand_out(replace(self.last, events=events, window=Window()))

    def _hand_out(self, sample: Sample) -> None:
        for receive in self._subscribers:
            receive(sample)

    def keep_run(self) -> None:
        """The last sample has the final figures of its run."""
        if self.last is not None:
            self._finished_runs.append(self.last)
            self.marks.end(self.last)

    def begin_run(self) -> None:
        """The state of the run before explains nothing of the next one."""
        self._last_state = None

    def mark(self, number: int, spec: RunSpec) -> None:
        """Mark the present run as A, or take the mark from it.

        Args:
            number: Of the present run.
            spec: Its spec.
        """
        last = self.last
        if self.marks.is_set_on(number):
            self.marks.remove()
            self.say("mark A removed")
        elif last is None or last.run.number != number or not last.total.inferences:
            self.say("nothing has been measured yet that could be marked")
        else:
            marked = self.marks.set(last, spec)
            self.say(f"marked A: {marked.title}", mark="A")

    def _note_state(self, state: State, reason: str) -> None:
        """Record a change of state that explains a change of the figures."""
        before, self._last_state = self._last_state, state
        if state is State.HUNG and before is not State.HUNG:
            self.say(f"hung, {reason}", "warning")
        elif before is State.HUNG and state not in (State.HUNG, State.FAILED, State.PAUSED):
            self.say("no longer hung", mark="hung")
        elif state is State.THROTTLED and not self._throttled:
            self._throttled = True
            self.say(f"throttled, {reason}", "warning", mark="throttled")
        elif self._throttled and state in (State.STEADY, State.DRIFTING):
            self._throttled = False
            self.say("no longer throttled", mark="not throttled")
        elif state is State.STEADY and before is State.WARMING:
            self.say("steady")
