"""How pictures go into a model: the usual ways by name, changes to them, and words for them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from edgetop.engine.picture_plan import Recipe
from edgetop.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_RATIO = 0.875  # 224 of 256, and the same share of other sizes
_BYTE = 1 / 255
_LARGEST_PX = 1 << 15

PRESETS = {
    "torchvision": Recipe(
        "torchvision", keep_aspect=True, ratio=_RATIO, scale=_BYTE,
        mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225),
    ),
    "caffe": Recipe(
        "caffe", keep_aspect=False, ratio=_RATIO, scale=1.0,
        mean=(104.0, 117.0, 123.0), std=(1.0,), channels="bgr",
    ),
    "tf": Recipe("tf", keep_aspect=False, ratio=1.0, scale=2 * _BYTE, mean=(1.0,), std=(1.0,)),
    "raw": Recipe("raw", keep_aspect=False, ratio=1.0, scale=1.0, mean=(0.0,), std=(1.0,)),
}  # fmt: skip
"""By the framework whose models want it; raw is 0 to 255."""


class Changes(NamedTuple):
    """What the user gives beside a preset; None = as the preset has it."""

    resize: str | None = None
    crop: str | None = None
    scale: str | None = None
    mean: str | None = None
    std: str | None = None
    channels: str | None = None
    layout: str | None = None
    interpolation: str | None = None


def recipe(preset: str, changes: Changes) -> Recipe:
    """The preset with the changes.

    Raises:
        UsageError: An option is not of its form, or two contradict each other.
    """
    base = PRESETS[preset]
    resize, crop = changes.resize, changes.crop
    values = [changes.scale, changes.mean, changes.std]
    made = Recipe(
        preset=preset,
        keep_aspect=base.keep_aspect if resize is None else resize.strip().isdecimal(),
        ratio=base.ratio,
        scale=base.scale if changes.scale is None else _numbers("scale", changes.scale, 1)[0],
        mean=base.mean if changes.mean is None else _numbers("mean", changes.mean, 3),
        std=base.std if changes.std is None else _numbers("std", changes.std, 3),
        channels=changes.channels or base.channels,
        layout=changes.layout or base.layout,
        interpolation=changes.interpolation or base.interpolation,
        resize_px=() if resize is None else _size("resize", resize),
        crop_px=() if crop is None else _size("crop", crop),
        values_given=any(value is not None for value in values),
    )
    _refuse_contradictions(made, base, changes)
    return made


def _refuse_contradictions(made: Recipe, base: Recipe, changes: Changes) -> None:
    kept = [
        numbers
        for numbers, given in ((base.mean, changes.mean), (base.std, changes.std))
        if given is None and len(numbers) > 1
    ]
    if made.channels != base.channels and kept:
        raise UsageError(
            f"--channels {made.channels} contradicts the numbers of {base.preset}, which are in "
            f"the order {base.channels}; give --mean and --std too"
        )
    if not all(made.std):
        raise UsageError("--std must not be 0")
    for size, least in zip(made.resize_px, made.crop_px, strict=False):
        if size < least:
            raise UsageError(f"--resize {changes.resize} is smaller than --crop {changes.crop}")


def _size(option: str, text: str) -> tuple[int, int]:
    """``256`` as (256, 256), ``320x240`` as (320, 240)."""
    match = re.fullmatch(r"([0-9]{1,6})(?:x([0-9]{1,6}))?", text.strip())
    size = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not all(0 < side <= _LARGEST_PX for side in size):
        raise UsageError(f"--{option} {text!r} is not of the form 224 or 320x240")
    return size


def _numbers(option: str, text: str, most: int) -> tuple[float, ...]:
    """One number or `most` of them; each may be a fraction such as ``1/255``."""
    try:
        numbers = tuple(_number(word) for word in text.split(","))
    except (ValueError, ZeroDivisionError):
        numbers = ()
    if len(numbers) not in (1, most) or not all(map(math.isfinite, numbers)):
        form = "a number such as 1/255" if most == 1 else "one number, or one per channel: 1,2,3"
        raise UsageError(f"--{option} {text!r} is not {form}")
    return numbers


def _number(text: str) -> float:
    above, slash, below = text.partition("/")
    return float(above) / float(below) if slash else float(above)


def words(plan: Mapping[str, Any]) -> str:
    """What is done to each picture, from the fields of `edgetop.engine.picture_plan.Plan`."""
    made = plan["recipe"]
    box, crop = "x".join(map(str, plan["box_px"])), "x".join(map(str, plan["crop_px"]))
    if made["keep_aspect"]:
        square = plan["box_px"][0] == plan["box_px"][1]
        resized = f"shorter side to {plan['box_px'][0]}" if square else f"resized to cover {box}"
    else:
        resized = f"resized to {box}"
    steps = [f"{resized} ({made['interpolation']})"]
    if box != crop or made["keep_aspect"]:
        steps.append(f"centre {crop}")
    steps.append("grey" if plan["depth"] == 1 else made["channels"].upper())
    steps += ["0 to 255"] if plan["dtype"] == "uint8" else _values(made)
    return f"{made['preset']}: {', '.join(steps)}, {plan['layout'].upper()} {plan['dtype']}"


def _values(made: Mapping[str, Any]) -> list[str]:
    scale = made["scale"]
    steps = []
    if scale != 1:
        whole = scale and abs(1 / scale - round(1 / scale, 6)) < 1e-9
        steps.append(f"/ {1 / scale:g}" if whole else f"x {scale:g}")
    if any(made["mean"]):
        steps.append(f"- {_joined(made['mean'])}")
    if any(value != 1 for value in made["std"]):
        steps.append(f"/ {_joined(made['std'])}")
    return steps or ["0 to 255"]


def _joined(values: Sequence[float]) -> str:
    text = " ".join(f"{value:g}" for value in values)
    return text if len(values) == 1 else f"({text})"
