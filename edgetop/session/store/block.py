"""Some consecutive samples as few bytes: a column after the other, differences, deflated.

A day at one sample a second costs about 20 MB this way, a tenth of the same as JSON. Numbers are
kept to seven significant digits (float32), times to the microsecond.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from edgetop.session.store.flat import Column, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_ROWS = 60
"""Of a block: it is written anew with every sample until it is full."""

_MOST_BYTES = 16 << 20
"""Of a block when it is inflated, far above what edgetop writes: files may be hostile."""
_HEADER = struct.Struct("<HHHII")
"""Rows, whole-number columns, number columns, bytes of texts, counts of the histograms."""
_UNKNOWN = -(1 << 63)
_US = 1_000_000


def encode(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    """The bytes of up to `MOST_ROWS` rows that have the same columns, run and sensors."""
    growing = Growing(columns)
    for row in rows:
        growing.add(row)
    return growing.encoded()


class Growing:
    """A block that rows are added to; it can be encoded at any time.

    It is written anew with every sample, so what is known of the rows before stays: taken apart
    again each time they would cost more than all else of recording.

    Args:
        columns: Of every row.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.rows = 0
        self._whole = [column for column in columns if column.kind in "is"]
        self._numbers = [column.path for column in columns if column.kind == "f"]
        self._integers = np.zeros((len(self._whole), MOST_ROWS), dtype=np.int64)
        self._floats = np.zeros((len(self._numbers), MOST_ROWS), dtype=np.float32)
        self._text_paths = [column.path for column in columns if column.kind == "t"]
        self._texts: list[_Factored] = [_Factored() for _ in self._text_paths]
        self._edges = _Factored()
        self._counts: list[NDArray[np.int64]] = []
        self._before: tuple[tuple[float, ...], NDArray[np.int64]] | None = None

    def add(self, row: Row) -> None:
        """Take the next row."""
        values, at = row.values, self.rows
        self._integers[:, at] = [_whole(values.get(item.path), item.kind) for item in self._whole]
        with np.errstate(over="ignore"):
            self._floats[:, at] = np.array(
                [values.get(path) for path in self._numbers], dtype=np.float64
            )
        for path, texts in zip(self._text_paths, self._texts, strict=True):
            texts.add(values.get(path))
        self._edges.add(row.edges_ms)
        counts = np.array(row.counts, dtype=np.int64)
        same = self._before is not None and self._before[0] == row.edges_ms
        self._counts.append(counts - self._before[1] if same and self._before else counts)
        self._before = row.edges_ms, counts
        self.rows += 1

    def encoded(self) -> bytes:
        """The bytes of the rows so far, of which there is at least one."""
        rows = self.rows
        texts = json.dumps(
            [*(texts.kept() for texts in self._texts), self._edges.kept()], separators=(",", ":")
        ).encode()
        counts = np.concatenate(self._counts)
        head = _HEADER.pack(rows, len(self._whole), len(self._numbers), len(texts), len(counts))
        integers = _shuffled(_differences(self._integers[:, :rows]))
        floats = _shuffled(self._floats[:, :rows])
        return zlib.compress(b"".join((head, integers, floats, texts, _shuffled(counts))), 6)


class _Factored:
    """Values of which few differ: [distinct values, which of them each row has].

    One value for all rows has no second part.
    """

    def __init__(self) -> None:
        self._places: dict[Any, int] = {}
        self._which: list[int] = []

    def add(self, value: Any) -> None:
        self._which.append(self._places.setdefault(value, len(self._places)))

    def kept(self) -> list[Any]:
        distinct = list(self._places)
        return [distinct] if len(distinct) == 1 else [distinct, self._which]


def _whole(value: float | None, kind: str) -> int:
    if value is None:
        return _UNKNOWN
    return round(value * _US) if kind == "s" else int(value)


