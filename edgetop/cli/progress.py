"""How far a long command is, on a terminal."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Told(Protocol):
    """Is told how far it is."""

    def __call__(self, done: int, total: int, note: str = "", /) -> None:
        """So much of so much is done; the note stands behind the title."""


@contextlib.contextmanager
def bar(title: str, *, moving: bool = True) -> Iterator[Told]:
    """A bar on standard error, to be told how much of how much is done; nothing elsewhere.

    Args:
        title: What goes on.
        moving: Paint it ten times a second. Else only when it is told something: nothing may
            run beside a measurement.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _done, _total, _note="": None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}", markup=False), progress.BarColumn(),
        progress.MofNCompleteColumn(), progress.TimeRemainingColumn(),
    )  # fmt: skip
    painted = progress.Progress(
        *columns, console=Console(stderr=True), transient=True, auto_refresh=moving,
        redirect_stdout=False, redirect_stderr=False,  # nothing else is printed meanwhile
    )  # fmt: skip
    task = painted.add_task(title, total=None)

    def told(done: int, total: int, note: str = "", /) -> None:
        words = f"{title}, {note}" if note else title
        with contextlib.suppress(OSError):  # the terminal has gone; the work goes on
            painted.update(task, description=words, completed=done, total=total, refresh=not moving)

    with contextlib.suppress(OSError):
        painted.start()
    try:
        yield told
    finally:
        with contextlib.suppress(OSError):
            painted.stop()
