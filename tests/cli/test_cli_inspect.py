"""`edgetop inspect` in real processes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import onnx
import pytest
from onnx import TensorProto, helper

from edgetop.cli import main
from edgetop.zoo import inspected

if TYPE_CHECKING:
    from pathlib import Path


def test_a_person_reads_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "squeezenet"]) == 0
    told = capsys.readouterr().out
    assert "parameters   1.2355 M" in told
    assert "operations   349.15 MMACs (698.3 MFLOPs)" in told
    assert "data  float32  batchx3x224x224  as 1x3x224x224" in told
    assert "  26  Conv" in told


def test_a_small_file_has_its_size_in_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [value], [result])
    onnx.save(helper.make_model(graph), tmp_path / "small.onnx")
    assert main(["inspect", str(tmp_path / "small.onnx")]) == 0
    size_bytes = (tmp_path / "small.onnx").stat().st_size
    assert f"file         {size_bytes} bytes" in capsys.readouterr().out


def test_a_script_reads_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "resnet18", "--batch", "2", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["params_m"] == 11.6895
    assert facts["gmacs"] == pytest.approx(2 * 1.8141, abs=1e-3)
    assert facts["file_mib"] is None
    assert facts["outputs"] == [
        {"name": "logits", "dtype": "float32", "dims": ["batch", 1000], "shape": [2, 1000]}
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("damaged.onnx", b"\x0a\xff\xff\xff\xff\x7f", "damaged or incomplete"),
        ("page.onnx", b"<html>", "is a web page"),
        ("missing.onnx", None, "there is no file"),
    ],
)
def test_what_is_no_model_is_one_line(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    command = [sys.executable, "-m", "edgetop", "inspect", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "signal 11"),
        ("import time; time.sleep(60)", "took longer than"),
        ("raise SystemExit(77)", "no reason was given"),
    ],
)
def test_a_file_that_kills_or_stops_its_reader_is_one_line(
    code: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    popen = subprocess.Popen

    def other(command: list[str], **options: object) -> object:
        return popen([command[0], "-c", code], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", other)
    monkeypatch.setattr(inspected, "PATIENCE_S", 2.0)
    assert main(["inspect", "squeezenet"]) == 2
    assert words in capsys.readouterr().err
