"""Every panel at every size, in every tier of characters, whatever is known."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import boards
import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st
from samples import STORIES, view_of

from edgetop.paint.rows import Row, fit, width_of
from edgetop.paint.symbols import ASCII, TIERS, UNICODE
from edgetop.readings import Reading, Reason
from edgetop.sample import Tensor
from edgetop.ui.commands import COMMON, LIVE, footer_keys
from edgetop.ui.panels import PANELS
from edgetop.ui.panels.bars import footer, status, title
from edgetop.ui.panels.compact import compact
from edgetop.ui.panels.kiosk import caption, digits, scale_for
from edgetop.ui.panels.minute_charts import charts
from edgetop.ui.panels.minutes import summary, table, table_head
from edgetop.ui.panels.trial import trial
from edgetop.ui.panels.truth import truth
from edgetop.ui.view import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgetop.sample import Sample

    Paint = Callable[[View, int, int], list[Row]]

PAINTS: dict[str, Paint] = {
    **{kind.name: kind.paint for kind in PANELS},
    "title": title,
    "status": status,
    "compact": compact,
    "trial": trial,
    "summary": summary,
    "charts": charts,
    "table head": table_head,
    "table": lambda view, width, height: table(view, width, height, None),
    "caption": caption,
    "digits": lambda view, width, height: digits(view, scale_for(width, height))[:height],
}
"""Everything that paints from a view."""


@cache
def told(story: str, tier: str) -> View:
    """The view at the end of a story; painting changes nothing of it but axis limits."""
    return view_of(STORIES[story](), TIERS[tier])


def words(rows: list[Row]) -> str:
    """The text of rows, one line each."""
    return "\n".join("".join(text for text, _ in row) for row in rows)


stories = st.sampled_from(sorted(STORIES))
tiers = st.sampled_from(sorted(TIERS))
sizes = st.tuples(st.integers(0, 140), st.integers(0, 45))


@pytest.mark.parametrize("name", PAINTS)
@given(stories, tiers, sizes)
def test_a_panel_paints_at_any_size_within_its_rows(
    name: str, story: str, tier: str, size: tuple[int, int]
) -> None:
    """It never raises, gives no more rows than asked, and every row fits in exactly."""
    view, (width, height) = told(story, tier), size
    rows = PAINTS[name](view, width, height)
    assert len(rows) <= height
    for row in rows:
        assert width_of(fit(row, width, view.symbols.ellipsis)) == width


@pytest.mark.parametrize("name", PAINTS)
@given(sizes)
def test_without_a_sample_a_panel_is_blank(name: str, size: tuple[int, int]) -> None:
    """Before anything has been measured nothing is claimed; the title says what is going on."""
    said = words(PAINTS[name](View(UNICODE, "board"), *size)).strip()
    assert said == ("edgetop starts on board" if name == "title" and size[1] else "")


@pytest.mark.parametrize("name", PAINTS)
@given(stories, sizes)
def test_the_ascii_tier_is_nothing_but_ascii(name: str, story: str, size: tuple[int, int]) -> None:
    """Any terminal can show it, unknown values included."""
    painted = words(PAINTS[name](told(story, "ascii"), *size))
    assert painted.isascii(), {char for char in painted if not char.isascii()}


@given(st.integers(0, 140), st.booleans())
def test_the_footer_always_has_help_and_quit_where_they_fit(width: int, fixed: bool) -> None:
    """Keys are left out from the least important on, never the last two."""
    run = replace(samples.RUN, batch_fixed=fixed)
    keys = footer_keys([*LIVE, *COMMON], samples.sample(0, run=run))
    row = footer(keys, width)
    text = words([row])
    assert text.endswith("? help  q quit  ")
    least = words([footer(keys, 0)])
    assert len(text) <= max(width, len(least))
    assert text.isascii()


def changed(sample: Sample, factor: float) -> Sample:
    """The same moment with other figures."""

    def scaled(value: float | None) -> float | None:
        return None if value is None else value * factor

    latency = sample.total.latency
    return replace(
        sample,
        fps=scaled(sample.fps),
        total=replace(
            sample.total,
            fps=scaled(sample.total.fps),
            latency=replace(
                latency,
                p50_ms=scaled(latency.p50_ms),
                p90_ms=scaled(latency.p90_ms),
                p99_ms=scaled(latency.p99_ms),
                p99_9_ms=scaled(latency.p99_9_ms),
                mean_ms=scaled(latency.mean_ms),
                max_ms=scaled(latency.max_ms),
                min_ms=scaled(latency.min_ms),
            ),
        ),
        worker=replace(sample.worker, cpu_percent=scaled(sample.worker.cpu_percent)),
        board=boards.pc(
            sample.monotonic_s, cpu_load=96 * factor, gpu_load=60 * factor,
            power_w=31.4 * factor, heat_c=54.2 * factor,
        ),
    )  # fmt: skip


def names_in(row: Row) -> list[tuple[int, str]]:
    """The words of a row that are no figures, with the cell where each begins."""
    text = "".join(piece for piece, _ in row)
    return [(found.start(), found.group()) for found in re.finditer(r"[A-Za-z%°]{2,}", text)]


@pytest.mark.parametrize("name", ["throughput", "latency", "processors", "power", "temperature"])
@given(st.floats(0.2, 1.0), st.sampled_from([(36, 8), (38, 4), (58, 16), (58, 5), (100, 20)]))
def test_changing_figures_do_not_move_the_words_beside_them(
    name: str, factor: float, size: tuple[int, int]
) -> None:
    """Numbers have a fixed width: nothing on the screen jumps."""
    now = samples.sample(0)
    width, height = size
    frames = [
        [fit(row, width) for row in PAINTS[name](view_of([moment]), width, height)]
        for moment in (now, changed(now, factor))
    ]
    assert len(frames[0]) == len(frames[1])
    for before, after in zip(*frames, strict=True):
        assert width_of(before) == width_of(after) == width
        assert names_in(before) == names_in(after)


FIGURES = ("number", "big")
"""The inks of what was measured."""

UNKNOWN_LINES = {
    "throughput": ["FPS", "mean"],
    "latency": ["p50", "p99", "max"],
    "processors": ["% cpu", "cpu time", "% edgetop"],
    "memory": ["model", "used"],
    "power": ["no sensor"],
    "temperature": ["no sensor"],
}


@pytest.mark.parametrize("name", UNKNOWN_LINES)
@pytest.mark.parametrize("size", [(38, 4), (45, 12)])
def test_what_is_not_known_is_a_dash_and_never_zero(name: str, size: tuple[int, int]) -> None:
    """A figure that nobody measured must not look like one that was."""
    view = told("nothing_known", "unicode")
    lines = words(PAINTS[name](view, *size)).splitlines()
    for word in UNKNOWN_LINES[name]:
        line = next(line for line in lines if word in line)
        assert line.split()[0] == UNICODE.dash, line
    figures = [text for row in PAINTS[name](view, *size) for text, ink in row if ink in FIGURES]
    assert not figures


def test_a_board_without_sensors_says_so_in_words() -> None:
    """The reason stands where the value would be."""
    view = told("no_sensors", "unicode")
    for name in ("processors", "memory", "power", "temperature"):
        assert "no sensor" in words(PAINTS[name](view, 38, 8)), name


def test_the_reason_is_the_sensors_own() -> None:
    """No permission, offline and read errors are told apart."""
    view = told("large_board", "unicode")
    assert "needs permission" in words(PAINTS["processors"](view, 38, 8))
    assert "offline" in words(PAINTS["temperature"](view, 50, 40))
    assert "Remote I/O error" in words(PAINTS["power"](view, 60, 30))
    assert "read error" in words(PAINTS["temperature"](view, 50, 40))


def test_memory_that_cannot_be_read_has_its_reason() -> None:
    """Also where another figure of the same line is known."""
    board = replace(
        boards.pc(1000.0),
        memory_used_mib=Reading(None, Reason.NO_PERMISSION),
        gpu_memory_used_mib=Reading(None, Reason.ERROR, "the GPU is lost"),
    )
    painted = words(PAINTS["memory"](view_of([samples.sample(0, board=board)]), 38, 8))
    assert "needs permission" in painted
    assert "the GPU is lost" in painted


def test_two_gpus_share_one_line_of_memory() -> None:
    """The sum of what is used stands beside the sum of what there is."""
    extra = [
        replace(item, sensor=replace(item.sensor, id=f"{item.sensor.id}1", label="gpu1"))
        for item in boards.pc(1000.0).sensors
        if item.sensor.label == "gpu"
    ]
    board = boards.headline([*boards.pc(1000.0).sensors, *extra])
    painted = words(PAINTS["memory"](view_of([samples.sample(0, board=board)]), 38, 8))
    assert re.search(r"2\.8 GiB of 32\.0 GiB gpu", painted), painted


def test_the_gpus_clock_is_not_that_of_its_memory() -> None:
    """5 GHz belong to the memory, 1.35 GHz to the processor."""
    painted = words(PAINTS["processors"](told("steady", "unicode"), 60, 10))
    assert "1.35 of 1.59 GHz" in painted
    assert "5.00" not in painted


def test_fast_models_have_one_unit_in_the_whole_panel() -> None:
    """Microseconds: percentiles, histogram and the axis of the history."""
    painted = words(PAINTS["latency"](told("large_board", "unicode"), 58, 20))
    assert "39.7 p50" in painted
    assert painted.count("µs") == 2
    assert re.search(r"^ +40 ", painted, re.MULTILINE), painted


def test_lost_inferences_are_never_cut_off() -> None:
    """What was not recorded is part of the figure's truth."""
    for width in range(30, 140):
        assert "12 lost" in words(
            [fit(row, width) for row in PAINTS["latency"](told("large_board", "unicode"), width, 9)]
        ), width


