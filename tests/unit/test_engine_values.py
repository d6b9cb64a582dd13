"""Values are seeded, safe for any model, within the ranges given; nothing too big is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgetop.engine import inputs, values
from edgetop.engine.backend import InputInfo
from edgetop.engine.spec import RunSpec
from edgetop.errors import ExitCode, ModelError, UsageError

if TYPE_CHECKING:
    from edgetop.engine.backend import Feed

SPEC = RunSpec("m.onnx", "m")
DTYPES = (
    "float32", "float16", "float64", "uint8", "int8", "uint16", "int16", "uint32", "int32",
    "uint64", "int64", "bool",
)  # fmt: skip
INDICES = ("int32", "int64")


def image(*dims: int | str | None, dtype: str = "float32", name: str = "x") -> InputInfo:
    return InputInfo(name, dtype, dims)


def feeds_for(info: InputInfo, spec: RunSpec = SPEC) -> list[Feed]:
    return values.feeds([info], inputs.plan([info], spec).shapes, spec)


# -- without a word from the user ----------------------------------------------------------


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if dtype not in INDICES])
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


@pytest.mark.parametrize("dtype", INDICES)
@pytest.mark.parametrize("name", ["input_ids", "token_type_ids", "position_ids", "labels", "x"])
def test_indices_stay_inside_any_vocabulary(dtype: str, name: str) -> None:
    (array,) = feeds_for(image("N", 16, dtype=dtype, name=name))[0].values()
    assert array.dtype == np.dtype(dtype)
    assert (array == 0).all()


@pytest.mark.parametrize(
    "info",
    [
        image("N", 16, dtype="int64", name="attention_mask"),
        image("N", dtype="int64", name="input_lengths"),
        image("N", 2, dtype="int64", name="orig_target_sizes"),
        image("N", dtype="int32", name="num_steps"),
        image(dtype="int64", name="sr"),
    ],
)
def test_masks_lengths_and_single_settings_are_one(info: InputInfo) -> None:
    assert (feeds_for(info)[0][info.name] == 1).all()


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


# -- memory --------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1 << 20, 1 << 18])
def test_inputs_larger_than_memory_are_refused_before_they_are_made(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "_values", lambda *_: pytest.fail("an array was made"))
    with pytest.raises(ModelError, match=r"inputs alone need .* GiB.*smaller batch") as caught:
        feeds_for(image("N", 3, 1024, 1024), SPEC.with_(batch=batch))
    assert caught.value.code is ExitCode.MODEL


@pytest.mark.parametrize("dim", [1 << 40, 1 << 62])
def test_a_declared_dimension_beyond_memory_is_refused(dim: int) -> None:
    with pytest.raises(ModelError, match="inputs alone need"):
        feeds_for(image(1, dim, dim, dim, dim, dim))


def test_memory_that_runs_out_while_they_are_made_is_told_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(values, "_values", no_memory)
    with pytest.raises(ModelError, match="inputs alone need"):
        feeds_for(image("N", 3, 8, 8))


# -- ranges given by the user --------------------------------------------------------------


def ranged(info: InputInfo, low: float, high: float, name: str = "") -> np.ndarray:
    spec = SPEC.with_(input_ranges=((name, low, high),))
    return np.stack([feed[info.name] for feed in feeds_for(info, spec)])


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_value_is_a_constant_in_every_type(dtype: str) -> None:
    array = ranged(image("N", 40, dtype=dtype), 1, 1)
    assert array.dtype == np.dtype(dtype)
    assert (array == 1).all()


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if "int" in dtype])
def test_whole_numbers_come_from_the_whole_range_with_its_ends(dtype: str) -> None:
    array = ranged(image("N", 999, dtype=dtype), 3, 9)
    assert set(np.unique(array)) == set(range(3, 10))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_floats_fill_the_range_and_stay_inside(dtype: str) -> None:
    array = ranged(image("N", 4000, dtype=dtype), -2.5, 7)
    assert array.dtype == np.dtype(dtype)
    assert -2.5 <= array.min() < -2
    assert 6.5 < array.max() <= 7


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if dtype != "bool"])
def test_the_widest_range_of_a_type_is_possible(dtype: str) -> None:
    limits = np.iinfo(dtype) if "int" in dtype else np.finfo(dtype)
    number = int if "int" in dtype else float
    array = ranged(image("N", 100, dtype=dtype), number(limits.min), number(limits.max))
    assert np.isfinite(array).all()
    assert len(np.unique(array)) > 10


def test_64_bits_are_exact() -> None:
    most = (1 << 63) - 1
    assert (ranged(image("N", 4, dtype="int64"), most, most) == most).all()


def test_a_bool_is_drawn_too() -> None:
    assert set(np.unique(ranged(image("N", 100, dtype="bool"), 0, 1))) == {False, True}


def test_a_scalar_gets_its_constant() -> None:
    spec = SPEC.with_(input_ranges=(("sr", 16000, 16000),))
    info = image(dtype="int64", name="sr")
    array = feeds_for(info, spec)[0]["sr"]
    assert (array.shape, int(array)) == ((), 16000)
    assert values.origin(info, [info], spec) == "16000"


def test_only_the_named_input_changes() -> None:
    both = [image("N", 4, name="a"), image("N", 4, name="b")]
    spec = SPEC.with_(input_ranges=(("b", 5, 6),))
    feed = values.feeds(both, inputs.plan(both, spec).shapes, spec)[0]
    assert (feed["a"] <= 1).all()
    assert ((feed["b"] >= 5) & (feed["b"] <= 6)).all()
    assert [values.origin(item, both, spec) for item in both] == ["", "5 to 6"]


@pytest.mark.parametrize(
    ("info", "given", "words"),
    [
        (image("N"), ("z", 0, 1), "the model has no input 'z'; it has x"),
        (image("N", dtype="uint8"), ("x", 0, 256), "input 'x' is uint8 and takes 0 to 255"),
        (image("N", dtype="uint8"), ("x", -1, 5), "takes 0 to 255, not -1 to 5"),
        (image("N", dtype="bool"), ("x", 0, 2), "takes 0 to 1, not 0 to 2"),
        (image("N", dtype="float16"), ("x", 0, 70000), "takes -65504 to 65504, not 0 to 70000"),
        (image("N", dtype="float32"), ("x", 0, 10**400), "takes -3.40282e+38 to 3.40282e+38"),
        (image("N", dtype="int64"), ("x", 0.5, 2), "takes whole numbers, not 0.5 to 2"),
        (image("N", dtype="str"), ("x", 0, 1), "takes text, not a range of numbers"),
    ],
)
def test_a_range_that_does_not_fit_is_wrong_usage(
    info: InputInfo, given: tuple[str, float, float], words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        feeds_for(info, SPEC.with_(input_ranges=(given,)))
    assert words in caught.value.message
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 300


def test_names_from_the_file_do_not_reach_the_terminal_as_they_are() -> None:
    info = image("N", name="\x1b[2J\u202e" + "x" * 5000)
    for spec in (SPEC.with_(input_ranges=(("z", 0, 1),)), SPEC.with_(input_shapes=(("z", (1,)),))):
        with pytest.raises(UsageError) as caught:
            feeds_for(info, spec)
        assert caught.value.message.isprintable()
        assert len(caught.value.message) < 300
