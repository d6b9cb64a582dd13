"""What no board can do is flagged; what is unknown is not."""

from __future__ import annotations

import pytest
from made_results import model, point, results

from edgetop import reference
from edgetop.results import Conditions, Results
from edgetop.study.plausible import flag, is_impossible, peak_words, share_of_peak


def board(**fields) -> Results:
    return results(
        **{"peak_tmacs": 0.1, "peak_source": "a data sheet", "published": True, **fields}
    )


def test_a_share_is_operations_by_time_by_peak() -> None:
    """2 GMACs in 40 ms are 0.05 TMAC/s, half of 0.1."""
    assert share_of_peak(point(model("a", gmacs=2.0), 40.0), board()) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("ms", "family", "word"),
    [
        (12.5, "ResNet", ""),  # exactly 80 %
        (12.4, "ResNet", "doubtful: 81 %"),
        (10.1, "ResNet", "doubtful: 99 %"),
        (9.9, "ResNet", "impossible without fast (Winograd) convolution: 101 %"),
        (9.9, "MobileNet", "impossible: 101 %"),
        (4.4, "ResNet", "impossible: 227 %"),
    ],
)
def test_flags(ms: float, family: str, word: str) -> None:
    found = flag(point(model("a", family=family), ms), board())
    assert found.startswith(word)
    assert bool(found) == bool(word)
    assert "0.1 TMAC/s (a data sheet)" in found or not word


@pytest.mark.parametrize(
    ("ms", "word"),
    [(10.1, ""), (9.9, "doubtful: 101 %"), (8.1, "doubtful: 123 %"), (7.9, "impossible: 127 %")],
)
def test_a_measured_peak_has_headroom(ms: float, word: str) -> None:
    """It is what one program reached, not what the chip can do."""
    made = point(model("a", family="MobileNet"), ms)
    assert flag(made, board(published=False)).startswith(word)
    assert bool(flag(made, board(published=False))) == bool(word)


@pytest.mark.parametrize(
    ("made", "on"),
    [
        (point("a", None), board()),
        (point(model("a", gmacs=None), 0.001), board()),
        (point("a", 0.001), board(peak_tmacs=None)),
        (point("a", 0.001, conditions=Conditions(precision="int8")), board(peak_precision="fp32")),
    ],
)
def test_what_is_unknown_is_not_flagged(made, on) -> None:
    assert share_of_peak(made, on) is None
    assert flag(made, on) == ""
    assert not is_impossible(made, on)


@pytest.mark.parametrize(("precision", "peak"), [("fp32", "fp16"), ("fp16", ""), ("", "fp32")])
def test_a_peak_of_fewer_bits_bounds_more_bits(precision: str, peak: str) -> None:
    made = point("a", 1.0, conditions=Conditions(precision=precision))
    assert flag(made, board(peak_precision=peak)).startswith("impossible")


def test_the_headline_of_tryolabs_is_impossible_and_nothing_else_there() -> None:
    nano = reference.load("tryolabs/jetson-nano")
    (only,) = (item for item in nano.points if flag(item, nano))
    assert (only.model.canonical_name, only.ms_per_image) == ("ResNet-50 v1", 2.67)
    assert share_of_peak(only, nano) == pytest.approx(6.49, abs=0.01)
    assert flag(only, nano).startswith("impossible: 649 %")


def test_vgg_on_a_titan_is_beyond_the_peak_only_by_fast_convolution() -> None:
    titan = reference.load("bianco/titan-xp")
    flagged = [item for item in titan.points if "impossible" in flag(item, titan)]
    assert {item.model.family for item in flagged} == {"VGG"}
    assert not any(is_impossible(item, titan) for item in titan.points)


def test_the_words_of_a_peak() -> None:
    assert peak_words(results()) == ""
    assert peak_words(results(peak_tmacs=0.236)) == "0.236 TMAC/s"
    words = peak_words(results(peak_tmacs=2.0, peak_precision="int8", peak_source="a book"))
    assert words == "2 TMAC/s (int8, a book)"
