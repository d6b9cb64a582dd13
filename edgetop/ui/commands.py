"""Every command in one table per mode: keys, footer, help and palette come from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding

from edgetop.sample import State
from edgetop.ui.panels import PANELS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgetop.sample import Sample


def _always(_sample: Sample | None) -> bool:
    return True


def _batch_is_free(sample: Sample | None) -> bool:
    return sample is None or not sample.run.batch_fixed


def _has_providers(sample: Sample | None) -> bool:
    return sample is None or len(sample.run.available_providers) != 1


def _is_marked(sample: Sample | None) -> bool:
    return sample is not None and sample.mark is not None


def _runs(sample: Sample | None) -> bool:
    return sample is None or sample.state is not State.FAILED


def _can_sweep(sample: Sample | None) -> bool:
    return _runs(sample) and _batch_is_free(sample)


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do."""

    key: str
    """As Textual names it."""
    shown: str
    """As people write it."""
    action: str
    sentence: str
    """In the help and the palette."""
    word: str = ""
    """In the footer; empty = not there."""
    footer_key: str = ""
    """In the footer, where it stands for its opposite too."""
    works: Callable[[Sample | None], bool] = _always
    """Whether the footer offers it now."""


COMMON = (
    Command("h", "h", "history", "minute by minute: what is sustained, what heat changes",
            "history"),
    Command("c", "c", "compare", "published boards that ran this model, and how",
            "compare"),
    Command("e", "e", "export", "write all samples as CSV into this folder", "export"),
    Command("T", "T", "theme", "next colours", "theme"),
    Command("ctrl+l", "ctrl+l", "repaint", "paint the screen again"),
    Command("ctrl+z", "ctrl+z", "suspend", "to the shell, the model paused; fg comes back"),
    Command("question_mark", "?", "help", "all keys and what the figures mean", "help"),
    Command("q", "q", "leave", "end, and print the summary", "quit"),
)  # fmt: skip
"""What works live and in a replay; help and quit last."""

LIVE = (
    Command("plus,equals_sign", "+", "batch(1)", "double the batch", "batch", "+/-",
            _batch_is_free),
    Command("minus", "-", "batch(-1)", "halve the batch"),
    Command("m", "m", "model", "choose another model", "model"),
    Command("w", "w", "precision", "next precision of the weights: as stored, fp16, int8"),
    Command("p", "p", "provider", "next execution provider", "provider", works=_has_providers),
    Command("t", "t", "threads", "next number of threads", "threads"),
    Command("s", "s", "sweep", "batch sweep: 1, 2, 4, ... images, then as before",
            "sweep", works=_can_sweep),
    Command("a", "a", "mark", "mark this run as A: all that follows is compared with it", "mark A",
            works=_runs),
    Command("A", "A", "trial", "A/B trial: run A and the present in turn, or stop that",
            "trial", works=_is_marked),
    Command("space", "space", "pause", "pause, or go on", "pause", works=_runs),
    Command("f", "f", "rate", "next pace: closed loop, or images per second that come in", "pace",
            works=_runs),
    Command("r", "r", "reset", "start the figures of the run again", "reset", works=_runs),
)  # fmt: skip
"""What works where a model runs."""

REPLAY = (
    Command("space", "space", "toggle_play", "play, or stand still", "play/pause"),
    Command("right", "right", "skip(10)", "10 s forward", "10 s", "left/right"),
    Command("left", "left", "skip(-10)", "10 s back"),
    Command("shift+right,right_square_bracket", "shift+right ]", "skip(60)", "a minute forward"),
    Command("shift+left,left_square_bracket", "shift+left [", "skip(-60)", "a minute back"),
    Command("greater_than_sign,full_stop", "> .", "faster", "twice as fast", "speed", "</>"),
    Command("less_than_sign,comma", "< ,", "slower", "half as fast"),
    Command("s", "s", "batches", "figures by batch, as far as they were measured", "batches"),
    Command("n", "n", "next_event", "to the next event", "event", "n/N"),
    Command("N", "N", "previous_event", "to the event before"),
    Command("home", "home", "seek_start", "to the beginning"),
    Command("end", "end", "seek_end", "to the end"),
)
"""What works where a recorded session is played."""

FIXED_IN_REPLAY = {
    "plus,equals_sign,minus": "batch",
    "m": "model",
    "w": "precision",
    "p": "provider",
    "t": "threads",
    "f": "rate",
    "r": "figures",
    "a,A": "mark",
}
"""Keys of the live screen that a replay answers with a notice: what they would change."""


def bindings(commands: Sequence[Command]) -> list[Binding]:
    """Their key bindings."""
    return [
        Binding(command.key, command.action, command.sentence, id=command.action, show=False)
        for command in commands
    ]


def common_bindings() -> list[Binding]:
    """Those of every app, the number keys and ctrl+c among them."""
    numbers = [
        Binding(
            str(number), f"panel({number})", f"panel {kind.title}", id=f"panel-{number}", show=False
        )
        for number, kind in enumerate(PANELS, 1)
    ]
    interrupt = Binding(
        "ctrl+c", "interrupt", "interrupt", id="interrupt", show=False, priority=True
    )
    return [*bindings(COMMON), *numbers, interrupt]


def refusals() -> list[Binding]:
    """Keys that a replay refuses."""
    return [
        Binding(key, f"refuse('{what}')", f"the {what} is fixed", id=f"refuse-{what}", show=False)
        for key, what in FIXED_IN_REPLAY.items()
    ]


def footer_keys(commands: Sequence[Command], sample: Sample | None) -> list[tuple[str, str]]:
    """(key, word) of what works now, by importance, help and quit last."""
    return [
        (command.footer_key or command.shown, command.word)
        for command in commands
        if command.word and command.works(sample)
    ]


def help_keys(commands: Sequence[Command]) -> list[tuple[str, str]]:
    """(key, sentence) of everything."""
    keys = [(command.shown, command.sentence) for command in commands]
    numbers = f"1-{len(PANELS)}"
    return [*keys, (numbers, "switch a panel off and on"), ("ctrl+p", "find a command"),
            ("ctrl+c", "interrupt: as q, with exit code 130")]  # fmt: skip
