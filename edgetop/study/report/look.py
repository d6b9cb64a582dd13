"""How boards and models look in every figure of a report.

A board is a colour and, for those who see no colour, a dash, a symbol and a hatching. The colours
are those of Okabe and Ito ("Color Universal Design", 2008) that can be seen on white and on black.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.study.report.points import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Results

_OWN_COLOURS = ("#D55E00", "#E69F00")
_COLOURS = ("#0072B2", "#009E73", "#CC79A7", "#56B4E9")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_OWN_SYMBOLS = ("star", "hexagram")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "pentagon")
_OWN_HATCHES = ("", "+")
_HATCHES = ("/", "\\", "x", "-", "|", ".")
_SHAPES = (
    "circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "pentagon", "x",
    "hexagon", "star", "triangle-left", "triangle-right", "star-triangle-up", "diamond-tall",
    "octagon", "star-diamond", "star-square", "hexagram",
)  # fmt: skip
_MODEL_SYMBOLS = tuple(shape + style for style in ("", "-open", "-open-dot") for shape in _SHAPES)


@dataclass(frozen=True, slots=True)
class Look:
    """How one board's results are drawn."""

    name: str
    """In legends and tables: no two are equal."""
    colour: str
    dash: str
    symbol: str
    hatch: str
    highlighted: bool
    """They are what the report is about; the others are there for comparison."""
    opacity: float = 1.0
    """Others step back where something is highlighted."""

    @property
    def width_px(self) -> float:
        """Of its lines."""
        return 3 if self.highlighted else 1.5

    @property
    def size_px(self) -> int:
        """Of its markers."""
        return 11 if self.highlighted else 7


def looks(results: Sequence[Results], highlighted: str = "") -> list[Look]:
    """A look for each of the results, in their order.

    Args:
        results: All of a report.
        highlighted: ID of the one to highlight; empty for those that are not published.
    """
    counts = {True: 0, False: 0}
    found = []
    names = _names(results)
    owns = [item.id == highlighted if highlighted else not item.published for item in results]
    for own, name in zip(owns, names, strict=True):
        number = counts[own]
        counts[own] += 1
        colours, symbols, hatches = (
            (_OWN_COLOURS, _OWN_SYMBOLS, _OWN_HATCHES) if own else (_COLOURS, _SYMBOLS, _HATCHES)
        )
        # A solid line is for one's own board, if there is one.
        dashes = _DASHES if own or not any(owns) else _DASHES[1:]
        dash = dashes[number % len(dashes)]
        found.append(
            Look(
                name=name,
                colour=colours[number % len(colours)],
                dash=dash,
                symbol=symbols[number % len(symbols)],
                hatch=hatches[number % len(hatches)],
                highlighted=own,
                opacity=1.0 if own or not any(owns) else 0.8,
            )
        )
    return found


def _names(results: Sequence[Results]) -> list[str]:
    """The board's name, with the ID where two boards or sessions share it."""
    boards = [item.board for item in results]
    return [
        f"{item.board or item.id} ({item.id})" if boards.count(item.board) > 1 else item.board
        for item in results
    ]


def model_symbols(results: Sequence[Results]) -> dict[str, str]:
    """A symbol for each model, the same in all figures and for all boards, by `key_of`."""
    keys = dict.fromkeys(key_of(point.model) for item in results for point in item.points)
    return {
        key: _MODEL_SYMBOLS[number % len(_MODEL_SYMBOLS)] for number, key in enumerate(sorted(keys))
    }
