"""Presets, changes to them, and what they make of a model's input."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from edgetop.engine.backend import InputInfo
from edgetop.engine.picture_plan import Plan, fit
from edgetop.errors import ModelError, UsageError
from edgetop.study.preprocess import PRESETS, Changes, recipe, words


def plan(
    preset: str = "torchvision",
    dims: Any = (1, 3, 224, 224),
    dtype: str = "float32",
    **changes: str,
) -> Plan:
    return fit(recipe(preset, Changes(**changes)), [InputInfo("x", dtype, dims)], 1)


@pytest.mark.parametrize(
    ("preset", "side", "box"),
    [
        ("torchvision", 224, 256), ("torchvision", 299, 342), ("torchvision", 32, 37),
        ("caffe", 227, 259), ("tf", 299, 299), ("raw", 224, 224),
    ],
)  # fmt: skip
def test_the_box_follows_the_input(preset: str, side: int, box: int) -> None:
    made = plan(preset, (1, 3, side, side))
    assert (made.box_px, made.crop_px) == ((box, box), (side, side))


@pytest.mark.parametrize(
    ("dims", "layout", "depth", "crop", "batch", "fixed"),
    [
        ((1, 3, 8, 10), "nchw", 3, (10, 8), 1, True),
        ((4, 8, 10, 3), "nhwc", 3, (10, 8), 4, True),
        (("N", 3, "h", "w"), "nchw", 3, (224, 224), 1, False),
        ((None, None, None, 3), "nhwc", 3, (224, 224), 1, False),
        ((None, None, None, None), "nchw", 3, (224, 224), 1, False),
        ((-1, 1, 28, 28), "nchw", 1, (28, 28), 1, False),
        ((1, 3, 3, 3), "nchw", 3, (3, 3), 1, True),
    ],
)
def test_layouts(dims: Any, layout: str, depth: int, crop: Any, batch: int, fixed: bool) -> None:
    made = plan("raw", dims)
    assert (made.layout, made.depth, made.crop_px) == (layout, depth, crop)
    assert (made.batch, made.batch_fixed) == (batch, fixed)


def test_options_win_over_the_preset() -> None:
    made = plan(
        "raw", ("N", None, None, 3), resize="300", crop="280x260", scale="1/255",
        mean="0.1,0.2,0.3", std="0.5", channels="bgr", layout="nhwc", interpolation="bicubic",
    )  # fmt: skip
    assert made.shape == (1, 260, 280, 3)
    assert words(asdict(made)) == (
        "raw: shorter side to 300 (bicubic), centre 280x260, BGR, / 255, - (0.1 0.2 0.3), / 0.5, "
        "NHWC float32"
    )


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (
            plan(),
            (
                "torchvision: shorter side to 256 (bilinear), centre 224x224, RGB, / 255, "
                "- (0.485 0.456 0.406), / (0.229 0.224 0.225), NCHW float32"
            ),
        ),
        (
            plan("caffe"),
            (
                "caffe: resized to 256x256 (bilinear), centre 224x224, BGR, - (104 117 123), "
                "NCHW float32"
            ),
        ),
        (plan("tf"), "tf: resized to 224x224 (bilinear), RGB, / 127.5, - 1, NCHW float32"),
        (plan("raw"), "raw: resized to 224x224 (bilinear), RGB, 0 to 255, NCHW float32"),
        (
            plan("raw", (1, 3, 240, 320), resize="400x300"),
            "raw: resized to 400x300 (bilinear), centre 320x240, RGB, 0 to 255, NCHW float32",
        ),
        (
            plan("torchvision", (1, 240, 320, 3), "uint8"),
            (
                "torchvision: resized to cover 366x274 (bilinear), centre 320x240, RGB, 0 to 255, "
                "NHWC uint8"
            ),
        ),
    ],
)
def test_words(made: Plan, text: str) -> None:
    assert words(asdict(made)) == text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"resize": "0"}, "--resize '0' is not of the form"),
        ({"resize": "12x"}, "--resize '12x' is not of the form"),
        ({"crop": "99999999"}, "--crop '99999999' is not of the form"),
        ({"mean": "1,2"}, "--mean '1,2' is not one number, or one per channel"),
        ({"mean": "nan"}, "--mean 'nan' is not"),
        ({"scale": "1/0"}, "--scale '1/0' is not a number such as 1/255"),
        ({"scale": "1,2,3"}, "--scale '1,2,3' is not a number"),
        ({"std": "0.2,0,0.2"}, "--std must not be 0"),
        ({"resize": "200", "crop": "224"}, "--resize 200 is smaller than --crop 224"),
        ({"resize": "200"}, "--resize to 200x200 leaves no 224x224 pixels to crop"),
        ({"crop": "225"}, "--crop 225x225 contradicts the model, which takes 224x224 pixels"),
        ({"layout": "nhwc"}, "--layout nhwc contradicts the model"),
        ({"channels": "bgr"}, "--channels bgr contradicts the numbers of torchvision"),
        ({"channels": "bgr", "mean": "1,2,3"}, "--channels bgr contradicts the numbers"),
    ],
)
def test_contradictions(changes: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan(**changes)
    assert message in caught.value.message


def test_bytes_take_no_scale() -> None:
    with pytest.raises(UsageError, match="the model takes bytes"):
        plan(dtype="uint8", scale="1/255")


def test_grey_models_take_one_mean() -> None:
    with pytest.raises(UsageError, match="3 numbers for --mean, but the model takes grey"):
        plan(dims=(1, 1, 28, 28))
    assert plan(dims=(1, 1, 28, 28), mean="0.5", std="0.5").depth == 1


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([], "the model takes 0 inputs"),
        ([InputInfo("x", "float32", (1, 3, 8, 8))] * 2, "the model takes 2 inputs"),
        ([InputInfo("x", "float32", (1, 4))], "is float32 of 2 dimensions"),
        ([InputInfo("x", "int64", (1, 3, 8, 8))], "is int64 of 4 dimensions"),
        ([InputInfo("x", "float32", (1, 4, 8, 8))], "has 4 channels"),
    ],
)
def test_models_that_take_no_pictures(inputs: list[InputInfo], message: str) -> None:
    with pytest.raises(ModelError) as caught:
        fit(PRESETS["raw"], inputs, 1)
    assert message in caught.value.message
