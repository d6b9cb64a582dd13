"""A run is fixed before it starts: what no machine can run is refused at once."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.engine.spec import MAX_BATCH, MAX_INSTANCES, MAX_THREADS, RunSpec
from edgetop.errors import ExitCode, UsageError

_NAMES = st.text(max_size=20)
_SHAPES = st.lists(st.integers(1, 1 << 31), max_size=5).map(tuple)

SPECS = st.builds(
    RunSpec,
    model_path=_NAMES,
    title=_NAMES,
    architecture=_NAMES,
    label=_NAMES,
    batch=st.integers(1, MAX_BATCH),
    provider=st.sampled_from(["auto", "cpu", "cuda"]),
    threads=st.integers(0, MAX_THREADS),
    instances=st.integers(1, MAX_INSTANCES),
    rate_fps=st.none() | st.floats(0.001, 1e6),
    input_shapes=st.lists(st.tuples(_NAMES, _SHAPES), max_size=3).map(tuple),
    input_ranges=st.lists(st.tuples(_NAMES, st.just(0), st.sampled_from([0, 2.5])), max_size=2).map(
        tuple
    ),
    warmup_s=st.none() | st.floats(0, 3600),
    seed=st.integers(0, 1 << 31),
)


@given(SPECS)
def test_json_gives_the_same_spec_back_on_one_line(spec: RunSpec) -> None:
    text = spec.to_json()
    assert "\n" not in text
    assert RunSpec.from_json(text) == spec


def test_a_path_that_is_not_utf8_survives() -> None:
    spec = RunSpec("/m/\udcff.onnx", "m")
    assert RunSpec.from_json(spec.to_json()).model_path == "/m/\udcff.onnx"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("batch", 0, "batch must be 1 to 1048576, not 0"),
        ("batch", MAX_BATCH + 1, "not 1048577"),
        ("instances", 0, "instances must be 1 to 64"),
        ("instances", 65, "instances must be 1 to 64"),
        ("threads", -1, "threads must be 0 to 1024"),
        ("threads", 1025, "threads must be 0 to 1024"),
        ("rate_fps", 0.0, "above 0"),
        ("rate_fps", -1.0, "above 0"),
        ("rate_fps", float("nan"), "rate"),
        ("rate_fps", float("inf"), "rate"),
        ("warmup_s", -0.1, "warm-up must last 0 to 3600 s"),
        ("warmup_s", float("nan"), "warm-up"),
        ("warmup_s", 3601.0, "warm-up"),
    ],
)
def test_what_no_machine_can_run_is_wrong_usage(field: str, value: float, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        RunSpec("m.onnx", "m", **{field: value})
    assert caught.value.code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("field", "value"),
    [("batch", 1), ("batch", MAX_BATCH), ("threads", 0), ("instances", 64), ("warmup_s", 0.0)],
)
def test_the_limits_themselves_are_allowed(field: str, value: float) -> None:
    assert getattr(RunSpec("m.onnx", "m", **{field: value}), field) == value


def test_a_changed_spec_is_checked_too_and_the_first_stays() -> None:
    spec = RunSpec("m.onnx", "m", batch=2)
    assert spec.with_(batch=4).batch == 4
    assert spec.batch == 2
    with pytest.raises(UsageError):
        spec.with_(batch=0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.batch = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (float("nan"), 1, "must be of finite numbers"),
        (0, float("inf"), "must be of finite numbers"),
        (2, 1, "ends below its start: 2 to 1"),
    ],
)
def test_a_range_of_no_numbers_is_refused_at_once(low: float, high: float, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        RunSpec("m.onnx", "m", input_ranges=(("x", low, high),))


def test_values_come_from_one_place() -> None:
    with pytest.raises(UsageError, match="--input or by --input-range, not by both"):
        RunSpec("m.onnx", "m", input_ranges=(("x", 0, 1),), input_file="f.npz")
