"""Names are safe to print, short, and told apart."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.zoo.naming import safe_text, title_of, without_suffix


@given(st.text(), st.integers(min_value=1, max_value=80))
def test_safe_text_never_holds_what_a_terminal_acts_upon(text: str, limit: int) -> None:
    safe = safe_text(text, limit)
    assert len(safe) <= limit
    unsafe = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert not unsafe & {unicodedata.category(character) for character in safe}


@given(st.text(), st.integers(min_value=1, max_value=80))
def test_safe_text_leaves_its_own_result_alone(text: str, limit: int) -> None:
    assert safe_text(safe_text(text, limit), limit) == safe_text(text, limit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("squeezenet_v1.1", "squeezenet_v1.1"),
        ("réseau 网络 🚀", "réseau 网络 🚀"),
        ("model [int8]", "model [int8]"),
        ("\x1b[31mred\x07", "?[31mred?"),
        ("txt.\u202efdp", "txt.?fdp"),
        ("a\n\tb\u2028c", "a b c"),
        ("\udcff.onnx", "?.onnx"),
        ("", ""),
    ],
)
def test_safe_text_replaces_only_what_is_unsafe(text: str, expected: str) -> None:
    assert safe_text(text) == expected


def test_safe_text_shortens_in_the_middle_since_both_ends_tell_models_apart() -> None:
    assert safe_text("squeezenet_v1.1_quantized_fp16", 13) == "squeez…d_fp16"
    assert safe_text("ab", 1) == "…"


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/m/squeezenet_v1.1.onnx", "squeezenet_v1.1"),
        ("/m/net.ORT", "net"),
        ("/m/squeezenet_v1.1", "squeezenet_v1.1"),
        ("/m/resnet/model.onnx", "resnet/model"),
        ("/m/resnet/model_fp16.onnx", "resnet/model_fp16"),
        ("/m/resnet/onnx/model_int8.onnx", "resnet/onnx/model_int8"),
        ("/m/resnet/modelling.onnx", "modelling"),
        ("/model.onnx", "model"),
        ("/m/ .onnx", "unnamed"),
        ("/m/[bold]\x1b[0m.onnx", "[bold]?[0m"),
    ],
)
def test_a_title_is_the_stem_with_its_folder_if_the_stem_says_nothing(
    path: str, title: str
) -> None:
    assert title_of(Path(path)) == title


def test_only_endings_of_model_files_are_taken_off() -> None:
    assert without_suffix("a.onnx") == "a"
    assert without_suffix("v1.1") == "v1.1"
