"""The figures of a report as pure functions of results."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import reported

from edgetop import reference
from edgetop.results import Conditions, Point
from edgetop.study.report import (
    accuracy,
    accuracy_bound,
    bars,
    by_batch,
    contents,
    costs,
    devices,
    figure,
    look,
    tables,
)
from edgetop.study.report.points import merged, usual_batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Results
    from edgetop.study.report.figure import Figure
    from edgetop.study.report.look import Look

BIANCO = ("bianco/titan-xp", "bianco/jetson-tx1")


def all_figures(results: Sequence[Results]) -> dict[str, Figure]:
    return {item.id: item for part in contents.sections(results) for item in part.figures}


def both() -> tuple[list[Results], list[Look]]:
    results = [reported.own(), reported.published()]
    return results, look.looks(results)


def of_board(drawn: Figure, name: str) -> list[dict[str, Any]]:
    return [trace for trace in drawn.traces if trace["legendgroup"] == name]


def test_every_figure_is_drawn_or_says_what_is_missing() -> None:
    for results in ([reported.own(), reported.published()], [reported.published()]):
        for drawn in all_figures(results).values():
            assert bool(drawn.missing) != bool(drawn.traces or drawn.table), drawn.id
            assert drawn.missing or drawn.says.endswith("."), drawn.id


def test_what_no_source_tells_is_a_reason_and_no_empty_plot() -> None:
    figures = all_figures([reported.published()])
    for name in ("memory-by-batch", "power-by-batch", "energy-by-batch", "memory-parameters"):
        assert figures[name].missing
        assert not figures[name].traces
    assert "only one here" in figures["throughput-by-device"].missing


@pytest.mark.parametrize("boards", [BIANCO, ("deepdetect/jetson-tx1",), ("ncnn/jetson-agx-orin",)])
def test_plotly_accepts_every_trace_and_layout(boards: tuple[str, ...]) -> None:
    graph_objects = pytest.importorskip("plotly.graph_objects")
    results = [reported.own(), reported.hostile(), *(reference.load(name) for name in boards)]
    drawn = [item for item in all_figures(results).values() if item.traces]
    assert len(drawn) >= 9
    for item in drawn:
        made = graph_objects.Figure(data=list(item.traces), layout=item.layout)
        assert len(made.data) == len(item.traces)
        json.dumps([item.traces, item.layout], allow_nan=False)


def test_a_line_is_a_model_and_breaks_before_the_next() -> None:
    results, looks = both()
    symbols = look.model_symbols(results)
    drawn = by_batch.figure(by_batch.TIME, results, looks, symbols)
    mine, names = of_board(drawn, "My board")
    assert mine["x"][:4] == [1, 2, 4, None]
    assert mine["y"][0] == 4.0
    assert mine["line"]["dash"] == "solid"
    assert mine["error_y"]["array"][0] == pytest.approx(0.4)
    assert mine["error_y"]["arrayminus"][0] == pytest.approx(0.4)
    assert names["text"] == ["small", "middle", "large", "unrated"]
    assert names["x"] == [4, 4, 4, 4]
    assert set(mine["marker"]["symbol"]) >= {symbols["small"], symbols["large"]}
    lines = [trace for trace in drawn.traces if "lines" in trace["mode"]]
    assert lines[-1] is mine, "one's own board lies on top"


def test_a_point_that_did_not_run_is_told_with_its_reason() -> None:
    results, looks = both()
    drawn = by_batch.figure(by_batch.TIME, results, looks, look.model_symbols(results))
    assert any("killed (1)" in line for line in drawn.findings)
    assert drawn.table is not None
    (row,) = [row for row in drawn.table.rows if row[:2] == ("My board", "large")]
    assert row[drawn.table.headings.index("ms, batch 8")] == "killed"


def test_boards_differ_by_more_than_their_colour() -> None:
    results = [
        replace(reported.published(), id=f"paper/{n}", board=f"Board {n}") for n in range(5)
    ] + [reported.own()]
    found = look.looks(results)
    for attribute in ("dash", "symbol", "hatch"):
        assert len({getattr(item, attribute) for item in found}) == len(found), attribute
    assert [item.highlighted for item in found] == [False] * 5 + [True]
    assert found[-1].width_px > found[0].width_px
    assert found[-1].colour not in {item.colour for item in found[:-1]}


def test_any_board_can_be_the_highlighted_one() -> None:
    results = [reported.own(), reported.published()]
    found = look.looks(results, "paper/card")
    assert [item.highlighted for item in found] == [False, True]


def test_boards_of_one_name_are_told_apart() -> None:
    first = reported.published()
    names = [item.name for item in look.looks([first, replace(first, id="other/card")])]
    assert names == ["Big card (paper/card)", "Big card (other/card)"]


def test_a_model_has_one_symbol_on_all_boards() -> None:
    symbols = look.model_symbols([reported.own(), reported.published()])
    assert len(set(symbols.values())) == len(symbols) == 4
    bianco = look.model_symbols([reference.load(name) for name in BIANCO])
    assert len(set(bianco.values())) == len(bianco) == 44


def test_memory_is_fitted_on_the_parameters_as_stored() -> None:
    results = reported.own()
    half = replace(reported.CPU, precision="fp16")
    full = Point(reported.MIDDLE, 1, reported.CPU)
    assert costs.weights_mib(full) == pytest.approx(25.6e6 * 4 / 2**20)
    assert costs.weights_mib(replace(full, conditions=half)) == pytest.approx(25.6e6 * 2 / 2**20)
    points = tuple(
        replace(point, memory_mib=50 + 1.5 * (costs.weights_mib(point) or 0))
        for point in results.points
        if point.batch == 1
    )
    drawn = costs.figure(costs.MEMORY, [replace(results, points=points)], look.looks([results]))
    (told,) = drawn.findings
    assert "memory = 1.50 × parameters + 50.0 MiB" in told
    assert "R² 1.00, 4 models" in told
    assert "process RSS" in drawn.says


def test_bianco_s_memory_has_a_slope_above_one_and_a_floor() -> None:
    results = [reference.load("bianco/titan-xp")]
    drawn = costs.figure(costs.MEMORY, results, look.looks(results))
    assert "memory = 1.43 × parameters + 688 MiB, R² 0.808, 44 models" in drawn.findings[0]


def test_the_bound_on_accuracy_is_the_paper_s() -> None:
    results = [reference.load(name) for name in BIANCO]
    drawn = accuracy_bound.against_throughput(results, look.looks(results))
    assert "83.3 - 0.0244 × FPS" in drawn.findings[0]
    assert "83.0 - 0.202 × FPS" in drawn.findings[1]
    for trace in drawn.traces:
        if trace["mode"] == "lines":
            assert all(a > b for a, b in itertools.pairwise(trace["y"]))


def test_no_model_lies_above_the_bound() -> None:
    results = [reference.load("bianco/jetson-tx1")]
    drawn = accuracy_bound.against_throughput(results, look.looks(results))
    (line,) = [trace for trace in drawn.traces if trace["mode"] == "lines"]
    (marks,) = [trace for trace in drawn.traces if trace["mode"] != "lines"]
    for x, y in zip(marks["x"], marks["y"], strict=True):
        near = [b for a, b in zip(line["x"], line["y"], strict=True) if a >= x]
        if x >= line["x"][0] and near:
            assert y <= near[0] + 0.6  # the next corner of the curve lies a little lower


def test_the_area_of_a_ball_is_its_parameters() -> None:
    results, looks = both()
    drawn = accuracy.ball_chart(results, looks)
    (mine,) = drawn.traces
    assert mine["marker"]["sizemode"] == "area"
    assert mine["marker"]["size"] == [138.4, 25.6, 1.2], "small balls lie on large ones"
    assert "Left out" in drawn.findings[0] and "unrated" in drawn.findings[0]


def test_density_is_top1_by_million_parameters_best_first() -> None:
    results, looks = both()
    drawn = accuracy.density(results, looks)
    (mine,) = drawn.traces
    assert mine["x"][0] == pytest.approx(58.2 / 1.2)
    assert mine["x"] == sorted(mine["x"], reverse=True)
    assert drawn.layout["yaxis"]["ticktext"] == ["small", "middle", "large"]


def test_throughput_by_device_compares_only_what_both_ran() -> None:
    results, looks = both()
    drawn = devices.by_device(results, looks)
    assert drawn.layout["yaxis"]["ticktext"] == ["small", "middle", "large"]
    (mine,) = of_board(drawn, "My board")
    assert mine["x"] == pytest.approx([250, 1000 / 30, 1000 / 90], rel=1e-4)
    assert "batch 1" in drawn.says and "PyTorch" in drawn.says and "ondemand" in drawn.says


def test_a_board_without_a_model_leaves_no_gap_between_the_bars() -> None:
    looks = look.looks([reported.own(), reported.published()])
    rows = [
        bars.Row("both", (1.0, 2.0)),
        bars.Row("second", (None, 3.0)),
        bars.Row("none", (None, None)),
        bars.Row("first", (4.0, None)),
    ]
    chart = bars.grouped(rows, looks, {}, " FPS")
    mine, other = chart.traces
    places = sorted([*mine["y"], *other["y"]])
    assert mine["y"][0] < other["y"][0] < other["y"][1] < mine["y"][1]
    assert all(1 <= b - a < 2 for a, b in itertools.pairwise(places))
    assert chart.layout["yaxis"]["ticktext"] == ["both", "second", "first"]
    assert chart.layout["yaxis"]["tickvals"][0] == pytest.approx(0.5)
    assert chart.layout["yaxis"]["range"][0] > max(places) > chart.layout["yaxis"]["range"][1]


def test_no_more_bars_are_drawn_than_a_reader_scrolls_through() -> None:
    looks = look.looks([reported.own(), reported.published()])
    chart = bars.grouped([bars.Row("m", (1.0, 2.0))] * 1000, looks, {}, " FPS")
    assert chart.shown == 150
    assert chart.height_px < 6000
    assert "first 150 of 1000" in bars.cut(chart.shown, [None] * 1000)[0]


def test_boards_that_share_no_graph_are_told() -> None:
    results, looks = both()
    points = tuple(
        replace(p, model=replace(p.model, gmacs=2 * (p.model.gmacs or 0)))
        for p in results[1].points
    )
    drawn = devices.by_device([results[0], replace(results[1], points=points)], looks)
    assert "different graphs under one name: small, middle and large" in drawn.missing


def test_one_name_for_two_graphs_is_left_out_and_told() -> None:
    results, looks = both()
    other = replace(reported.MIDDLE, gmacs=3.86)
    points = tuple(
        replace(p, model=other) if p.model == reported.MIDDLE else p for p in results[1].points
    )
    drawn = devices.by_device([results[0], replace(results[1], points=points)], looks)
    assert drawn.layout["yaxis"]["ticktext"] == ["small", "large"]
    assert any("different graphs under one name: middle" in line for line in drawn.findings)


def test_the_largest_batch_says_what_ended_it() -> None:
    results, looks = both()
    found = devices.largest_batches(results[0])
    assert found["large"] == devices.Largest(4, "killed at 8")
    assert found["small"] == devices.Largest(4, "")
    drawn = devices.largest_batch(results, looks)
    assert drawn.table is not None
    (row,) = [row for row in drawn.table.rows if row[0] == "large"]
    assert row == ("large", "4", "killed at 8", "16", "largest tried")


def test_the_grid_is_bianco_s_table_3() -> None:
    results = [reference.load("bianco/titan-xp")]
    drawn = tables.constraint_grid(results, look.looks(results))
    assert drawn.table is not None
    first = drawn.table.rows[0]
    assert first[1:5] == ("0.7", "15", "1", "DPN-68 75.95")
    assert len(drawn.table.rows) == 9


def test_a_board_without_memory_borrows_it_from_its_report_and_says_so() -> None:
    results = [reference.load("bianco/jetson-tx1")]
    drawn = tables.constraint_grid(results, look.looks(results))
    assert drawn.table is not None
    assert len(drawn.table.rows) == 9
    assert any("held against GPU memory" in line and "Titan" in line for line in drawn.findings)
    assert all_figures(results)["memory-by-batch"].missing, "a chart of it would be another board's"


def test_claims_are_put_to_one_s_own_board() -> None:
    results, looks = both()
    drawn = tables.tested_claims(results, looks)
    assert drawn.table is not None
    assert {row[0] for row in drawn.table.rows} == {"My board"}
    assert {row[2] for row in drawn.table.rows} <= {"holds", "fails"}
    assert any(line.startswith("Cannot be tested") for line in drawn.findings)


def test_conditions_name_sources_scopes_and_errata_once() -> None:
    first = reported.published()
    results = [reported.own(), first, replace(first, id="paper/other", board="Other card")]
    facts = {"20260101-000000-abcd": [("versions", "edgetop 1.0")]}
    drawn = tables.conditions(results, look.looks(results), facts)
    assert drawn.table is not None
    told = {(heading, text) for _, heading, text in drawn.table.rows}
    assert ("versions", "edgetop 1.0") in told
    assert ("memory counts", "process RSS") in told
    assert ("power counts", "module") in told
    assert ("source", "A paper, 2018") in told
    errata = [text for _, _, text in drawn.table.rows if "exchanged" in text]
    assert len(errata) == 1
    assert ("more notes", "1 above hold here, too") in told


def test_repeated_runs_are_one_point_with_the_interval_between_them() -> None:
    results = reported.own()
    runs = tuple(reported.point(reported.SMALL, 1, ms, memory_mib=ms) for ms in (4.0, 5.0, 4.4))
    failed = Point(reported.SMALL, 1, reported.CPU, error="killed")
    (point,) = merged(replace(results, points=(*runs, failed))).points
    assert point.ms_per_image == point.memory_mib == 4.4
    assert point.ms_low is not None and point.ms_high is not None
    assert point.ms_low < 4.4 < point.ms_high
    assert point.note == "median of 3 runs"
    assert merged(results).points == results.points


def test_the_batch_of_a_comparison_is_one_image_where_there_is_one() -> None:
    def time(point: Point) -> float | None:
        return point.ms_per_image

    assert usual_batch(reported.own(), time) == 1
    assert usual_batch(reference.load("dlmark/tesla-v100"), time) == 64
    assert usual_batch(replace(reported.own(), points=()), time) is None


def test_values_that_are_no_numbers_are_left_out() -> None:
    results = reported.own()
    odd = tuple(
        replace(reported.point(reported.SMALL, 2**n, 1.0), ms_per_image=value, fps=value)
        for n, value in enumerate((math.nan, math.inf, -1.0, 0.0, 2.0))
    )
    drawn = all_figures([replace(results, points=odd)])["time-by-batch"]
    trace = drawn.traces[0]
    assert [x for x in trace["x"] if x is not None] == [16]


def test_conditions_differ_line_by_line() -> None:
    results = reported.own()
    other = Conditions("onnxruntime 1.32.0", "cpu", 4, "fp32")
    points = (*results.points, reported.point(reported.SMALL, 1, 2.0, other))
    drawn = all_figures([replace(results, points=points)])["time-by-batch"]
    assert drawn.table is not None
    assert "conditions" in drawn.table.headings
    assert any("4 threads" in text for text in drawn.traces[0]["customdata"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (math.nan, "–"),
        (0, "0"),
        (0.01234, "0.0123"),
        (12345.6, "12346"),
        (9.996, "10.0"),
    ],
)
def test_numbers_have_three_digits_and_no_exponent(value: float | None, text: str) -> None:
    assert figure.number(value) == text


def test_times_beyond_the_peak_are_told() -> None:
    results = [reference.load("tryolabs/jetson-nano")]
    drawn = all_figures(results)["time-by-batch"]
    (told,) = [line for line in drawn.findings if "impossible" in line]
    assert "of the board's peak" in told and "Resnet-50 at batch 1" in told
