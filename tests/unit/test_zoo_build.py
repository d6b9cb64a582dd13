"""Built models are reproducible, whole, and refused in one line."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import onnx
import pytest

from edgetop.errors import UsageError
from edgetop.zoo import build as build_module
from edgetop.zoo.build import assemble, build, cached_path
from edgetop.zoo.catalogue import ARCHITECTURES, RANDOM_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable

SQUEEZENET = next(item for item in ARCHITECTURES if item.name == "squeezenet_v1.1")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def builder(name: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "edgetop.zoo", name, str(path)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def wait_for(condition: Callable[[], bool], limit_s: float = 60) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.01)


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    build(SQUEEZENET, tmp_path / "here.onnx")
    process = builder("SqueezeNet1.1", tmp_path / "there.onnx")
    assert process.communicate() == (None, "")
    assert process.returncode == 0
    here, there = ((tmp_path / name).read_bytes() for name in ("here.onnx", "there.onnx"))
    assert digest(here) == digest(there)


def test_the_file_holds_what_the_assembled_model_holds(tmp_path: Path) -> None:
    build(SQUEEZENET, tmp_path / "model.onnx")
    assert onnx.load(tmp_path / "model.onnx") == assemble(SQUEEZENET)


def test_the_file_says_what_it_is_and_that_its_weights_are_random(tmp_path: Path) -> None:
    build(SQUEEZENET, tmp_path / "model.onnx")
    metadata = {item.key: item.value for item in onnx.load(tmp_path / "model.onnx").metadata_props}
    assert metadata == {
        "edgetop.architecture": "squeezenet_v1.1",
        "edgetop.weights": RANDOM_WEIGHTS,
    }


def test_several_builders_at_once_never_show_an_unfinished_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "squeezenet.onnx"
    build(SQUEEZENET, tmp_path / "whole.onnx")
    whole = digest((tmp_path / "whole.onnx").read_bytes())
    processes = [builder(SQUEEZENET.name, path) for _ in range(3)]
    while any(process.poll() is None for process in processes):
        if path.exists():
            assert digest(path.read_bytes()) == whole
        time.sleep(0.01)
    assert [process.communicate()[1] for process in processes] == [""] * 3
    assert [process.returncode for process in processes] == [0] * 3
    assert names_in(path.parent) == {path.name}
    assert digest(path.read_bytes()) == whole


def test_a_builder_that_is_told_to_stop_leaves_no_unfinished_file(tmp_path: Path) -> None:
    process = builder(SQUEEZENET.name, tmp_path / "squeezenet.onnx")
    wait_for(lambda: bool(names_in(tmp_path)))
    process.send_signal(signal.SIGTERM)
    told = process.communicate()[1]
    # -15: the file was finished, and the interpreter already on its way out.
    assert (process.returncode, told) in ((0, ""), (143, ""), (-signal.SIGTERM, ""))
    assert names_in(tmp_path) <= {"squeezenet.onnx"}


def test_a_full_disk_is_one_line_naming_the_folder_and_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk: the write fails half way."""
    code = (
        "import resource, runpy;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000));"
        "runpy.run_module('edgetop.zoo', run_name='__main__')"
    )
    command = [sys.executable, "-c", code, SQUEEZENET.name, str(tmp_path / "model.onnx")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"cannot write a model into {tmp_path}: File too large" in done.stderr
    assert names_in(tmp_path) == set()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match=r"cannot write a model into .*/file/below: "):
        build(SQUEEZENET, tmp_path / "file" / "below" / "model.onnx")


def test_only_files_are_replaced(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (tmp_path, fifo):
        with pytest.raises(UsageError, match="not a file that can be replaced"):
            build(SQUEEZENET, path)
    assert fifo.is_fifo()


def test_the_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        build(SQUEEZENET, tmp_path / "model.onnx")
    finally:
        os.umask(before)
    assert (tmp_path / "model.onnx").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "usage: python -m edgetop.zoo NAME PATH"),
        (("squeeznet", "x.onnx"), "did you mean squeezenet_v1.1"),
    ],
)
def test_wrong_arguments_are_one_line_and_exit_code_2(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "edgetop.zoo", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert message in done.stderr
    assert names_in(tmp_path) == set()


def test_the_cached_file_lies_in_the_cache_and_changes_with_the_builder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = cached_path(SQUEEZENET)
    assert path.parent == tmp_path / "cache" / "edgetop" / "zoo"
    assert path.name.startswith("squeezenet_v1.1-")
    assert path.suffix == ".onnx"

    package = Path(build_module.__file__).parent
    changed = tmp_path / "zoo"
    (changed / "families").mkdir(parents=True)
    for name in ("build.py", "graph.py", "layers.py", "families/squeezenet.py"):
        (changed / name).write_bytes((package / name).read_bytes())
    monkeypatch.setattr(build_module, "__file__", str(changed / "build.py"))
    build_module._fingerprint.cache_clear()
    try:
        assert cached_path(SQUEEZENET) == path
        with (changed / "families" / "squeezenet.py").open("a") as file:
            file.write("# another graph\n")
        build_module._fingerprint.cache_clear()
        assert cached_path(SQUEEZENET) != path
    finally:
        build_module._fingerprint.cache_clear()
