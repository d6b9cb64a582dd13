"""The model picker: built-in models and files, narrowed down as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from edgetop.errors import UsageError
from edgetop.zoo import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from edgetop.zoo.resolve import ModelChoice

_NAME_WIDTH = 26


class ModelPicker(ModalScreen["ModelChoice | None"]):
    """Lets the user choose a model; returns the choice, or None.

    Text that matches nothing in the list is taken as a path when enter is pressed.

    Args:
        choices: What is offered.
        mark: Stands before the highlighted line, so that it shows without colours too.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close"),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(self, choices: Sequence[ModelChoice], mark: str) -> None:
        super().__init__()
        self._choices = choices
        self._mark = mark
        self._shown: list[ModelChoice] = []
        self._marked: int | None = None  # which line the mark stands before

    def compose(self) -> ComposeResult:
        """A line to type in, the list below."""
        with Vertical(id="picker", classes="dialog") as dialog:
            dialog.border_title = "model: type to filter or give a path, enter runs, escape closes"
            field = Input(placeholder="name or path", id="filter")
            field.cursor_blink = False
            yield field
            yield OptionList(id="models")

    def on_mount(self) -> None:
        """Show everything first."""
        self._fill("")
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list down."""
        self._fill(event.value)

    def _fill(self, text: str) -> None:
        words = text.lower().split()
        self._shown = [
            choice for choice in self._choices if all(word in _haystack(choice) for word in words)
        ]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(_line(choice, " ")) for choice in self._shown)
        self._marked = None
        if self._shown:
            options.highlighted = 0

    def on_option_list_option_highlighted(self) -> None:
        """The mark follows the highlight."""
        options = self.query_one(OptionList)
        before, self._marked = self._marked, options.highlighted
        for index, mark in ((before, " "), (self._marked, self._mark)):
            if index is not None:
                line = _line(self._shown[index], mark)
                options.replace_option_prompt_at_index(index, line)

    def action_move(self, step: int) -> None:
        """Move the highlight while the cursor stays in the line."""
        options = self.query_one(OptionList)
        if self._shown:
            options.highlighted = ((options.highlighted or 0) + step) % len(self._shown)

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


def _haystack(choice: ModelChoice) -> str:
    family = choice.architecture.family if choice.architecture else str(choice.path)
    return f"{choice.title} {family}".lower()


def _line(choice: ModelChoice, mark: str) -> Content:
    """One line of the list; names may hold what markup would eat, so there is none."""
    architecture = choice.architecture
    name = f"{mark} {choice.title:<{_NAME_WIDTH}}"
    if architecture is None:
        return Content(f"{name} {choice.path.parent}")
    top1 = "" if architecture.top1_pct is None else f"top-1 {architecture.top1_pct:.1f} %"
    facts = f"{architecture.params_m:7.2f} M params {architecture.gmacs:7.3f} GMACs  {top1}"
    return Content(f"{name} {facts}")
