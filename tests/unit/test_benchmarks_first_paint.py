"""The start benchmark finds the first throughput on the screen, however large it is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.first_paint import THROUGHPUT
from benchmarks.simulated_day import samples
from edgetop.paint.symbols import TIERS, Symbols
from edgetop.sample import Sample, Window
from edgetop.ui.panels.throughput import throughput
from edgetop.ui.view import View

LARGE, SMALL = (58, 16), (38, 10)
"""The panel's inner size on terminals of 120x40 and 80x24."""


def shown(sample: Sample, symbols: Symbols, size: tuple[int, int]) -> str:
    """The panel as text."""
    view = View(symbols)
    view.update(sample)
    return "\n".join("".join(text for text, _ in row) for row in throughput(view, *size))


@pytest.mark.parametrize("tier", ["unicode", "block"])
@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_a_throughput_on_the_panel_is_found(size: tuple[int, int], tier: str) -> None:
    """Large digits and small ones: the time per image stands below both."""
    sample = next(samples(1))
    assert THROUGHPUT.search(shown(sample, TIERS[tier], size))


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_a_panel_without_a_throughput_is_not_taken_for_one(size: tuple[int, int]) -> None:
    """While the model warms up there are dashes, and charts with numbers on their axes."""
    sample = replace(next(samples(1)), fps=None, total=Window(), window=Window())
    assert not THROUGHPUT.search(shown(sample, TIERS["unicode"], size))
