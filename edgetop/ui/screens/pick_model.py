"""The model picker: recent and built-in models and files, narrowed down as one types."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import set_cell_size
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from edgetop.errors import UsageError
from edgetop.zoo import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from edgetop.session.speeds import Speeds
    from edgetop.zoo.resolve import ModelChoice

_PATIENCE_S = 0.3
"""For what was recorded, before the list is shown without recent models."""
_WIDEST = 92
_BESIDE = 5
"""Columns of the frame, its padding and the scroll bar."""
_NAME = 24
_SHORTEST_PLACE = 16


class Past(NamedTuple):
    """What earlier sessions say of models."""

    recent: Sequence[ModelChoice]
    speeds: Speeds | None


class ModelPicker(ModalScreen["ModelChoice | None"]):
    """Lets the user choose a model; returns the choice, or None.

    Text that matches nothing in the list is taken as a path when enter is pressed.

    Args:
        choices: What is offered, built-in models first.
        mark: Stands before the highlighted line, so that it shows without colours too.
        read_past: Reads what was recorded, in a thread: a disk may be slow.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close"),
        Binding("down", "move('down')", show=False),
        Binding("up", "move('up')", show=False),
        Binding("pagedown", "move('page_down')", show=False),
        Binding("pageup", "move('page_up')", show=False),
    ]

    def __init__(
        self, choices: Sequence[ModelChoice], mark: str, read_past: Callable[[], Past]
    ) -> None:
        super().__init__()
        self._choices = choices
        self._mark = mark
        self._read_past = read_past
        self._past = Past((), None)
        self._shown: list[ModelChoice | None] = []  # None: a heading
        self._marked: int | None = None  # which line the mark stands before

    def compose(self) -> ComposeResult:
        """A line to type in, the list below, and on what its figures rest."""
        with Vertical(id="picker", classes="dialog") as dialog:
            dialog.border_title = "model: type to filter, enter runs"
            dialog.border_subtitle = "escape closes"
            field = Input(placeholder="name or path", id="filter")
            field.cursor_blink = False
            yield field
            yield Static(id="columns", markup=False)
            yield OptionList(id="models")
            yield Static(id="basis", markup=False)

    async def on_mount(self) -> None:
        """Show everything, with what was recorded if that can be read at once."""
        self.query_one(Input).focus()
        reading = asyncio.ensure_future(asyncio.to_thread(self._read_past))
        done, _ = await asyncio.wait([reading], timeout=_PATIENCE_S)
        if done:
            self._past = reading.result()
        else:
            self.run_worker(self._fill_in(reading), group="past")
        self._fill(self.query_one(Input).value)

    async def _fill_in(self, reading: asyncio.Future[Past]) -> None:
        """Figures that come late go into their lines; no line moves any more."""
        past = await reading
        self._past = Past(self._past.recent, past.speeds)
        options = self.query_one(OptionList)
        for index, choice in enumerate(self._shown):
            if choice is not None:
                mark = self._mark if index == options.highlighted else " "
                options.replace_option_prompt_at_index(index, self._line(choice, mark))
        self.query_one("#basis", Static).update(self._basis())

    def on_resize(self) -> None:
        """Columns follow the width."""
        if self._shown:
            self._fill(self.query_one(Input).value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list down."""
        self._fill(event.value)

    def _fill(self, text: str) -> None:
        words = text.lower().split()
        matching = [
            item for item in self._choices if all(word in _haystack(item) for word in words)
        ]
        if words:  # resnet18 before inception_resnet_v2
            matching.sort(key=lambda item: not item.title.lower().startswith(words[0]))
        groups = {
            "recent": [] if words else self._past.recent,
            "built in": [choice for choice in matching if choice.architecture is not None],
            "files": [choice for choice in matching if choice.architecture is None],
        }
        options = self.query_one(OptionList)
        options.clear_options()
        self._shown, self._marked = [], None
        for heading, choices in groups.items():
            if choices:
                self._shown.append(None)
                options.add_option(Option(Content(heading), disabled=True))
                self._shown += choices
                options.add_options(Option(self._line(choice, " ")) for choice in choices)
        self.query_one("#columns", Static).update(self._columns())
        self.query_one("#basis", Static).update(self._basis())
        if self._shown:
            options.highlighted = 1

    def on_option_list_option_highlighted(self) -> None:
        """The mark follows the highlight."""
        options = self.query_one(OptionList)
        before, self._marked = self._marked, options.highlighted
        for index, mark in ((before, " "), (self._marked, self._mark)):
            choice = None if index is None else self._shown[index]
            if index is not None and choice is not None:
                options.replace_option_prompt_at_index(index, self._line(choice, mark))

    def action_move(self, how: str) -> None:
        """Move the highlight while the cursor stays in the line."""
        options = self.query_one(OptionList)
        getattr(options, f"action_{'cursor_' if '_' not in how else ''}{how}")()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Run the highlighted model, or the path that was typed."""
        highlighted = self.query_one(OptionList).highlighted
        if self._shown and highlighted is not None:
            self.dismiss(self._shown[highlighted])
            return
        try:
            self.dismiss(resolve.resolve(event.value))
        except UsageError as error:
            self.notify(error.message, severity="error", markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter in the list itself."""
        self.dismiss(self._shown[event.option_index])

    def on_key(self, event: events.Key) -> None:
        """Enter runs the model wherever the focus is."""
        if event.key == "enter" and self.query_one(OptionList).has_focus:
            event.stop()
            self.query_one(OptionList).action_select()

    # -- lines -----------------------------------------------------------------------------

    def _line(self, choice: ModelChoice, mark: str) -> Content:
        """One line of the list; names may hold what markup would eat, so there is none."""
        architecture = choice.architecture
        params = gmacs = top1 = fps = "-"
        place = str(choice.path.parent)
        if architecture is not None:
            place = architecture.note
            params, gmacs = f"{architecture.params_m:.2f}", f"{architecture.gmacs:.3f}"
            top1 = "-" if architecture.top1_pct is None else f"{architecture.top1_pct:.1f}"
        speed = None if self._past.speeds is None else self._past.speeds.of(choice)
        if speed is not None:
            digits = 0 if speed.fps >= 100 else 1 if speed.fps >= 10 else 2
            fps = f"{'' if speed.measured else '~'}{speed.fps:.{digits}f}"
        return Content(self._row(mark, choice.title, params, gmacs, top1, fps, place))

    def _columns(self) -> str:
        return self._row(" ", "", "params M", "GMACs", "top-1 %", "FPS", "")

    def _row(
        self, mark: str, name: str, params: str, gmacs: str, top1: str, fps: str, place: str
    ) -> str:
        """The columns that there is room for; the last is what varies in length."""
        room = min(self.size.width, _WIDEST) - _BESIDE
        figures = f"{fps:>8}"
        if room >= _NAME + 36:
            figures = f"{params:>9}{gmacs:>9}{top1:>9}{figures}"
        elif room >= _NAME + 18:
            figures = f"{gmacs:>8}{figures}"
        wide = min(_NAME, max(1, room - len(figures) - 2))
        row = f"{mark} {_cut(name, wide)}{figures}"
        left = room - 2 - wide - len(figures) - 2
        return f"{row}  {_cut(place, left)}".rstrip() if left >= _SHORTEST_PLACE else row

    def _basis(self) -> str:
        if not self._shown:
            return "no model is called so; enter tries it as a path"
        return "" if self._past.speeds is None else self._past.speeds.basis


def _cut(text: str, cells: int) -> str:
    """Text in exactly so many cells, with an ellipsis where something is left out."""
    fitted = set_cell_size(text, cells)
    return fitted if fitted.rstrip() == text.rstrip() else set_cell_size(text, cells - 1) + "…"


def _haystack(choice: ModelChoice) -> str:
    architecture = choice.architecture
    if architecture is None:
        return f"{choice.title} {choice.path}".lower()
    names = (architecture.name, architecture.canonical_name, *architecture.aliases)
    return " ".join((*names, architecture.family, architecture.note)).lower()