def _differences(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Along the time; sums wrap around as int64 do, so unknown values need no care."""
    first = np.zeros((len(values), 1), dtype=np.int64)
    return np.diff(values, axis=1, prepend=first)


def _shuffled(values: NDArray[Any]) -> bytes:
    """All first bytes, then all second bytes, ...: high bytes are alike and deflate well."""
    width = values.dtype.itemsize
    octets: NDArray[np.uint8] = np.ascontiguousarray(values).view(np.uint8)
    data: bytes = octets.reshape(-1, width).T.tobytes()
    return data


def decode(columns: Sequence[Column], data: bytes, run: str, sensors: str, rows: int) -> list[Row]:
    """The rows of a block.

    Args:
        columns: As when it was encoded.
        data: Its bytes.
        run: The facts of the run that its rows belong to.
        sensors: The sensors that its rows have values of.
        rows: How many there should be.

    Raises:
        ValueError: The bytes are damaged, or something else.
    """
    try:
        return _Reader(columns, data, rows).rows(run, sensors)
    except ValueError:
        raise
    except Exception as error:
        raise ValueError(f"a damaged block: {error or type(error).__name__}") from error


class _Reader:
    """Takes a block apart."""

    def __init__(self, columns: Sequence[Column], data: bytes, rows: int) -> None:
        inflater = zlib.decompressobj()
        self._body = inflater.decompress(data, _MOST_BYTES)
        if not inflater.eof:
            raise ValueError("a damaged block: it is cut off, or far too long")
        self._columns = columns
        self._expected = rows
        self._at = _HEADER.size
        self._count, *self._sizes = _HEADER.unpack_from(self._body)

    def rows(self, run: str, sensors: str) -> list[Row]:
        whole, numbers, text_bytes, counts_len = self._sizes
        kinds = [column.kind for column in self._columns]
        wanted = (self._expected, sum(kind in "is" for kind in kinds), kinds.count("f"))
        if (self._count, whole, numbers) != wanted or not self._count:
            raise ValueError("a damaged block: it has other columns or rows")
        integers = self._array(np.dtype(np.int64), whole)
        floats = self._array(np.dtype(np.float32), numbers)
        texts = json.loads(self._bytes(text_bytes))
        counts = self._array(np.dtype(np.int64), counts_len, width=1).ravel()
        values = self._by_column(np.cumsum(integers, axis=1, dtype=np.int64), floats, texts)
        edges = [_edges(item) for item in self._spread(texts[-1])]
        return [
            Row(run, sensors, dict(zip(values, cells, strict=True)), edge, count)
            for cells, edge, count in zip(
                zip(*values.values(), strict=True), edges, _summed(edges, counts), strict=True
            )
        ]

    def _bytes(self, count: int) -> bytes:
        piece = self._body[self._at : self._at + count]
        if len(piece) != count:
            raise ValueError("a damaged block: it is too short")
        self._at += count
        return piece

    def _array(self, dtype: np.dtype[Any], rows: int, width: int | None = None) -> NDArray[Any]:
        columns = self._count if width is None else width
        piece = np.frombuffer(self._bytes(rows * columns * dtype.itemsize), np.uint8)
        return (np.ascontiguousarray(piece.reshape(dtype.itemsize, -1).T).view(dtype)).reshape(
            rows, columns
        )

    def _by_column(
        self, integers: NDArray[np.int64], floats: NDArray[np.float32], texts: list[Any]
    ) -> dict[str, list[Any]]:
        whole, numbers, texts_of = iter(integers), iter(floats), iter(texts)
        values: dict[str, list[Any]] = {}
        for column in self._columns:
            if column.kind == "f":
                values[column.path] = [
                    value if math.isfinite(value) else None for value in next(numbers).tolist()
                ]
            elif column.kind == "t":
                values[column.path] = self._texts(next(texts_of))
            else:
                scale = _US if column.kind == "s" else 1
                values[column.path] = [
                    None if value == _UNKNOWN else value / scale if scale > 1 else value
                    for value in next(whole).tolist()
                ]
        return values

    def _texts(self, factored: Any) -> list[str | None]:
        texts = self._spread(factored)
        if not all(text is None or isinstance(text, str) for text in texts):
            raise ValueError("a damaged block: no text where one should be")
        return texts

    def _spread(self, factored: Any) -> list[Any]:
        distinct, *which = factored
        if not which:
            return [distinct[0]] * self._count
        if len(which[0]) != self._count:
            raise ValueError("a damaged block: texts of another number of rows")
        return [distinct[index] for index in which[0]]


def _edges(item: Any) -> tuple[float, ...]:
    edges = tuple(map(float, item))
    rising = all(low < high for low, high in pairwise(edges))
    if edges and not (rising and edges[0] > 0 and edges[-1] < math.inf):
        raise ValueError("a damaged block: a histogram without order")
    return edges


def _summed(edges: Sequence[tuple[float, ...]], counts: NDArray[np.int64]) -> list[tuple[int, ...]]:
    """The counts of each row, from the differences."""
    made: list[tuple[int, ...]] = []
    at = 0
    before: NDArray[np.int64] | None = None
    for index, row_edges in enumerate(edges):
        size = max(0, len(row_edges) - 1)
        part = counts[at : at + size]
        if len(part) != size:
            raise ValueError("a damaged block: histograms are cut off")
        if before is not None and index and edges[index - 1] == row_edges:
            part = part + before
        if (part < 0).any():
            raise ValueError("a damaged block: a histogram counts less than nothing")
        made.append(tuple(part.tolist()))
        before, at = part, at + size
    return made
