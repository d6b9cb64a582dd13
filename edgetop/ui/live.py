"""The screen of a running session: keys change what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from edgetop import locations
from edgetop.sample import State
from edgetop.ui.app import EdgetopApp
from edgetop.ui.commands import LIVE, bindings
from edgetop.ui.controls import Controls

if TYPE_CHECKING:
    from pathlib import Path

    from textual.binding import BindingType

    from edgetop.sample import Sample
    from edgetop.session.live import LiveSession
    from edgetop.ui.batch_sweep import BatchSweep
    from edgetop.ui.finder import Found
    from edgetop.ui.stage import Stage
    from edgetop.zoo.resolve import ModelChoice

_PAUSED_WITHIN_S = 0.2
"""The model's process has heard by then that it is to pause."""
_MEASURED_S = 2.0
"""Over which what the screen sends is counted."""


class LiveApp(EdgetopApp):
    """The live screen of one session.

    Args:
        session: About to run.
        stage: All else.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LIVE)]
    COMMANDS_OF_MODE = LIVE

    def __init__(self, session: LiveSession, stage: Stage) -> None:
        super().__init__(session, stage)
        self._session = session
        self._controls = Controls(session)
        self._painted_pause = False
        self._painted_boards: Found | None = None
        self._sent = (0.0, 0)
        self._sweep: BatchSweep | None = None

    # -- samples ---------------------------------------------------------------------------

    def stands_still(self, sample: Sample) -> bool:
        """Nothing moves while paused, and that has been painted; boards may be found later."""
        painted = self._painted_pause and self._painted_boards is self.view.published
        return sample.state is State.PAUSED and painted and not sample.events

    def painting(self, sample: Sample) -> None:
        """Measure bytes per second that the screen sends, over some seconds."""
        self.view.sweep = self._sweep.words if self._sweep is not None else ""
        self._painted_pause = sample.state is State.PAUSED
        self._painted_boards = self.view.published
        before_s, before = self._sent
        if self.line is None or sample.monotonic_s - before_s < _MEASURED_S:
            return
        sent = self.line.bytes_sent
        if before_s:
            self.view.bytes_per_s = (sent - before) / (sample.monotonic_s - before_s)
        self._sent = (sample.monotonic_s, sent)

    # -- commands --------------------------------------------------------------------------

    def exported(self, path: Path) -> None:
        """That belongs into the record."""
        self._session.note(f"exported to {path.name}")

    def action_batch(self, direction: int) -> None:
        """Double or halve the batch."""
        self.tell(self._controls.batch(direction))

    def action_precision(self) -> None:
        """Next precision."""
        self.tell(self._controls.precision())

    def action_provider(self) -> None:
        """Next execution provider."""
        self.tell(self._controls.provider())

    def action_threads(self) -> None:
        """Next number of threads."""
        self.tell(self._controls.threads())

    def action_rate(self) -> None:
        """Next pace."""
        self.tell(self._controls.rate())

    def action_pause(self) -> None:
        """Pause, or go on."""
        self.tell(self._controls.pause())

    def action_suspend(self) -> None:
        """The model pauses, or it would run unseen and uncounted; space goes on after `fg`."""
        sample = self.view.sample
        if sample is not None and sample.state not in (State.PAUSED, State.FAILED):
            self._controls.pause()
        self.set_timer(_PAUSED_WITHIN_S, super().action_suspend)

    def action_reset(self) -> None:
        """Start the figures again."""
        self.tell(self._controls.reset())

    def action_mark(self) -> None:
        """Mark the run as A."""
        self.tell(self._controls.mark())

    def action_trial(self) -> None:
        """Run A and B in turn, or stop that."""
        self.tell(self._controls.trial())

    def action_sweep(self) -> None:
        """Begin a batch sweep, unless one goes on, and show the batches."""
        sample = self.view.sample
        if sample is None:
            return
        if sample.run.batch_fixed:
            self.tell(f"this model has a fixed batch of {sample.run.batch}")
        elif sample.trial is not None and sample.trial.running:
            self.tell("an A/B trial goes on; key A ends it")
        else:
            if self._sweep is None or not self._sweep.goes_on:
                from edgetop.ui.batch_sweep import BatchSweep

                self._sweep = BatchSweep(self._session)
                self.view.sweep = self._sweep.words
            self.show_batches(sweeps=True)

    def action_stop_sweep(self) -> None:
        """End a batch sweep early."""
        if self._sweep is not None:
            self._sweep.stop()

    def action_model(self) -> None:
        """Open the model picker."""
        from edgetop.ui.screens.pick_model import ModelPicker, Past
        from edgetop.zoo.resolve import choices

        samples = list(self._session.runs)
        run_now = self._session.last.run if self._session.last is not None else None

        def read_past() -> Past:
            # In its thread: what reads the database takes a while to import, too.
            from edgetop.session import speeds
            from edgetop.session.store.measured import runs_on

            now = speeds.measured_now(samples)
            past = runs_on(locations.sessions_file(), self._session.board)
            known = None if run_now is None else speeds.Speeds([*now, *past], run_now)
            return Past(speeds.recent(past, run_now), known)

        def run(choice: ModelChoice | None) -> None:
            if choice is not None:
                self.tell(self._controls.model(choice))

        self.push_screen(ModelPicker(choices(), self.view.symbols.mark, read_past), run)
