"""Published boards beside the present run: a line, a panel, and the table of a screen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from edgetop.paint.numbers import fixed
from edgetop.paint.rows import Row, fit, join, width_of
from edgetop.sample import State
from edgetop.study import beside
from edgetop.ui.finder import BEST_KNOWN, key_of
from edgetop.ui.panels.bars import replay_badge
from edgetop.ui.panels.parts import number, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgetop.sample import Sample
    from edgetop.study.beside import Peer
    from edgetop.ui.finder import Found
    from edgetop.ui.view import View

_MEASURED = (State.STEADY, State.DRIFTING, State.THROTTLED, State.PAUSED)
_MOST_ROWS = 7
_MOST_NAMED = 2
_SLACK = 1.05
"""How far a board may be on the other side before the line names another one."""
_RATIO_WIDTH = 5
_NAME_WIDTH = 16
_WAITING = "looked up once it has measured"


class Neighbours(NamedTuple):
    """The boards that the line names, chosen once for a run so that they do not jump."""

    of: Found
    slower: tuple[Peer, ...]
    faster: tuple[Peer, ...]


def found(view: View) -> Found | None:
    """What was found for the run that is shown; None while it is looked up."""
    sample, known = view.sample, view.published
    if sample is None or known is None or known.key != key_of(sample.run):
        return None
    return known


def ms_per_image(sample: Sample) -> float | None:
    """Median of the run by its batch; None while it says nothing about the board's speed."""
    p50_ms = sample.total.latency.p50_ms
    return None if why_no_time(sample) or p50_ms is None else p50_ms / sample.run.batch


def why_no_time(sample: Sample) -> str:
    """Why the median of the run is not the board's speed; empty if it is."""
    run = sample.run
    if sample.trial is not None and sample.trial.running:
        return "A and B run in turn"
    if run.instances > 1:
        return f"{run.instances} instances run at once"
    if run.rate_fps is not None:
        return f"{run.rate_fps:g} images/s come in: the board waits for them"
    if sample.state not in _MEASURED:
        return f"the run is {sample.state.value}"
    return "" if sample.total.latency.p50_ms else "nothing measured yet"


def _ms(peer: Peer) -> float:
    return peer.point.ms_per_image or math.inf


def _is_best_known(peer: Peer) -> bool:
    return peer.board.id.startswith(BEST_KNOWN)


# -- the line ------------------------------------------------------------------------------


def line(view: View, width: int) -> Row:
    """``7.5x a Jetson TX1 · 0.41x a Titan Xp``; blank while there is nothing fair to say."""
    sample, known = view.sample, found(view)
    if sample is None or known is None or sample.state is State.PAUSED:
        return ()
    ms = ms_per_image(sample)
    if ms is None or sample.run.precision != "fp32":
        return ()
    named = _named(view, known, ms)
    for count in range(len(named), 0, -1):
        for articles in (True, False):
            row = _line_of(view, named[:count], ms, articles=articles)
            if width_of(row) <= width:
                return row
    return ()


def _line_of(view: View, named: Sequence[Peer], ms: float, *, articles: bool) -> Row:
    row: Row = ()
    for peer in named:
        name = beside.board_name(peer.board)
        words = f" {_article(name)} {name}" if articles else f" {name}"
        ratio = beside.times(_ms(peer) / ms)
        first = ratio.rjust(_RATIO_WIDTH) if not row else ratio
        gap = f" {view.symbols.dot} " if row else ""
        row = join(row, (gap, "dim"), (first, "number"), (words, "dim"))
    return row


def _article(name: str) -> str:
    return "an" if name[:1] in "AEIO" or name.startswith("RTX") else "a"


def _named(view: View, known: Found, ms: float) -> list[Peer]:
    kept = view.neighbours
    if kept is None or kept.of is not known or not _still_right(kept, ms):
        kept = view.neighbours = choose(known, ms)
    return [*kept.slower, *kept.faster]


def _still_right(kept: Neighbours, ms: float) -> bool:
    slower = all(_ms(peer) * _SLACK >= ms for peer in kept.slower)
    return slower and all(_ms(peer) <= ms * _SLACK for peer in kept.faster)


def choose(known: Found, ms: float) -> Neighbours:
    """The next slower and the next faster board, or the next two on one side."""
    usable = [peer for peer in known.usable if _is_best_known(peer)] or known.usable
    by_name: dict[str, Peer] = {}
    for peer in usable:  # two reports had the same board: the faster of the two
        by_name.setdefault(beside.board_name(peer.board), peer)
    faster = [peer for peer in by_name.values() if _ms(peer) < ms][::-1]
    slower = [peer for peer in by_name.values() if _ms(peer) >= ms]
    slower = slower[: 1 if faster else _MOST_NAMED]
    faster = faster[: _MOST_NAMED - len(slower)]
    return Neighbours(known, tuple(slower[::-1]), tuple(faster))


# -- the panel -----------------------------------------------------------------------------


def no_published(view: View) -> bool:
    """There is nothing to compare with.

    Until a run is looked up the panel keeps the room that it had: nothing jumps at a new batch,
    or while a model that died starts again.
    """
    if view.published is None:
        return view.sample is not None and view.sample.state is State.FAILED
    return not view.published.usable


