"""Every bad input ends with one line that says what is wrong, and with the agreed exit code."""

from __future__ import annotations

import os
import resource
import stat
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import tiny_models
from edgetop_process import COMMAND, edgetop, headless

_AS_NOBODY = """
import os, sys
from edgetop.cli import main, run
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""
"""Root can read everything, so as root the command gives its rights away first."""


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    words = headless(tmp_path / "no" / "m.onnx").complaint(2)
    assert words == f"edgetop: there is no file {tmp_path / 'no' / 'm.onnx'}"


def test_a_folder_names_the_models_in_it(tmp_path: Path) -> None:
    tiny_models.relu(tmp_path / "inside.onnx")
    words = headless(tmp_path).complaint(2)
    assert words.endswith("is a folder; name a .onnx file in it: inside.onnx")


def test_a_file_that_may_not_be_read() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        model = tiny_models.relu(folder / "m.onnx")
        model.chmod(0)
        command = COMMAND if os.getuid() else (sys.executable, "-c", _AS_NOBODY)
        home = {"HOME": name, "XDG_CONFIG_HOME": f"{name}/.config", "XDG_STATE_HOME": name}
        words = headless(model, command=command, env=home).complaint(2)
    assert words == f"edgetop: cannot read {model}: Permission denied"


def test_a_pipe_is_no_model(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.onnx")
    assert stat.S_ISFIFO((tmp_path / "m.onnx").stat().st_mode)
    assert "is not a file but a pipe" in headless(tmp_path / "m.onnx").complaint(2)


def test_an_unknown_name_suggests_the_nearest() -> None:
    words = headless("squezenet_v1.1").complaint(2)
    assert "'squezenet_v1.1'; did you mean squeezenet_v1.1" in words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty (0 bytes); download or export it again"),
        (b"a note to myself\n", "is a text file, not a model"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 4956208\n",
            "is a Git-LFS pointer, not the model; run `git lfs pull`",
        ),
        (b"<!DOCTYPE html>\n<html><body>Not found", "is a web page, not a model"),
        (b"\x1f\x8b\x08\x00\x00\x00", "is a gzip archive; unpack it first"),
        (b"\xab\xcd\xef" * 100, "is damaged or incomplete, or not an ONNX model"),
    ],
    ids=["empty", "text", "git-lfs", "web-page", "gzip", "noise"],
)
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes, words: str) -> None:
    complaint = headless(written(tmp_path / "m.onnx", content)).complaint(3)
    assert complaint.startswith(f"edgetop: m {words}")


def test_a_download_that_broke_off(tmp_path: Path) -> None:
    model = tiny_models.product(tmp_path / "m.onnx", side=64)
    model.write_bytes(model.read_bytes()[:9000])
    words = headless(model).complaint(3)
    assert "m is damaged or incomplete, or not an ONNX model; download or export it again" in words


def test_weights_that_were_left_behind(tmp_path: Path) -> None:
    model = tiny_models.with_external_weights(tmp_path / "m.onnx")
    (tmp_path / "m.onnx.data").unlink()
    words = headless(model).complaint(3)
    assert words == (
        "edgetop: m keeps its weights in m.onnx.data, which is missing beside it; copy it there too"
    )


@pytest.mark.parametrize(("domain", "name"), [("", "Frobnicate"), ("my.ops", "my.ops:Frobnicate")])
def test_an_operator_that_the_runtime_has_not(tmp_path: Path, domain: str, name: str) -> None:
    model = tiny_models.unknown_operator(tmp_path / "m.onnx", domain)
    words = headless(model).complaint(3)
    assert words == f"edgetop: m uses the operator {name}, which this onnxruntime does not have"


def test_a_file_format_newer_than_the_runtime(tmp_path: Path) -> None:
    words = headless(tiny_models.from_the_future(tmp_path / "m.onnx")).complaint(3)
    assert "was written in ONNX IR version 99, this onnxruntime reads up to" in words
    assert "upgrade onnxruntime or export with an older IR version" in words


def test_a_type_that_cannot_be_fed(tmp_path: Path) -> None:
    node = tiny_models.helper.make_node("Identity", ["x"], ["y"])
    kind = tiny_models.TensorProto.BFLOAT16
    model = tiny_models.save(tmp_path / "m.onnx", [node], {"x": (kind, ["N"])}, output=kind)
    assert "'x' is of the type tensor(bfloat16), which edgetop cannot feed" in headless(
        model
    ).complaint(3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--batch", "0"), "batch must be 1 to"),
        (("--batch", "abc"), "'abc' is not a whole number"),
        (("--rate", "nan"), "--rate"),
        (("--duration", "-1"), "--duration"),
    ],
)
def test_a_number_that_makes_no_sense(
    tmp_path: Path, arguments: tuple[str, str], words: str
) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    assert words in headless(model, *arguments).complaint(2)


def test_a_shape_that_the_graph_does_not_allow(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    words = headless(model, "--input-shape", "1,5").complaint(2)
    assert words == "edgetop: input 'x' has the shape [N, 4], [1, 5] does not fit"


def test_shapes_that_the_graph_notices_only_when_it_runs(tmp_path: Path) -> None:
    model = tiny_models.add(tmp_path / "m.onnx", ("N", "A"), ("N", "B"))
    shapes = ("--input-shape", "a:1,3", "--input-shape", "b:1,5")
    assert "m cannot be run: " in headless(model, *shapes).complaint(3)


def test_an_input_file_that_is_not_there(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    words = headless(model, "--input", tmp_path / "f.npz").complaint(2)
    assert "f.npz cannot be read: No such file or directory" in words


def test_an_input_file_for_another_model(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    np.savez(tmp_path / "f.npz", data=np.ones((1, 4)))
    words = headless(model, "--input", tmp_path / "f.npz").complaint(2)
    assert "f.npz has no array for the input 'x'; it has data" in words


def test_a_batch_for_which_no_machine_has_memory(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx", dims=("N", 3, 1024, 1024))
    words = headless(model, "--batch", "1048576").complaint(3)
    assert "more memory than there is; choose a smaller batch" in words


@pytest.mark.parametrize("limit_mib", [1000, 1700])
def test_a_batch_for_which_this_machine_has_no_memory(tmp_path: Path, limit_mib: int) -> None:
    """The address space is what is short, so that the machine of the test is not."""

    def little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit_mib << 20, limit_mib << 20))

    # 600 MiB of inputs in two sets, and as much of outputs.
    model = tiny_models.relu(tmp_path / "m.onnx", dims=("N", 3, 256, 256))
    words = headless(model, "--batch", "1024", before=little_memory).complaint(3)
    assert "more memory than there is; choose a smaller batch" in words


def test_a_model_that_kills_its_process(tmp_path: Path) -> None:
    finished = headless(tiny_models.killer(tmp_path / "m.onnx"))
    if finished.code == 0:
        pytest.skip("this onnxruntime survives a pooling of nothing")
    words = finished.complaint(4)
    assert "the model's process died: signal 8 (SIGFPE)" in words
    assert "input shape that is too small" in words


def test_a_bad_file_whose_name_looks_like_markup_or_orders_to_a_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "[red]x["
    folder.mkdir()
    model = written(folder / "][b]\x1b[2J\nx.onnx", b"no model")
    words = headless(model).complaint(3)
    assert "[b]" in words
    assert "is a text file, not a model" in words


def test_a_missing_file_whose_name_looks_like_markup(tmp_path: Path) -> None:
    words = headless(tmp_path / "[red]x[/]" / "\x1b[31my.onnx").complaint(2)
    assert "[red]x[/]" in words


def test_a_setting_that_does_not_exist(tmp_path: Path) -> None:
    folder = tmp_path / "edgetop"
    folder.mkdir()
    (folder / "config.toml").write_text("threds = 2")
    model = tiny_models.relu(tmp_path / "m.onnx")
    words = headless(model, env={"XDG_CONFIG_HOME": str(tmp_path)}).complaint(2)
    assert words.endswith("config.toml: threds is no setting; did you mean threads?")


def test_debug_shows_the_traceback() -> None:
    finished = edgetop("--batch", "0", "--debug")
    assert "Traceback" in finished.err
    assert finished.code != 0
