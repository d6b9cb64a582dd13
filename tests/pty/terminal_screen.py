"""A terminal in memory: pyte's screen, with what modern programs use and pyte does not know.

Added to pyte 0.8.2: the alternate screen, private modes by number, the kitty keyboard's stacks,
repeat-character, scrolling, erasing with a background, zero-width characters.
"""

from __future__ import annotations

import copy
import unicodedata
from typing import TYPE_CHECKING, Any

import pyte
from pyte.screens import wcwidth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyte.screens import Char

LINE_WRAP, CURSOR, SYNCHRONIZED, IN_BAND_RESIZE = 7, 25, 2026, 2048
ALTERNATE_SCREENS = frozenset({47, 1047, 1049})
MOUSE_ENCODINGS = frozenset({1005, 1006, 1015, 1016})
"""Mutually exclusive: setting one ends the others (xterm)."""
KNOWN_MODES = frozenset(
    {1, 5, 6, LINE_WRAP, CURSOR, 1000, 1002, 1003, 1004, 2004, SYNCHRONIZED, IN_BAND_RESIZE}
    | ALTERNATE_SCREENS
    | MOUSE_ENCODINGS
)
"""DEC private modes that a query (DECRQM) finds; others are answered with "unknown"."""
_PYTE_MODES = frozenset({5, 6, LINE_WRAP, CURSOR})
_MODES_AT_START = frozenset({LINE_WRAP, CURSOR})

_LEFT_BEHIND = {
    1: "application cursor keys",
    1000: "mouse clicks",
    1002: "mouse drags",
    1003: "mouse moves",
    1004: "focus reports",
    1005: "UTF-8 mouse coordinates",
    1006: "SGR mouse coordinates",
    1015: "urxvt mouse coordinates",
    1016: "mouse coordinates in pixels",
    2004: "bracketed paste",
    SYNCHRONIZED: "a synchronized update",
    IN_BAND_RESIZE: "in-band resize reports",
}


