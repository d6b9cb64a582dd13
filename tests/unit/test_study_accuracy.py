"""What is made of a model's answers, with a tiny model in a real process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny_models
from onnx import TensorProto
from PIL import Image

from edgetop.engine.backend import InputInfo
from edgetop.engine.picture_plan import fit
from edgetop.engine.picture_worker import Scores
from edgetop.engine.spec import RunSpec
from edgetop.errors import ExitCode, ModelError, UsageError
from edgetop.study import accuracy, accuracy_record
from edgetop.study.accuracy import Answer, Result, measure
from edgetop.study.accuracy_images import Images
from edgetop.study.preprocess import PRESETS

if TYPE_CHECKING:
    from pathlib import Path

COLOURS = ("red", "lime", "blue")


def painted(folder: Path, count: int = 6) -> Images:
    """Pictures of the three colours in turn, labelled by their colour."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        Image.new("RGB", (9, 9), COLOURS[number % 3]).save(folder / f"{number:03}.png")
    return Images(folder, {f"{number:03}.png": number % 3 for number in range(count)})


def spec(path: Path, **changes: Any) -> RunSpec:
    return RunSpec(model_path=str(path), title="m", provider="cpu", threads=1, **changes)


def correct(result: Result) -> tuple[int, int, int]:
    return result.correct(1), result.correct(5), result.n


@pytest.mark.parametrize(
    ("dims", "kind", "batch"),
    [
        (("N", 3, 8, 8), TensorProto.FLOAT, 1),
        (("N", 3, 8, 8), TensorProto.FLOAT, 4),
        ((4, 3, 8, 8), TensorProto.FLOAT, 2),
        ((1, 8, 8, 3), TensorProto.UINT8, 1),
        ((1, 3, 8, 8), TensorProto.FLOAT16, 1),
    ],
)
def test_every_picture_is_answered_once(tmp_path: Path, dims: Any, kind: int, batch: int) -> None:
    model = tiny_models.colours(tmp_path / "m.onnx", dims=dims, kind=kind)
    images = painted(tmp_path / "i", 7)
    result = measure(spec(model, batch=batch), PRESETS["raw"], images)
    assert correct(result) == (7, 7, 7)
    assert [answer.file for answer in result.answers] == list(images.classes)
    assert ("the graph has a fixed batch of 4" in result.notes) == (dims[0] == 4)


def test_a_wrong_label_counts_for_top_5_only(tmp_path: Path) -> None:
    images = painted(tmp_path / "i")
    images.classes["000.png"] = 2
    images.classes["001.png"] = 9
    model = tiny_models.colours(tmp_path / "m.onnx", classes=10)
    result = measure(spec(model), PRESETS["raw"], images)
    assert correct(result) == (4, 5, 6)
    assert [answer.place for answer in result.answers[:3]] == [3, None, 1]


