"""Providers have short names for people and onnxruntime's long ones."""

from __future__ import annotations

import pytest

from edgetop.engine import providers
from edgetop.errors import UsageError

# The names of the command line, as they are agreed with scripts.
AGREED = (
    "cpu", "cuda", "tensorrt", "openvino", "xnnpack", "migraphx", "qnn", "coreml", "directml",
)  # fmt: skip


@pytest.mark.parametrize("short", AGREED)
def test_short_and_long_names_mean_the_same_in_any_case(short: str) -> None:
    long = providers.long_name(short)
    assert long.endswith("ExecutionProvider")
    for text in (short, short.upper(), f" {short} ", long, long.lower()):
        assert providers.parse(text) == short
    assert providers.short_name(long) == short


@pytest.mark.parametrize("name", ["", "gpu", "cudaa", "ExecutionProvider", "cpu,cuda"])
def test_an_unknown_name_is_wrong_usage_and_lists_the_names(name: str) -> None:
    with pytest.raises(UsageError, match="cpu, cuda, tensorrt") as caught:
        providers.parse(name)
    assert repr(name) in caught.value.message


def test_a_provider_that_we_do_not_know_keeps_its_own_name() -> None:
    assert providers.short_name("FutureExecutionProvider") == "future"


def test_a_provider_on_the_network_is_no_property_of_this_board() -> None:
    names = ["CUDAExecutionProvider", "AzureExecutionProvider", "CPUExecutionProvider"]
    assert providers.local(names) == ("cuda", "cpu")


@pytest.mark.parametrize(
    ("available", "chosen"),
    [
        (("cpu",), "cpu"),
        (("cuda", "cpu"), "cuda"),
        (("tensorrt", "cuda", "cpu"), "cuda"),
        (("tensorrt", "cpu"), "cpu"),
        ((), "cpu"),
    ],
)
def test_auto_takes_an_accelerator_that_starts_at_once(
    available: tuple[str, ...], chosen: str
) -> None:
    assert providers.choose(providers.parse("auto"), available) == chosen


def test_a_provider_that_was_named_is_never_replaced() -> None:
    assert providers.choose("tensorrt", ("cpu",)) == "tensorrt"