@pytest.mark.parametrize("size", [(120, 2), (38, 2), (38, 3), (20, 8)])
def test_the_newest_event_is_always_in_sight(size: tuple[int, int]) -> None:
    """Even if it is longer than the panel its beginning is shown."""
    painted = words(PAINTS["events"](told("failed", "unicode"), *size))
    assert painted.startswith(("16:00:20", "16:00:00"))
    assert "16:00:20" in painted


@pytest.mark.parametrize("size", [(58, 19), (38, 10), (38, 5)])
def test_the_throughput_panel_says_why_there_is_none(size: tuple[int, int]) -> None:
    """A failed run has its reason beside the dash, on every size of the panel."""
    assert "the model's process was killed" in words(
        PAINTS["throughput"](told("failed", "unicode"), *size)
    ), size


def test_what_holds_the_board_back_is_named() -> None:
    """The state is a word and a mark, the cause is in words."""
    for tier in (UNICODE, ASCII):
        view = told("throttled", tier.name)
        assert f"{tier.throttled} throttled" in words(status(view, 24, 1))
        painted = words(PAINTS["temperature"](view, 60, 8))
        assert f"{tier.throttled} throttled  gpu: software thermal slowdown" in painted


def test_a_change_of_batch_is_a_mark_on_the_charts() -> None:
    """A dip lines up with its cause."""
    view = told("batch_4", "unicode")
    for name in ("throughput", "power"):
        assert f"batch 4{UNICODE.mark}" in words(PAINTS[name](view, 58, 12)), name


