"""What the published boards say of the claims: the papers' own statements, and where they fail."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from edgetop import reference
from edgetop.study.claims import CLAIMS, Verdict, outcomes

GOLDEN = Path(__file__).parents[1] / "data" / "golden" / "claims.json"
"""A letter for each of the 27 claims in their order: holds, fails, - cannot be tested here."""

LETTERS = {Verdict.HOLDS: "h", Verdict.FAILS: "f", Verdict.UNTESTED: "-"}
VERDICTS = json.loads(GOLDEN.read_text(encoding="utf-8"))


@cache
def found(board: str):
    return {item.claim.id: item for item in outcomes(reference.load(board))}


def figures(board: str, claim: str):
    return found(board)[claim].figures


@pytest.mark.parametrize("board", VERDICTS)
def test_verdicts(board: str) -> None:
    assert "".join(LETTERS[found(board)[claim.id].verdict] for claim in CLAIMS) == VERDICTS[board]


def test_the_verdicts_of_all_boards_are_kept() -> None:
    assert set(VERDICTS) == set(reference.boards())


@pytest.mark.parametrize(
    ("board", "intercept", "slope", "ends"),
    [
        ("bianco/titan-xp", 83.25, -0.02437, ["NASNet-A-Large", "ResNet-18"]),
        ("bianco/jetson-tx1", 82.96, -0.20246, ["NASNet-A-Large", "MobileNet-v1"]),
    ],
)
def test_the_bounds_of_bianco(board: str, intercept: float, slope: float, ends: list[str]) -> None:
    """83.3 - 0.0244 FPS and 83.0 - 0.2025 FPS in the paper."""
    bound = figures(board, "B3")
    assert bound["intercept_pct"] == pytest.approx(intercept, abs=0.005)
    assert bound["slope_pct_per_fps"] == pytest.approx(slope, abs=0.00001)
    assert bound["from_to"] == ends
    assert bound["agrees_with_paper"] is True
    assert figures(board, "C3")["slope_pct_ms"] == pytest.approx(1000 * slope, abs=0.01)


def test_memory_of_bianco_in_the_papers_two_groups() -> None:
    """1.10 x weights + 910 MB and 1.15 x weights + 639 MB in the paper."""
    memory = figures("bianco/titan-xp", "B4")
    first = memory["vgg_se_squeezenet"]
    second = memory["resnet_dpn_densenet_inception_mobilenet"]
    assert (first["models"], second["models"]) == (16, 21)
    assert first["slope"] == pytest.approx(1.10, abs=0.05)
    assert first["intercept_mib"] == pytest.approx(910, abs=20)
    assert first["r2"] > 0.99
    assert second["slope"] == pytest.approx(1.15, abs=0.1)
    assert second["intercept_mib"] == pytest.approx(639, abs=20)
    assert figures("bianco/titan-xp", "B5")["floor_gb"] == pytest.approx(0.63)


def test_the_grids_of_bianco_name_the_26_models() -> None:
    for board in ("bianco/titan-xp", "bianco/jetson-tx1"):
        grid = figures(board, "B7")
        assert (grid["models_in_grids"], grid["models_in_table_3"]) == (26, 26)


def test_boards_of_other_papers_do_not_count_for_the_grids_of_bianco() -> None:
    beside = [reference.load(name) for name in ("bianco/jetson-tx1", "dlmark/tesla-v100")]
    tested = outcomes(reference.load("bianco/titan-xp"), beside)
    (grid,) = [outcome.figures for outcome in tested if outcome.claim.id == "B7"]
    assert grid["models_in_grids"] == 26


def test_real_time_on_the_titan_and_not_on_the_tx1() -> None:
    assert figures("bianco/titan-xp", "B6") == {
        "bianco/titan-xp": {"models": 44, "at_15_fps": 44, "at_30_fps": 43, "at_60_fps": 32},
        "bianco/jetson-tx1": {"models": 44, "at_15_fps": 12, "at_30_fps": 7, "at_60_fps": 2},
    }


def test_the_headline_of_tryolabs() -> None:
    assert figures("tryolabs/jetson-nano", "T1")["highest_share_of_peak"] == pytest.approx(
        6.49, abs=0.01
    )


def test_nine_accuracies_of_tryolabs_exceed_what_the_whole_set_allows() -> None:
    boards = [board for board in reference.boards() if board.startswith("tryolabs/")]
    beyond = [found(board)["T3"].figures.get("beyond_pct", {}) for board in boards]
    assert sum(map(len, beyond)) == 9


def test_the_coral_board_keeps_googles_promise() -> None:
    promise = figures("tryolabs/coral-dev-board", "T2")
    assert promise["vendor"] == "coral/dev-board"
    assert promise["ratio"]["EfficientNet-EdgeTPU-S"] == pytest.approx(5.42 / 5.5)


def test_vgg_is_slower_at_batch_2_than_at_1_on_the_tx1() -> None:
    slower = figures("deepdetect/jetson-tx1", "D5")["slower_steps"]
    assert slower["vgg16 1 to 2"] == pytest.approx(165 / 133)
    assert slower["vgg19 1 to 2"] == pytest.approx(187 / 152)


def test_the_gain_of_the_depthwise_layer() -> None:
    ratio = figures("deepdetect/gtx-1080-ti", "D3")["ratio"]
    assert ratio["1"] == pytest.approx(37.2 / 12.2)
    assert ratio["128"] == pytest.approx(16.8 / 2.63)


def test_alexnet_gains_most_on_the_tx1() -> None:
    gain = figures("bianco/jetson-tx1", "C6")
    assert gain["rank_of_alexnet"] == 1
    assert gain["gain"]["AlexNet"] == pytest.approx(28.88 / 4.77)


def test_every_figure_of_every_board_can_be_written_as_json() -> None:
    for board in reference.boards():
        for item in found(board).values():
            json.dumps(dict(item.figures), allow_nan=False)
