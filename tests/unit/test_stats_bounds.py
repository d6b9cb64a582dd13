"""The upper hull, and its longest edge."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.stats.bounds import bound, upper_hull

FPS = [30.96, 18.59, 558.66, 781.25, 299.4, 100.0]
TOP1 = [82.5, 81.32, 69.64, 56.52, 71.81, 70.0]
"""NASNet-A-Large, SENet-154, ResNet-18, AlexNet, MobileNet-v2 of Bianco, and a made-up one."""

coordinates = st.integers(-100, 100).map(float)


def test_the_hull_falls_from_the_most_accurate_to_the_fastest() -> None:
    assert upper_hull(FPS, TOP1) == [0, 2, 3]


def test_the_bound_is_its_longest_edge() -> None:
    line = bound(FPS, TOP1)
    assert line is not None
    assert (line.first, line.last) == (0, 2)
    assert line.slope == pytest.approx(-0.02437, abs=1e-5)
    assert line.intercept == pytest.approx(83.25, abs=0.01)
    assert line.share == pytest.approx(527.7 / 750.29, abs=1e-3)
    assert line.at(FPS[0]) == pytest.approx(TOP1[0])


def test_without_an_edge_there_is_no_bound() -> None:
    assert bound([], []) is None
    assert bound([1.0], [1.0]) is None
    assert bound([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) is None
    assert upper_hull([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == [2]


def test_points_on_an_edge_are_no_corners() -> None:
    assert upper_hull([0.0, 1.0, 2.0], [2.0, 1.0, 0.0]) == [0, 2]


@pytest.mark.parametrize("times", [1, 2])
def test_equal_points_are_one_corner(times: int) -> None:
    x, y = [0.0] * times + [1.0] * times, [1.0] * times + [0.0] * times
    assert len(upper_hull(x, y)) == 2


@given(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=30))
def test_every_point_lies_on_or_below_the_hull(points) -> None:
    x, y = map(list, zip(*points, strict=True))
    hull = upper_hull(x, y)
    assert max(y) == y[hull[0]] and max(x) == x[hull[-1]]
    for a, b in pairwise(hull):
        assert x[a] < x[b] and y[a] > y[b]
        slope = (y[b] - y[a]) / (x[b] - x[a])
        for px, py in points:
            assert py <= y[a] + slope * (px - x[a]) + 1e-9
