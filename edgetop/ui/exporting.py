"""The key that writes the session into the working folder; nothing here knows a widget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from edgetop.errors import EdgetopError

if TYPE_CHECKING:
    from collections.abc import Callable

    Export = Callable[[Path], None]
    """Writes the session to a file; raises an `EdgetopError` with a line for the user."""


class Exporter:
    """Finds a name that is free in the working folder and writes there.

    Args:
        export: Writes the session.
    """

    def __init__(self, export: Export) -> None:
        self._export = export

    def write(self, name: str) -> tuple[Path | None, str]:
        """Export; returns the file, None if there is none, and a line for the user.

        It takes as long as the disk does: not for the screen's loop.

        Args:
            name: What the session is about; the file is named after it.
        """
        try:
            folder = Path.cwd()
        except OSError as error:  # it was removed, or its disk is gone
            return None, f"there is no working folder to export into: {error.strerror}"
        stem = "".join(char if char.isalnum() or char in "._-" else "_" for char in name)
        path = _free_name(folder, f"edgetop-{stem}")
        try:
            self._export(path)
        except EdgetopError as error:
            return None, error.message
        return path, f"exported to {path}"


def _free_name(folder: Path, stem: str) -> Path:
    """A name that is not taken: what was exported before stays."""
    number = 1
    while True:
        path = folder / f"{stem}-{number}.csv"
        try:
            taken = path.exists()
        except OSError:
            taken = False
        if not taken:
            return path
        number += 1
