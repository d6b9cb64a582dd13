"""`edgetop accuracy` in real processes: figures, bad input, endings."""

from __future__ import annotations

import csv
import json
import os
import pty
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import tiny_models
from edgetop_process import LONG_S, Edgetop, Finished, edgetop, wait_until_ended
from onnx import TensorProto
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLOURS = ("red", "lime", "blue")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_models.colours(tmp_path / "m.onnx")


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Folders 0, 1 and 2 with two pictures each."""
    folder = tmp_path / "images"
    for number, name in enumerate(COLOURS):
        (folder / str(number)).mkdir(parents=True)
        for copy in "ab":
            Image.new("RGB", (9, 9), name).save(folder / str(number) / f"{copy}.png")
    return folder


def accuracy(model: Path | str, images: Path, *arguments: str | Path, **options: Any) -> Finished:
    usual = () if "--preprocess" in arguments else ("--preprocess", "raw")
    words = ("--model", model, "--images", images, *usual, *arguments)
    return edgetop("accuracy", *words, **options)


@pytest.mark.parametrize("extra", [(), ("--batch", "8")])
def test_the_reference_pictures_image_by_image(
    shared: Path, tmp_path: Path, extra: tuple[str, ...]
) -> None:
    folder = shared / "images"
    if not (folder / "labels.csv").is_file():
        pytest.skip(f"needs the labelled pictures in {folder}")
    name = "squeezenet_v1.1_dynbatch.onnx" if extra else "squeezenet_v1.1.onnx"
    finished = edgetop(
        "accuracy", "--model", shared / "models" / name, "--images", folder,
        "--labels", folder / "labels.csv", "--per-image", tmp_path / "p.csv", "--json", *extra,
    )  # fmt: skip
    assert (finished.code, finished.err) == (0, "")
    told = json.loads(finished.out)
    assert (told["n"], told["top1_correct"], told["top5_correct"]) == (100, 65, 87)
    assert (told["top1_pct"], told["top5_pct"]) == (65.0, 87.0)
    assert told["top1_interval_pct"] == [55.25, 73.64]
    assert told["undecodable"] == told["unlabelled"] == told["missing"] == []
    with (folder / "expected_top5.csv").open() as file:
        wanted = {row["file"]: row["squeezenet_v1.1_top5"] for row in csv.DictReader(file)}
    with (tmp_path / "p.csv").open() as file:
        found = {row["image"]: row["top5"] for row in csv.DictReader(file)}
    assert found == wanted


@pytest.mark.parametrize(("name", "top1", "top5"), [("squeezenet_v1.1_fp16.onnx", 65, 87)])
def test_halves_give_the_same_hits(shared: Path, name: str, top1: int, top5: int) -> None:
    folder = shared / "images"
    if not (folder / "labels.csv").is_file():
        pytest.skip(f"needs the labelled pictures in {folder}")
    finished = accuracy(
        shared / "models" / name, folder, "--preprocess", "torchvision", "--json",
        "--labels", folder / "labels.csv",
    )  # fmt: skip
    told = json.loads(finished.out)
    assert abs(told["top1_correct"] - top1) <= 2 and abs(told["top5_correct"] - top5) <= 2


def test_a_person_reads_a_table(model: Path, images: Path) -> None:
    (images / "1" / "b.png").write_bytes(b"nothing")
    (images / "stray.jpg").write_bytes(b"nothing")
    finished = accuracy(model, images)
    assert (finished.code, finished.err) == (0, "")
    assert finished.out.splitlines() == [
        "model          m",
        "preprocessing  raw: resized to 8x8 (bilinear), RGB, 0 to 255, NCHW float32",
        "provider       cpu, batch 1",
        "images         5",
        "top-1          5/5 = 100.0 % (95 % interval 56.6-100.0)",
        "top-5          5/5 = 100.0 % (95 % interval 56.6-100.0)",
        "undecodable    1: 1/b.png (not a picture, or of an unknown format)",
        "no label       1: stray.jpg",
        "note           with 3 classes, top-5 says nothing",
    ]


def test_names_beyond_some_are_a_number(model: Path, images: Path, tmp_path: Path) -> None:
    labels = tmp_path / "val.txt"
    labels.write_text("0/a.png 0\n" + "".join(f"lost{number}.png 1\n" for number in range(9)))
    finished = accuracy(model, images, "--labels", labels)
    assert "\nno label       5: 0/b.png, 1/a.png, " in finished.out
    assert finished.out.count("and 4 more") == 1
    assert "no image       9: lost0.png, lost1.png, lost2.png, lost3.png, lost4.png and 4 more" in (
        finished.out
    )


def test_a_relative_path_and_the_defaults_of_another_model(tmp_path: Path, images: Path) -> None:
    tiny_models.colours(
        tmp_path / "u.onnx", 1001, dims=(1, 8, 8, 3), kind=TensorProto.UINT8, first=1
    )
    finished = accuracy("u.onnx", images, "--json", cwd=tmp_path, env={"PYTHONPATH": _root()})
    told = json.loads(finished.out)
    assert (told["top1_correct"], told["n"], told["classes"]) == (6, 6, 1001)
    assert told["preprocess"]["layout"] == "nhwc" and told["preprocess"]["dtype"] == "uint8"
    assert "background" in told["notes"][0]


def _root() -> str:
    import edgetop as package

    return os.path.dirname(os.path.dirname(package.__file__))  # noqa: PTH120


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--labels", "missing.csv"), 2, "the file of labels missing.csv does not exist"),
        (("--labels", "other.csv"), 2, "other.csv names zzz.png, "),
        (("--labels", "twice.csv"), 2, "has the class 1 here and 0 before"),
        (("--labels", "far.csv"), 2, "the label 3 of 0/a.png is not among the model's 3 classes"),
        (("--label-offset", "1"), 2, "the label 2 +1 of 2/a.png is not among"),
        (("--images", "nowhere"), 2, "nowhere does not exist"),
        (("--images", "empty"), 2, "empty is empty"),
        (("--images", "bare"), 2, "holds no pictures"),
        (("--model", "missing.onnx"), 2, "no file and no built-in model is called"),
        (("--model", "squeezenet"), 2, "random weights, its answers mean nothing"),
        (("--model", "text.onnx"), 3, "is a text file, not a model"),
        (("--model", "flat.onnx"), 3, "the model takes no pictures"),
        (("--model", "relu.onnx"), 3, "the model gives no score per class"),
        (("--model", "op.onnx"), 3, "uses the operator"),
        (("--model", "killer.onnx"), 4, "the model's process died: signal"),
        (("--output", "z"), 2, "the model has no output 'z'; it has y"),
        (("--provider", "none"), 2, "no execution provider is called 'none'"),
        (("--provider", "qnn"), 5, "provider qnn is not in this onnxruntime"),
        (("--batch", "0"), 2, "batch must be 1 to"),
        (("--crop", "9"), 2, "--crop 9x9 contradicts the model"),
        (("--resize", "4", "--crop", "8"), 2, "--resize 4 is smaller than --crop 8"),
        (("--layout", "nhwc"), 2, "--layout nhwc contradicts"),
        (("--std", "0"), 2, "--std must not be 0"),
        (("--preprocess", "magic"), 2, "invalid choice: 'magic'"),
        (("--per-image", "empty"), 2, "it is a folder"),
        (("--per-image", "no/such/p.csv"), 2, "there is no folder"),
        (("--per-image", "m.onnx"), 2, "would overwrite what is read"),
        (("--per-image", "far.csv", "--labels", "far.csv"), 2, "would overwrite what is read"),
        (("--per-image", "/dev/full"), 2, "device or pipe"),
    ],
)
def test_bad_input_is_one_line(
    model: Path, images: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "notes.txt").write_text("x")
    (tmp_path / "other.csv").write_text("zzz.png,0\n")
    (tmp_path / "twice.csv").write_text("0/a.png,0\n0/a.png,1\n")
    (tmp_path / "far.csv").write_text("0/a.png,3\n")
    (tmp_path / "text.onnx").write_text("hello")
    if "killer.onnx" in arguments:
        tiny_models.killer(tmp_path / "killer.onnx")
    tiny_models.relu(tmp_path / "flat.onnx")
    tiny_models.relu(tmp_path / "relu.onnx", ("N", 3, 8, 8))
    tiny_models.unknown_operator(tmp_path / "op.onnx")
    finished = accuracy(model, images, *arguments, cwd=tmp_path, env={"PYTHONPATH": _root()})
    assert words in finished.complaint(code)
    assert finished.out == ""


def test_without_pillow_it_says_what_to_install(model: Path, images: Path, tmp_path: Path) -> None:
    (tmp_path / "none" / "PIL").mkdir(parents=True)
    (tmp_path / "none" / "PIL" / "__init__.py").write_text(
        "raise ModuleNotFoundError('no', name='PIL')"
    )
    finished = accuracy(model, images, env={"PYTHONPATH": str(tmp_path / "none")})
    assert "pip install 'edgetop[vision]'" in finished.complaint(2)


def test_a_result_is_printed_though_its_file_cannot_be_written(
    model: Path, images: Path, tmp_path: Path
) -> None:
    target = tmp_path / "gone" / "p.csv"
    target.parent.mkdir()
    with endless(model, images, "--per-image", target, "--json") as running:
        worker = answering(running)
        target.parent.rmdir()
        running.process.send_signal(signal.SIGINT)
        finished = running.finish()
        wait_until_ended(worker)
    assert "cannot write" in finished.complaint(2)
    assert json.loads(finished.out)["interrupted"]


def endless(model: Path, images: Path, *arguments: str | Path) -> Edgetop:
    """More pictures than any test waits for: links to a large one."""
    big = images.parent / "big.png"
    Image.new("RGB", (1500, 1500), "red").save(big)
    for number in range(3000):
        (images / "0" / f"{number}.png").symlink_to(big)
    words = ("--model", model, "--images", images, "--preprocess", "raw", *arguments)
    return Edgetop("accuracy", *words)


def answering(running: Edgetop) -> psutil.Process:
    """Wait until the model's process is there and has worked for a while."""
    deadline = time.monotonic() + LONG_S
    while time.monotonic() < deadline:
        for child in psutil.Process(running.process.pid).children():
            if "edgetop.engine.picture_worker" in " ".join(child.cmdline()):
                running._family = [child]
                while child.cpu_times().user < 1.5:
                    time.sleep(0.05)
                return child
        time.sleep(0.05)
    raise AssertionError("the model's process was not started")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_prints_what_there_is(
    model: Path, images: Path, tmp_path: Path, number: signal.Signals
) -> None:
    with endless(model, images, "--json", "--per-image", tmp_path / "p.csv") as running:
        worker = answering(running)
        running.process.send_signal(number)
        finished = running.finish()
        wait_until_ended(worker)
    assert (finished.code, finished.err) == (130, "")
    told = json.loads(finished.out)
    assert told["interrupted"] and 0 < told["n"] < told["images"] == 3006
    assert len((tmp_path / "p.csv").read_text().splitlines()) == told["n"] + 1


def test_a_process_that_is_killed_is_told_with_the_picture(model: Path, images: Path) -> None:
    with endless(model, images) as running:
        answering(running).kill()
        finished = running.finish()
    line = finished.complaint(4)
    assert "signal 9 (SIGKILL)" in line and "of 3006 pictures were done, the next was 0/" in line


def test_the_process_ends_when_edgetop_is_killed(model: Path, images: Path) -> None:
    with endless(model, images) as running:
        worker = answering(running)
        running.process.kill()
        running.finish()
        wait_until_ended(worker)


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)


def test_a_terminal_shows_a_bar(model: Path, images: Path, terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    command = [sys.executable, "-m", "edgetop", "accuracy", "--model", model, "--images", images]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    process = subprocess.Popen(
        [*map(str, command), "--preprocess", "raw"],
        stdout=subprocess.PIPE, stderr=theirs, stdin=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # nobody has the other end any more
            break
        if not piece:
            break
        shown += piece
    out, _ = process.communicate(timeout=LONG_S)
    assert process.returncode == 0
    assert b"6/6" in shown
    assert b"top-1          6/6" in out and b"\x1b" not in out
