"""A model in another precision, from the command line to the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tiny_models
from edgetop_process import headless

if TYPE_CHECKING:
    from pathlib import Path


def test_a_variant_is_made_once_and_told_as_what_it_is(tmp_path: Path) -> None:
    model = tiny_models.product(tmp_path / "m.onnx", 32)
    first = headless(model, "--precision", "int8")
    assert first.code == 0
    assert first.summary["model"] == "m int8"
    assert first.summary["precision"] == "int8"
    assert "random calibration: timing only" in first.summary["weights"]
    assert any("building" in event for event in first.events)
    second = headless(model, "--precision", "int8")
    assert second.summary["precision"] == "int8"
    assert not any("building" in event for event in second.events)


def test_a_variant_that_cannot_be_made_ends_the_run_with_the_reason(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    line = headless(model, "--precision", "fp16").complaint(3)
    assert "m fp16" in line and "no float weights" in line
