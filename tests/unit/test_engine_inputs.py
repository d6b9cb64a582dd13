"""Open dimensions get usual sizes, and what the user or the graph says stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.engine import inputs
from edgetop.engine.backend import InputInfo
from edgetop.engine.spec import RunSpec
from edgetop.errors import UsageError

SPEC = RunSpec("m.onnx", "m")


def image(*dims: int | str | None, dtype: str = "float32", name: str = "x") -> InputInfo:
    return InputInfo(name, dtype, dims)


def shape_of(info: InputInfo, spec: RunSpec = SPEC) -> tuple[int, ...]:
    return inputs.plan([info], spec).shapes[info.name]


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
