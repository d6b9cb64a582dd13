"""Shapes of a model's inputs: what the user says, what the graph fixes, else what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgetop.engine.diagnose import one_line
from edgetop.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.engine.backend import InputInfo
    from edgetop.engine.spec import RunSpec

_IMAGE_SIDE = 224
_TOKENS = 128
_AUDIO_SAMPLES = 16000


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
    given: dict[str, tuple[int, ...]] = {}
    for name, shape in spec.input_shapes:
        item = named(inputs, name)
        if not fits(item, shape):
            raise UsageError(
                f"input {quoted(item.name)} has the shape {shape_words(item.dims)}, "
                f"{shape_words(shape)} does not fit"
            )
        given[item.name] = shape
    return given


def named(inputs: Sequence[InputInfo], name: str) -> InputInfo:
    """The input of that name; the first one if the name is empty.

    Raises:
        UsageError: There is none.
    """
    for item in inputs:
        if name in ("", item.name):
            return item
    if not inputs:
        raise UsageError("the model has no inputs; run it without options for inputs")
    names = one_line(", ".join(item.name for item in inputs), 120)
    raise UsageError(f"the model has no input {quoted(name)}; it has {names}")


def fits(item: InputInfo, shape: Sequence[int]) -> bool:
    """A shape has the rank and the fixed dimensions that the graph declares."""
    return len(item.dims) == len(shape) and all(
        not _is_size(dim) or dim == size for dim, size in zip(item.dims, shape, strict=True)
    )


def quoted(name: str) -> str:
    """A name from a file or a user, safe to print and not too long."""
    return f"'{one_line(name, 60)}'"


def shape_words(dims: Sequence[int | str | None]) -> str:
    """Dimensions as people write them; ``?`` where the graph leaves one open."""
    return "[" + ", ".join(one_line(str(dim), 30) if dim else "?" for dim in dims) + "]"


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
