"""Published boards on the screen: the line, the panel, the table, and how they are looked up."""

from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import samples
from samples import STORIES, sample, view_of
from scripted import on_screen, replayed

from edgetop.paint.rows import width_of
from edgetop.readings import Reading
from edgetop.sample import State, Tensor, Window
from edgetop.study import graphs
from edgetop.ui.finder import Finder, Found, key_of
from edgetop.ui.panels.published import (
    heading,
    line,
    no_published,
    published,
    table,
)
from edgetop.ui.screens.boards import BoardsScreen
from edgetop.ui.screens.monitor import MonitorScreen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edgetop.paint.rows import Row
    from edgetop.sample import Run, Sample
    from edgetop.ui.view import View

RUN = samples.RUN


def words(rows: Sequence[Row]) -> list[str]:
    return ["".join(text for text, _ in row).rstrip() for row in rows]


def looked_up(item: Sample, hashes: dict[int, str | None] | None = None) -> Found:
    """What the finder finds for a sample's run."""
    found: list[Found] = []
    finder = Finder(found.append, hashes)
    finder.follow(item)
    assert finder.settled.wait(30)
    finder.close()
    return found[-1]


def seen(**changes: Any) -> View:
    """The view of a run, with its published boards."""
    item = sample(0, **changes)
    view = view_of([item])
    view.published = looked_up(sample(0, run=item.run))
    return view


def at(p50_ms: float, run: Run = RUN, **changes: Any) -> Sample:
    """A steady run with this median."""
    total = samples.window(60.0, 1000 * run.batch / p50_ms, run.batch, p50_ms)
    return sample(0, run=run, total=total, **changes)


def said(view: View, width: int = 60) -> str:
    return "".join(text for text, _ in line(view, width))


# -- the line ------------------------------------------------------------------------------


def test_the_line_names_the_next_slower_and_the_next_faster_board() -> None:
    """SqueezeNet 1.1 at batch 1: Titan Xp 1.60 ms (Bianco), GTX 1080 Ti 8.6 ms (DeepDetect)."""
    assert said(seen()) == " 2.2x a GTX 1080 Ti · 0.40x a Titan Xp"


def test_faster_than_all_it_names_the_next_two_slower() -> None:
    view = seen()
    view.update(at(0.5))
    assert said(view) == "  17x a GTX 1080 Ti · 3.2x a Titan Xp"


def test_slower_than_all_it_names_the_next_two_faster() -> None:
    view = seen()
    view.update(at(2000.0))
    assert said(view).startswith("0.46x a Raspberry Pi 3 · 0.04")


def test_at_another_batch_it_is_that_batch_which_counts() -> None:
    """GTX 1080 Ti at batch 4: 3.7 ms per image."""
    run = replace(RUN, batch=4, inputs=(Tensor("data", "float32", (4, 3, 224, 224)),))
    view = seen(run=run)
    view.update(at(4 * 2.0, run))
    batch_4 = said(view)
    assert "GTX 1080 Ti" in batch_4
    assert batch_4 != said(seen())


@pytest.mark.parametrize(
    "changes",
    [
        {"state": State.WARMING},
        {"state": State.PAUSED},
        {"state": State.FAILED},
        {"state": State.HUNG},
        {"total": Window()},
        {"run": replace(RUN, precision="int8")},
        {"run": replace(RUN, precision="")},
        {"run": replace(RUN, rate_fps=30.0)},
        {"run": replace(RUN, instances=2)},
        {"trial": replace(samples.TRIAL, running="A")},
        {"run": replace(RUN, inputs=(Tensor("data", "float32", (1, 3, 320, 320)),))},
        {"run": replace(RUN, batch=3)},
        {"run": replace(RUN, label="", model_path="/nowhere/m.onnx")},
    ],
    ids=str,
)
def test_where_nothing_fair_can_be_said_the_line_is_blank(changes: dict[str, Any]) -> None:
    assert said(seen(**changes)) == ""


def test_boards_found_for_another_run_are_not_shown() -> None:
    view = seen()
    view.update(sample(1, run=replace(RUN, number=2, batch=2)))
    assert said(view) == ""
    assert words(published(view, 80, 9)) == ["    – looked up once it has measured"]
    assert not no_published(view)  # the panel keeps its room: nothing jumps at a new batch


def test_the_boards_do_not_jump_while_the_median_hovers() -> None:
    """Within five per cent beyond a board it stays on its side; then it changes sides."""
    view = seen()
    view.update(at(8.5))
    before = said(view)
    assert before == " 1.0x a GTX 1080 Ti · 0.19x a Titan Xp"
    view.update(at(8.9))
    assert said(view) == "0.97x a GTX 1080 Ti · 0.18x a Titan Xp"
    view.update(at(9.2))
    assert said(view) == " 1.2x a Jetson TX1 · 0.93x a GTX 1080 Ti"