class EmulatedScreen(pyte.Screen):
    """What is on the terminal now, cell by cell, and the modes that programs switch."""

    def __init__(self, columns: int, lines: int) -> None:
        self.private_modes = set(_MODES_AT_START)
        self.application_keypad = False
        self._kitty_flags: dict[bool, list[int]] = {False: [], True: []}
        self._main: tuple[Any, Any, Any] | None = None
        self._last_drawn = " "
        super().__init__(columns, lines)

    @property
    def alternate(self) -> bool:
        """True while the alternate screen shows."""
        return bool(self.private_modes & ALTERNATE_SCREENS)

    @property
    def updating(self) -> bool:
        """True within a synchronized update: a terminal shows the frame before it."""
        return SYNCHRONIZED in self.private_modes

    @property
    def kitty_flags(self) -> list[int]:
        """The stack of kitty keyboard flags; each of the two screens has its own."""
        return self._kitty_flags[self.alternate]

    def cells(self) -> list[list[Char]]:
        """A copy of the screen, row by row; the right half of a wide character has no data."""
        return [[self.buffer[y][x] for x in range(self.columns)] for y in range(self.lines)]

    def text(self) -> str:
        """The screen as text, one line a row, without trailing blanks."""
        return "\n".join(_row_text(row) for row in self.cells())

    def reset(self) -> None:
        """Everything as at power-up (RIS)."""
        super().reset()
        self.private_modes = set(_MODES_AT_START)
        self.application_keypad = False
        self._kitty_flags = {False: [], True: []}
        self._main = None

    def draw(self, data: str) -> None:
        """Draw text; characters without a width that pyte would stop at are left out."""
        shown = "".join(c for c in data if wcwidth(c) > 0 or unicodedata.combining(c))
        if shown:
            self._last_drawn = shown[-1]
            super().draw(shown)

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        """Erase to the end (0), from the start (1) or the whole line (2)."""
        attrs, self.cursor.attrs = self.cursor.attrs, self._erased()
        super().erase_in_line(how, private)
        self.cursor.attrs = attrs

    def erase_in_display(self, how: int = 0, *_: object, **__: object) -> None:
        """Erase to the end (0), from the start (1), the whole screen (2); 3 has no effect."""
        y = self.cursor.y
        rows = {0: range(y + 1, self.lines), 1: range(y), 2: range(self.lines)}
        for row in rows.get(how, range(0)):
            self.buffer[row].update(dict.fromkeys(range(self.columns), self._erased()))
        if how in {0, 1}:
            self.erase_in_line(how)

    def _erased(self) -> Char:
        """A blank of the present background and nothing else, as terminals erase."""
        return self.default_char._replace(bg=self.cursor.attrs.bg)

    def repeat(self, count: int) -> None:
        """Draw the last character again (REP)."""
        self.draw(self._last_drawn * min(count, self.columns * self.lines))

    def scroll(self, count: int) -> None:
        """Move the content of the scroll region up (SU), or down if negative (SD)."""
        top, bottom = self.margins or (0, self.lines - 1)
        row, self.cursor.y = self.cursor.y, bottom if count > 0 else top
        for _ in range(min(abs(count), self.lines)):
            if count > 0:
                self.index()
            else:
                self.reverse_index()
        self.cursor.y = row

    def back_tab(self, count: int) -> None:
        """Move the cursor to an earlier tab stop (CBT)."""
        for _ in range(count):
            self.cursor.x = max((s for s in self.tabstops if s < self.cursor.x), default=0)

    def switch(self, modes: Sequence[int], on: bool) -> None:
        """Set or reset DEC private modes."""
        for mode in modes:
            if mode in ALTERNATE_SCREENS:
                self._show_alternate(on)
            if on and mode in MOUSE_ENCODINGS:
                self.private_modes -= MOUSE_ENCODINGS
            (self.private_modes.add if on else self.private_modes.discard)(mode)
            if mode in _PYTE_MODES:
                (self.set_mode if on else self.reset_mode)(mode, private=True)

    def _show_alternate(self, on: bool) -> None:
        if on and self._main is None:
            self._main = (dict(self.buffer), copy.copy(self.cursor), self.margins)
            self.buffer.clear()
        elif not on and self._main is not None:
            rows, self.cursor, self.margins = self._main
            self.buffer.clear()
            self.buffer.update(rows)
            self.private_modes -= ALTERNATE_SCREENS
            self._main = None
            self.ensure_hbounds()
            self.ensure_vbounds()

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Change the size; the alternate screen loses rows at its end, as in xterm."""
        if self.alternate and lines and lines < self.lines:
            for y in range(lines, self.lines):
                self.buffer.pop(y, None)
            self.lines, self.margins = lines, None
        super().resize(lines, columns)
        self.tabstops = set(range(8, self.columns, 8))
        self.ensure_hbounds()
        self.ensure_vbounds()

    def left_behind(self) -> list[str]:
        """What a program that has ended should have switched back, in words."""
        found = [
            f"{name} still on (mode {mode})"
            for mode, name in _LEFT_BEHIND.items()
            if mode in self.private_modes
        ]
        checks = {
            "alternate screen not left": self.alternate,
            "cursor hidden": CURSOR not in self.private_modes,
            "line wrap off": LINE_WRAP not in self.private_modes,
            "kitty keyboard flags not popped": any(self._kitty_flags.values()),
            "application keypad still on": self.application_keypad,
            "scroll region still set": self.margins not in (None, (0, self.lines - 1)),
            "text style not reset": self.cursor.attrs._replace(data=" ") != self.default_char,
            "line-drawing characters still on": self.charset != 0,
        }
        return found + [name for name, wrong in checks.items() if wrong]


def _row_text(row: list[Char]) -> str:
    """One row's characters; the half of an overwritten wide character reads as a blank."""
    characters = []
    after_wide = False
    for cell in row:
        if cell.data:
            characters.append(cell.data)
        elif not after_wide:
            characters.append(" ")
        after_wide = bool(cell.data) and wcwidth(cell.data[0]) == 2
    return "".join(characters).rstrip()
