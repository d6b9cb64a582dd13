"""Published tables: the figures as printed, their gaps, their errata, their networks."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from edgetop import reference
from edgetop.errors import ExitCode, UsageError
from edgetop.zoo import catalogue

TABLES = Path(reference.__file__).parent / "tables"
SHARED = Path(__file__).parents[2].parent / "shared" / "reference"


def points_of(board: str, model: str):
    return [point for point in reference.load(board).points if point.model.name == model]


def cell(board: str, model: str, batch: int):
    (point,) = (point for point in points_of(board, model) if point.batch == batch)
    return point


def printed(file: str) -> list[dict[str, str]]:
    with (TABLES / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_ids_are_unique_and_begin_with_the_two_large_tables() -> None:
    ids = reference.boards()
    assert len(set(ids)) == len(ids)
    assert ids[:6] == (
        "bianco/titan-xp",
        "bianco/jetson-tx1",
        "deepdetect/gtx-1080-ti",
        "deepdetect/jetson-tx1",
        "deepdetect/jetson-tk1",
        "deepdetect/raspberry-pi-3",
    )


def test_every_time_that_bianco_printed_is_there_and_in_order() -> None:
    rows = printed("bianco_time.csv")
    assert len(rows) == 572
    for board, device in (("bianco/titan-xp", "Titan Xp"), ("bianco/jetson-tx1", "Jetson TX1")):
        found = [
            (point.model.name, point.batch, point.ms_per_image)
            for point in reference.load(board).points
            if point.ms_per_image is not None
        ]
        assert found == [
            (row["model"], int(row["batch_size"]), float(row["ms_per_image"]))
            for row in rows
            if row["device"] == device
        ]


def test_every_memory_that_bianco_printed_is_there_in_mib() -> None:
    rows = printed("bianco_memory.csv")
    assert len(rows) == 308
    points = reference.load("bianco/titan-xp").points
    assert [point.memory_mib for point in points] == [
        pytest.approx(float(row["memory_gb"]) * 1024) for row in rows
    ]
    assert {point.memory_scope for point in points} == {"GPU memory of the process"}
    assert not any(point.memory_mib for point in reference.load("bianco/jetson-tx1").points)


def test_known_cells_of_bianco() -> None:
    alexnet = cell("bianco/titan-xp", "AlexNet", 1)
    assert (alexnet.ms_per_image, alexnet.fps) == (1.28, pytest.approx(781.25))
    assert alexnet.conditions.words() == "PyTorch, cuda"
    assert alexnet.model.top1_pct == 56.522
    assert "torchvision" in alexnet.model.top1_source
    nasnet = cell("bianco/titan-xp", "NASNet-A-Large", 1).model
    assert (nasnet.top1_pct, nasnet.gmacs, nasnet.input_px) == (82.5, 23.81, 331)
    assert nasnet.top1_source == "Bianco et al. (2018): paper Table 3"


def test_what_bianco_could_not_run_was_out_of_memory() -> None:
    points = reference.load("bianco/jetson-tx1").points
    assert len(points) == 44 * 7
    gaps = [point for point in points if point.ms_per_image is None]
    assert len(gaps) == 44 * 7 - 264
    assert {(point.error, point.fps) for point in gaps} == {("out of memory", None)}
    assert cell("bianco/jetson-tx1", "NASNet-A-Large", 32).error == "out of memory"


def test_rows_of_bianco_that_seem_exchanged_say_so_and_keep_their_values() -> None:
    times = points_of("bianco/jetson-tx1", "DenseNet-161 (k=48)")
    assert all("time as printed" in point.note for point in times if point.ms_per_image)
    memory = points_of("bianco/titan-xp", "DenseNet-169 (k=32)")
    assert all("memory as printed" in point.note for point in memory)
    assert memory[0].memory_mib == pytest.approx(0.87 * 1024)
    assert not cell("bianco/titan-xp", "DenseNet-121 (k=32)", 1).note
    assert any("exchanged" in point.note for point in memory)


def test_every_time_that_deepdetect_printed_is_there_and_every_x_says_so() -> None:
    rows = printed("deepdetect.csv")
    assert len(rows) == 222
    points = [
        point
        for board in reference.boards()
        if board.startswith("deepdetect/")
        for point in reference.load(board).points
    ]
    assert len(points) == 416
    measured = [point for point in points if point.ms_per_image is not None]
    assert [point.ms_per_image for point in measured] == [
        float(row["ms_per_image"]) for row in rows
    ]
    gaps = {point.error for point in points if point.ms_per_image is None}
    assert gaps == {"did not run (x in the source)"}


def test_networks_that_a_board_never_ran_are_gaps_too() -> None:
    vgg = points_of("deepdetect/jetson-tk1", "vgg16")
    assert [point.batch for point in vgg] == [1, 2, 4, 8, 16, 32, 64, 128]
    assert all(point.ms_per_image is None and point.error for point in vgg)


def test_known_cells_of_deepdetect() -> None:
    squeezenet = cell("deepdetect/jetson-tx1", "Squeezenetv1.1", 16)
    assert squeezenet.ms_per_image == 11.8  # the report's prose: 85 images/s
    assert squeezenet.fps == pytest.approx(84.7, abs=0.1)
    assert cell("deepdetect/raspberry-pi-3", "mobilenet", 1).conditions.provider == "cpu"


def test_deepdetects_networks_are_the_variants_of_caffe() -> None:
    names = {
        point.model.name: point.model.canonical_name
        for point in reference.load("deepdetect/gtx-1080-ti").points
    }
    assert names["res50"] == "CaffeResNet-50"
    assert names["densenet121"] == "DenseNet-121 (Caffe)"
    assert names["Squeezenetv1.0"] == "SqueezeNet 1.0 (Caffe)"
    assert names["googlenet"] == "GoogLeNet"
    assert names["shufflenet"] == ""  # no variant of the catalogue counts to it


def test_depthwise_layers_are_counted_and_the_printed_count_is_told() -> None:
    results = reference.load("deepdetect/jetson-tx1")
    depthwise = cell(results.id, "mobilenet_depthwise", 1).model
    assert depthwise.gmacs == 0.5687
    assert any("0.5514" in note for note in results.notes)
    assert cell(results.id, "shufflenet", 1).model.gmacs == 0.1271
    assert any("0.1234" in note for note in results.notes)


@pytest.mark.parametrize(
    ("board", "peak_tmacs"),
    [
        ("bianco/titan-xp", 6.0),
        ("bianco/jetson-tx1", 0.5),
        ("deepdetect/gtx-1080-ti", 5.65),
        ("deepdetect/jetson-tk1", 0.15),
        ("deepdetect/raspberry-pi-3", None),
    ],
)
def test_peaks_are_multiply_adds_and_name_their_source(board: str, peak_tmacs: float) -> None:
    results = reference.load(board)
    assert results.peak_tmacs == peak_tmacs
    assert bool(results.peak_source) == (peak_tmacs is not None)


@pytest.mark.parametrize("board", reference.boards())
def test_every_board_loads_with_its_citation_and_figures(board: str) -> None:
    results = reference.load(board)
    assert (results.id, results.published) == (board, True)
    assert results.board and results.source and results.conditions
    assert any(point.ms_per_image for point in results.points)
    for point in results.points:
        assert point.batch >= 1
        assert (point.ms_per_image is None) == bool(point.error)
        if point.ms_per_image is not None:
            assert point.ms_per_image > 0
            assert point.fps is not None and point.fps * point.ms_per_image == pytest.approx(1000)
        assert (point.memory_mib is None) == (not point.memory_scope)
        assert (point.model.top1_pct is None) == (not point.model.top1_source)


@pytest.mark.parametrize("board", reference.boards())
def test_networks_known_to_the_catalogue_cost_what_its_graphs_do(board: str) -> None:
    known = 0
    for model in {point.model for point in reference.load(board).points}:
        if not model.canonical_name:
            continue
        known += 1
        architecture = catalogue.find(model.canonical_name)
        assert architecture is not None
        assert architecture.canonical_name == model.canonical_name
        if model.gmacs is not None and model.input_px == architecture.input_px:
            assert model.gmacs == pytest.approx(architecture.gmacs, rel=0.02), model
    assert known or not any(point.model.canonical_name for point in reference.load(board).points)


def test_an_id_may_be_written_in_capitals_and_is_read_once() -> None:
    assert reference.load("Bianco/Titan-XP").id == "bianco/titan-xp"
    assert reference.load("bianco/titan-xp") is reference.load("bianco/titan-xp")


def test_an_unknown_board_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="bianco/titan-xp") as told:
        reference.load("bianko/titan-x")
    assert told.value.code == ExitCode.USAGE
    with pytest.raises(UsageError, match="'\\?\\[31mx'; edgetop boards lists them"):
        reference.load("\x1b[31mx")


def test_a_part_of_an_id_names_the_boards_that_have_it() -> None:
    assert "deepdetect/jetson-tx1" in reference.nearest("jetson-tx1")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected tables are not beside the checkout")
def test_the_tables_are_the_collected_ones() -> None:
    for path in TABLES.glob("*.csv"):
        collected = SHARED / path.name
        assert collected.exists(), path.name
        ours = path.read_text(encoding="utf-8").splitlines()
        theirs = set(collected.read_text(encoding="utf-8").splitlines())
        assert set(ours) <= theirs, path.name
