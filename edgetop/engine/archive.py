"""Arrays from a user's .npz file: looked at before they are read, then fitted to the inputs.

The file may come from anybody, as a model may. Only the arrays that the model takes are read,
never pickled objects, and only after the header has said how much memory one needs.
"""

from __future__ import annotations

import math
import stat
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

import numpy as np

from edgetop.engine.diagnose import one_line
from edgetop.engine.inputs import fits, quoted, shape_words
from edgetop.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edgetop.engine.backend import Feed, InputInfo

_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def needed_bytes(path: str, inputs: Sequence[InputInfo]) -> int:
    """Memory that the arrays for these inputs need, from their headers alone.

    Raises:
        UsageError: The file cannot be read, or an array is missing or does not fit its input.
    """
    with _opened(path) as archive:
        return sum(_look_at(archive, item, path) for item in inputs)


def load(path: str, inputs: Sequence[InputInfo]) -> Feed:
    """One array per input; the file's other arrays are left alone.

    Raises:
        UsageError: As `needed_bytes`, or a value does not fit the input's type.
    """
    feed = {}
    with _opened(path) as archive:
        for item in inputs:
            with archive.open(f"{item.name}.npy") as member:
                array = np.lib.format.read_array(member, allow_pickle=False)
            feed[item.name] = _as_input(array, item, path)
    return feed


@contextmanager
def _opened(path: str) -> Iterator[ZipFile]:
    """The archive; whatever is wrong with it ends in one line that names the file."""
    name = _name(path)
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise UsageError(f"{name} is not a file but a folder, pipe or device")
        with open(path, "rb") as file:
            if file.read(6) == b"\x93NUMPY":
                raise UsageError(f"{name} holds one array without a name; save it with numpy.savez")
        with ZipFile(path) as archive:
            yield archive
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}") from error
    except (
        ValueError, EOFError, BadZipFile, zlib.error,
        RuntimeError, NotImplementedError,  # encrypted; a compression that Python has not
    ) as error:  # fmt: skip
        raise UsageError(f"{name} cannot be read as .npz: {one_line(str(error))}") from error


def _look_at(archive: ZipFile, item: InputInfo, path: str) -> int:
    """Bytes of one array as its header claims them.

    Raises:
        UsageError: There is no such array, or it does not fit the input.
        ValueError: The header is damaged or claims more than the file holds.
    """
    try:
        info = archive.getinfo(f"{item.name}.npy")
    except KeyError:
        names = ", ".join(name.removesuffix(".npy") for name in archive.namelist()[:20])
        raise UsageError(
            f"{_name(path)} has no array for the input {quoted(item.name)}; "
            f"it has {one_line(names, 120)}"
        ) from None
    with archive.open(info) as member:
        shape, kind = _header(member)
        held = info.file_size - member.tell()
    if not fits(item, shape):
        raise UsageError(
            f"{_name(path)}: input {quoted(item.name)} has the shape {shape_words(item.dims)}, "
            f"the array {shape_words(shape)} does not fit"
        )
    if not _takes(item.dtype, kind):
        raise UsageError(
            f"{_name(path)}: input {quoted(item.name)} is {_type(item.dtype)}, "
            f"the array of {one_line(str(kind), 40)} does not fit"
        )
    size = math.prod(shape) * kind.itemsize
    if size > held:
        raise ValueError(f"the array {quoted(item.name)} is cut short")
    return size


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    version = np.lib.format.read_magic(member)
    if version not in _HEADERS:
        raise ValueError(f"an array of format {version[0]}.{version[1]}")
    try:
        shape, _, kind = _HEADERS[version](member)
    except Exception as error:
        raise ValueError(f"a damaged header: {one_line(str(error), 120)}") from error
    if kind.hasobject:
        raise ValueError("it holds Python objects, which edgetop does not load")
    if any(size < 0 for size in shape):
        raise ValueError("an array of negative size")
    return shape, kind


def _takes(dtype: str, kind: np.dtype[np.generic]) -> bool:
    """Whether an array's type may be converted to an input's without losing its meaning."""
    if dtype == "str":
        return kind.kind in "US"
    return kind.kind in ("biuf" if np.dtype(dtype).kind == "f" else "biu")


def _as_input(array: NDArray[np.generic], item: InputInfo, path: str) -> NDArray[np.generic]:
    """The array as the runtime takes it; a scalar keeps its rank of 0."""
    if item.dtype == "str":
        return np.asarray(array.astype(str), dtype=object, order="C")
    kind = np.dtype(item.dtype)
    with np.errstate(over="ignore"):  # floats may become infinite, which a model must stand
        fitted = np.asarray(array, dtype=kind, order="C")
    if kind.kind != "f" and not np.array_equal(fitted, array):
        raise UsageError(
            f"{_name(path)}: input {quoted(item.name)} is {item.dtype}, "
            "which does not hold all values of the array"
        )
    return fitted


def _type(dtype: str) -> str:
    return "text" if dtype == "str" else dtype


def _name(path: str) -> str:
    return one_line(Path(path).name, 80)
