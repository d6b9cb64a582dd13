"""What was on the screen of a program on a pseudo-terminal, found out afterwards."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgetop.selftest.terminal import PtyProgram, bursts, end

__all__ = ["Frame", "PtyProgram", "end", "seen"]

_EMULATION = Path(__file__).resolve().parents[1] / "tests" / "pty"


@dataclass(frozen=True, slots=True)
class Frame:
    """What stood on the screen after a burst of output."""

    at_s: float
    text: str
    rows: int
    """Rows that carry ink."""
    columns: int
    """Columns that carry ink."""


def seen(program: PtyProgram) -> list[Frame]:
    """Every frame that the program has shown so far, through the emulated terminal of the tests."""
    if str(_EMULATION) not in sys.path:
        sys.path.insert(0, str(_EMULATION))
    screen_type: Any = importlib.import_module("terminal_screen").EmulatedScreen
    stream_type: Any = importlib.import_module("terminal_stream").TerminalStream
    screen = screen_type(*program.size)
    stream = stream_type(screen)
    frames = []
    for chunks in bursts(list(program.chunks)):
        stream.feed(b"".join(data for _, data in chunks))
        frames.append(_frame(chunks[-1][0], screen.text()))
    return frames


def _frame(at_s: float, text: str) -> Frame:
    rows = text.split("\n")
    inked = {column for row in rows for column, char in enumerate(row) if char != " "}
    return Frame(at_s, text, sum(bool(row.strip()) for row in rows), len(inked))
