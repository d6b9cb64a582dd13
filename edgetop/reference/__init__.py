"""Published tables as data, loaded into the same shape as recorded sessions.

``tables/`` holds the figures as their sources print them, ``sources.toml`` what each table is and
how its columns are read, ``boards.csv`` which boards there are, and ``models.csv`` what a source
calls a network where the catalogue does not know that name. ``SOURCES.md`` cites them all.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from edgetop.errors import UsageError
from edgetop.reference.declared import BOARDS

if TYPE_CHECKING:
    from edgetop.results import Results


def boards() -> tuple[str, ...]:
    """The IDs of all published boards, source by source: ``bianco/titan-xp``."""
    return tuple(BOARDS)


@cache
def load(name: str) -> Results:
    """What was published of the board with this ID.

    Raises:
        UsageError: There is no such board; the nearest are named.
    """
    from edgetop.reference.points import results_of

    board = BOARDS.get(name.strip().lower())
    if board is None:
        raise UsageError(unknown(name))
    return results_of(board)


def nearest(name: str) -> tuple[str, ...]:
    """Up to three IDs that are spelled most like `name`, the most likely first."""
    import difflib

    key = name.strip().lower()[:80]
    parts = [item for item in BOARDS if key and key in item]
    close = difflib.get_close_matches(key, BOARDS, n=3, cutoff=0.4)
    return tuple(dict.fromkeys((*parts, *close)))[:3]


def unknown(name: str) -> str:
    """What to say where there is no board of this name: the nearest."""
    from edgetop.zoo.naming import safe_text

    near = nearest(name)
    advice = f"the nearest: {', '.join(near)}" if near else "edgetop boards lists them"
    return f"no published board '{safe_text(name)}'; {advice}"
