"""The most accurate models under limits: the paper's own grid, ties, gaps, nonsense."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_results import model, point, results

from edgetop import reference
from edgetop.errors import UsageError
from edgetop.results import Conditions
from edgetop.study.best import Limits, best, grid, memory_gb
from edgetop.study.neighbours import same_report, with_memory

TITAN_XP, JETSON_TX1 = "bianco/titan-xp", "bianco/jetson-tx1"


def names(found) -> list[str]:
    return [item.model.name for item in found.points]


def table_3(board: str):
    cells, notes = grid(with_memory(reference.load(board)))
    assert notes == ("ShuffleNet has no known accuracy: left out",)
    return {(cell.max_memory_gb, cell.min_fps): names(cell) for cell in cells}


def test_the_grids_of_both_boards_name_exactly_the_models_of_the_papers_table_3() -> None:
    """Only for the 26 models of that table the paper prints an accuracy."""
    printed = {
        item.model.name
        for item in reference.load(TITAN_XP).points
        if "paper Table 3" in item.model.top1_source
    }
    assert len(printed) == 26
    picked = {
        name
        for board in (TITAN_XP, JETSON_TX1)
        for cell in table_3(board).values()
        for name in cell
    }
    assert picked == printed


def test_fields_of_table_3() -> None:
    titan, tx1 = table_3(TITAN_XP), table_3(JETSON_TX1)
    assert len(titan) == len(tx1) == 9
    assert titan[0.7, 15] == [
        "DPN-68", "DenseNet-121 (k=32)", "NASNet-A-Mobile", "BN-Inception", "MobileNet-v2",
    ]  # fmt: skip
    assert titan[1.4, 15] == [
        "NASNet-A-Large", "SENet-154", "Inception-ResNet-v2", "SE-ResNeXt-101 (32x4d)",
        "Inception-v4",
    ]  # fmt: skip
    assert tx1[1.0, 15] == [
        "ResNet-50", "DenseNet-121 (k=32)", "BN-Inception", "ResNet-34", "MobileNet-v2",
    ]  # fmt: skip
    assert tx1[0.7, 60] == ["MobileNet-v1"]
    assert tx1[1.4, 60] == ["MobileNet-v1", "SqueezeNet-v1.1"]


def test_memory_of_the_other_board_says_so() -> None:
    tx1 = reference.load(JETSON_TX1)
    assert all(item.memory_mib is None for item in tx1.points)
    lent = with_memory(tx1)
    first = lent.points[0]
    assert first.memory_scope == "GPU memory of the process, on NVIDIA Titan X Pascal (Titan Xp)"
    assert memory_gb(first) == pytest.approx(0.82)
    assert "memory was not measured on this board" in lent.notes[-1]
    titan = reference.load(TITAN_XP)
    assert with_memory(titan) is titan
    made = results(point("a", 1.0))
    assert with_memory(made) is made
    assert same_report(made) == ()
    deepdetect = reference.load("deepdetect/jetson-tx1")
    assert with_memory(deepdetect) is deepdetect


def test_without_lending_no_model_of_the_tx1_has_a_memory_figure() -> None:
    found = best(reference.load(JETSON_TX1), Limits(max_memory_gb=1.0))
    assert found.points == ()
    assert found.nearest is None
    assert "43 models have no memory figure" in found.notes


def test_ties_keep_the_order_of_the_table() -> None:
    """Inception-ResNet-v2 and SE-ResNeXt-101 have 80.28 % both."""
    board = results(*(point(model(name, top1_pct=70.0), 5.0) for name in "cab"))
    assert names(best(board, Limits())) == ["c", "a", "b"]
    titan = best(with_memory(reference.load(TITAN_XP)), Limits(max_memory_gb=1.4, min_fps=30))
    assert names(titan)[1:3] == ["Inception-ResNet-v2", "SE-ResNeXt-101 (32x4d)"]


def test_a_value_that_equals_its_limit_meets_it() -> None:
    board = results(
        point("a", 20.0, memory_mib=0.7 * 1024, power_w=5.0, j_per_image=0.1),
    )
    limits = Limits(max_memory_gb=0.7, min_fps=50, max_power_w=5, max_energy_j=0.1, max_ms=20)
    assert names(best(board, limits)) == ["a"]


@pytest.mark.parametrize(
    "limits",
    [
        Limits(max_memory_gb=0.69),
        Limits(min_fps=50.1),
        Limits(max_power_w=4.9),
        Limits(max_energy_j=0.09),
        Limits(max_ms=19.9),
    ],
)
def test_each_limit_excludes(limits: Limits) -> None:
    board = results(point("a", 20.0, memory_mib=0.7 * 1024, power_w=5.0, j_per_image=0.1))
    found = best(board, limits)
    assert found.points == ()
    assert found.nearest is board.points[0]


def test_an_unknown_figure_does_not_qualify_and_is_counted() -> None:
    board = results(
        point(model("hungry", top1_pct=90.0), 5.0),
        point(model("unknown", top1_pct=80.0), 5.0),
        point(model("frugal", top1_pct=60.0), 5.0, power_w=4.0),
    )
    found = best(board, Limits(max_power_w=5.0))
    assert names(found) == ["frugal"]
    assert found.notes == ("2 models have no power figure",)
    one = best(results(*board.points[1:]), Limits(max_power_w=5.0))
    assert one.notes == ("unknown has no power figure",)


def test_a_model_measured_twice_is_shown_by_its_fastest_point_that_qualifies() -> None:
    alone = Conditions(provider="cpu", threads=1)
    board = results(
        point("a", 50.0, power_w=3.0, conditions=alone),
        point("a", 30.0, power_w=4.0),
        point("a", 10.0, power_w=9.0),
        point("a", 5.0),
    )
    found = best(board, Limits(max_power_w=5.0))
    assert [item.ms_per_image for item in found.points] == [30.0]
    assert found.notes == ()


def test_a_model_of_several_accuracies_is_shown_by_the_best_that_qualifies() -> None:
    """Tryolabs measured one network with weights of several frameworks."""
    board = results(
        point(model("other", top1_pct=70.0), 5.0),
        point(model("a", top1_pct=65.0), 10.0),
        point(model("a", top1_pct=80.0), 50.0),
    )
    found = best(board, Limits())
    assert [(item.model.name, item.model.top1_pct) for item in found.points] == [
        ("a", 80.0),
        ("other", 70.0),
    ]
    found = best(board, Limits(min_fps=50))
    assert [(item.model.name, item.model.top1_pct) for item in found.points] == [
        ("other", 70.0),
        ("a", 65.0),
    ]


def test_the_nearest_misses_by_the_least_factor() -> None:
    board = results(
        point(model("small", top1_pct=50.0), 40.0, memory_mib=1024.0),  # 25 FPS: by 2.4
        point(model("large", top1_pct=80.0), 20.0, memory_mib=2048.0),  # by 2
        point(model("largest", top1_pct=90.0), 15.0, memory_mib=4096.0),  # by 4
    )
    found = best(board, Limits(max_memory_gb=1.0, min_fps=60))
    assert found.points == ()
    assert found.nearest is not None
    assert found.nearest.model.name == "large"


def test_models_that_failed_or_are_not_ranked() -> None:
    board = results(
        point(model("failed", top1_pct=99.0), None, error="out of memory"),
        point(model("unranked", top1_pct=None), 1.0),
        point(model("quantised"), 1.0, conditions=Conditions(precision="int8")),
        point("a", 10.0),
    )
    found = best(board, Limits())
    assert names(found) == ["a"]
    assert found.notes == (
        "quantised ran as int8, whose accuracy is not that of the published weights: left out",
        "unranked has no known accuracy: left out",
    )
    published = results(*board.points, published=True)
    assert names(best(published, Limits())) == ["quantised", "a"]


def test_only_points_of_the_batch_count() -> None:
    board = results(point("a", 10.0), point("b", 2.0, batch=8))
    assert names(best(board, Limits(), batch=8)) == ["b"]
    with pytest.raises(UsageError, match="no model at batch 4; its batches are 1, 8"):
        best(board, Limits(), batch=4)
    with pytest.raises(UsageError, match="its batches are none"):
        grid(results(point("a", None)))


def test_top_cuts_the_list() -> None:
    board = results(*(point(model(str(top1), top1_pct=top1), 5.0) for top1 in (60.0, 80.0, 70.0)))
    assert names(best(board, Limits(), top=2)) == ["80.0", "70.0"]


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize("name", ["max_memory_gb", "min_fps", "max_power_w", "max_energy_j"])
def test_nonsense_limits_are_refused(name: str, value: float) -> None:
    with pytest.raises(UsageError, match=name.replace("_", "-")):
        Limits(**{name: value})


figures = st.one_of(st.none(), st.floats(0.01, 1e4))


@given(st.lists(st.tuples(st.floats(1, 99), st.floats(0.1, 1e3), figures)), figures, figures)
def test_whatever_is_chosen_meets_the_limits_and_is_sorted(rows, max_memory_gb, min_fps) -> None:
    board = results(
        *(
            point(model(str(number), top1_pct=top1), ms, memory_mib=memory)
            for number, (top1, ms, memory) in enumerate(rows)
        ),
        point("last", 1.0),
    )
    found = best(board, Limits(max_memory_gb=max_memory_gb, min_fps=min_fps), top=100)
    accuracies = [item.model.top1_pct for item in found.points]
    assert accuracies == sorted(accuracies, reverse=True)
    for item in found.points:
        if max_memory_gb is not None:
            assert memory_gb(item) <= max_memory_gb * (1 + 1e-8)
        if min_fps is not None:
            assert item.fps >= min_fps * (1 - 1e-8)
    left = {item.model.name for item in board.points} - set(names(found))
    for item in board.points:
        if item.model.name in left:
            assert (
                (max_memory_gb and (item.memory_mib is None or memory_gb(item) > max_memory_gb))
                or (min_fps and item.fps < min_fps)
            )  # fmt: skip
