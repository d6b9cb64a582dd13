"""The comparison of two configurations that run in turn, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.rows import Row, join, width_of
from edgetop.sample import State
from edgetop.stats.against import verdict

if TYPE_CHECKING:
    from edgetop.paint.symbols import Symbols
    from edgetop.sample import Sample, Trial
    from edgetop.ui.view import View

_ROOM_FOR_ALL = 70


def trial(view: View, width: int, height: int) -> list[Row]:
    """How far it is, how B stands to A, what that means, what A and B are."""
    sample = view.sample
    if sample is None or sample.trial is None or not height:
        return []
    now = sample.trial
    if width < _ROOM_FOR_ALL:
        return [_short(now)]
    row = join(
        (" A/B ", "title"),
        (f"{now.pairs:>3} of {now.planned_pairs} pairs  ", "text"),
        (f"{_running(sample, now)}  ", "dim"),
        (f"B/A {_ratio(now, view.symbols)}", "number" if now.ratio else "dim"),
        (f"  {verdict(now)}", _ink(now)),
    )
    return [_with_names(row, now, width)]


def _short(now: Trial) -> Row:
    ratio = f"{now.ratio.value:.3f} " if now.ratio is not None else ""
    return join(
        ("A/B ", "title"),
        (f"{now.pairs}/{now.planned_pairs} ", "text"),
        (f"{now.running} runs " if now.running else "", "dim"),
        (ratio, "number"),
        (verdict(now), _ink(now)),
    )


def _running(sample: Sample, now: Trial) -> str:
    if now.running:
        return f"{now.running} runs"
    return "starts" if sample.state is State.WARMING and not now.pairs else "ended "


def _ratio(now: Trial, symbols: Symbols) -> str:
    """The ratio with its interval, always as wide."""
    if now.ratio is None:
        return f"{symbols.dash:<19}"
    ratio = now.ratio
    return f"{f'{ratio.value:.3f} ({ratio.low:.2f}-{ratio.high:.2f})':<19}"


def _ink(now: Trial) -> str:
    if now.ratio is None or not now.ratio.distinguishable:
        return "dim"
    return "good" if now.ratio.value > 1 else "warn"


def _different(a: str, b: str) -> tuple[str, str]:
    """What tells two titles apart, if they are made of the same kind of parts."""
    parts_a, parts_b = a.split(", "), b.split(", ")
    pairs = list(zip(parts_a, parts_b, strict=False))
    different = [pair for pair in pairs if pair[0] != pair[1]]
    if len(parts_a) != len(parts_b) or not different:
        return a, b
    return ", ".join(one for one, _ in different), ", ".join(other for _, other in different)


def _with_names(row: Row, now: Trial, width: int) -> Row:
    """What A and B are, where there is room for both."""
    a, b = _different(now.a, now.b)
    names = f"   A: {a}   B: {b} "
    return join(row, (names, "dim")) if width_of(row) + len(names) <= width else row
