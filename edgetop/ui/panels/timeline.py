"""The whole of a replayed session in one row: where it stands, and where something happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.rows import Row, join
from edgetop.ui.panels.bars import position_text

if TYPE_CHECKING:
    from edgetop.session.player import Position
    from edgetop.ui.view import View

_LONGEST_TITLE = 24
_LEAST_BAR = 8


def timeline(view: View, width: int, height: int) -> list[Row]:
    """Position, the session's line with its marks, and what is played."""
    position = view.position
    if position is None or not height:
        return []
    head = f" {position_text(position)} "
    title = position.title
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE - 1] + view.symbols.ellipsis
    room = width - len(head) - len(title) - 2
    if room < _LEAST_BAR:
        return [((head, "dim"),)]
    return [join((head, "dim"), _bar(view, position, room), (f" {title} ", "dim"))]


def _bar(view: View, position: Position, width: int) -> Row:
    """Played and to come, with a tick for each moment at which something changed."""
    symbols = view.symbols
    duration_s = position.duration_s

    def cell(elapsed_s: float) -> int:
        share = elapsed_s / duration_s if duration_s > 0 else 0.0
        return min(width - 1, max(0, round(share * (width - 1))))

    here = cell(position.elapsed_s)
    ticks = {cell(elapsed_s) for elapsed_s, _ in view.timeline}
    spans: list[tuple[str, str]] = []
    for at in range(width):
        if at == here:
            spans.append((symbols.steady, "key"))
        elif at in ticks:
            spans.append((symbols.mark, "warn"))
        elif at < here:
            spans.append((symbols.bar_full, "key"))
        else:
            spans.append((symbols.bar_empty, "border"))
    return join(*spans)
