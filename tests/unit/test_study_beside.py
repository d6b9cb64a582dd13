"""A board beside others: what is the same graph, what the ratio is, what is said beside it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop import reference
from edgetop.results import Conditions, Model, Point, Results
from edgetop.study import beside

SQUEEZENET = Model("squeezenet_v1.1", "SqueezeNet 1.1", input_px=224, gmacs=0.3492)
RESNET = Model("resnet50", "ResNet-50 v1", input_px=224, gmacs=4.0892)
CPU = Conditions("onnxruntime 1.32.0", "cpu", 2, "fp32")


def board(name: str, *points: Point, peak_tmacs: float | None = None) -> Results:
    return Results(name, name, "a test", points, published=True, peak_tmacs=peak_tmacs)


def point(model: Model, ms: float | None, batch: int = 1, **more: object) -> Point:
    return Point(model, batch, **{"conditions": CPU, "ms_per_image": ms, **more})  # type: ignore[arg-type]


def test_the_ratio_says_how_many_times_as_fast_this_board_is() -> None:
    ours, theirs = board("a", point(SQUEEZENET, 4.0)), board("b", point(SQUEEZENET, 30.0))
    (pair,) = beside.pairs(ours, [theirs])
    assert pair.ratio == 7.5
    assert (pair.peer.reason, pair.notes, pair.impossible) == ("", (), False)


def test_only_the_same_batch_counts() -> None:
    theirs = board("b", point(SQUEEZENET, 30.0, 1), point(SQUEEZENET, 20.0, 4))
    (pair,) = beside.pairs(board("a", point(SQUEEZENET, 4.0, 4)), [theirs])
    assert pair.ratio == 5.0


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (replace(SQUEEZENET, gmacs=0.3492 * 1.0199), True),
        (replace(SQUEEZENET, gmacs=0.3492 / 1.0199), True),
        (replace(SQUEEZENET, gmacs=0.3492 * 1.021), False),
        (replace(SQUEEZENET, gmacs=0.3492 / 1.021), False),
        (replace(SQUEEZENET, gmacs=None), False),
    ],
)
def test_the_graph_is_the_same_within_two_per_cent_of_its_operations(
    other: Model, same: bool
) -> None:
    ours, theirs = board("a", point(SQUEEZENET, 4.0)), board("b", point(other, 8.0))
    (pair,) = beside.pairs(ours, [theirs])
    assert (pair.ratio is not None) == same
    assert bool(pair.peer.reason) != same
    (mirrored,) = beside.pairs(theirs, [ours])
    assert (mirrored.ratio is not None) == same


def test_a_variant_is_told_with_both_counts_and_has_no_ratio() -> None:
    caffe = Model("res50", "CaffeResNet-50", gmacs=3.858)
    (pair,) = beside.pairs(board("a", point(RESNET, 40.0)), [board("b", point(caffe, 89.0))])
    assert pair.ratio is None
    assert pair.peer.reason == "different graph: CaffeResNet-50, 3.858 GMACs there, 4.089 here"


@pytest.mark.parametrize(
    ("a", "b", "related"),
    [
        ("DenseNet-121", "DenseNet-121 (Caffe)", True),
        ("ResNet-152 v1", "FBResNet-152", True),
        ("MobileNet v2 1.0", "MobileNet v2 1.0 (Bianco)", True),
        ("ResNet-50 v1", "ResNet-50 v2", False),
        ("MobileNet v1 1.0", "MobileNet v2 1.0", False),
        ("VGG-16", "VGG-16-BN", False),
        ("SqueezeNet 1.0", "SqueezeNet 1.1", False),
        ("", "", False),
    ],
)
def test_what_are_variants_of_one_architecture(a: str, b: str, related: bool) -> None:
    first, second = Model("x", a, gmacs=1.0), Model("y", b, gmacs=1.0)
    assert beside.related(first, second) == beside.related(second, first) == related


def test_what_did_not_run_there_is_told_with_its_reason() -> None:
    theirs = board("b", point(SQUEEZENET, None, error="out of memory"))
    (pair,) = beside.pairs(board("a", point(SQUEEZENET, 4.0)), [theirs])
    assert (pair.ratio, pair.peer.reason) == (None, "no time there: out of memory")


def test_what_did_not_run_here_is_beside_nothing() -> None:
    ours = board("a", point(SQUEEZENET, None, error="killed"))
    assert beside.pairs(ours, [board("b", point(SQUEEZENET, 4.0))]) == []


def test_a_board_is_not_beside_itself() -> None:
    same = board("a", point(SQUEEZENET, 4.0))
    assert beside.pairs(same, [same]) == []


def test_another_precision_is_said() -> None:
    int8 = point(SQUEEZENET, 2.0, conditions=replace(CPU, precision="int8"))
    untold = point(SQUEEZENET, 3.0, conditions=replace(CPU, precision=""))
    first, second = beside.pairs(board("a", point(SQUEEZENET, 4.0)), [board("b", int8, untold)])
    assert first.notes == ("fp32 here, int8 there",)
    assert second.notes == ()
    assert "precision not told" in beside.conditions_words(untold)


def test_notes_of_both_are_carried() -> None:
    ours = board("a", point(SQUEEZENET, 4.0, note="throttled: too hot"))
    theirs = board("b", point(SQUEEZENET, 8.0, note="as printed; the rows seem exchanged"))
    (pair,) = beside.pairs(ours, [theirs])
    assert pair.notes == ("throttled: too hot", "as printed; the rows seem exchanged")


def test_a_time_beyond_the_peak_is_impossible_and_counts_in_no_order() -> None:
    ours = board("a", point(RESNET, 40.0))
    theirs = board("b", point(RESNET, 2.67), peak_tmacs=0.236)
    (pair,) = beside.pairs(ours, [theirs])
    assert pair.impossible
    assert pair.notes[0].startswith("impossible: 649 % of the board's peak, 0.236 TMAC/s")
    assert beside.order([pair]) == []
    (mirrored,) = beside.pairs(theirs, [ours])
    assert mirrored.impossible
    assert mirrored.notes[0].startswith("here impossible")
    assert beside.order([mirrored]) == []


def test_a_doubtful_time_is_said_and_counts() -> None:
    """Fast convolution could do it."""
    theirs = board("b", point(RESNET, 4.0), peak_tmacs=0.8)
    (pair,) = beside.pairs(board("a", point(RESNET, 40.0)), [theirs])
    assert "without fast (Winograd) convolution" in pair.notes[0]
    assert not pair.impossible
    assert len(beside.order([pair])) == 1


def test_the_place_is_a_geometric_mean_with_its_number_of_models() -> None:
    ours = board("a", point(SQUEEZENET, 1.0, 1), point(SQUEEZENET, 1.0, 2), point(RESNET, 1.0))
    theirs = board("b", point(SQUEEZENET, 2.0, 1), point(SQUEEZENET, 8.0, 2), point(RESNET, 9.0))
    (place,) = beside.order(beside.pairs(ours, [theirs]))
    assert place.ratio == pytest.approx(6.0)  # sqrt(sqrt(2 x 8) x 9): each model counts once
    assert (place.models, place.points) == (2, 3)


def test_the_slowest_board_comes_first() -> None:
    ours = board("a", point(SQUEEZENET, 4.0))
    others = [board(str(ms), point(SQUEEZENET, ms)) for ms in (8.0, 1.0, 40.0)]
    places = beside.order(beside.pairs(ours, others))
    assert [place.board.id for place in places] == ["40.0", "8.0", "1.0"]


def test_the_best_of_several_times_for_one_graph_counts_on_either_side() -> None:
    ours = board("a", point(SQUEEZENET, 4.0), point(SQUEEZENET, 2.0))
    theirs = board("b", point(SQUEEZENET, 12.0), point(SQUEEZENET, 6.0))
    (place,) = beside.order(beside.pairs(ours, [theirs]))
    assert (round(place.ratio, 6), place.points) == (3.0, 1)


def test_each_of_our_conditions_has_an_order_of_its_own() -> None:
    one = point(SQUEEZENET, 8.0, conditions=replace(CPU, threads=1))
    others = [board("b", point(SQUEEZENET, 16.0)), board("c", point(SQUEEZENET, 32.0))]
    places = beside.order(beside.pairs(board("a", point(SQUEEZENET, 4.0), one), others))
    assert [(place.conditions.threads, round(place.ratio, 6)) for place in places] == [
        (2, 8.0), (2, 4.0), (1, 4.0), (1, 2.0),
    ]  # fmt: skip


def test_the_best_of_each_board_leaves_out_what_is_unfair() -> None:
    int8 = point(SQUEEZENET, 1.0, conditions=replace(CPU, precision="int8"))
    boards = [
        board("slow", point(SQUEEZENET, 9.0), point(SQUEEZENET, 7.0), int8),
        board("fast", point(SQUEEZENET, 3.0)),
        board("impossible", point(SQUEEZENET, 0.1), peak_tmacs=0.5),
        board("other", point(replace(SQUEEZENET, gmacs=0.4), 2.0)),
    ]
    found = beside.peers(point(SQUEEZENET, None), boards)
    best = beside.best_of_each(found, ("", "fp32"))
    assert [(p.board.id, p.point.ms_per_image) for p in best] == [("fast", 3.0), ("slow", 7.0)]
    with_int8 = beside.best_of_each(found, ("", "fp32", "int8"))
    assert [p.point.ms_per_image for p in with_int8] == [1.0, 3.0]


def test_two_implementations_of_one_graph_are_told_by_their_names() -> None:
    """DeepDetect ran MobileNet with and without its own depthwise layer."""
    tx1 = reference.load("deepdetect/jetson-tx1")
    mobilenet = replace(SQUEEZENET, canonical_name="MobileNet v1 1.0", gmacs=0.5687)
    found = beside.peers(point(mobilenet, None), [tx1, reference.load("bianco/jetson-tx1")])
    assert beside.in_several_ways(found) == {"deepdetect/jetson-tx1"}
    words = {beside.conditions_words(peer.point, named=True) for peer in found}
    assert any(text.startswith("as mobilenet_depthwise, DeepDetect (Caffe)") for text in words)
    assert beside.in_several_ways(beside.peers(point(SQUEEZENET, None), [tx1])) == frozenset()


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=20))
def test_the_geometric_mean_turns_over_with_its_values(values: list[float]) -> None:
    mean = beside.geometric_mean(values)
    assert min(values) * (1 - 1e-9) <= mean <= max(values) * (1 + 1e-9)
    assert beside.geometric_mean([1 / value for value in values]) == pytest.approx(1 / mean)


@pytest.mark.parametrize(
    ("ratio", "words"), [(7.4999, "7.5x"), (0.4123, "0.41x"), (134.4, "134x"), (1.0, "1.0x")]
)
def test_a_ratio_has_two_significant_digits(ratio: float, words: str) -> None:
    assert beside.times(ratio) == words


# -- on the published tables ---------------------------------------------------------------


def test_deepdetect_s_tx1_stands_where_its_own_report_puts_it() -> None:
    """Jetson TX1 is ahead of TK1 and Pi, behind the 1080 Ti; figures from the report's tables."""
    ours = reference.load("deepdetect/jetson-tx1")
    others = [reference.load(f"deepdetect/{n}") for n in ("gtx-1080-ti", "raspberry-pi-3")]
    found = beside.pairs(ours, others)
    squeezenet = {
        pair.peer.board.id: pair.ratio
        for pair in found
        if pair.ours.model.canonical_name == "SqueezeNet 1.1" and pair.ours.batch == 1
    }
    assert squeezenet["deepdetect/gtx-1080-ti"] == pytest.approx(8.6 / 30.2)
    assert squeezenet["deepdetect/raspberry-pi-3"] == pytest.approx(910 / 30.2)
    places = beside.order(found)
    assert [place.board.id for place in places] == [
        "deepdetect/raspberry-pi-3", "deepdetect/gtx-1080-ti",
    ]  # fmt: skip
    assert places[0].ratio > 10
    assert places[1].ratio < 1


