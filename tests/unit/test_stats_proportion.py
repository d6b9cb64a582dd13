"""Wilson's interval of a share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.stats.proportion import wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (65, 100, 0.5525, 0.7364),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


def test_no_trials_tell_nothing() -> None:
    assert wilson(0, 0) is None


@given(st.integers(1, 10**6), st.data())
def test_it_holds_the_share_and_mirrors(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    interval, mirrored = wilson(hits, n), wilson(n - hits, n)
    assert interval is not None and mirrored is not None
    low, high = interval
    assert 0 <= low <= hits / n <= high <= 1 and low < high
    assert (1 - high, 1 - low) == pytest.approx(mirrored, abs=1e-12)
