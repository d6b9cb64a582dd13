"""Pictures as a model takes them: decoded by Pillow, resized, cropped, scaled.

Pictures may come from anybody: this runs in the process that may die alone, opens regular files
only, and gives a reason for each that it cannot use. The rotation that a camera has noted (EXIF)
is not applied, as neither torchvision nor the usual ImageNet scripts do.
"""

from __future__ import annotations

import os
import stat
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from edgetop.engine.diagnose import one_line
from edgetop.engine.picture_plan import MOST_PIXELS
from edgetop.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgetop.engine.picture_plan import Plan

_MISSING = "pictures are read by Pillow, which is not installed: pip install 'edgetop[vision]'"
_MOST_BYTES = 256 << 20
_LONGEST_REASON = 120
# Named one by one: among the others is EPS, for which Pillow starts Ghostscript.
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "PPM", "TIFF", "JPEG2000", "AVIF")


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
        if width * height > MOST_PIXELS:
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
            return f"more than {MOST_PIXELS / 1e6:.0f} megapixels"
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
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
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
