"""Values of a model's inputs: seeded, within the ranges given, bounded by the memory there is."""

from __future__ import annotations

import math
import os
import re
from typing import TYPE_CHECKING

import numpy as np

from edgetop.engine import archive
from edgetop.engine.diagnose import one_line
from edgetop.engine.inputs import named, quoted
from edgetop.errors import ModelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgetop.engine.backend import Feed, InputInfo
    from edgetop.engine.spec import Range, RunSpec

_ROTATED_BYTES = 16 << 20
_MOST_FEEDS = 4
_COUNTS = re.compile(r"mask|len|size|shape|num|count|step|scale|rate", re.IGNORECASE)
"""Names of integers that are no indices: a mask of zeros hides all, a length of zero is none."""


def feeds(
    inputs: Sequence[InputInfo], shapes: dict[str, tuple[int, ...]], spec: RunSpec
) -> list[Feed]:
    """Several sets of inputs to rotate through, so that no cache learns one by heart.

    Random values come from `spec.seed`; an .npz file of the user's gives one set.

    Raises:
        UsageError: The .npz file cannot be read or does not fit the model, or a range does not.
        ModelError: The inputs alone need more memory than there is.
    """
    ranges = _ranges(inputs, spec)
    if spec.input_file:
        needed = archive.needed_bytes(spec.input_file, inputs)
        _refuse_what_cannot_fit(needed)
        try:
            return [archive.load(spec.input_file, inputs)]
        except MemoryError as error:
            raise ModelError(_too_big(needed)) from error
    one_set = sum(math.prod(shapes[item.name]) * _item_bytes(item.dtype) for item in inputs)
    number = max(2, min(_MOST_FEEDS, _ROTATED_BYTES // max(one_set, 1)))
    _refuse_what_cannot_fit(one_set * number)
    generator = np.random.default_rng(spec.seed)
    try:
        return [
            {
                item.name: _values(item, shapes[item.name], ranges.get(item.name), generator)
                for item in inputs
            }
            for _ in range(number)
        ]
    except MemoryError as error:
        raise ModelError(_too_big(one_set * number)) from error


def origin(item: InputInfo, inputs: Sequence[InputInfo], spec: RunSpec) -> str:
    """Where the values of an input come from if the user chose them: ``16000``, ``0 to 255``."""
    if spec.input_file:
        return "from a file"
    given = _ranges(inputs, spec).get(item.name)
    if given is None:
        return ""
    return _words(*given)


def _ranges(inputs: Sequence[InputInfo], spec: RunSpec) -> dict[str, Range]:
    """The ranges given by the user, by input name.

    Raises:
        UsageError: There is no such input, or its type does not hold such values.
    """
    given: dict[str, Range] = {}
    for name, low, high in spec.input_ranges:
        item = named(inputs, name)
        if item.dtype == "str":
            raise UsageError(f"input {quoted(item.name)} takes text, not a range of numbers")
        lowest, highest = _limits(item.dtype)
        if not lowest <= low <= high <= highest:
            raise UsageError(
                f"input {quoted(item.name)} is {item.dtype} and takes "
                f"{_words(lowest, highest)}, not {_words(low, high)}"
            )
        if np.dtype(item.dtype).kind != "f" and not (low == int(low) and high == int(high)):
            raise UsageError(
                f"input {quoted(item.name)} is {item.dtype} and takes whole numbers, "
                f"not {_words(low, high)}"
            )
        given[item.name] = (low, high)
    return given


def _words(low: float, high: float) -> str:
    """A range for people; floats to six digits, whole numbers all of them within reason."""
    words = [one_line(f"{n}" if isinstance(n, int) else f"{n:g}", 24) for n in (low, high)]
    return words[0] if low == high else " to ".join(words)


def _limits(dtype: str) -> tuple[float, float]:
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return 0, 1
    if kind.kind == "f":
        return float(np.finfo(kind).min), float(np.finfo(kind).max)
    return int(np.iinfo(kind).min), int(np.iinfo(kind).max)


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
    item: InputInfo, shape: tuple[int, ...], given: Range | None, generator: np.random.Generator
) -> NDArray[np.generic]:
    """Values in the range given, else such as any model takes.

    Floats and 8-bit integers are never zero. Integers of 32 and 64 bits may be indices, which
    must stay inside an unknown vocabulary: 0, or 1 where they rather look like a mask, a length
    or a single setting.
    """
    if item.dtype == "str":
        return np.full(shape, "edgetop", dtype=object)
    kind = np.dtype(item.dtype)
    if given is not None:
        return _within(given, kind, shape, generator)
    if kind.kind == "f":
        # 1 - [0, 1) is never zero. A scalar input needs an array of rank 0, not a number.
        return np.asarray(1 - generator.random(shape, dtype=np.float32), dtype=kind)
    if kind.itemsize == 1 and kind.kind in "iu":
        low, high = (1, 255) if kind.kind == "u" else (1, 127)
        return np.asarray(generator.integers(low, high, shape, dtype=kind, endpoint=True))
    indices = kind in (np.int32, np.int64) and shape and not _COUNTS.search(item.name)
    return np.full(shape, 0 if indices else 1, dtype=kind)


def _within(
    given: Range, kind: np.dtype[np.generic], shape: tuple[int, ...], generator: np.random.Generator
) -> NDArray[np.generic]:
    """Uniform values from `low` to `high`, both included; one value if they are the same."""
    low, high = given
    if low == high:
        return np.full(shape, low, dtype=kind)
    if kind.kind != "f":
        whole: type = np.bool_ if kind.kind == "b" else kind.type
        drawn = generator.integers(int(low), int(high), shape, dtype=whole, endpoint=True)
        return np.asarray(drawn, dtype=kind)
    part = generator.random(shape, dtype=np.float64 if kind.itemsize == 8 else np.float32)
    wide = part.dtype.type
    # Not low + part * (high - low): the difference of two finite numbers may be infinite.
    return np.asarray(wide(low) * (1 - part) + wide(high) * part, dtype=kind)