def test_images_that_wait_are_counted() -> None:
    """A rate that the model cannot keep is shown with its backlog."""
    painted = words(PAINTS["throughput"](told("large_board", "unicode"), 58, 12))
    assert "300 come in per second" in painted
    assert "1 234 wait" in painted


def test_a_run_partly_on_the_cpu_is_said() -> None:
    """Nodes that fell back to the CPU explain a disappointing accelerator."""
    painted = words(PAINTS["throughput"](told("large_board", "unicode"), 58, 20))
    assert "5 of 66 nodes ran on the CPU" in painted


def test_what_goes_in_is_shown_with_its_values_and_names_are_not_read_as_markup() -> None:
    inputs = (
        Tensor("[red]x[/]", "float32", (2, 3, 8, 8), "-1 to 1"),
        Tensor("sr", "int64", (), "16000"),
    )
    last = samples.steady()[-1]
    sample = replace(last, run=replace(last.run, inputs=inputs, label=""))
    text = words(truth(sample, UNICODE))
    assert "[red]x[/] 2×3×8×8 float32 -1 to 1" in text
    assert "sr scalar int64 16000" in text
    more = replace(sample, run=replace(sample.run, inputs=(*inputs, *inputs)))
    assert "2 more inputs" in words(truth(more, UNICODE))


def test_a_failed_run_offers_only_the_keys_that_help_it() -> None:
    """There is nothing to pause, to mark or to sweep; another model can be chosen."""
    sample = STORIES["failed"]()[-1]
    words_of = [word for _, word in footer_keys((*LIVE, *COMMON), sample)]
    assert {"model", "batch", "provider", "threads"} <= set(words_of)
    assert not {"pause", "pace", "reset", "sweep", "mark A"} & set(words_of)
    painted = words(PAINTS["throughput"](told("failed", "unicode"), 60, 20))
    assert "m chooses another model" in painted
    assert " ".join(painted.split()).count("out of memory") == 1


def test_the_hint_for_newcomers_makes_way_for_events() -> None:
    """It stands in the last row while there is room, and no event is lost by it."""
    view = told("steady", "unicode")
    for height in range(1, 20):
        painted = PAINTS["events"](view, 60, height)
        shown = [words([row]).strip() for row in painted]
        hint = "? keys, figures  ctrl+p commands"
        assert ("steady" in shown[-1]) != (shown[-1] == hint)
        assert len(painted) <= height
