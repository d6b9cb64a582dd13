"""Whether a variant can be told from the bare loop, and what it costs if it can."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.selftest.figures import Figures


class Verdict(str, Enum):
    """What the figures of a variant say."""

    SAME = "same"
    """It cannot be told from the bare loop."""
    COSTS = "costs"
    FASTER = "faster"
    """By more than chance explains; only an unsteady machine makes it so."""
    BUSY = "busy"
    """Most pairs were dropped: others use this machine."""
    FEW = "few"
    """Too few pairs were measured."""


def verdict(variant: Figures, control: Figures) -> Verdict:
    """Judge a variant by what the method can tell apart here.

    It is told from the bare loop only if its own 95 % interval leaves out 1 and its ratio lies
    outside the band of the control: from 1 to the ends of the interval in which the ratio of
    two bare loops lies.

    Args:
        variant: Against the bare loop.
        control: The bare loop against a second one, the A/A control.
    """
    for figures in (control, variant):
        if not figures.enough:
            return Verdict.BUSY if figures.dropped > figures.pairs else Verdict.FEW
    ours, band = variant.interval, control.interval
    if ours is None or band is None:
        return Verdict.FEW
    inside = min(band.low, 1.0) <= ours.value <= max(band.high, 1.0)
    if inside or not ours.distinguishable:
        return Verdict.SAME
    return Verdict.COSTS if ours.value < 1 else Verdict.FASTER


def words(variant: Figures, control: Figures) -> str:
    """The verdict as the end of a sentence that begins with the variant's name."""
    found, ratio = verdict(variant, control), variant.interval
    if found is Verdict.SAME or ratio is None:
        return "cannot be told from the bare loop"
    low, middle, high = (100 * (1 - value) for value in (ratio.high, ratio.value, ratio.low))
    if found is Verdict.COSTS:
        interval = f"95 % interval {low:.1f} to {high:.1f} %"
        return f"costs {middle:.1f} % of the throughput, {interval}"
    interval = f"95 % interval {-high:.1f} to {-low:.1f} %"
    return f"came out {-middle:.1f} % faster, {interval}, which only an unsteady machine explains"


def sentence(control: Figures, variants: list[Figures]) -> str:
    """One sentence about all variants."""
    found = {verdict(variant, control) for variant in variants}
    everything = [control, *variants]
    dropped = sum(figures.dropped for figures in everything)
    pairs = dropped + sum(figures.pairs for figures in everything)
    if Verdict.BUSY in found:
        return (
            f"this machine is too busy to tell: other processes disturbed {dropped} of {pairs} "
            "pairs; end them, or try again later"
        )
    if Verdict.FEW in found or not variants:
        return f"too few pairs to tell ({pairs} of all variants); give it more time"
    names: dict[str, list[str]] = {}
    for one in variants:
        names.setdefault(words(one, control), []).append(one.name)
    return "; ".join(f"{' and '.join(named)} {said}" for said, named in names.items())