def published(view: View, _width: int, height: int) -> list[Row]:
    """Milliseconds per image of this board and of the published ones next to it."""
    sample, known = view.sample, found(view)
    if sample is None:
        return []
    if known is None or not known.usable:
        return [unknown(_why_none(sample, known), view)][: max(0, height)]
    note = _precision_note(known)
    room = min(height, _MOST_ROWS) - (1 if note else 0)
    ms = ms_per_image(sample)
    peers = _nearest(known.usable, ms, room - 1)
    rows = [_peer_row(view, peer) for peer in peers]
    at = sum(1 for peer in peers if ms is not None and _ms(peer) < ms)
    rows.insert(at, join(number(ms, view), (" this board", "title")))
    if note:
        rows.append(((note, "warn"),))
    return rows[: max(0, height)]


def _why_none(sample: Sample, known: Found | None) -> str:
    if sample.state is State.FAILED:
        return "the run has failed"
    if sample.trial is not None and sample.trial.running:
        return why_no_time(sample)
    if known is None:
        return _WAITING
    if known.ours is None:
        return known.words
    return f"nobody published this graph at batch {sample.run.batch}"


def _precision_note(known: Found) -> str:
    precision = known.ours.conditions.precision if known.ours else ""
    return f"this run is {precision}" if precision not in ("", "fp32") else ""


def _nearest(peers: Sequence[Peer], ms: float | None, most: int) -> list[Peer]:
    """Those next to our time, boards of the best known sources before others; by their times."""

    def distance(peer: Peer) -> tuple[bool, float]:
        return not _is_best_known(peer), abs(math.log(_ms(peer) / ms)) if ms else _ms(peer)

    return sorted(sorted(peers, key=distance)[: max(0, most)], key=_ms)


def _peer_row(view: View, peer: Peer) -> Row:
    name = fit(((beside.board_name(peer.board), "text"),), _NAME_WIDTH, view.symbols.ellipsis)
    source = beside.source_name(peer.board).split()[0]
    return join(number(peer.point.ms_per_image, view), (" ", "text"), name, (f" {source}", "dim"))


# -- the screen ----------------------------------------------------------------------------


def heading(view: View, _width: int, height: int) -> list[Row]:
    """What is compared with the others, and under what conditions."""
    sample, known = view.sample, found(view)
    if sample is None:
        return []
    badge: Row = () if view.position is None else replay_badge(view, view.position)
    run = sample.run
    rows = [join(badge, (f" {run.model}, batch {run.batch}", "title"))]
    if known is None or known.ours is None:
        rows.append(((f" {_why_none(sample, known)}", "dim"),))
    else:
        ms = (" ", "text"), number(ms_per_image(sample), view), (" ms per image, median: ", "text")
        words = f"{beside.conditions_words(known.ours)}, {known.ours.model.gmacs or 0:.4g} GMACs"
        why = why_no_time(sample)
        rows += [join(*ms, (words, "dim")), ((f" {why or known.words}", "warn" if why else "dim"),)]
    return rows[: max(0, height)]


def table_head(_view: View, _width: int, height: int) -> list[Row]:
    """The names of the columns."""
    return [(("     ms  ratio   board", "dim"),)] if height else []


def meaning(_view: View, _width: int, height: int) -> list[Row]:
    """How the ratio is to be read."""
    words = " ratio: their time by ours; 2x = this board is twice as fast. More: edgetop compare"
    return [((words, "dim"),)] if height else []


class Table(NamedTuple):
    """All rows of the screen."""

    rows: list[Row]
    own: int = 0
    """Which of them is this board's."""


def table(view: View) -> Table:
    """All boards by their times with this one among them, then what cannot be compared."""
    sample, known = view.sample, found(view)
    if sample is None or known is None or known.ours is None:
        return Table([])
    if not known.peers:
        return Table([unknown(_why_none(sample, known), view)])
    ms = ms_per_image(sample)
    fair = sorted((peer for peer in known.peers if not peer.reason), key=_ms)
    named = beside.in_several_ways(fair)
    rows = [_table_row(view, peer, ms, named=peer.board.id in named) for peer in fair]
    at = sum(1 for peer in fair if ms is not None and _ms(peer) < ms)
    words = beside.conditions_words(known.ours)
    rows.insert(at, join(_cells(view, ms, ""), (f"this board: {words}", "big")))
    rows += [_table_row(view, peer, ms) for peer in _each_reason(known.peers)]
    return Table(rows, at)


def _each_reason(peers: Iterable[Peer]) -> list[Peer]:
    """Of those that cannot be compared one for each board and reason, the fastest."""
    best: dict[tuple[str, str], Peer] = {}
    for peer in peers:
        key = (peer.board.id, peer.reason)
        if peer.reason and (key not in best or _ms(peer) < _ms(best[key])):
            best[key] = peer
    return list(best.values())


def _cells(view: View, ms: float | None, ratio: str) -> Row:
    figures = f" {fixed(ms, 6, dash=view.symbols.dash)} {ratio:>6}   "
    return ((figures, "number" if ms is not None else "dim"),)


def _table_row(view: View, peer: Peer, ms: float | None, *, named: bool = False) -> Row:
    theirs = peer.point.ms_per_image
    ratio = "" if ms is None or not theirs or peer.reason else beside.times(theirs / ms)
    doubt = "; ".join(filter(None, (peer.reason, *peer.notes)))
    conditions = beside.conditions_words(peer.point, named=named)
    who = f", {beside.source_name(peer.board)}: {conditions}"
    ink = "dim" if peer.reason else "text"
    return join(
        _cells(view, theirs, ratio),
        (beside.board_name(peer.board), ink),
        (who, "dim"),
        (f"; {doubt}" if doubt else "", "warn" if peer.impossible else "dim"),
    )
