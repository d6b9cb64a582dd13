"""The table of a sweep: one for each of the conditions, and the largest batches of each setup."""

from __future__ import annotations

import pytest
from made_results import model, point, results

from edgetop.cli import sweep_run, sweep_table
from edgetop.engine.spec import RunSpec
from edgetop.results import Conditions, Model
from edgetop.session.store.sweeps import OUT_OF_MEMORY, Visit
from edgetop.study.course import Course
from edgetop.study.estimate import Estimate
from edgetop.study.plan import Plan, Setup

OLD = Conditions("onnxruntime 1.32.0", "cpu", 2, "fp32")
NEW = Conditions("onnxruntime 1.33.0", "cpu", 2, "fp32")


def test_points_under_two_runtimes_have_a_table_each_and_an_x_stands_in_the_first() -> None:
    failed = Conditions("", "cpu", None, "fp32")
    lines = sweep_table.lines(
        results(
            point(model("a"), 4.0, 1, conditions=OLD),
            point(model("a"), 3.0, 2, conditions=NEW),
            point(model("a"), None, 4, conditions=failed, error="refused: x"),
        )
    )
    heads = [line for line in lines if line.startswith("onnxruntime")]
    assert heads == [OLD.words(), NEW.words()]
    first, second = ([*lines].index(head) for head in heads)
    assert lines[first + 2].split() == ["a", "4", "x"]
    assert lines[second + 2].split() == ["a", "3"]


@pytest.mark.parametrize(
    ("low", "high", "cell"),
    [
        (3.98, 4.02, "4 ±0.5%"),
        (3.0, 5.0, "4 ±25%"),
        (0.1, 300.0, "4 ±>100%"),
        (None, None, "4"),
    ],
)
def test_a_time_has_half_of_its_interval_as_far_as_that_means_something(
    low: float | None, high: float | None, cell: str
) -> None:
    lines = sweep_table.lines(results(point(model("a"), 4.0, 1, ms_low=low, ms_high=high)))
    assert lines[-1].split(maxsplit=1) == ["a", cell]


def test_the_largest_batch_says_on_which_provider() -> None:
    def setup(provider: str) -> Setup:
        return Setup(RunSpec("/a.onnx", "a", provider=provider), Model("a"))

    visits = [
        *(Visit(0, batch, medians_ms=(1.0,)) for batch in (1, 2)),
        *(Visit(1, batch, medians_ms=(1.0,)) for batch in (1, 2, 4)),
        Visit(0, 3, search=True, error=f"{OUT_OF_MEMORY}: x"),
        Visit(0, 4, error=f"{OUT_OF_MEMORY}: x"),
    ]
    both = Course(Plan((setup("cuda"), setup("cpu")), max_batch=4), visits)
    assert [line.split() for line in sweep_table.largest_lines(both)[1:]] == [
        ["largest", "batch"],
        ["a,", "cuda", "2"],
        ["a,", "cpu", "at", "least", "4"],
    ]
    one = Course(Plan((setup("cuda"),), max_batch=4), [v for v in visits if v.setup == 0])
    assert sweep_table.largest_lines(one)[-1].split() == ["a", "2"]


def test_what_is_left_is_reckoned_once_a_visit() -> None:
    """It costs the model under measurement a processor's time."""
    course = Course(Plan((Setup(RunSpec("/a.onnx", "a"), Model("a")),), (1,), rounds=2))
    asked = []

    class Counted(Estimate):
        def left_s(self) -> float:
            asked.append(course.count)
            return super().left_s()

    far = sweep_run._Far(course, Counted(course))
    assert far()[0] == far()[0] == 2
    course.add(Visit(0, 1, medians_ms=(10.0, 12.0), spent_s=5.0))
    assert far() == far() == (1, 5.0)
    assert asked == [0, 1]
