"""Open dimensions get usual sizes, values are seeded and never zero, nothing too big is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.engine import inputs
from edgetop.engine.backend import InputInfo
from edgetop.engine.spec import RunSpec
from edgetop.errors import ExitCode, ModelError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

SPEC = RunSpec("m.onnx", "m")
DTYPES = (
    "float32", "float16", "float64", "uint8", "int8", "uint16", "int16", "uint32", "int32",
    "uint64", "int64", "bool",
)  # fmt: skip


def image(*dims: int | str | None, dtype: str = "float32", name: str = "x") -> InputInfo:
    return InputInfo(name, dtype, dims)


def shape_of(info: InputInfo, spec: RunSpec = SPEC) -> tuple[int, ...]:
    return inputs.plan([info], spec).shapes[info.name]


# -- shapes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "batch_dim", ["batch", "N", "None", "?", "unk__132", "p2o.DynamicDimension.0", None, 0, -1]
)
def test_an_open_first_dimension_is_the_batch(batch_dim: int | str | None) -> None:
    plan = inputs.plan([image(batch_dim, 3, 32, 32)], SPEC.with_(batch=8))
    assert plan.shapes == {"x": (8, 3, 32, 32)}
    assert (plan.batch, plan.batch_fixed) == (8, False)


def test_a_fixed_batch_stays_and_is_told() -> None:
    plan = inputs.plan([image(2, 3, 32, 32)], SPEC.with_(batch=8))
    assert plan.shapes == {"x": (2, 3, 32, 32)}
    assert (plan.batch, plan.batch_fixed) == (2, True)


@pytest.mark.parametrize(
    ("dims", "shape"),
    [
        (("batch_size", "num_channels", "height", "width"), (1, 3, 224, 224)),
        ((None, None, None, None), (1, 3, 224, 224)),
        (("N", 3, "H", "W"), (1, 3, 224, 224)),
        (("N", 1, -1, -1), (1, 1, 224, 224)),
        (("N", "H", "W", 3), (1, 224, 224, 3)),
        (("unk__1", None, None, 1), (1, 224, 224, 1)),
        (("N", 3, "H", 3), (1, 3, 224, 3)),
        (("N", 3, 64, "W"), (1, 3, 64, 224)),
    ],
)
def test_open_image_sizes_are_usual_ones_and_never_one(
    dims: tuple[int | str | None, ...], shape: tuple[int, ...]
) -> None:
    assert shape_of(image(*dims)) == shape


@pytest.mark.parametrize(
    ("info", "shape"),
    [
        (image("N", "sequence", dtype="int64"), (1, 128)),
        (image("N", "sequence", dtype="str"), (1, 128)),
        (image("N", "samples"), (1, 16000)),
        (image("N", 128, None), (1, 128, 128)),
        (image(dtype="int64"), ()),
    ],
)
def test_tokens_audio_and_scalars_get_their_usual_sizes(
    info: InputInfo, shape: tuple[int, ...]
) -> None:
    assert shape_of(info) == shape


def test_a_recurrent_state_keeps_its_fixed_shape() -> None:
    plan = inputs.plan([image(1, 576, name="input"), image(2, 1, 128, name="state")], SPEC)
    assert plan.shapes == {"input": (1, 576), "state": (2, 1, 128)}
    assert (plan.batch, plan.batch_fixed) == (1, True)


def test_a_symbol_has_one_value_in_all_inputs() -> None:
    first = image("N", "S", dtype="int64", name="ids")
    second = image("N", "S", name="mask")
    plan = inputs.plan([first, second], SPEC.with_(batch=4))
    assert plan.shapes == {"ids": (4, 128), "mask": (4, 128)}


def test_a_shape_given_for_one_input_fixes_its_symbols_in_the_others() -> None:
    first, second = image("N", "S", name="a"), image("N", "S", name="b")
    given_a = SPEC.with_(input_shapes=(("a", (2, 64)),), batch=8)
    given_b = SPEC.with_(input_shapes=(("b", (2, 64)),), batch=8)
    for spec in (given_a, given_b):
        plan = inputs.plan([first, second], spec)
        assert plan.shapes == {"a": (2, 64), "b": (2, 64)}
        assert (plan.batch, plan.batch_fixed) == (2, True)


def test_an_image_that_is_a_list_of_samples_is_one_image() -> None:
    plan = inputs.plan([image(16000)], SPEC.with_(batch=4))
    assert (plan.batch, plan.batch_fixed) == (1, True)


def test_a_model_without_inputs_runs_one_image_at_a_time() -> None:
    plan = inputs.plan([], SPEC.with_(batch=4))
    assert (plan.shapes, plan.batch, plan.batch_fixed) == ({}, 1, True)


def test_a_shape_without_a_name_is_for_the_first_input() -> None:
    spec = SPEC.with_(input_shapes=(("", (5, 3, 64, 96)),))
    plan = inputs.plan([image("N", 3, "H", "W")], spec)
    assert plan.shapes == {"x": (5, 3, 64, 96)}
    assert (plan.batch, plan.batch_fixed) == (5, True)


def test_names_with_colons_and_slashes_are_found() -> None:
    spec = SPEC.with_(input_shapes=(("gpu_0/data:0", (2, 9)),))
    plan = inputs.plan([image("N", "M", name="gpu_0/data:0")], spec)
    assert plan.shapes == {"gpu_0/data:0": (2, 9)}


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        ("z", (1, 4), r"no input 'z'; it has x"),
        ("x", (1, 4, 4), r"\[N, 4\], \[1, 4, 4\] does not fit"),
        ("x", (1, 5), r"\[N, 4\], \[1, 5\] does not fit"),
    ],
)
def test_a_given_shape_that_does_not_fit_is_wrong_usage(
    name: str, shape: tuple[int, ...], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        inputs.plan([image("N", 4)], SPEC.with_(input_shapes=((name, shape),)))


@given(
    st.lists(
        st.one_of(st.none(), st.integers(-2, 300), st.sampled_from(["N", "H", "", "?"])), max_size=6
    ),
    st.integers(1, 64),
)
def test_every_dimension_becomes_a_positive_size_and_fixed_ones_stay(
    dims: list[int | str | None], batch: int
) -> None:
    shape = shape_of(image(*dims), SPEC.with_(batch=batch))
    assert len(shape) == len(dims)
    for dim, size in zip(dims, shape, strict=True):
        assert size > 0
        assert size == dim or not (isinstance(dim, int) and dim > 0)


# -- values --------------------------------------------------------------------------------


def feeds_for(info: InputInfo, spec: RunSpec = SPEC) -> list[inputs.Feed]:  # type: ignore[name-defined]
    return inputs.feeds([info], inputs.plan([info], spec).shapes, spec)


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_value_is_zero_and_the_type_is_the_model_s(dtype: str) -> None:
    for feed in feeds_for(image("N", 3, 32, 32, dtype=dtype)):
        assert feed["x"].dtype == np.dtype(dtype)
        assert feed["x"].shape == (1, 3, 32, 32)
        assert (feed["x"] != 0).all()
        assert feed["x"].flags.c_contiguous


@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8", "int8"])
def test_pixels_differ_within_a_set_and_between_sets(dtype: str) -> None:
    first, second, *_ = feeds_for(image("N", 3, 32, 32, dtype=dtype))
    assert len(np.unique(first["x"])) > 100
    assert (first["x"] != second["x"]).any()


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_indices_stay_inside_any_vocabulary(dtype: str) -> None:
    assert (feeds_for(image("N", 16, dtype=dtype))[0]["x"] == 1).all()


def test_text_inputs_get_text() -> None:
    array = feeds_for(image("N", dtype="str"))[0]["x"]
    assert array.dtype == object
    assert array.tolist() == ["edgetop"]


@pytest.mark.parametrize("dtype", [*DTYPES, "str"])
def test_a_scalar_input_gets_an_array_of_rank_zero(dtype: str) -> None:
    array = feeds_for(image(dtype=dtype))[0]["x"]
    assert isinstance(array, np.ndarray)
    assert array.shape == ()


def test_the_same_seed_gives_the_same_values_and_another_one_others() -> None:
    info = image("N", 3, 8, 8)
    once, again = feeds_for(info), feeds_for(info)
    assert all(np.array_equal(a["x"], b["x"]) for a, b in zip(once, again, strict=True))
    assert not np.array_equal(once[0]["x"], feeds_for(info, SPEC.with_(seed=1))[0]["x"])


def test_small_inputs_rotate_through_more_sets_than_large_ones() -> None:
    assert len(feeds_for(image("N", 3, 32, 32))) == 4
    assert len(feeds_for(image("N", 3, 1024, 1024))) == 2


@pytest.mark.parametrize("batch", [1 << 20, 1 << 18])
def test_inputs_larger_than_memory_are_refused_before_they_are_made(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "_values", lambda *_: pytest.fail("an array was made"))
    with pytest.raises(ModelError, match=r"inputs alone need .* GiB.*smaller batch") as caught:
        feeds_for(image("N", 3, 1024, 1024), SPEC.with_(batch=batch))
    assert caught.value.code is ExitCode.MODEL


def test_memory_that_runs_out_while_they_are_made_is_told_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(inputs, "_values", no_memory)
    with pytest.raises(ModelError, match="inputs alone need"):
        feeds_for(image("N", 3, 8, 8))


# -- the user's own arrays -----------------------------------------------------------------


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
