"""A user's .npz file fits its inputs or is refused in one line, whatever somebody put in it."""

from __future__ import annotations

import contextlib
import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgetop.engine import inputs, values
from edgetop.engine.backend import InputInfo
from edgetop.engine.spec import RunSpec
from edgetop.errors import ModelError, UsageError

if TYPE_CHECKING:
    from edgetop.engine.backend import Feed

SPEC = RunSpec("m.onnx", "m")


def image(*dims: int | str | None, dtype: str = "float32", name: str = "x") -> InputInfo:
    return InputInfo(name, dtype, dims)


def feeds_for(info: InputInfo, spec: RunSpec = SPEC) -> list[Feed]:
    return values.feeds([info], inputs.plan([info], spec).shapes, spec)


def test_an_npz_file_is_fed_as_it_is(tmp_path: Path) -> None:
    np.savez(tmp_path / "f.npz", x=np.arange(8).reshape(2, 4), unused=np.ones(1))
    spec = SPEC.with_(input_file=str(tmp_path / "f.npz"))
    (feed,) = feeds_for(image("N", 4), spec)
    assert set(feed) == {"x"}
    assert feed["x"].dtype == np.float32
    assert feed["x"].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_a_scalar_from_an_npz_file_keeps_its_rank(tmp_path: Path) -> None:
    np.savez(tmp_path / "f.npz", sr=np.int64(16000))
    spec = SPEC.with_(input_file=str(tmp_path / "f.npz"))
    (feed,) = feeds_for(image(dtype="int64", name="sr"), spec)
    assert feed["sr"].shape == ()
    assert feed["sr"] == 16000


def test_an_npz_file_is_not_judged_by_the_shapes_that_it_replaces(tmp_path: Path) -> None:
    np.savez(tmp_path / "f.npz", x=np.ones((1, 2, 2, 2, 2, 2)))
    spec = SPEC.with_(input_file=str(tmp_path / "f.npz"))
    (feed,) = feeds_for(image(None, None, None, None, None, None), spec)
    assert feed["x"].shape == (1, 2, 2, 2, 2, 2)


def test_bad_input_files_are_wrong_usage_in_one_line(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.ones(3))
    np.savez(tmp_path / "names.npz", other=np.ones((1, 4)))
    np.savez(tmp_path / "text.npz", x=np.array(["a"]))
    np.savez(tmp_path / "objects.npz", x=np.array([{}], dtype=object))
    (tmp_path / "empty.npz").write_bytes(b"")
    (tmp_path / "zip.npz").write_bytes(b"PK\x03\x04 and then nothing")
    whole = (tmp_path / "names.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    bad = ["one.npy", "names.npz", "text.npz", "objects.npz", "empty.npz", "zip.npz", "cut.npz"]
    for name in [*bad, "missing.npz", "."]:
        spec = SPEC.with_(input_file=str(tmp_path / name))
        with pytest.raises(UsageError) as caught:
            feeds_for(image("N", 4), spec)
        assert (tmp_path / name).name in caught.value.message
        assert "\n" not in caught.value.message


def as_npz(path: Path, **arrays: np.ndarray) -> RunSpec:
    np.savez(path, **arrays)
    return SPEC.with_(input_file=str(path))


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.ones((1, 2, 4)), "f.npz: input 'x' has the shape [N, 4], the array [1, 2, 4] does not"),
        (np.ones((1, 5)), "f.npz: input 'x' has the shape [N, 4], the array [1, 5] does not fit"),
        (np.ones((1, 4), np.complex64), "f.npz: input 'x' is float32, the array of complex64"),
        (np.full((1, 4), "a"), "input 'x' is float32, the array of <U1 does not fit"),
    ],
)
def test_what_does_not_fit_is_told_with_both_sides(
    tmp_path: Path, array: np.ndarray, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        feeds_for(image("N", 4), as_npz(tmp_path / "f.npz", x=array))
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("dtype", "array", "words"),
    [
        ("int64", np.ones((1, 4)), "is int64, the array of float64 does not fit"),
        ("uint8", np.full((1, 4), 256), "is uint8, which does not hold all values of the array"),
        ("uint8", np.full((1, 4), -1), "is uint8, which does not hold all values of the array"),
        ("bool", np.full((1, 4), 2), "is bool, which does not hold all values of the array"),
        ("str", np.ones((1, 4)), "is text, the array of float64 does not fit"),
    ],
)
def test_no_value_is_bent_to_fit(tmp_path: Path, dtype: str, array: np.ndarray, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        feeds_for(image("N", 4, dtype=dtype), as_npz(tmp_path / "f.npz", x=array))
    assert words in caught.value.message


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "float16", "float32", "bool"])
def test_numbers_that_fit_may_have_another_type(tmp_path: Path, dtype: str) -> None:
    (feed,) = feeds_for(
        image("N", 4, dtype=dtype), as_npz(tmp_path / "f.npz", x=np.array([[0, 1, 1, 0]]))
    )
    assert feed["x"].dtype == np.dtype(dtype)
    assert feed["x"].tolist() == [[0, 1, 1, 0]]


@pytest.mark.parametrize("kind", ["U", "S"])
def test_text_is_text(tmp_path: Path, kind: str) -> None:
    spec = as_npz(tmp_path / "f.npz", x=np.array([["one", "two"]], dtype=kind))
    (feed,) = feeds_for(image("N", 2, dtype="str"), spec)
    assert feed["x"].tolist() == [["one", "two"]]


def hostile(path: Path, header: str, content: bytes = b"") -> RunSpec:
    """An archive with one array whose header says anything."""
    text = header.encode() + b"\n"
    magic = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", magic + text + content)
    return SPEC.with_(input_file=str(path))


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4)}",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 4)}",
        "__import__('os').abort()",
        "{" * 5000,
        "",
    ],
    ids=["huge", "negative", "pickled", "cut short", "structured", "code", "nested", "empty"],
)
def test_a_header_cannot_make_edgetop_allocate_or_run_anything(
    tmp_path: Path, header: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(np.lib.format, "read_array", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(UsageError) as caught:
        feeds_for(image("N", 4), hostile(tmp_path / "f.npz", header))
    assert caught.value.message.startswith("f.npz")
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 400


def test_a_bomb_larger_than_memory_is_refused_by_its_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = as_npz(tmp_path / "f.npz", x=np.zeros((1 << 20, 4), np.float32))
    monkeypatch.setattr(values.os, "sysconf", lambda _: 1 << 10)  # a machine of 1 MiB
    with pytest.raises(ModelError, match="inputs alone need"):
        feeds_for(image("N", 4), spec)


def test_arrays_that_the_model_does_not_take_are_not_even_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "f.npz", x=np.ones((1, 4)), evil=np.array([{}], dtype=object))
    (feed,) = feeds_for(image("N", 4), SPEC.with_(input_file=str(tmp_path / "f.npz")))
    assert set(feed) == {"x"}


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f.npz")
    with pytest.raises(UsageError, match="not a file but a folder, pipe or device"):
        feeds_for(image("N", 4), SPEC.with_(input_file=str(tmp_path / "f.npz")))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_archive_is_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.npz"
        spec = as_npz(path, x=np.arange(8.0).reshape(2, 4))
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        with contextlib.suppress(UsageError, ModelError):
            (feed,) = feeds_for(image("N", 4), spec)
            assert feed["x"].dtype == np.float32
