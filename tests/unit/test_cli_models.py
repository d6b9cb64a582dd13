"""`edgetop models` lists what can be built, and builds it."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import onnx
import pytest

from edgetop.cli import models
from edgetop.errors import UsageError
from edgetop.zoo.catalogue import ARCHITECTURES

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    models.add_parser(parser.add_subparsers())
    parsed = parser.parse_args(["models", *arguments])
    return int(parsed.main(parsed))


def test_json_has_the_agreed_keys_and_the_counted_figures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == [item.name for item in ARCHITECTURES]
    row = next(row for row in rows if row["name"] == "squeezenet_v1.1")
    assert row == {
        "name": "squeezenet_v1.1",
        "canonical_name": "SqueezeNet 1.1",
        "family": "SqueezeNet",
        "year": 2016,
        "input_px": 224,
        "params_m": 1.2355,
        "gmacs": 0.3492,
        "top1_pct": 58.178,
        "top1_source": "torchvision 0.28.0 IMAGENET1K_V1 metadata",
        "seed_reports": ["000", "001", "004"],
        "aliases": [
            "squeezenet",
            "squeezenet1.1",
            "squeezenet1_1",
            "squeezenet-1.1",
            "squeezenet_v1_1",
        ],
        "note": None,
    }


def test_the_table_is_aligned_and_says_that_weights_are_random(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run() == 0
    lines = capsys.readouterr().out.splitlines()
    header = lines[0]
    for line, architecture in zip(lines[1:], ARCHITECTURES, strict=False):
        assert line.startswith(architecture.name)
        end = header.index("PARAMS M") + len("PARAMS M")
        assert line[:end].endswith(f" {architecture.params_m:.4f}")
        source = architecture.top1_source or "-"
        assert line[header.index("TOP-1 FROM") :] == source
    assert "random weights: for timing only" in lines[-2]


def test_what_is_not_published_is_a_dash() -> None:
    row = dict.fromkeys(models._COLUMNS) | {"name": "net", "input_px": 32}
    assert models._table([row]).splitlines()[1].split() == ["net", "32", "-", "-", "-", "-"]


def test_build_writes_the_model_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "net.onnx"
    assert run("build", "SqueezeNet1.1", "-o", str(output)) == 0
    assert onnx.load(output).graph.name == "squeezenet_v1.1"
    told = f"{output}: SqueezeNet 1.1, random weights: timing only\n"
    assert capsys.readouterr().out == told


def test_build_overwrites_only_if_told_to(tmp_path: Path) -> None:
    output = tmp_path / "net.onnx"
    output.write_text("precious")
    with pytest.raises(UsageError, match="--force"):
        run("build", "squeezenet", "-o", str(output))
    assert output.read_text() == "precious"
    assert run("build", "squeezenet", "-o", str(output), "--force") == 0
    assert onnx.load(output).graph.name == "squeezenet_v1.1"


def test_build_refuses_an_unknown_model_with_advice(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"did you mean squeezenet_v1\.1"):
        run("build", "squeeznet", "-o", str(tmp_path / "net.onnx"))
    assert not list(tmp_path.iterdir())


def test_the_parser_imports_nothing_heavy() -> None:
    code = (
        "import sys, argparse, edgetop.cli.models as m;"
        "m.add_parser(argparse.ArgumentParser().add_subparsers());"
        "print(sorted({'onnx', 'numpy', 'onnxruntime', 'textual'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