@pytest.mark.parametrize("width", range(0, 60, 3))
def test_in_a_narrow_place_it_loses_whole_boards(width: int) -> None:
    view = seen()
    row = line(view, width)
    assert width_of(row) <= width
    assert "".join(text for text, _ in row) in (
        "", " 2.2x GTX 1080 Ti", " 2.2x a GTX 1080 Ti",
        " 2.2x GTX 1080 Ti · 0.40x Titan Xp", " 2.2x a GTX 1080 Ti · 0.40x a Titan Xp",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("size", "words_shown"),
    [
        ((120, 40), " 2.2x a GTX 1080 Ti · 0.40x a Titan Xp"),
        ((80, 24), " 2.2x GTX 1080 Ti · 0.40x Titan Xp"),
        ((80, 20), ""),
        ((40, 12), ""),
    ],
)
async def test_it_stands_in_the_throughput_panel_where_there_is_room(
    size: tuple[int, int], words_shown: str
) -> None:
    async with on_screen(STORIES["steady"](), size) as screen:
        assert words_shown in screen.text
        assert ("GTX 1080 Ti ·" in screen.text) == bool(words_shown)


async def test_its_row_is_kept_free_while_it_is_blank() -> None:
    """When it comes and goes the chart below stays where it is."""
    story = STORIES["steady"]()
    async with on_screen(story) as screen:
        before = screen.lines
        pausing = replace(story[-1], state=State.DRIFTING, state_reason="changed")
        await screen.play(replace(pausing, total=Window()))
        after = screen.lines
        assert "GTX 1080 Ti" in before[5]
        assert "GTX 1080 Ti" not in after[5]
        assert [row[:60] for row in before[8:20]] == [row[:60] for row in after[8:20]]


# -- the panel -----------------------------------------------------------------------------


def test_the_panel_sets_this_board_among_the_published_ones() -> None:
    assert words(published(seen(), 38, 9)) == [
        " 1.60 Titan Xp         Bianco",
        " 3.97 this board",
        " 8.60 GTX 1080 Ti      DeepDetect",
        " 11.1 Jetson TX1       Bianco",
        " 30.2 Jetson TX1       DeepDetect",
        " 90.2 Jetson TK1       DeepDetect",
        "  910 Raspberry Pi 3   DeepDetect",
    ]


@pytest.mark.parametrize("height", range(1, 9))
def test_where_there_are_few_rows_the_nearest_stay(height: int) -> None:
    rows = words(published(seen(), 38, height))
    assert len(rows) == min(height, 7)
    assert any("this board" in row for row in rows)
    if height >= 3:
        assert any("Titan Xp" in row for row in rows)
        assert any("GTX 1080 Ti" in row for row in rows)


def test_until_something_is_measured_this_board_has_a_dash() -> None:
    rows = words(published(seen(state=State.WARMING), 38, 9))
    assert rows[0] == "    – this board"


def test_a_run_in_another_precision_says_so() -> None:
    view = seen(run=replace(RUN, precision="int8"))
    assert words(published(view, 38, 9))[-1] == "this run is int8"


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        (replace(RUN, batch=3), "nobody published this graph at batch 3"),
        (replace(RUN, label="", model_path="/nowhere/m.onnx"), "its file is no more where it was"),
        (replace(RUN, inputs=(Tensor("data", "float32", (1, 3, 320, 320)),)), "ran at 320x320"),
    ],
)
def test_with_nothing_to_compare_the_panel_is_quiet_and_says_why(run: Run, reason: str) -> None:
    view = seen(run=run)
    assert no_published(view)
    (row,) = words(published(view, 80, 9))
    assert reason in row


def test_a_network_that_only_other_sources_ran_is_compared_with_those() -> None:
    """EfficientNet-B0 is in neither Bianco's tables nor DeepDetect's."""
    run = replace(
        RUN, model="efficientnet_b0", inputs=(Tensor("data", "float32", (1, 3, 224, 224)),)
    )
    view = seen(run=run)
    assert not no_published(view)
    assert len(published(view, 60, 9)) == 7


async def test_key_7_switches_it_off_and_on() -> None:
    async with on_screen(STORIES["steady"]()) as screen:
        assert "7 Published boards" in screen.text
        await screen.press("7")
        assert "Published boards" not in screen.text
        await screen.press("7")
        assert "7 Published boards" in screen.text


