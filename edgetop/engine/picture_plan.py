"""How a picture goes into one model: what the user wants, fitted to the model's input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgetop.engine.diagnose import one_line
from edgetop.errors import ModelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.engine.backend import InputInfo

MOST_PIXELS = 89_478_485
"""Of a picture at any step: Pillow's own limit, 256 MiB of RGB."""
INTERPOLATIONS = ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos")

_USUAL_SIDE_PX = 224
_FED = ("float32", "float16", "float64", "uint8")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a picture becomes numbers, before the size of the model's input is known.

    A value goes in as ``(pixel * scale - mean) / std``, with pixels from 0 to 255.
    """

    preset: str
    keep_aspect: bool
    """Resize until the box is covered; otherwise both sides to the box, whatever the shape."""
    ratio: float
    """Side of the crop by that of the box, where `resize_px` is empty."""
    scale: float
    mean: tuple[float, ...]
    """One number, or one per channel in the order of `channels`."""
    std: tuple[float, ...]
    channels: str = "rgb"
    """``rgb`` or ``bgr``."""
    layout: str = ""
    """``nchw`` or ``nhwc``; empty = as the shape of the input tells."""
    interpolation: str = "bilinear"
    resize_px: tuple[int, ...] = ()
    """Width and height of the box; empty = from the crop and `ratio`."""
    crop_px: tuple[int, ...] = ()
    """Width and height of the crop; empty = those of the input."""
    values_given: bool = False
    """The user named scale, mean or std, so they may not be left out for an input of bytes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe fitted to one input."""

    recipe: Recipe
    dtype: str
    layout: str
    depth: int
    """Channels: 1 (grey) or 3."""
    box_px: tuple[int, int]
    """Width and height."""
    crop_px: tuple[int, int]
    """Width and height of what goes in."""
    batch: int
    batch_fixed: bool

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The shape of the array that goes in."""
        width, height = self.crop_px
        if self.layout == "nchw":
            return self.batch, self.depth, height, width
        return self.batch, height, width, self.depth


def fit(recipe: Recipe, inputs: Sequence[InputInfo], batch: int) -> Plan:
    """The plan for a model with these inputs.

    Raises:
        ModelError: The model does not take pictures.
        UsageError: The recipe contradicts the input.
    """
    if len(inputs) != 1:
        raise ModelError(f"the model takes {len(inputs)} inputs, not pictures alone")
    (item,) = inputs
    name = one_line(item.name, 60)
    sizes = [dim if isinstance(dim, int) and dim > 0 else 0 for dim in item.dims]
    if len(sizes) != 4 or item.dtype not in _FED:
        raise ModelError(
            f"the model takes no pictures: its input '{name}' is {item.dtype} "
            f"of {len(sizes)} dimensions"
        )
    layout = recipe.layout or ("nhwc" if _channels_last(sizes) else "nchw")
    depth = sizes[1 if layout == "nchw" else 3] or 3
    if depth not in (1, 3):
        raise _wrong_depth(recipe, name, depth)
    rows, columns = sizes[2:] if layout == "nchw" else sizes[1:3]
    crop = _crop(recipe, columns, rows)
    box = _box(recipe, crop)
    _check_values(recipe, depth, item.dtype)
    return Plan(recipe, item.dtype, layout, depth, box, crop, sizes[0] or batch, bool(sizes[0]))


def _channels_last(sizes: Sequence[int]) -> bool:
    return sizes[3] in (1, 3) and sizes[1] not in (1, 3)


def _wrong_depth(recipe: Recipe, name: str, depth: int) -> ModelError | UsageError:
    if recipe.layout:
        return UsageError(
            f"--layout {recipe.layout} contradicts the model: its input '{name}' would then have "
            f"{depth} channels"
        )
    return ModelError(f"the model takes no pictures: its input '{name}' has {depth} channels")


def _crop(recipe: Recipe, width: int, height: int) -> tuple[int, int]:
    """Width and height of what goes in; 0 = left open by the graph."""
    asked = recipe.crop_px or (width or _USUAL_SIDE_PX, height or _USUAL_SIDE_PX)
    crop = asked[0], asked[1]
    if (width or crop[0], height or crop[1]) != crop:
        raise UsageError(
            f"--crop {crop[0]}x{crop[1]} contradicts the model, which takes "
            f"{width or '?'}x{height or '?'} pixels"
        )
    if crop[0] * crop[1] > MOST_PIXELS:
        raise UsageError(f"a crop of {crop[0]}x{crop[1]} pixels is too large")
    return crop


def _box(recipe: Recipe, crop: tuple[int, int]) -> tuple[int, int]:
    if not recipe.resize_px:
        return round(crop[0] / recipe.ratio), round(crop[1] / recipe.ratio)
    box = recipe.resize_px[0], recipe.resize_px[1]
    if box[0] < crop[0] or box[1] < crop[1]:
        raise UsageError(
            f"--resize to {box[0]}x{box[1]} leaves no {crop[0]}x{crop[1]} pixels to crop"
        )
    if box[0] * box[1] > MOST_PIXELS:
        raise UsageError(f"--resize to {box[0]}x{box[1]} pixels is too large")
    return box


def _check_values(recipe: Recipe, depth: int, dtype: str) -> None:
    if dtype == "uint8":
        if recipe.values_given:
            raise UsageError("the model takes bytes; --scale, --mean and --std do not fit it")
        return
    for name, numbers in (("mean", recipe.mean), ("std", recipe.std)):
        if len(numbers) not in (1, depth):
            raise UsageError(
                f"preprocessing {recipe.preset} has {len(numbers)} numbers for --{name}, but the "
                f"model takes {'grey' if depth == 1 else 'coloured'} pictures; give one number"
            )
