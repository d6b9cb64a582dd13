"""A bad model is explained in one line: what is wrong with it, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.engine.diagnose import MAX_LENGTH, explain, one_line

if TYPE_CHECKING:
    from pathlib import Path

_PLACE = "/onnxruntime_src/onnxruntime/core/graph/model.cc:256 onnxruntime::Model::Model(int) "


def explained(tmp_path: Path, text: str, content: bytes = b"\x08\x08\x12\x00") -> str:
    (tmp_path / "net.onnx").write_bytes(content)
    return explain(str(tmp_path / "net.onnx"), RuntimeError(text))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "run `git lfs pull`"),
        (b"<!DOCTYPE html><html>", "is a web page, not a model"),
        (b"\n  <html lang=en>", "is a web page, not a model"),
        (b"<?xml version='1.0'?>", "is a web page, not a model"),
        (b"\x1f\x8b\x08\x00", "is a gzip archive; unpack it first"),
        (b"PK\x03\x04\x14\x00", "is a zip archive; unpack it first"),
        (b"\xff\xd8\xff\xe0", "is a JPEG picture"),
        (b"\x89PNG\r\n", "is a PNG picture"),
        (b"%PDF-1.7", "is a PDF document"),
        (b"\x7fELF\x02", "is a program"),
        (b"hello, I am a README\n", "is a text file, not a model"),
    ],
)
def test_the_first_bytes_give_away_what_is_no_model(
    tmp_path: Path, content: bytes, words: str
) -> None:
    line = explained(tmp_path, "Protobuf parsing failed.", content)
    assert line.startswith("net.onnx ")
    assert words in line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            ("[ONNXRuntimeError] : 7 : INVALID_PROTOBUF : Load model from /m/net.onnx failed:"
            "Protobuf parsing failed."),
            "is damaged or incomplete, or not an ONNX model; download or export it again",
        ),
        (
            ("[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Load model from /m/net.onnx failed:"
            "No graph was found in the protobuf."),
            "holds no graph; export it again",
        ),
        (
            (f"[ONNXRuntimeError] : 1 : FAIL : Load model from /m/net.onnx failed:{_PLACE}"
            "Unsupported model IR version: 14, max supported IR version: 13"),
            "was written in ONNX IR version 14, this onnxruntime reads up to 13; upgrade",
        ),
        (
            "[ONNXRuntimeError] : 1 : FAIL : Load model from /m/net.onnx failed:" + _PLACE + "ONNX "
            "Runtime only *guarantees* support for models stamped with official released onnx "
            "opset versions. Opset 99 is under development and support for this is limited.",
            "needs a newer opset; upgrade onnxruntime or export with an older opset",
        ),
        (
            ("[ONNXRuntimeError] : 1 : FAIL : Load model from /m/net.onnx failed:Fatal error: "
            "MyReluDomain:Relu(-1) is not a registered function/op"),
            "uses the operator MyReluDomain:Relu, which this onnxruntime does not have",
        ),
        (
            ('This is an invalid model. In Node, ("", Frobnicate, "", -1) : ("x": tensor(float),) '
            '-> ("y": tensor(float),) , Error No Op registered for Frobnicate with '
            "domain_version of 17"),
            "uses the operator Frobnicate, which this onnxruntime does not have",
        ),
        (
            ("[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : Could not find an implementation for "
            "ConvInteger(10) node with name ''"),
            "uses the operator ConvInteger, which this onnxruntime does not have",
        ),
        (
            'In Node, ("", Relu, "my.dom", -1) , Error No opset import for domain \'my.dom\'',
            "uses operators of the domain my.dom, which this onnxruntime does not have",
        ),
        (
            ("[ONNXRuntimeError] : 1 : FAIL : External data path validation failed for "
            'initializer: W. Error: External data path does not exist: "/m/net.onnx.data"'),
            "keeps its weights in net.onnx.data, which is missing beside it; copy it there too",
        ),
        (
            ("[ONNXRuntimeError] : 1 : FAIL : Deserialize tensor w failed. GetFileLength for "
            "/my models/net.onnx.data failed:Invalid fd was supplied: -1 (external data)"),
            "keeps its weights in net.onnx.data, which is missing beside it; copy it there too",
        ),
        (
            ("External initializer: w offset: 0 size to read: 64 given file_length: 2 are out of "
            "bounds or can not be read in full."),
            "keeps its weights in another file that is missing or damaged: External initializer: w",
        ),
        (
            ("[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Exception during initialization: "
            f"{_PLACE}Failed to allocate memory for requested buffer of size 12345"),
            "needs more memory than there is; choose a smaller batch or model",
        ),
        ("std::bad_alloc", "needs more memory than there is"),
        ("CUDA out of memory", "needs more memory than there is"),
        (
            "[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions for input: x",
            "cannot be run: Got invalid dimensions for input: x",
        ),
    ],
)  # fmt: skip
def test_the_runtime_s_words_become_ours(tmp_path: Path, text: str, words: str) -> None:
    line = explained(tmp_path, text)
    assert line == f"net.onnx {words}" or line.startswith(f"net.onnx {words}")
    assert "onnxruntime_src" not in line
    assert "ONNXRuntimeError" not in line


def test_an_error_without_words_is_named(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"\x08\x08")
    assert explain(str(tmp_path / "net.onnx"), MemoryError()) == (
        "net.onnx needs more memory than there is; choose a smaller batch or model"
    )
    assert explain(str(tmp_path / "net.onnx"), KeyError()).endswith("cannot be run: KeyError()")


def test_a_file_that_is_gone_is_named_with_the_reason(tmp_path: Path) -> None:
    line = explain(str(tmp_path / "gone.onnx"), RuntimeError("?"))
    assert line == "gone.onnx cannot be read: No such file or directory"


def test_the_title_stands_for_the_file_where_there_is_one(tmp_path: Path) -> None:
    assert explain(str(tmp_path / "x"), RuntimeError("?"), "my model").startswith("my model ")


def test_markup_in_a_name_stays_and_control_characters_do_not(tmp_path: Path) -> None:
    name = "[red]x[\x1b[31m\n\r\x07.onnx"
    (tmp_path / name).write_bytes(b"\x08\x08")
    error = RuntimeError("Protobuf parsing failed")
    assert explain(str(tmp_path / name), error).startswith("[red]x[ [31m .onnx is damaged")
    assert explain(str(tmp_path / name), error, "[red]x[/]\x1b").startswith("[red]x[/] is damaged")


@given(st.text(), st.text(), st.binary(max_size=40))
def test_it_is_one_printable_line_of_bounded_length_whatever_was_said(
    text: str, title: str, content: bytes
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.open", lambda *_a, **_k: _Bytes(content))
        line = explain("net.onnx", RuntimeError(text), title)
    assert line.isprintable()
    assert len(line) < 2 * MAX_LENGTH


class _Bytes:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def __enter__(self) -> _Bytes:  # noqa: PYI034  Self came with Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, size: int) -> bytes:
        return self._content[:size]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\tc", "a b c"),
        ("  a   b  ", "a b"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("a\u202eb\u2028c\udcff", "a b c"),
        ("", ""),
    ],
)
def test_one_line_keeps_what_can_be_printed(text: str, line: str) -> None:
    assert one_line(text) == line


def test_one_line_marks_where_it_was_cut() -> None:
    assert one_line("x" * 300) == "x" * 300
    assert one_line("x" * 301) == "x" * 299 + "…"
    assert one_line("abcdef", 4) == "abc…"
