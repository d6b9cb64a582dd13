"""The wire format of protocol buffers, walked without copying what is not asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterator

Data: TypeAlias = "bytes | mmap.mmap"
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types; 3 and 4, groups, are in no model."""


def fields(data: Data, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(field, wire type, value or start, end) of each field between two offsets.

    Whatever a protobuf library reads is read alike here or refused: such a library cuts a key
    to 32 bits and ends at a key of 0, which would let it see other fields than this walk.

    Raises:
        ValueError: The bytes are no protocol buffer.
        IndexError: They end inside a number.
    """
    at = start
    while at < end:
        key, at = varint(data, at)
        field, wire = key >> 3, key & 7
        if not field or key >> 32:
            raise ValueError(f"field {field}")
        value, stop = at, at
        if wire == VARINT:
            value, stop = varint(data, at)
        elif wire == FIXED64:
            stop = at + 8
        elif wire == BYTES:
            size, value = varint(data, at)
            stop = value + size
        elif wire == FIXED32:
            stop = at + 4
        else:
            raise ValueError(f"wire type {wire}")
        if stop > end:
            raise ValueError("a field ends behind its message")
        yield field, wire, value, stop
        at = stop


def varint(data: Data, at: int) -> tuple[int, int]:
    """The number that begins at an offset, and the offset behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number longer than 64 bits")