# -- the table -----------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["c", "escape"])
async def test_c_opens_the_table_and_c_or_escape_closes_it(key: str) -> None:
    async with on_screen(STORIES["steady"]()) as screen:
        await screen.press("c")
        await screen.settle()
        assert isinstance(screen.app.screen, BoardsScreen)
        text = screen.text
        assert "this board: onnxruntime 1.32.0, cpu 6 threads, fp32, 224 px" in text
        assert " 30.2   7.6x   Jetson TX1, DeepDetect 2018: DeepDetect (Caffe), cuda" in text
        assert "ratio: their time by ours" in text
        await screen.press(key)
        assert isinstance(screen.app.screen, MonitorScreen)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12), (20, 5)])
async def test_the_table_fits_every_size(size: tuple[int, int]) -> None:
    async with on_screen(STORIES["steady"](), size) as screen:
        await screen.press("c")
        await screen.settle()
        assert screen.cell_widths == [size[0]] * size[1]
        assert "squeezenet" in screen.text


async def test_it_begins_where_this_board_stands_and_scrolls() -> None:
    """MobileNet was run by more boards than a screen has rows."""
    run = replace(RUN, model="mobilenet_v1")
    async with on_screen([at(20.0, run)], (120, 30)) as screen:
        await screen.press("c")
        await screen.settle()
        at_own = screen.text
        assert "this board:" in at_own
        await screen.press("home")
        assert "this board:" not in screen.text
        fastest = screen.lines[4]
        assert "Jetson AGX Orin" in fastest
        await screen.press("down")
        assert screen.lines[4] != fastest
        await screen.press("up", "up")
        assert screen.lines[4] == fastest
        await screen.press("pagedown")
        assert "this board:" not in screen.lines[4]
        await screen.press("end")
        last = screen.text
        await screen.press("down")
        assert screen.text == last


async def test_a_replay_shows_the_same() -> None:
    async with replayed(STORIES["batch_4"](), place=100) as replay:
        assert "2.2x a GTX 1080 Ti · 0.40x a Titan Xp" in replay.text
        assert "7 Published boards" in replay.text
        await replay.press("c")
        await replay.settle()
        assert "replay" in replay.lines[0]
        assert "Jetson TX1, DeepDetect 2018" in replay.text


def test_graphs_that_differ_stand_below_with_both_counts_each_board_once() -> None:
    run = replace(RUN, model="resnet50")
    rows = words(table(seen(run=run)).rows)
    told = [row for row in rows if "different graph" in row]
    assert "CaffeResNet-50, 3.858 GMACs there, 4.089 here" in told[0]
    assert rows[-len(told) :] == told
    assert len(told) == len({row.split(",")[0] for row in told}) == 4


def test_the_heading_says_why_there_is_no_time() -> None:
    assert "30 images/s come in" in words(heading(seen(run=replace(RUN, rate_fps=30.0)), 120, 3))[2]
    assert "2 instances" in words(heading(seen(run=replace(RUN, instances=2)), 120, 3))[2]
    assert "A and B" in words(heading(seen(trial=samples.TRIAL), 120, 3))[2]
    assert words(heading(seen(), 120, 3))[2] == ""


# -- how they are looked up ----------------------------------------------------------------


class Counted:
    """A finder with all that it delivered."""

    def __init__(self, hashes: dict[int, str | None] | None = None) -> None:
        self.found: list[Found] = []
        self.finder = Finder(self.found.append, hashes)

    def follow(self, *items: Sample) -> list[Found]:
        for item in items:
            self.finder.follow(item)
            assert self.finder.settled.wait(30)
        return self.found


def test_nothing_is_looked_up_before_something_is_measured() -> None:
    """Neither the first paint nor loading nor the warm-up shares its processor with a table."""
    counted = Counted()
    assert counted.follow(*STORIES["warming"]()) == []
    assert counted.follow(sample(0, total=Window())) == []
    assert len(counted.follow(sample(0))) == 1


def test_each_run_is_looked_up_once() -> None:
    counted = Counted()
    assert len(counted.follow(*STORIES["steady"]())) == 1
    assert len(counted.follow(sample(200, run=replace(RUN, number=2, batch=4)))) == 2


def test_nothing_is_looked_up_while_a_and_b_run_in_turn() -> None:
    counted = Counted()
    assert counted.follow(sample(0, trial=samples.TRIAL)) == []


def test_all_boards_are_read_only_when_they_are_asked_for() -> None:
    run = replace(RUN, model="mobilenet_v1")
    counted = Counted()
    (few,) = counted.follow(sample(0, run=run))
    assert {peer.board.id.split("/")[0] for peer in few.peers} == {"bianco", "deepdetect"}
    counted.finder.widen()
    _, everything = counted.follow(sample(1, run=run))
    assert len(everything.peers) > 3 * len(few.peers)


