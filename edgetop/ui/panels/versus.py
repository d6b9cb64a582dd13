"""How figures stand to those of the run marked A, beside the figures themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.rows import Row, join
from edgetop.stats.against import against

if TYPE_CHECKING:
    from edgetop.sample import Sample
    from edgetop.stats.against import Against
    from edgetop.ui.view import View

_SAME_PERCENT = 1.0
_SAME_C = 1.0
_WIDTH = 5
"""Of a difference with its sign: +12.3."""


def compared(view: View) -> Against | None:
    """The present run against A; None while nothing is marked."""
    return None if view.sample is None else against(view.sample)


def versus(ratio: float | None, *, more_is_better: bool, words: str = " vs A") -> Row:
    """``+12.3 % vs A`` in a fixed width, in the ink of its meaning; blank while unknown."""
    if ratio is None:
        return ()
    percent = 100.0 * (ratio - 1.0)
    ink = _ink(percent, _SAME_PERCENT, more_is_better=more_is_better)
    return ((f"{_signed(percent)} %{words}", ink),)


def cpu_time_ratio(sample: Sample) -> float | None:
    """CPU time per inference by that of A."""
    then = sample.mark.cpu_ms_per_inference if sample.mark is not None else None
    now = sample.worker.cpu_ms_per_inference
    return now / then if now is not None and then else None


def difference(value_c: float | None, unit: str) -> Row:
    """``+3.1 °C vs A``: less is better."""
    if value_c is None:
        return ()
    ink = _ink(value_c, _SAME_C, more_is_better=False)
    return ((f"{_signed(value_c)} {unit} vs A", ink),)


def what_is_a(sample: Sample) -> Row:
    """What was marked; without the model if it is the present one."""
    if sample.mark is None:
        return ()
    title = sample.mark.title.removeprefix(f"{sample.run.model}, ")
    return join(("A: ", "title"), (title, "dim"))


def _signed(value: float) -> str:
    """The difference with its sign in a fixed width; beyond four digits its size only."""
    text = f"{value:+.1f}"
    if len(text) > _WIDTH:
        text = f"{value:+.0f}"
    return text.rjust(_WIDTH) if len(text) <= _WIDTH else f"{'>' if value > 0 else '<'}9999"


def _ink(value: float, same: float, *, more_is_better: bool) -> str:
    if abs(value) <= same:
        return "dim"
    return "good" if (value > 0) == more_is_better else "warn"
