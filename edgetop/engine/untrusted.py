"""What of a model's file is refused before a runtime opens it.

A model may come from anybody. It can keep its weights in other files, and one that names
``/etc/shadow`` or ``../../key`` would have them read into a tensor. onnxruntime checks this
itself since 1.24, but edgetop also runs with 1.18. The other file could still be swapped
for a link between this check and the runtime's own look at it: whoever can do that writes to
the model's folder already.
"""

from __future__ import annotations

import mmap
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from edgetop.engine import onnx_file, protobuf
from edgetop.engine.diagnose import explain, one_line
from edgetop.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ADDRESS_TAG = "_ORT_MEM_ADDR_"
"""Stands, inside onnxruntime, for a file when the offset is an address in memory."""

_NOT_FED = {
    14: "complex64", 15: "complex128", 16: "bfloat16", 17: "float8e4m3fn", 18: "float8e4m3fnuz",
    19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1",
    24: "float8e8m0", 25: "uint2", 26: "int2",
}  # fmt: skip
"""Tensors by ONNX data type that numpy has no type for, or no model in practice takes."""


def examine(path: str, title: str = "") -> None:
    """Refuse a file that would read outside its folder or takes what edgetop cannot feed.

    Files in onnxruntime's own format (``.ort``) are not looked at: they have no other files.

    Raises:
        ModelError: In one line what is wrong; also a file that is no protocol buffer.
    """
    if path.lower().endswith(".ort"):
        return
    try:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            places = {
                place for extent in onnx_file.tensors(data) for place in _places(data, extent)
            }
            kinds = onnx_file.input_kinds(data)
    except (OSError, ValueError, IndexError) as error:
        damage = ValueError("Protobuf parsing failed")
        raise ModelError(explain(path, damage, title)) from error
    name = one_line(title or Path(path).name, 80)
    for location, offset, length in sorted(places):
        problem = _problem(path, location, offset, length)
        if problem:
            raise ModelError(f"{name} {problem}")
    for label, (kind, data_type) in kinds.items():
        if kind != "tensor" or data_type in _NOT_FED:
            words = f"{kind}({_NOT_FED[data_type]})" if kind == "tensor" else kind
            raise ModelError(cannot_feed(label, words))


def cannot_feed(name: str, kind: str) -> str:
    """The words for an input of a kind that edgetop has no values for."""
    label, words = one_line(name, 60), one_line(kind, 80)
    return f"input '{label}' is of the type {words}, which edgetop cannot feed"


def _places(data: protobuf.Data, extent: tuple[int, int]) -> Iterator[tuple[str, int, int]]:
    """(location, offset, length) for each location that a tensor names; 0 where not told.

    TensorProto.external_data = 13 holds pairs of key = 1 and value = 2. Whether the tensor is
    declared external is not asked: two parts of it may be joined, one of which says so.
    """
    locations, numbers = [], {"offset": 0, "length": 0}
    for field, wire, start, end in protobuf.fields(data, *extent):
        if field != 13 or wire != protobuf.BYTES:
            continue
        pair = {1: "", 2: ""}
        for part, part_wire, value, stop in protobuf.fields(data, start, end):
            if part in pair and part_wire == protobuf.BYTES:
                pair[part] = os.fsdecode(data[value:stop])
        if pair[1] == "location" and pair[2]:
            locations.append(pair[2])
        elif pair[1] in numbers and pair[2].isascii() and pair[2].isdigit():
            numbers[pair[1]] = int(pair[2][:20])
    for location in locations:
        yield location, numbers["offset"], numbers["length"]


def _problem(path: str, location: str, offset: int, length: int) -> str:
    """Why weights may not be read from there; empty if they may, or if nothing is there."""
    shown = one_line(location, 120)
    outside = (
        f"keeps its weights in {shown}, outside its own folder, where edgetop does not read; "
        "put them beside the model and export it again"
    )
    if location.startswith("/") or ".." in location.split("/") or "\0" in location:
        return outside
    if _ADDRESS_TAG in location:
        return f"names memory of the runtime ({shown}) as the place of its weights; do not run it"
    folder = Path(path).parent
    try:
        target = Path(os.path.realpath(folder / location))
        # Model hubs link the model and its weights to one place: then that is its folder too.
        folders = (os.path.realpath(folder), Path(os.path.realpath(path)).parent)
        if not any(target.is_relative_to(allowed) for allowed in folders):
            return outside
        found = target.stat()
    except (OSError, ValueError):
        return ""  # missing: the runtime says so
    if not stat.S_ISREG(found.st_mode):
        return f"keeps its weights in {shown}, which is not a file but a folder, pipe or device"
    if offset + length > found.st_size:
        return (
            f"keeps its weights in {shown}, which is cut short: it has {found.st_size} bytes, "
            f"the model reads up to {offset + length}; copy or download it again"
        )
    return ""