def test_undecodable_pictures_are_named_and_not_counted(tmp_path: Path) -> None:
    images = painted(tmp_path / "i")
    (tmp_path / "i" / "002.png").write_bytes(b"nothing")
    (tmp_path / "i" / "001.png").unlink()
    seen: list[tuple[int, int]] = []
    result = measure(
        spec(tiny_models.colours(tmp_path / "m.onnx"), batch=3), PRESETS["raw"], images,
        progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert correct(result) == (4, 4, 4)
    assert [name for name, _ in result.undecodable] == ["001.png", "002.png"]
    assert seen[-1] == (6, 6)
    record = accuracy_record.record(result, images)
    assert record["undecodable"][1] == {
        "file": "002.png", "reason": "not a picture, or of an unknown format"
    }  # fmt: skip


def test_no_picture_at_all_is_an_error(tmp_path: Path) -> None:
    images = painted(tmp_path / "i", 2)
    for name in images.classes:
        (tmp_path / "i" / name).write_bytes(b"nothing")
    with pytest.raises(UsageError, match=r"none of the 2 pictures can be decoded: 000\.png"):
        measure(spec(tiny_models.colours(tmp_path / "m.onnx")), PRESETS["raw"], images)


@pytest.mark.parametrize(
    ("first", "offset", "last", "right", "words"),
    [
        (1, None, 0, 6, "the first the background"),
        (1, 1, 0, 6, ""),
        (0, 0, 0, 6, ""),
        (0, None, 1000, 5, "count the background already"),
    ],
)
def test_a_model_that_knows_the_background(
    tmp_path: Path, first: int, offset: int | None, last: int, right: int, words: str
) -> None:
    model = tiny_models.colours(tmp_path / "m.onnx", classes=1001, first=first)
    images = painted(tmp_path / "i")
    if last:
        images.classes["005.png"] = last
    result = measure(spec(model), PRESETS["raw"], images, offset=offset)
    assert result.correct(1) == right
    assert words in " ".join(result.notes)


@pytest.mark.parametrize(("label", "offset"), [(3, None), (2, 1), (0, -1)])
def test_a_label_beyond_the_classes_is_an_error(
    tmp_path: Path, label: int, offset: int | None
) -> None:
    images = painted(tmp_path / "i", 2)
    images.classes["001.png"] = label
    images.classes.pop("000.png")
    model = tiny_models.colours(tmp_path / "m.onnx")
    with pytest.raises(UsageError, match=r"of 001\.png is not among the model's 3 classes, 0 to 2"):
        measure(spec(model), PRESETS["raw"], images, offset=offset)


def test_it_stops_when_told_and_keeps_what_it_has(tmp_path: Path) -> None:
    images = painted(tmp_path / "i", 60)
    done: list[int] = []
    result = measure(
        spec(tiny_models.colours(tmp_path / "m.onnx")), PRESETS["raw"], images,
        progress=lambda number, _all: done.append(number),
        stopped=lambda: bool(done) and done[-1] >= 5,
    )  # fmt: skip
    assert 5 <= result.n < 60
    assert result.interrupted
    assert correct(result) == (result.n,) * 3
    assert len({answer.label for answer in result.answers}) > 1  # shuffled


def test_a_model_that_kills_its_process(tmp_path: Path) -> None:
    from edgetop.errors import WorkerDiedError

    with pytest.raises(WorkerDiedError, match="the model's process died"):
        measure(
            spec(tiny_models.killer(tmp_path / "m.onnx")), PRESETS["raw"], painted(tmp_path / "i")
        )


def test_folders_that_are_not_all_the_classes_are_noted(tmp_path: Path) -> None:
    images = painted(tmp_path / "i")
    images = Images(images.folder, images.classes, by_name=3, repeated=2)
    result = measure(
        spec(tiny_models.colours(tmp_path / "m.onnx", classes=10)), PRESETS["raw"], images
    )
    assert "3 folders, but the model has 10 classes" in " ".join(result.notes)
    assert "2 labels say again" in " ".join(result.notes)


def test_answers_that_cannot_be_right_are_doubted() -> None:
    same = [Answer(str(number), number % 2, number % 2, (0, 1)) for number in range(20)]
    assert "the same answer" in " ".join(accuracy._doubts(same))
    assert not list(accuracy._doubts(same[:19]))
    assert not list(accuracy._doubts(same[::2] * 2))
    blank = [Answer("a", 0, 0, ())]
    assert list(accuracy._doubts(blank)) == [
        "the scores of 1 pictures are not numbers; they count as wrong"
    ]


def test_a_row_per_picture(tmp_path: Path) -> None:
    images = Images(tmp_path, {"=a.png": 1, "b.png": 2})
    result = Result("m", 2, [Answer("=a.png", 1, 2, (7, 2))], [("b.png", "empty")])
    accuracy_record.write_per_image(tmp_path / "p.csv", result, images)
    assert (tmp_path / "p.csv").read_text().splitlines() == [
        "image,label,class,top5,place,reason", "'=a.png,1,2,7 2,2,", "b.png,2,,,,empty"
    ]  # fmt: skip


def test_a_name_that_is_not_utf8_is_told_in_every_form(tmp_path: Path) -> None:
    images = Images(tmp_path, {"\udcff.png": 1})
    result = Result("m", 1, [], [("\udcff.png", "empty")])
    accuracy_record.write_per_image(tmp_path / "p.csv", result, images)
    assert " .png,1,,,,empty" in (tmp_path / "p.csv").read_text()
    record = json.loads(json.dumps(accuracy_record.record(result, images)))
    assert record["undecodable"][0]["file"] == "\udcff.png"


def test_nothing_answered_gives_no_figures(tmp_path: Path) -> None:
    record = accuracy_record.record(Result("m", 2, interrupted=True), Images(tmp_path, {}))
    assert record["n"] == 0
    assert record["top1_pct"] is None and record["top5_interval_pct"] is None
    assert record["preprocess"] is None


class FakeModel:
    """Gives the same results whatever goes in."""

    inputs = (InputInfo("x", "float32", (2, 3, 8, 8)),)

    def __init__(self, **outputs: Any) -> None:
        self._outputs = outputs

    def results(self, feed: Any) -> dict[str, Any]:
        return self._outputs


def scores(wanted: str = "", **outputs: Any) -> Scores:
    model: Any = FakeModel(**outputs)
    return Scores(model, fit(PRESETS["raw"], FakeModel.inputs, 1), wanted)


@pytest.mark.parametrize("shape", [(2, 10), (2, 10, 1, 1), (2, 1, 1, 10), (2, 1, 10)])
def test_outputs_with_a_score_per_class(shape: tuple[int, ...]) -> None:
    found = scores(boxes=np.zeros((2, 5, 4)), y=np.zeros(shape, np.float32), aux=np.zeros((2, 3)))
    assert (found.name, found.classes, found.candidates) == ("y", 10, 2)
    assert scores("aux", y=np.zeros(shape), aux=np.zeros((2, 3))).classes == 3


def test_outputs_without() -> None:
    with pytest.raises(
        ModelError, match=r"no score per class: its outputs are y \[2, 5, 4\], z \("
    ):
        scores(y=np.zeros((2, 5, 4)), z=[{1: 0.5}])
    with pytest.raises(ModelError, match="no score per class"):
        scores(y=np.zeros((2, 1)))
    with pytest.raises(UsageError, match="the model has no output 'z'; it has y"):
        scores("z", y=np.zeros((2, 10)))
    with pytest.raises(ModelError) as caught:
        scores("z", y=np.zeros((2, 10)), z=np.zeros((2, 1)))
    assert caught.value.code == ExitCode.MODEL


def test_ties_go_to_the_lower_class_and_nan_to_none() -> None:
    rows = np.array([[1, 3, 3, 0, 3, 2, 2], [0, np.nan, 1, 2, 3, 4, 5]], np.float32)
    answers = list(scores(y=rows).best([7, 9], [np.zeros((3, 8, 8))] * 2))
    assert answers == [(7, [1, 2, 4, 5, 6], ""), (9, [], "")]
