"""Every command of the live screen in one table: keys, footer, help and palette come from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding

from edgetop.ui.panels import PANELS

if TYPE_CHECKING:
    from edgetop.sample import Run


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do."""

    key: str
    """As Textual names it."""
    shown: str
    """As people write it."""
    action: str
    word: str
    """In the footer."""
    sentence: str
    """In the help and the palette."""
    in_footer: bool = True


COMMANDS = (
    Command("plus,equals_sign", "+", "batch(1)", "", "double the batch", in_footer=False),
    Command("minus", "-", "batch(-1)", "", "halve the batch", in_footer=False),
    Command("m", "m", "model", "model", "choose another model"),
    Command("p", "p", "provider", "provider", "next execution provider"),
    Command("t", "t", "threads", "threads", "next number of threads"),
    Command("f", "f", "rate", "rate", "next pace: closed loop, or images per second that come in"),
    Command("space", "space", "pause", "pause", "pause, or go on"),
    Command("e", "e", "export", "export", "write all samples as CSV into this folder"),
    Command("r", "r", "reset", "reset", "start the figures of the run again"),
    Command("T", "T", "theme", "theme", "next colours"),
    Command("ctrl+l", "ctrl+l", "repaint", "", "paint the screen again", in_footer=False),
    Command("question_mark", "?", "help", "help", "all keys and what the figures mean"),
    Command("q", "q", "leave", "quit", "end, and print the summary"),
)


def bindings() -> list[Binding]:
    """Key bindings of the monitor."""
    made = [
        Binding(command.key, command.action, command.sentence, id=command.action, show=False)
        for command in COMMANDS
    ]
    made += [
        Binding(
            str(number), f"panel({number})", f"panel {kind.title}", id=f"panel-{number}", show=False
        )
        for number, kind in enumerate(PANELS, 1)
    ]
    made.append(
        Binding("ctrl+c", "interrupt", "interrupt", id="interrupt", show=False, priority=True)
    )
    return made


def footer_keys(run: Run | None) -> list[tuple[str, str]]:
    """(key, word) of what works now, by importance, help and quit last."""
    keys = [] if run is not None and run.batch_fixed else [("+/-", "batch")]
    for command in COMMANDS:
        one_provider = run is not None and len(run.available_providers) == 1
        if command.in_footer and not (command.action == "provider" and one_provider):
            keys.append((command.shown, command.word))
    return keys


def help_keys() -> list[tuple[str, str]]:
    """(key, sentence) of everything."""
    keys = [(command.shown, command.sentence) for command in COMMANDS]
    numbers = f"1-{len(PANELS)}"
    return [*keys, (numbers, "switch a panel off and on"), ("ctrl+p", "find a command"),
            ("ctrl+c", "interrupt: as q, with exit code 130")]  # fmt: skip
