"""Published tables: the figures as printed, their gaps, their errata, their networks."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from edgetop import reference
from edgetop.errors import ExitCode, UsageError
from edgetop.reference.declared import NAMES, SOURCES, table_rows
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


def test_the_accuracies_of_tryolabs_that_cannot_be_are_told_and_kept() -> None:
    boards = [board for board in reference.boards() if board.startswith("tryolabs/")]
    points = [point for board in boards for point in reference.load(board).points]
    assert len(points) == 31
    doubted = [point for point in points if "accuracy as printed" in point.note]
    assert len(doubted) == 9
    assert {point.model.top1_pct for point in doubted} == {79.61, 85.44, 80.0, 81.0, 79.0, 78.0}
    (nano,) = (
        point
        for point in reference.load("tryolabs/jetson-nano").points
        if point.conditions.runtime == "TensorFlow" and point.model.name == "Efficientnet-B3"
    )
    assert (nano.model.top1_pct, nano.ms_per_image) == (85.44, 246.26)
    assert "73.81 %" in nano.note


def test_runtimes_of_one_board_stand_side_by_side() -> None:
    found = {
        point.conditions.runtime: point.ms_per_image
        for point in points_of("tryolabs/jetson-nano", "Resnet-50")
    }
    assert found["TF-TensorRT-PyTorch"] == 2.67
    assert found["PyTorch"] == 35.67


def test_throughput_is_kept_as_printed_and_time_follows_from_it() -> None:
    vgg = cell("mxnet/tesla-v100", "VGG-16", 64)
    assert (vgg.fps, vgg.ms_per_image) == (701.59, pytest.approx(1000 / 701.59))
    resnet = cell("dlmark/tesla-v100", "resnet50_v1", 64)
    assert (resnet.fps, resnet.memory_mib) == (1163.94, 728)
    assert resnet.model.canonical_name == "CaffeResNet-50"
    assert cell("dlmark/tesla-v100", "resnet50_v1b", 64).model.canonical_name == "ResNet-50 v1"


def test_what_mxnet_could_not_run_was_out_of_memory_on_that_board_only() -> None:
    gaps = [point for point in reference.load("mxnet/tesla-k80").points if point.error]
    assert [(point.model.name, point.batch) for point in gaps] == [("VGG-16", 128), ("VGG-16", 256)]
    assert {point.error for point in gaps} == {"out of memory"}
    processor = reference.load("mxnet/c5-xlarge").points  # nobody ran it beyond batch 32
    assert max(point.batch for point in processor) == 32
    assert not any(point.error for point in processor)


def test_every_setting_of_an_ncnn_board_is_a_condition() -> None:
    boards = [board for board in reference.boards() if board.startswith("ncnn/")]
    assert len(boards) == 53
    assert sum(len(reference.load(board).points) for board in boards) == 3985
    settings = {
        (point.conditions.provider, point.conditions.threads)
        for point in reference.load("ncnn/jetson-nano").points
    }
    assert settings == {("cpu", 4), ("cpu", 1), ("gpu (Vulkan)", 4), ("gpu (Vulkan)", 1)}


def test_the_spread_of_an_ncnn_run_is_kept() -> None:
    point = next(
        point
        for point in reference.load("ncnn/jetson-agx-orin").points
        if point.model.name == "squeezenet"
    )
    assert point.ms_per_image == 11.74
    assert point.latency is not None
    assert (point.latency.min_ms, point.latency.max_ms, point.inferences) == (11.66, 11.8, 64)


def test_int8_networks_have_no_accuracy_of_trained_weights() -> None:
    results = reference.load("ncnn/raspberry-pi-5")
    named = {point.model.name: point for point in results.points}
    assert named["resnet18_int8"].conditions.precision == "int8"
    assert named["resnet18_int8"].model.top1_pct is None
    assert named["resnet18_int8"].model.gmacs == named["resnet18"].model.gmacs
    assert named["resnet18"].model.top1_pct == 69.758


def test_a_network_of_another_input_size_is_none_of_the_catalogue() -> None:
    points = {
        point.model.name: point.model for point in reference.load("nvidia/jetson-nano").points
    }
    assert points["ResNet-50 224x224"].gmacs == 4.0892
    other = points["MobileNet-v2 300x300"]
    assert (other.canonical_name, other.gmacs, other.input_px) == ("", None, 300)
    assert other.params_m == 3.5049  # the weights do not depend on it
    assert points["SSD ResNet-18 480x272"].input_px is None


def test_mlperf_tells_its_power_range_and_that_the_mean_is_no_result_of_it() -> None:
    results = reference.load("mlperf/raspberry-pi-4-fan-on")
    (point,) = results.points
    assert "6.49 to 7.04 W at the wall" in point.note
    assert point.power_w is None  # a range is no mean
    assert point.latency is not None and point.latency.p90_ms == 606.294547
    assert "no MLPerf result" in results.conditions


def test_a_table_with_a_column_for_each_board_gives_each_its_own() -> None:
    notebook, desktop = (
        {point.model.name: point.fps for point in reference.load(board).points}
        for board in ("timm/core-i7-12700h", "timm/core-i9-10940x")
    )
    assert notebook["vgg16.tv_in1k"] == 5.08
    assert desktop["vgg16.tv_in1k"] == 8.48


def test_time_of_a_batch_is_divided_by_the_batch() -> None:
    first = [
        point
        for point in reference.load("elab/jetson-tx1").points
        if point.conditions.runtime == "thnets FP32 cuDNN 4"
    ]
    assert [point.batch for point in first] == [1, 2, 4, 8, 16, 32]
    assert first[-1].ms_per_image == 216 / 32


def test_every_citation_is_in_the_list_of_sources() -> None:
    listed = (TABLES.parent / "SOURCES.md").read_text(encoding="utf-8")
    for path in TABLES.glob("*.csv"):
        assert f"`{path.name}`" in listed
    read = {table.file for source in SOURCES.values() for table in source.tables}
    assert read == {path.name for path in TABLES.glob("*.csv")}


def test_every_name_that_is_explained_is_in_its_table() -> None:
    for source, model in NAMES:
        printed = {
            cell
            for table in SOURCES[source].tables
            for row in table_rows(table)
            for cell in row.values()
        }
        assert model in printed | {SOURCES[source].labels.get("model")}, (source, model)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected tables are not beside the checkout")
def test_the_tables_are_the_collected_ones() -> None:
    for path in TABLES.glob("*.csv"):
        collected = SHARED / path.name
        if path.name == "tryolabs_errata.csv":  # ours
            continue
        ours = path.read_text(encoding="utf-8").splitlines()
        theirs = set(collected.read_text(encoding="utf-8").splitlines())
        assert set(ours) <= theirs, path.name
