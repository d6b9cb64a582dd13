"""Shapes and values of a model's inputs: open dimensions filled, arrays seeded and bounded."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from edgetop.errors import ModelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgetop.engine.backend import Feed, InputInfo
    from edgetop.engine.spec import RunSpec

_IMAGE_SIDE = 224
_TOKENS = 128
_AUDIO_SAMPLES = 16000
_ROTATED_BYTES = 16 << 20
_MOST_FEEDS = 4


@dataclass(frozen=True, slots=True)
class InputPlan:
    """The shapes that a run feeds."""

    shapes: dict[str, tuple[int, ...]]
    batch: int
    """Images per inference as the model really takes them."""
    batch_fixed: bool
    """The graph (or a shape given by the user) allows no other batch."""


def plan(inputs: Sequence[InputInfo], spec: RunSpec) -> InputPlan:
    """Fill the open dimensions of all inputs.

    The first dimension of the first input is the batch; where the graph fixes it, it stays
    and `batch_fixed` says so. A symbol has one value everywhere. Other open dimensions get
    what a classifier of that rank usually takes (224 x 224 images with 3 channels, 128
    tokens, 16000 audio samples): never 1, which can kill the runtime.

    Raises:
        UsageError: A shape given by the user does not fit the graph.
    """
    given = _given_shapes(inputs, spec)
    if not inputs:
        return InputPlan({}, 1, batch_fixed=True)
    first = inputs[0]
    symbols = _symbols_of(inputs, given)
    leading = [_known(dim, symbols) for dim in given.get(first.name, first.dims)[:1]]
    fixed = bool(leading) and _is_size(leading[0])
    batch_fixed = fixed or not leading
    batch = (
        int(leading[0] or 1) if fixed and len(first.dims) > 1 else 1 if batch_fixed else spec.batch
    )
    if leading and isinstance(leading[0], str) and leading[0]:
        symbols[leading[0]] = batch
    shapes = {item.name: given.get(item.name) or _shape(item, batch, symbols) for item in inputs}
    return InputPlan(shapes, batch, batch_fixed)


def _symbols_of(inputs: Sequence[InputInfo], given: dict[str, tuple[int, ...]]) -> dict[Any, int]:
    """What the shapes given by the user say of symbols that other inputs may share."""
    return {
        dim: size
        for item in inputs
        for dim, size in zip(item.dims, given.get(item.name, ()), strict=False)
        if isinstance(dim, str) and dim
    }


def _known(dim: int | str | None, symbols: dict[Any, int]) -> int | str | None:
    return symbols.get(dim, dim)


def _is_size(dim: Any) -> bool:
    return isinstance(dim, int) and dim > 0


def _given_shapes(inputs: Sequence[InputInfo], spec: RunSpec) -> dict[str, tuple[int, ...]]:
    names = [item.name for item in inputs]
    given: dict[str, tuple[int, ...]] = {}
    for name, shape in spec.input_shapes:
        key = name or (names[0] if names else "")
        if key not in names:
            raise UsageError(f"the model has no input {name!r}; it has {', '.join(names)}")
        dims = inputs[names.index(key)].dims
        fits = len(dims) == len(shape) and all(
            not _is_size(dim) or dim == size for dim, size in zip(dims, shape, strict=True)
        )
        if not fits:
            raise UsageError(
                f"input {key!r} has the shape {_words(dims)}, {_words(shape)} does not fit"
            )
        given[key] = shape
    return given


def _words(dims: Sequence[int | str | None]) -> str:
    return "[" + ", ".join("?" if dim is None else str(dim) for dim in dims) + "]"


def _shape(item: InputInfo, batch: int, symbols: dict[Any, int]) -> tuple[int, ...]:
    usual = _usual_sizes(item, batch)
    shape = []
    for dim, size in zip(item.dims, usual, strict=True):
        if _is_size(dim):
            shape.append(int(dim or 1))
        elif isinstance(dim, str) and dim:
            shape.append(symbols.setdefault(dim, size))
        else:
            shape.append(size)
    return tuple(shape)


def _usual_sizes(item: InputInfo, batch: int) -> list[int]:
    """What each dimension would be if it were open."""
    rank = len(item.dims)
    if rank == 4:
        channels_last = item.dims[3] in (1, 3, 4) and item.dims[1] not in (1, 3, 4)
        image = [_IMAGE_SIDE, _IMAGE_SIDE, 3] if channels_last else [3, _IMAGE_SIDE, _IMAGE_SIDE]
        return [batch, *image]
    sequence = _AUDIO_SAMPLES if rank == 2 and item.dtype.startswith("float") else _TOKENS
    return [batch, *[sequence] * (rank - 1)][:rank]


def feeds(
    inputs: Sequence[InputInfo], shapes: dict[str, tuple[int, ...]], spec: RunSpec
) -> list[Feed]:
    """Several sets of inputs to rotate through, so that no cache learns one by heart.

    Random values come from `spec.seed`; an .npz file of the user's gives one set.

    Raises:
        UsageError: The .npz file cannot be read or does not fit the model.
        ModelError: The inputs alone need more memory than is free.
    """
    if spec.input_file:
        return [_load(spec.input_file, inputs)]
    one_set = sum(
        int(np.prod(shapes[item.name], dtype=np.float64)) * _item_bytes(item.dtype)
        for item in inputs
    )
    number = max(2, min(_MOST_FEEDS, _ROTATED_BYTES // max(one_set, 1)))
    _refuse_what_cannot_fit(one_set * number)
    generator = np.random.default_rng(spec.seed)
    try:
        return [
            {item.name: _values(item.dtype, shapes[item.name], generator) for item in inputs}
            for _ in range(number)
        ]
    except MemoryError as error:
        raise ModelError(_too_big(one_set * number)) from error


def _item_bytes(dtype: str) -> int:
    return 8 if dtype == "str" else int(np.dtype(dtype).itemsize)


def _refuse_what_cannot_fit(needed_bytes: int) -> None:
    try:
        memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return
    if needed_bytes > memory_bytes:
        raise ModelError(_too_big(needed_bytes))


def _too_big(needed_bytes: int) -> str:
    return (
        f"the inputs alone need {needed_bytes / 2**30:.3g} GiB, more memory than there is; "
        "choose a smaller batch"
    )


def _values(
    dtype: str, shape: tuple[int, ...], generator: np.random.Generator
) -> NDArray[np.generic]:
    """Values that are not zero and that any model takes.

    Integers of 32 and 64 bits are 1: they may be indices into a vocabulary or a mask.
    """
    if dtype == "str":
        return np.full(shape, "edgetop", dtype=object)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        # 1 - [0, 1) is never zero. A scalar input needs an array of rank 0, not a number.
        return np.asarray(1 - generator.random(shape, dtype=np.float32), dtype=kind)
    if kind.itemsize == 1 and kind.kind in "iu":
        low, high = (1, 255) if kind.kind == "u" else (1, 127)
        return np.asarray(generator.integers(low, high, shape, dtype=kind, endpoint=True))
    return np.ones(shape, dtype=kind)


def _load(path: str, inputs: Sequence[InputInfo]) -> Feed:
    name = Path(path).name
    arrays = _archive(path)
    missing = [item.name for item in inputs if item.name not in arrays]
    if missing:
        raise UsageError(
            f"{name} has no array for the input {missing[0]!r}; it has {', '.join(arrays)}"
        )
    try:
        return {item.name: _as_input(arrays[item.name], item.dtype) for item in inputs}
    except (ValueError, TypeError) as error:
        raise UsageError(f"{name} holds what the model cannot take: {error}") from error


def _archive(path: str) -> dict[str, NDArray[np.generic]]:
    name = Path(path).name
    try:
        archive = np.load(path, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise UsageError(f"{name} holds one array without a name; save it with numpy.savez")
        with archive:
            return {key: archive[key] for key in archive.files}
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}") from error
    except (ValueError, EOFError, BadZipFile, zlib.error) as error:
        raise UsageError(f"{name} cannot be read as .npz: {error}") from error


def _as_input(array: NDArray[np.generic], dtype: str) -> NDArray[np.generic]:
    """The array as the runtime takes it; a scalar keeps its rank of 0."""
    return np.asarray(array, dtype=object if dtype == "str" else dtype, order="C")


def shapes_of(feed: Feed) -> dict[str, tuple[int, ...]]:
    """The shapes that a set of inputs really has."""
    return {name: tuple(array.shape) for name, array in feed.items()}
