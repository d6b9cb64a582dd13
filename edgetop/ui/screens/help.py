"""All keys, what the figures mean, what the states mean."""

from __future__ import annotations

import textwrap
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

_WIDEST = 92
_BESIDE = 5
"""Columns of the frame, its padding and the scroll bar."""
_COLUMN = 17
_NARROW_COLUMN = 9
"""Cells before the words."""
_ROOM_FOR_COLUMN = 48

_FIGURES = (
    ("FPS", "images per second of wall time; warm-up and pauses do not count"),
    ("p50 p90 p99", "of all inferences of the run; a dash until there are enough for it"),
    ("closed loop", "the next image is ready when one is done: peak throughput"),
    ("scheduled", "images come in at a rate; latency counts from when one was due"),
    ("W", "always with what it covers; no sensor is not zero watts"),
    ("J per image", "energy over the time the sensor covered / images in it"),
    ("vs A", "the run so far by the one marked A; within 1 % it is grey"),
    ("B/A", "throughput of B by that of A, with its 95 % interval"),
    ("7.5x a board", "its published time per image by ours: same graph, same batch"),
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
            dialog.border_title = "help"
            dialog.border_subtitle = "escape closes"
            yield Static(id="words")

    def on_resize(self) -> None:
        """Lines are broken to the width that there is."""
        room = min(_WIDEST, self.size.width) - _BESIDE
        tables = (("Keys", self._keys), ("Figures", _FIGURES), ("States", _STATES))
        lines = [line for name, rows in tables for line in _table(name, rows, room)]
        self.query_one("#words", Static).update(Content("\n").join(lines[1:]))


def _table(name: str, rows: Sequence[tuple[str, str]], room: int) -> list[Content]:
    """A blank line, the heading, and each key with its words; behind a long key they go below."""
    lines = [Content(), Content.from_markup("[bold $key]$name[/]", name=name)]
    column = _COLUMN if room >= _ROOM_FOR_COLUMN else _NARROW_COLUMN
    for key, words in rows:
        head = f"  {key}"
        broken = textwrap.wrap(words, max(8, room - column))
        if len(head) >= column:
            lines.append(Content.from_markup("[bold]$head[/]", head=head))
        else:
            line = f"{head:<{column}}", broken.pop(0)
            lines.append(Content.from_markup("[bold]$head[/]$words", head=line[0], words=line[1]))
        lines += [Content(" " * column + words) for words in broken]
    return lines
