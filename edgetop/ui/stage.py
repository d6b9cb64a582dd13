"""What an app of the screen is given besides its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgetop.paint.symbols import Symbols
    from edgetop.ui.exporting import Export
    from edgetop.ui.inbox import Inbox
    from edgetop.ui.interrupts import Interrupts


@dataclass(frozen=True, slots=True)
class Stage:
    """What an app is given besides its source."""

    inbox: Inbox
    """Where samples arrive."""
    symbols: Symbols
    """The characters that the terminal can show."""
    theme: str
    """Name of the first theme."""
    interrupts: Interrupts | None = None
    """The signals that end the app; None: nobody takes them."""
    export: Export | None = None
    """Writes the session to a file; None: there is no such key."""
    kiosk: bool = False
    """For people who pass by: large, and no key works but those that end it."""
    hashes: Mapping[int, str | None] | None = None
    """Of a replay: the hash of each run's file, by its number; see `Finder`."""
