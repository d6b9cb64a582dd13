"""Pictures as a model takes them: decoded by Pillow, resized, cropped, scaled.

Pictures may come from anybody: this runs in the process that may die alone, opens regular files
only, and gives a reason for each that it cannot use. The rotation that a camera has noted (EXIF)
is not applied, as neither torchvision nor the usual ImageNet scripts do.
"""

from __future__ import annotations

import os
import stat
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edgetop.engine.diagnose import one_line
from edgetop.errors import ModelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgetop.engine.backend import InputInfo

_MISSING = "pictures are read by Pillow, which is not installed: pip install 'edgetop[vision]'"
_USUAL_SIDE_PX = 224
_MOST_PIXELS = 89_478_485  # Pillow's own limit: 256 MiB of RGB
_MOST_BYTES = 256 << 20
_LONGEST_REASON = 120
# Named one by one: among the others is EPS, for which Pillow starts Ghostscript.
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "PPM", "TIFF", "JPEG2000", "AVIF")
_FED = ("float32", "float16", "float64", "uint8")

INTERPOLATIONS = ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos")


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
    if crop[0] * crop[1] > _MOST_PIXELS:
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
    if box[0] * box[1] > _MOST_PIXELS:
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


class Unreadable(Exception):  # noqa: N818  it is told, not an error of ours
    """Why a picture cannot be used, in a few words."""


class Reader:
    """Reads pictures by a plan."""

    def __init__(self, plan: Plan) -> None:
        self._image = _pillow()
        self._plan = plan
        recipe = plan.recipe
        self._filter = self._image.Resampling[recipe.interpolation.upper()]
        self._formats = [name for name in _FORMATS if name in self._image.OPEN]
        self._mean = np.asarray(recipe.mean, dtype=np.float32)
        self._std = np.asarray(recipe.std, dtype=np.float32)

    def read(self, path: str) -> NDArray[np.generic]:
        """One picture as the model takes it, without the dimension of the batch.

        Raises:
            Unreadable: It cannot be used; the message says why.
        """
        try:
            with warnings.catch_warnings(), open(path, "rb", opener=_unblocked) as file:
                # Only what is too large counts; the other warnings are of odd metadata.
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", self._image.DecompressionBombWarning)
                _check_file(file.fileno())
                with self._image.open(file, formats=self._formats) as image:
                    pixels = np.asarray(self._cropped(image))
        except Unreadable:
            raise
        except Exception as error:  # a decoder raises anything at a damaged file
            raise Unreadable(self._reason(error)) from error
        return self._values(pixels)

    def _cropped(self, image: Any) -> Any:
        plan = self._plan
        width, height = size = _resized(image.size, plan)
        if width * height > _MOST_PIXELS:
            raise Unreadable(f"too long and narrow: {image.width}x{image.height} pixels")
        image = _eight_bits(self._image, image).convert("RGB")
        if size != image.size:
            image = image.resize(size, self._filter)
        columns, rows = plan.crop_px
        left, top = round((width - columns) / 2), round((height - rows) / 2)
        image = image.crop((left, top, left + columns, top + rows))
        return image.convert("L") if plan.depth == 1 else image

    def _values(self, pixels: NDArray[np.uint8]) -> NDArray[np.generic]:
        plan = self._plan
        if plan.depth == 1:
            pixels = pixels[:, :, None]
        elif plan.recipe.channels == "bgr":
            pixels = pixels[:, :, ::-1]
        values: NDArray[np.generic] = pixels
        if plan.dtype != "uint8":
            scaled = pixels.astype(np.float32) * np.float32(plan.recipe.scale)
            values = ((scaled - self._mean) / self._std).astype(plan.dtype)
        return values.transpose(2, 0, 1) if plan.layout == "nchw" else values

    def _reason(self, error: Exception) -> str:
        bombs = (self._image.DecompressionBombWarning, self._image.DecompressionBombError)
        if isinstance(error, bombs):
            return f"more than {_MOST_PIXELS / 1e6:.0f} megapixels"
        if type(error).__name__ == "UnidentifiedImageError":
            return "not a picture, or of an unknown format"
        if isinstance(error, MemoryError):
            return "needs more memory than there is"
        if isinstance(error, OSError) and error.strerror:
            return error.strerror
        return one_line(str(error) or repr(error), _LONGEST_REASON)


def require_pillow() -> None:
    """Find out whether pictures can be read at all.

    Raises:
        UsageError: Pillow is missing or does not start.
    """
    _pillow()


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == "PIL"
        raise UsageError(_MISSING if missing else f"Pillow does not start: {error}") from error
    Image.init()
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    return Image


def _unblocked(path: str, flags: int) -> int:
    """Open without waiting for the other end, in case it is a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def _check_file(descriptor: int) -> None:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("not a file but a folder, pipe or device")
    if status.st_size > _MOST_BYTES:
        raise Unreadable(f"larger than {_MOST_BYTES >> 20} MiB")
    if not status.st_size:
        raise Unreadable("empty (0 bytes)")


def _resized(size: tuple[int, int], plan: Plan) -> tuple[int, int]:
    """Width and height after the resize; with the aspect kept, rounded down as torchvision does."""
    box_width, box_height = plan.box_px
    width, height = size
    if not plan.recipe.keep_aspect:
        return plan.box_px
    if width * box_height <= height * box_width:
        return box_width, max(box_height, int(box_width * height / width))
    return max(box_width, int(box_height * width / height)), box_height


def _eight_bits(pillow: Any, image: Any) -> Any:
    """Grey pictures of 16 bits with their upper 8, which Pillow's own conversion may cut off."""
    if image.mode == "F":
        raise Unreadable("its pixels are fractions, of which nothing says the range")
    if not image.mode.startswith("I"):
        return image
    values = np.clip(np.asarray(image).astype(np.int64), 0, 65535) >> 8
    return pillow.fromarray(values.astype(np.uint8))
