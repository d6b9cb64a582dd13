"""All keys, what the figures mean, what the states mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

_FIGURES = (
    ("FPS", "images per second of wall time; warm-up and pauses do not count"),
    ("p50 p90 p99", "of all inferences of the run; a dash until there are enough for it"),
    ("closed loop", "the next image is ready when one is done: peak throughput"),
    ("scheduled", "images come in at a rate; latency counts from when one was due"),
    ("W", "always with what it covers; no sensor is not zero watts"),
    ("J per image", "energy over the time the sensor covered / images in it"),
    ("vs A", "the run so far by the one marked A; within 1 % it is grey"),
    ("B/A", "throughput of B by that of A, with its 95 % interval"),
    ("7.5x a board", "its published time per image by the median here: same graph, same batch"),
    ("sustained", "median of the last five full minutes; burst is the best minute"),
)
_STATES = (
    ("warming", "loading, warming up, or too little data for a verdict"),
    ("steady", "throughput and median within 10 % over three windows"),
    ("drifting", "they are not, or they trend over the last minute"),
    ("throttled", "the board says that it holds itself back"),
    ("hung", "no inference has ended for far longer than any took"),
)


class HelpScreen(ModalScreen[None]):
    """Help over the monitor, which goes on behind it.

    Args:
        keys: (key, what it does).
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "close")
    ]

    def __init__(self, keys: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        """One scrolling dialog."""
        with VerticalScroll(id="help", classes="dialog") as dialog:
            dialog.border_title = "edgetop: escape closes"
            yield Static(
                Content("\n").join(
                    [*self._table("Keys", self._keys), *self._table("Figures", _FIGURES),
                     *self._table("States", _STATES)]
                )
            )  # fmt: skip

    def _table(self, name: str, rows: Sequence[tuple[str, str]]) -> list[Content]:
        lines = [Content.from_markup("\n[bold $key]$name[/]", name=name)]
        lines += [
            Content.from_markup("  [bold]$key[/] $words", key=f"{key:<14}", words=words)
            for key, words in rows
        ]
        return lines