def test_a_file_is_inspected_once_for_all_batches(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Run] = []
    of_file = graphs.of_file

    def spied(run: Run, *more: Any, **options: Any) -> graphs.Graph:
        asked.append(run)
        assert options["idle"]
        return of_file(run, *more, **options)

    monkeypatch.setattr(graphs, "of_file", spied)
    path = str(shared / "models" / "squeezenet_v1.1_dynbatch.onnx")
    runs = [
        replace(RUN, number=batch, batch=batch, label="", model="mine", model_path=path,
                inputs=(Tensor("data", "float32", (batch, 3, 224, 224)),))
        for batch in (1, 2)
    ]  # fmt: skip
    first, second = Counted().follow(*(sample(0, run=run) for run in runs))
    assert len(asked) == 1
    assert "the same graph as SqueezeNet 1.1" in first.words
    assert {peer.point.batch for peer in first.peers} == {1}
    assert {peer.point.batch for peer in second.peers} == {2}


@pytest.mark.parametrize(
    ("used_mib", "total_mib", "inspected"),
    [(100.0, 200.0, True), (199.9, 200.0, False), (None, 200.0, True), (1e6, 200.0, False)],
)
def test_a_file_is_left_alone_where_memory_is_short(
    shared: Path, used_mib: float | None, total_mib: float, inspected: bool
) -> None:
    """4.7 MiB; a board that swaps for a look into a file would measure that."""
    path = shared / "models" / "squeezenet_v1.1.onnx"
    run = replace(RUN, label="", model="mine", model_path=str(path), inputs=())
    board = replace(
        sample(0).board,
        memory_used_mib=Reading(used_mib),
        memory_total_mib=Reading(total_mib),
    )
    (found,) = Counted().follow(sample(0, run=run, board=board))
    assert (found.ours is not None) == inspected
    assert ("memory is short" in found.words) != inspected


def test_in_a_replay_a_file_without_its_hash_is_not_trusted(shared: Path) -> None:
    """Another file may lie there now."""
    path = shared / "models" / "light_squeezenet.onnx"
    run = replace(RUN, label="", model="mine", model_path=str(path), inputs=())
    (unknown,) = Counted({}).follow(sample(0, run=run))
    assert unknown.ours is None
    assert "still the same is not known" in unknown.words
    (changed,) = Counted({1: "0" * 64}).follow(sample(0, run=run))
    assert "has changed since" in changed.words
    sha256 = subprocess.run(["sha256sum", path], capture_output=True, text=True).stdout.split()[0]
    (same,) = Counted({1: sha256}).follow(sample(0, run=run))
    assert same.ours is not None


def test_a_defect_of_the_tables_is_words_not_a_torn_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_run: Run) -> None:
        raise RuntimeError("no table")

    monkeypatch.setattr(graphs, "built_in", broken)
    (found,) = Counted().follow(sample(0))
    assert found.ours is None
    assert "cannot be read" in found.words
    assert found.key == key_of(RUN)


def test_the_end_does_not_wait_for_an_inspection(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The process that inspects is killed, and none is left behind."""
    path = tmp_path / "m.onnx"
    path.write_bytes(b"x")
    began, processes = threading.Event(), []

    def slow(_run: Run, *_more: Any, started: Any, **_options: Any) -> graphs.Graph:
        process = subprocess.Popen(["sleep", "60"], text=True)
        processes.append(process)
        started(process)
        began.set()
        process.wait()
        return graphs.Graph(None, "killed")

    monkeypatch.setattr(graphs, "of_file", slow)
    found: list[Found] = []
    finder = Finder(found.append)
    finder.follow(sample(0, run=replace(RUN, label="", model_path=str(path))))
    assert began.wait(10)
    start_s = time.monotonic()
    finder.close()
    assert time.monotonic() - start_s < 5
    assert processes[0].poll() is not None
    assert finder.settled.is_set()
    assert found == []


async def test_a_kiosk_looks_nothing_up() -> None:
    async with on_screen(STORIES["steady"](), kiosk=True) as screen:
        assert screen.app.view.published is None


def test_a_model_that_died_does_not_move_the_panels() -> None:
    """It is started again in a moment; a first model that never ran gives the room away."""
    view = seen()
    view.update(sample(1, run=replace(RUN, number=2), state=State.FAILED))
    assert not no_published(view)
    assert words(published(view, 80, 9)) == ["    – the run has failed"]
    assert no_published(view_of([sample(0, state=State.FAILED)]))
