"""Every claim on results made by hand: where it holds, where it fails, where nothing tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_results import CONDITIONS, model, point, results

from edgetop.results import Conditions
from edgetop.study.claims import CLAIMS, Verdict, outcomes
from edgetop.study.claims.evidence import Evidence, speed_ratio

if TYPE_CHECKING:
    from edgetop.results import Point, Results
    from edgetop.study.claims import Outcome

HOLDS, FAILS, UNTESTED = Verdict.HOLDS, Verdict.FAILS, Verdict.UNTESTED
CPU = Conditions(provider="cpu", threads=2)
SQUEEZENET = model("SqueezeNet 1.1", family="SqueezeNet", top1_pct=58.0, params_m=1.2)
BATCHES = (1, 2, 4, 8)


def outcome(claim: str, board: Results, *beside: Results) -> Outcome:
    (found,) = (item for item in outcomes(board, (board, *beside)) if item.claim.id == claim)
    return found


def three(ms: float, **fields) -> Results:
    """Three networks at batch 1."""
    return results(*(point(name, ms) for name in "abc"), **fields)


def by_batch(name: str, *times: float, **fields) -> list[Point]:
    return [
        point(model(name, **fields), ms, batch) for ms, batch in zip(times, BATCHES, strict=False)
    ]


def with_conditions(points: list[Point], conditions: Conditions) -> list[Point]:
    return [
        point(item.model, item.ms_per_image, item.batch, conditions=conditions) for item in points
    ]


def mobilenets(plain: list[float], dedicated: list[float], at: Conditions = CONDITIONS) -> Results:
    points = by_batch("mobilenet", *plain) + by_batch("mobilenet_depthwise", *dedicated)
    return results(*with_conditions(points, at))


def tx1(*points: Point) -> Results:
    return results(*points, board="NVIDIA Jetson TX1")


def of_accuracy(rows: list[tuple[float, float, float]]) -> Results:
    """Networks of so many GMACs and million parameters with such an accuracy."""
    return results(
        *(
            point(model(str(number), gmacs=gmacs, params_m=params_m, top1_pct=top1), 10.0)
            for number, (gmacs, params_m, top1) in enumerate(rows)
        )
    )


def by_fps(*rows: tuple[float, float]) -> Results:
    """Networks of so many images a second and such an accuracy."""
    return results(*(point(model(f"{fps}", top1_pct=top1), 1000 / fps) for fps, top1 in rows))


def by_memory(*rows: tuple[float, float], **fields) -> Results:
    """Networks of so many MiB of weights that take so much memory."""
    usual = {"memory_scope": "GPU memory of the process"}
    return results(
        *(
            point(
                model(f"{weights}", params_m=weights * 2**20 / 4e6),
                10.0,
                memory_mib=memory,
                **{**usual, **fields},
            )
            for weights, memory in rows
        )
    )


def of_fps(*fps: float, **fields) -> Results:
    return results(
        *(point(str(number), 1000 / value) for number, value in enumerate(fps)), **fields
    )


def limited(*rows: tuple[str, float, float, float]) -> Results:
    """Networks with their accuracy, FPS and GB."""
    return results(
        *(
            point(model(name, top1_pct=top1), 1000 / fps, memory_mib=1024 * gb)
            for name, top1, fps, gb in rows
        )
    )


def of_families(*rows: tuple[str, float]) -> Results:
    """Families and the millions of parameters of a network of 70 %."""
    return results(
        *(
            point(model(f"{family} {number}", family=family, params_m=params_m), 10.0)
            for number, (family, params_m) in enumerate(rows)
        )
    )


def at_peak(ms: float, **fields) -> Results:
    return results(point("a", ms), point("b", 1000.0), **{"peak_tmacs": 0.1, **fields})


def coral(small_ms: float, **fields) -> Results:
    small = model("EfficientNet-EdgeTPU-S")
    return results(point(small, small_ms), **{"board": "Coral Dev Board", **fields})


def on_v2(top1: float) -> Results:
    source = "Tryolabs: ImageNetV2 MatchedFrequency"
    return results(point(model("EfficientNet-B3", top1_pct=top1, top1_source=source), 100.0))


def timed(times: list[float], family: str = "ResNet", batch: int = 16) -> Results:
    """Networks of 1, 2, 3, ... GMACs that take so long."""
    return results(
        *(
            point(model(str(gmacs), gmacs=float(gmacs), family=family), ms, batch)
            for gmacs, ms in enumerate(times, 1)
        )
    )


def of_power(*watts: float | None) -> Results:
    return results(
        *(
            point(str(number), 10.0, power_w=value, power_scope="module")
            for number, value in enumerate(watts)
        )
    )


def of_energy(*rows: tuple[float, float, float]) -> Results:
    """Networks of such an accuracy, ms and J for an image."""
    return results(
        *(
            point(model(str(top1), top1_pct=top1), ms, j_per_image=joules)
            for top1, ms, joules in rows
        )
    )


def dense(alexnet: float, vgg: float, **other: float) -> Results:
    """Accuracies of AlexNet, VGG and others, each of 10 M parameters."""
    return results(
        point(model("AlexNet", family="AlexNet", top1_pct=alexnet), 5.0),
        point(model("VGG-16", family="VGG", top1_pct=vgg), 50.0),
        point(model("c"), 5.0),
        *(point(model(name, top1_pct=top1), 5.0) for name, top1 in other.items()),
    )


def memory_by_batch(*memories: float) -> Results:
    return results(
        *(
            point("a", 10.0, batch, memory_mib=memory)
            for memory, batch in zip(memories, BATCHES, strict=False)
        )
    )


def ending(*rows: tuple[str, int, float]) -> Results:
    """Networks, the largest batch before memory ends, and their memory at batch 1."""
    points = []
    for name, largest, memory in rows:
        points += [
            point(name, 10.0, batch, memory_mib=memory if batch == 1 else None)
            for batch in (1, 2, 4, 8, 16)
            if batch <= largest
        ]
        points.append(point(name, None, 2 * largest, error="out of memory"))
    return results(*points)


def family(*rows: tuple[float, float]) -> Results:
    """Networks of one family: FPS and accuracy at batch 64."""
    return results(
        *(
            point(model(f"VGG-{number}", family="VGG", top1_pct=top1), 1000 / fps, 64)
            for number, (fps, top1) in enumerate(rows)
        )
    )


def plain(*times: float) -> list[Point]:
    return by_batch("AlexNet", *times, family="AlexNet")


LINE = [(1.0, 100.0), (20.0, 90.0), (40.0, 80.0), (30.0, 60.0), (10.0, 50.0)]
"""Throughput and accuracy; the first three lie near the line 100.5 - 0.51 FPS."""

BENT = [(1.0, 90.0), (20.0, 89.0), (40.0, 85.0), (60.0, 75.0), (70.0, 60.0)]
"""No edge of this hull reaches over half of the throughputs."""

CASES: list[tuple[str, Verdict, Results, list[Results]]] = [
    ("D1", HOLDS, three(10.0), [three(100.0, id="slow")]),
    ("D1", HOLDS, three(10.0), [three(100.0, id="slow"), three(1.0, id="fast")]),
    ("D1", HOLDS, three(10.0), [three(100.0, id="slow"), three(1000.0, id="slowest")]),
    ("D1", FAILS, three(10.0), [three(20.0, id="slow")]),
    ("D1", FAILS, three(10.0), [three(100.0, id="slow"), three(5.0, id="fast")]),
    ("D1", FAILS, three(10.0), [three(1000.0, id="slow")]),
    ("D1", UNTESTED, three(10.0), []),
    ("D1", UNTESTED, three(10.0), [results(point("a", 100.0), id="slow")]),
    ("D2", HOLDS, results(point(SQUEEZENET, 1.0), point("b", 2.0), point("c", 3.0)), []),
    ("D2", FAILS, results(point(SQUEEZENET, 2.0), point("b", 1.0), point("c", 3.0)), []),
    ("D2", UNTESTED, three(1.0), []),
    ("D2", UNTESTED, results(point(SQUEEZENET, 1.0), point("b", 2.0)), []),
    ("D3", HOLDS, mobilenets([4.0, 4.0, 5.0], [1.0, 0.8, 0.6]), []),
    ("D3", FAILS, mobilenets([2.0, 2.0, 2.0], [1.0, 0.9, 0.8]), []),
    ("D3", FAILS, mobilenets([6.0, 5.0, 4.0], [1.0, 1.0, 1.0]), []),
    ("D3", HOLDS, mobilenets([1.0, 1.0], [1.1, 0.9], CPU), []),
    ("D3", FAILS, mobilenets([4.0, 4.0], [1.0, 1.0], CPU), []),
    ("D3", UNTESTED, mobilenets([4.0], [1.0]), []),
    (
        "D4",
        HOLDS,
        tx1(point(SQUEEZENET, 11.8, 16), point("GoogLeNet", 30.0), point("SqueezeNet 1.0", 20.0)),
        [],
    ),
    (
        "D4",
        FAILS,
        tx1(point(SQUEEZENET, 11.8, 16), point("GoogLeNet", 50.0), point("SqueezeNet 1.0", 20.0)),
        [],
    ),
    (
        "D4",
        FAILS,
        tx1(point(SQUEEZENET, 20.0, 16), point("GoogLeNet", 30.0), point("SqueezeNet 1.0", 20.0)),
        [],
    ),
    ("D4", UNTESTED, tx1(point(SQUEEZENET, 11.8, 1), point("GoogLeNet", 30.0)), []),
    ("D4", UNTESTED, three(1.0), []),
    ("D5", HOLDS, results(*by_batch("a", 10.0, 8.0, 7.0, 7.0)), []),
    ("D5", FAILS, results(*by_batch("a", 10.0, 12.0, 7.0, 6.0)), []),
    ("D5", FAILS, results(*by_batch("a", 10.0, 10.0, 10.0, 10.0)), []),
    ("D5", UNTESTED, results(*by_batch("a", 10.0, 8.0)), []),
    ("B1", HOLDS, of_accuracy([(1, 1, 70), (2, 1, 50), (3, 1, 80), (4, 1, 60), (5, 1, 65)]), []),
    ("B1", FAILS, of_accuracy([(n, 1, 50 + n) for n in range(5)]), []),
    ("B1", UNTESTED, of_accuracy([(n, 1, 50 + n) for n in range(4)]), []),
    ("B1", UNTESTED, of_accuracy([(n, 1, 50) for n in range(5)]), []),
    ("B2", HOLDS, of_accuracy([(1, 1, 70), (1, 2, 50), (1, 3, 80), (1, 4, 60), (1, 5, 65)]), []),
    ("B2", FAILS, of_accuracy([(1, 1 + n, 50 + n) for n in range(5)]), []),
    ("B2", UNTESTED, of_accuracy([(1, 1, 50 + n) for n in range(5)]), []),
    ("B3", HOLDS, by_fps(*LINE), []),
    ("B3", FAILS, by_fps(*BENT), []),
    ("B3", UNTESTED, by_fps(*LINE[:4]), []),
    ("B3", UNTESTED, by_fps(*((fps, 50 + fps) for fps, _ in LINE)), []),
    ("B4", HOLDS, by_memory((10, 610), (50, 650), (100, 700), (200, 800)), []),
    ("B4", FAILS, by_memory((10, 620), (50, 700), (100, 800), (200, 1000)), []),
    ("B4", FAILS, by_memory((10, 700), (50, 610), (100, 900), (200, 650)), []),
    ("B4", UNTESTED, by_memory((10, 610), (50, 650), (100, 700)), []),
    ("B4", UNTESTED, three(1.0), []),
    ("B5", HOLDS, by_memory((10, 620)), []),
    ("B5", FAILS, by_memory((10, 100)), []),
    ("B5", UNTESTED, by_memory((10, 620), memory_scope="process RSS"), []),
    ("B5", UNTESTED, three(1.0), []),
    ("B6", HOLDS, of_fps(*[99.0] * 5), [of_fps(99.0, *[5.0] * 4, id="slow")]),
    ("B6", FAILS, of_fps(99.0, 99.0, 9.0, 9.0, 9.0), [of_fps(*[5.0] * 5, id="slow")]),
    ("B6", FAILS, of_fps(*[99.0] * 5), [of_fps(*[40.0] * 5, id="slow")]),
    ("B6", UNTESTED, of_fps(*[99.0] * 5), []),
    ("B6", UNTESTED, of_fps(*[99.0] * 4), [of_fps(*[5.0] * 5, id="slow")]),
    ("B7", HOLDS, limited(("large", 80, 20, 1.3), ("small", 60, 70, 0.6), ("c", 50, 70, 0.6)), []),
    ("B7", FAILS, limited(("one", 80, 90, 0.6), ("b", 60, 70, 0.6), ("c", 50, 70, 0.6)), []),
    ("B7", UNTESTED, three(1.0), []),
    ("B7", UNTESTED, limited(("a", 80, 1, 0.6), ("b", 60, 1, 0.6), ("c", 50, 1, 0.6)), []),
    ("B8", HOLDS, of_families(("MobileNet", 4), ("SqueezeNet", 1), *[("VGG", 9)] * 3), []),
    ("B8", FAILS, of_families(("MobileNet", 40), ("SqueezeNet", 1), *[("VGG", 9)] * 3), []),
    ("B8", UNTESTED, of_families(*[("VGG", 9)] * 5), []),
    ("T1", HOLDS, at_peak(10.0), []),
    ("T1", FAILS, at_peak(1.0), []),
    ("T1", UNTESTED, at_peak(1.0, peak_tmacs=None), []),
    ("T2", HOLDS, coral(5.4), []),
    ("T2", FAILS, coral(6.5), []),
    ("T2", UNTESTED, coral(5.4, board="another board"), []),
    ("T2", UNTESTED, three(1.0, board="Coral Dev Board"), []),
    ("T3", HOLDS, on_v2(70.0), []),
    ("T3", FAILS, on_v2(85.44), []),
    ("T3", UNTESTED, three(1.0), []),
    ("C1", HOLDS, timed([10.0, 20.0, 30.0, 41.0]), []),
    ("C1", HOLDS, timed([10.0, 20.0, 30.0, 41.0], family="", batch=4), []),
    ("C1", FAILS, timed([30.0, 10.0, 40.0, 20.0]), []),
    ("C1", UNTESTED, timed([10.0, 20.0, 30.0]), []),
    ("C2", HOLDS, of_power(10.0, 10.5, 9.5), []),
    ("C2", FAILS, of_power(10.0, 5.0, 15.0), []),
    ("C2", UNTESTED, of_power(10.0, 10.0, None), []),
    ("C3", HOLDS, by_fps(*LINE), []),
    ("C3", FAILS, by_fps(*BENT), []),
    ("C3", UNTESTED, by_fps(*LINE[:4]), []),
    ("C4", HOLDS, of_energy((50, 10, 0.1), (60, 20, 0.2), (70, 40, 0.5)), []),
    ("C4", FAILS, of_energy((50, 40, 0.1), (60, 20, 0.2), (70, 10, 0.5)), []),
    ("C4", UNTESTED, of_energy((50, 10, 0.1), (60, 20, 0.2)), []),
    ("C4", UNTESTED, of_energy((50, 10, 0.1), (60, 10, 0.2), (70, 10, 0.5)), []),
    ("C4", UNTESTED, of_energy((70, 10, 0.1), (60, 20, 0.2), (50, 40, 0.5)), []),
    ("C5", HOLDS, tx1(point("VGG-16", 180.0), point("VGG-19", 220.0)), []),
    ("C5", FAILS, tx1(point("VGG-16", 180.0), point("VGG-19", 320.0)), []),
    ("C5", UNTESTED, tx1(point("a", 180.0)), []),
    ("C5", UNTESTED, results(point("VGG-16", 180.0)), []),
    ("C6", HOLDS, results(*plain(9.0, 3.0), *by_batch("b", 4, 3), *by_batch("c", 4, 3)), []),
    ("C6", FAILS, results(*plain(4.0, 3.0), *by_batch("b", 9, 3), *by_batch("c", 4, 3)), []),
    ("C6", UNTESTED, results(*plain(9.0, 3.0), *by_batch("b", 4, 3)), []),
    ("C7", HOLDS, dense(56, 50), []),
    ("C7", FAILS, dense(50, 56), []),
    ("C7", HOLDS, dense(56, 50, ENet=90), []),
    ("C7", FAILS, dense(56, 50, ENet=60), []),
    ("C7", UNTESTED, three(1.0), []),
    ("G1", HOLDS, results(*by_batch("a", 10.0, 8.0, 7.0, 6.8)), []),
    ("G1", FAILS, results(*by_batch("a", 10.0, 12.0, 11.0, 13.0)), []),
    ("G1", UNTESTED, results(*by_batch("a", 10.0, 8.0)), []),
    ("G2", HOLDS, memory_by_batch(110.0, 120.0, 140.0, 180.0), []),
    ("G2", FAILS, memory_by_batch(110.0, 200.0, 120.0, 110.0), []),
    ("G2", UNTESTED, memory_by_batch(110.0, 120.0), []),
    ("G3", HOLDS, ending(("a", 2, 900.0), ("b", 4, 600.0), ("c", 8, 300.0)), []),
    ("G3", FAILS, ending(("a", 8, 900.0), ("b", 4, 600.0), ("c", 2, 300.0)), []),
    ("G3", UNTESTED, memory_by_batch(110.0, 120.0), []),
    ("G3", UNTESTED, ending(("a", 4, 900.0), ("b", 4, 600.0), ("c", 4, 300.0)), []),
    ("G4", HOLDS, family((10, 80), (20, 70), (30, 60)), []),
    ("G4", FAILS, family((10, 60), (20, 70), (30, 80)), []),
    ("G4", UNTESTED, family((10, 60), (20, 70)), []),
]


@pytest.mark.parametrize(
    ("claim", "verdict", "board", "beside"),
    CASES,
    ids=[f"{claim}-{verdict.name.lower()}-{n}" for n, (claim, verdict, *_) in enumerate(CASES)],
)
def test_the_verdict_follows_from_the_data(
    claim: str, verdict: Verdict, board: Results, beside: list[Results]
) -> None:
    found = outcome(claim, board, *beside)
    assert found.verdict is verdict, found.why
    assert found.why


def test_every_claim_can_hold_fail_and_be_untested() -> None:
    seen = {(claim, verdict) for claim, verdict, *_ in CASES}
    assert seen == {(claim.id, verdict) for claim in CLAIMS for verdict in Verdict}


def test_there_are_27_claims_each_with_a_source() -> None:
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS) == 27
    assert all(claim.statement.endswith(".") and claim.source for claim in CLAIMS)


def test_what_measured_nothing_tests_nothing() -> None:
    empty = results(point("a", None, error="out of memory"))
    assert {item.verdict for item in outcomes(empty)} == {UNTESTED}


@pytest.mark.parametrize("ms", [0.0, -1.0, float("nan"), float("inf")])
def test_a_time_that_is_none_is_left_out(ms: float) -> None:
    odd = point(model("odd", params_m=0.0), ms, fps=None)
    board = results(odd, *three(10.0).points)
    assert {item.model.name for item in Evidence(board).points} == set("abc")
    assert [item.verdict for item in outcomes(board)] == [
        item.verdict for item in outcomes(three(10.0))
    ]


def test_of_several_conditions_those_of_most_points_count() -> None:
    slow = [point(name, 99.0, conditions=CPU) for name in "ab"]
    evidence = Evidence(results(*slow, *three(1.0).points))
    assert evidence.conditions == CONDITIONS
    assert {item.ms_per_image for item in evidence.points} == {1.0}


def test_of_several_runs_of_one_model_the_longest_counts() -> None:
    runs = [point("a", ms, inferences=count) for ms, count in ((1.0, 5), (2.0, 50), (3.0, 9))]
    assert [item.ms_per_image for item in Evidence(results(*runs)).points] == [2.0]


def test_boards_of_two_reports_are_matched_by_the_networks() -> None:
    other = results(
        *(point(model(f"his {name}", canonical_name=name), 30.0) for name in "abc"), id="other"
    )
    assert speed_ratio(Evidence(other), Evidence(three(10.0))) == (3.0, 3)


def test_a_time_that_nobody_should_believe_is_named_where_it_is_printed() -> None:
    fast = results(
        point(SQUEEZENET, 1.0), point("b", 200.0), point("c", 300.0), peak_tmacs=0.1
    )  # fmt: skip
    assert "SqueezeNet 1.1 at batch 1 is impossible" in outcome("D2", fast).why
    assert "impossible" not in outcome("D2", results(*fast.points)).why


def test_the_figures_of_a_claim_that_cannot_be_tested_are_there() -> None:
    depthwise = model("m", family="MobileNet", gmacs=0.5)
    board = results(point(depthwise, 10.0), point(model("v", family="VGG", gmacs=2.0), 10.0))
    found = outcome("D3", board)
    assert found.figures == {"depthwise_gmacs_per_s": 50.0, "ordinary_gmacs_per_s": 200.0}
    assert outcome("B6", of_fps(99.0, 40.0)).figures == {
        "models": 2, "at_15_fps": 2, "at_30_fps": 2, "at_60_fps": 1,
    }  # fmt: skip
