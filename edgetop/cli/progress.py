"""How far a long command is, on a terminal."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextlib.contextmanager
def bar(title: str, *, moving: bool = True) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, to be told how much of how much is done; nothing elsewhere.

    Args:
        title: What goes on.
        moving: Paint it ten times a second. Else only when it is told something: nothing may
            run beside a measurement.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}", markup=False), progress.BarColumn(),
        progress.MofNCompleteColumn(), progress.TimeRemainingColumn(),
    )  # fmt: skip
    console = Console(stderr=True)
    with progress.Progress(
        *columns, console=console, transient=True, auto_refresh=moving
    ) as painted:
        task = painted.add_task(title, total=None)
        yield lambda done, total: painted.update(
            task, completed=done, total=total, refresh=not moving
        )
