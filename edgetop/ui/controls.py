"""What the keys do to the session: pure decisions, no widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.engine import variants
from edgetop.engine.spec import MAX_BATCH
from edgetop.engine.threads import default_threads
from edgetop.errors import UsageError

if TYPE_CHECKING:
    from edgetop.sample import Run
    from edgetop.session.live import LiveSession
    from edgetop.zoo.resolve import ModelChoice

RATES_FPS = (None, 10.0, 15.0, 25.0, 30.0, 60.0, 120.0)
"""The paces that the key goes through; None = closed loop."""


class Controls:
    """Turns keys into commands to the session.

    Each method returns a line for the user when the wish cannot be met, else an empty text.

    Args:
        session: What is controlled.
    """

    def __init__(self, session: LiveSession) -> None:
        self._session = session
        self._wished = ("", "")
        """The file and the precision that were asked for last."""

    def _run(self) -> Run | None:
        last = self._session.last
        return last.run if last is not None else None

    def batch(self, direction: int) -> str:
        """Double the batch (+1) or halve it (-1)."""
        run = self._run()
        if run is None:
            return ""
        if run.batch_fixed:
            return f"this model has a fixed batch of {run.batch}"
        batch = run.batch * 2 if direction > 0 else run.batch // 2
        if not 1 <= batch <= MAX_BATCH:
            return "the smallest batch is 1" if batch < 1 else f"the largest batch is {MAX_BATCH}"
        self._session.change(batch=batch)
        return ""

    def model(self, choice: ModelChoice) -> str:
        """Run another model; shapes and values given for the old one do not apply to it."""
        self._session.change(
            model_path=str(choice.path),
            title=choice.title,
            architecture=choice.architecture.name if choice.architecture else "",
            label=choice.label,
            precision="",
            source_path="",
            input_shapes=(),
            input_ranges=(),
            input_file="",
        )
        return ""

    def precision(self) -> str:
        """As stored, then each variant that edgetop can make, then as stored again."""
        spec = self._session.spec
        source = spec.source_path or spec.model_path
        present = spec.precision
        if not present and self._wished[0] == source:
            present = self._wished[1]  # it was refused: go on behind it
        at = variants.PRECISIONS.index(present)
        wanted = variants.PRECISIONS[(at + 1) % len(variants.PRECISIONS)]
        try:
            changed = variants.in_precision(spec, wanted)
        except UsageError as error:
            return error.message
        self._wished = (source, wanted)
        names = ("model_path", "source_path", "precision", "title", "label")
        self._session.change(**{name: getattr(changed, name) for name in names})
        return ""

    def provider(self) -> str:
        """The next provider that this runtime has."""
        run = self._run()
        if run is None or not run.available_providers:
            return "the runtime has not said yet which providers it has"
        names = run.available_providers
        if len(names) == 1:
            return f"this onnxruntime has only the provider {names[0]}"
        at = names.index(run.provider) if run.provider in names else -1
        self._session.change(provider=names[(at + 1) % len(names)])
        return ""

    def threads(self) -> str:
        """Double the threads inside one inference, up to the cores, then from 1 again."""
        run = self._run()
        if run is None:
            return ""
        most = default_threads()
        if most == 1:
            return "this machine has one core for this process"
        present = run.threads or most
        self._session.change(threads=1 if present >= most else min(most, present * 2))
        return ""

    def rate(self) -> str:
        """The next pace: closed loop, then images per second that come in."""
        run = self._run()
        if run is None:
            return ""
        faster = [rate for rate in RATES_FPS if rate is not None and rate > (run.rate_fps or 0)]
        self._session.set_rate(faster[0] if faster else None)
        return ""

    def pause(self) -> str:
        """Pause, or go on."""
        self._session.toggle_pause()
        return ""

    def reset(self) -> str:
        """Start the figures of the run again."""
        self._session.reset()
        return ""

    def mark(self) -> str:
        """Mark the present run as A."""
        if self._run() is None:
            return ""
        self._session.mark()
        return ""

    def trial(self) -> str:
        """Run A and the present configuration in turn, or stop that."""
        last = self._session.last
        if last is None or last.mark is None:
            return "mark A first: key a"
        self._session.trial()
        return ""
