"""What the self test concludes from pairs of slices, with values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edgetop.cli import selftest_lines
from edgetop.engine.spec import RunSpec
from edgetop.sample import Ratio
from edgetop.selftest import figures, slices
from edgetop.selftest.figures import Figures
from edgetop.selftest.measure import Plan, Result
from edgetop.selftest.slices import Comparison, Slice, Timing
from edgetop.selftest.verdict import Verdict, sentence, verdict, words

MS = 1_000_000


class Program:
    """What a comparison asks of a program that has been measured."""

    def __init__(self, name: str, own_pids: tuple[int, ...] = ()) -> None:
        self.name = name
        self.own_pids = list(own_pids)


def piece(per_s: float, *, cycles: int = 0, cycle_ms: float = 1.0, cpu_s: float = 0.0) -> Slice:
    """A slice of half a second without other load, 4000 bytes to the terminal."""
    cycles_ns = np.full(cycles, int(cycle_ms * MS), dtype=np.int64)
    return Slice(per_s, cycles_ns, 0.0, 0.5, cpu_s, 4000)


def figured(name: str, middle: float, low: float, high: float) -> Figures:
    """Of 30 pairs, with this interval."""
    return Figures(name, pairs=30, dropped=0, interval=Ratio(middle, low, high, 30))


CONTROL = figured("A/A control", 1.001, 0.99, 1.012)


# -- slices --------------------------------------------------------------------------------


def test_inferences_under_way_at_an_edge_count_by_their_part() -> None:
    """Ends at 0, 10, .. 100 ms; from 25 to 65 ms lie half, three whole and half an inference."""
    ends = np.arange(0, 101, 10, dtype=np.int64) * MS
    assert slices.per_second(ends, 25 * MS, 65 * MS) == pytest.approx(100.0)


def test_the_edges_move_to_ends_that_are_known() -> None:
    """The inference in flight when the program was stopped never ended in the slice."""
    ends = np.array([0, 10, 20, 30], dtype=np.int64) * MS
    assert slices.per_second(ends, -5 * MS, 39 * MS) == pytest.approx(100.0)


def test_a_slice_of_a_single_known_end_has_no_throughput() -> None:
    ends = np.array([10, 20, 90], dtype=np.int64) * MS
    assert math.isnan(slices.per_second(ends, 95 * MS, 100 * MS))


@pytest.mark.parametrize(
    ("inference_s", "interval_s", "expected"),
    [
        (0.001, 0.5, (0.12, 0.5)),
        (0.001, 0.25, (0.12, 0.5)),
        (0.001, 0.3, (0.12, 0.6)),
        (0.001, 1.0, (0.12, 1.0)),
        (0.15, 0.5, (0.18, 1.0)),
        (1.0, 0.5, (1.2, 5.0)),
    ],
)
def test_a_slice_holds_whole_intervals_and_five_inferences(
    inference_s: float, interval_s: float, expected: tuple[float, float]
) -> None:
    found = slices.timing(inference_s, interval_s)
    assert found == pytest.approx(expected)


# -- figures -------------------------------------------------------------------------------


def test_the_ratio_is_the_median_of_the_pairs() -> None:
    """98 and 100 images/s against 100 each, in 6 pairs: 0.97 to 1.02, the middle two 0.99, 1.0."""
    ours = (97.0, 98.0, 99.0, 100.0, 101.0, 102.0)
    pairs = [(piece(per_s, cpu_s=0.01), piece(100.0)) for per_s in ours]
    comparison = Comparison(Program("screen", (1,)), Program("bare"), pairs=pairs, dropped=2)
    found = figures.of(comparison)
    assert (found.pairs, found.dropped) == (6, 2)
    assert found.ratio == pytest.approx(0.995)
    assert found.quartiles == pytest.approx((0.9825, 1.0075))
    assert found.interval is not None
    # With 6 pairs only the smallest and the largest enclose the median with 95 %.
    assert (found.interval.low, found.interval.high) == pytest.approx((0.97, 1.02))
    assert found.bare_per_s == 100.0
    assert found.cpu_percent == pytest.approx(2.0)
    assert found.bytes_per_s == pytest.approx(8000.0)


def test_five_pairs_give_a_ratio_without_an_interval() -> None:
    pairs = [(piece(99.0), piece(100.0))] * 5
    found = figures.of(Comparison(Program("A/A"), Program("bare"), pairs=pairs))
    assert found.ratio == pytest.approx(0.99)
    assert found.interval is None
    assert not found.enough
    assert found.cpu_percent is None


def test_p99_is_over_all_pairs_and_needs_662_inferences() -> None:
    """661 of 1 ms are too few; 7 of 3 ms among 700 are just the hundredth that p99 leaves out."""
    few = [(piece(1.0, cycles=661), piece(1.0, cycles=700))]
    assert figures.of(Comparison(Program("a"), Program("b"), pairs=few)).p99_ratio is None
    slow = piece(1.0, cycles=8, cycle_ms=3.0)
    pairs = [(piece(1.0, cycles=692), piece(1.0, cycles=700)), (slow, piece(1.0))]
    found = figures.of(Comparison(Program("a"), Program("b"), pairs=pairs))
    assert found.bare_p99_ms == 1.0
    assert found.p99_ratio == 3.0
    slow = piece(1.0, cycles=7, cycle_ms=3.0)
    pairs = [(piece(1.0, cycles=693), piece(1.0, cycles=700)), (slow, piece(1.0))]
    assert figures.of(Comparison(Program("a"), Program("b"), pairs=pairs)).p99_ratio == 1.0


def test_a_slice_without_throughput_drops_its_pair() -> None:
    pairs = [(piece(math.nan), piece(100.0)), (piece(99.0), piece(100.0))]
    found = figures.of(Comparison(Program("a"), Program("b"), pairs=pairs))
    assert (found.pairs, found.dropped) == (1, 1)


def test_without_pairs_nothing_is_known() -> None:
    found = figures.of(Comparison(Program("a", (1,)), Program("b"), dropped=3))
    assert found == Figures("a", 0, 3)


# -- verdict -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("middle", "low", "high", "expected"),
    [
        (0.985, 0.975, 0.99, Verdict.COSTS),
        (0.985, 0.975, 1.001, Verdict.SAME),  # its interval holds 1
        (0.992, 0.991, 0.993, Verdict.SAME),  # inside the band of the control
        (1.005, 1.002, 1.008, Verdict.SAME),
        (1.05, 1.03, 1.07, Verdict.FASTER),
    ],
)
def test_a_variant_is_told_apart_only_outside_both_intervals(
    middle: float, low: float, high: float, expected: Verdict
) -> None:
    assert verdict(figured("screen", middle, low, high), CONTROL) is expected


def test_the_band_of_a_control_that_is_off_reaches_to_one() -> None:
    """Two bare loops of 0.95 (0.94 to 0.96): a method that errs so much sees no 2 %."""
    control = figured("A/A control", 0.95, 0.94, 0.96)
    assert verdict(figured("screen", 0.98, 0.97, 0.99), control) is Verdict.SAME
    assert verdict(figured("screen", 0.92, 0.91, 0.93), control) is Verdict.COSTS


def test_too_few_pairs_are_a_busy_machine_or_too_short_a_time() -> None:
    busy = Figures("screen", pairs=2, dropped=28)
    short = Figures("screen", pairs=3, dropped=1)
    assert verdict(busy, CONTROL) is Verdict.BUSY
    assert verdict(short, CONTROL) is Verdict.FEW
    assert verdict(figured("screen", 0.9, 0.8, 0.95), busy) is Verdict.BUSY


def test_a_cost_is_told_with_its_interval() -> None:
    found = words(figured("screen", 0.987, 0.981, 0.992), CONTROL)
    assert found == "costs 1.3 % of the throughput, 95 % interval 0.8 to 1.9 %"


def test_a_gain_is_told_with_its_doubt() -> None:
    found = words(figured("screen", 1.05, 1.03, 1.07), CONTROL)
    assert found == (
        "came out 5.0 % faster, 95 % interval 3.0 to 7.0 %, which only an unsteady machine explains"
    )


def test_variants_of_the_same_verdict_share_a_clause() -> None:
    same = [figured(name, 1.0, 0.99, 1.01) for name in ("headless", "screen 120x40")]
    assert sentence(CONTROL, same) == (
        "headless and screen 120x40 cannot be told from the bare loop"
    )
    costs = figured("screen 120x40", 0.987, 0.981, 0.992)
    assert sentence(CONTROL, [same[0], costs]) == (
        "headless cannot be told from the bare loop; "
        "screen 120x40 costs 1.3 % of the throughput, 95 % interval 0.8 to 1.9 %"
    )


def test_a_busy_machine_is_told_with_the_pairs_it_cost() -> None:
    busy = [Figures("headless", 3, 27), Figures("screen", 2, 28)]
    found = sentence(Figures("A/A control", 5, 25), busy)
    assert found.startswith(
        "this machine is too busy to tell: other processes disturbed 80 of 90 pairs"
    )


def test_too_few_pairs_are_told_with_their_number() -> None:
    few = [Figures("headless", 3, 0), Figures("screen", 2, 1)]
    assert sentence(Figures("A/A control", 3, 0), few) == (
        "too few pairs to tell (9 of all variants); give it more time"
    )


# -- how it is printed ---------------------------------------------------------------------


def measured() -> Result:
    """A result as of a quiet machine."""
    result = Result(Plan((120, 40), 0.5, 30, 300.0))
    result.facts = {"batch": 2, "provider": "cpu", "threads": 2, "runtime": "onnxruntime 1.32.0"}
    result.timing = Timing(0.12, 0.5)
    result.control = Figures(
        "A/A control", 30, 1, ratio=1.0006, quartiles=(0.98, 1.02), bare_per_s=100.0,
        interval=Ratio(1.0006, 0.99, 1.012, 30), p99_ratio=0.971,
    )  # fmt: skip
    result.variants = [
        Figures(
            "screen 120x40", 30, 2, ratio=0.987, quartiles=(0.97, 0.99), bare_per_s=102.0,
            interval=Ratio(0.987, 0.981, 0.992, 30), cpu_percent=3.14159, bytes_per_s=8123.4,
        )
    ]  # fmt: skip
    result.rss_mib = {"screen 120x40": 63.4}
    result.other_load_percent = 0.42
    return result


def test_the_table_is_aligned_and_ends_in_the_verdict() -> None:
    lines = list(selftest_lines.lines(RunSpec("/m.onnx", "m"), measured()))
    assert lines[0] == ("m, batch 2, cpu 2 threads, onnxruntime 1.32.0; bare loop 202 images/s")
    assert [" ".join(line.split()) for line in lines[2:4]] == [
        "A/A control 1.001 0.980-1.020 0.990-1.012 30 1 0.971 - - -",
        "screen 120x40 0.987 0.970-0.990 0.981-0.992 30 2 - 3.1 63 8,123",
    ]
    assert len({len(line) for line in lines[1:4]}) == 1
    assert "(median 0.42 %)" in lines[4]
    assert lines[5] == (
        "verdict: screen 120x40 costs 1.3 % of the throughput, 95 % interval 0.8 to 1.9 %"
    )


def test_the_record_has_null_for_what_is_not_known() -> None:
    record = selftest_lines.record(RunSpec("/m.onnx", "m"), measured())
    assert record["type"] == "selftest"
    assert record["bare_fps"] == pytest.approx(202.0)
    assert record["control"]["p99_ratio"] == 0.971
    assert record["control"]["cpu_percent"] is None
    (screen,) = record["variants"]
    assert screen["ratio_low"] == 0.981
    assert screen["p99_ratio"] is None
    assert screen["rss_mib"] == 63.4
    assert screen["verdict"] == "costs"


def test_the_record_of_nothing_is_whole() -> None:
    record = selftest_lines.record(
        RunSpec("/m.onnx", "m"), Result(Plan((80, 24), 1.0, 30, 300.0), interrupted=True)
    )
    assert record["interrupted"] is True
    assert record["control"] is None
    assert record["variants"] == []
    assert record["screen"] == "80x24"