def test_resnets_of_caffe_and_of_pytorch_are_not_compared() -> None:
    """DeepDetect's ResNet-50 has 3.858 GMACs, Bianco's 4.089: 6 per cent apart."""
    found = beside.pairs(
        reference.load("bianco/jetson-tx1"), [reference.load("deepdetect/jetson-tx1")]
    )
    resnets = [pair for pair in found if pair.ours.model.canonical_name == "ResNet-50 v1"]
    assert resnets
    assert all("3.858 GMACs there, 4.089 here" in pair.peer.reason for pair in resnets)
    assert all(pair.ratio is None for pair in resnets)


def test_an_erratum_of_the_source_is_carried() -> None:
    """Bianco's DenseNet rows on the TX1 look exchanged: who compares with them must read it."""
    found = beside.pairs(reference.load("bianco/titan-xp"), [reference.load("bianco/jetson-tx1")])
    densenets = [pair for pair in found if pair.ours.model.canonical_name == "DenseNet-161"]
    assert any("exchanged" in note for pair in densenets for note in pair.notes)


def test_the_jetson_nano_s_2_67_ms_are_called_impossible() -> None:
    found = beside.pairs(
        reference.load("bianco/jetson-tx1"), [reference.load("tryolabs/jetson-nano")]
    )
    impossible = {pair.peer.point.ms_per_image for pair in found if pair.impossible}
    assert 2.67 in impossible
    assert 35.67 not in impossible


def test_every_ratio_of_every_board_is_a_number() -> None:
    boards = [reference.load(name) for name in reference.boards()]
    found = beside.pairs(reference.load("bianco/titan-xp"), boards)
    ratios = [pair.ratio for pair in found if pair.ratio is not None]
    assert len(ratios) > 300
    assert all(math.isfinite(ratio) and ratio > 0 for ratio in ratios)
    assert all((pair.ratio is None) == bool(pair.peer.reason) for pair in found)
    for place in beside.order(found):
        assert place.models >= 1
        assert beside.board_name(place.board)
        assert beside.source_name(place.board)
