"""The history of one value in time buckets, as charts show it."""

from __future__ import annotations

import math
from collections import deque


class TimeSeries:
    """Means of a value in buckets at absolute multiples of `bucket_s`, the latest kept.

    A bucket in which nothing is known is None, never zero. Memory is bounded: older buckets
    and marks are forgotten.

    Args:
        bucket_s: Length of a bucket in seconds.
        capacity: How many buckets are kept.
    """

    __slots__ = ("_marks", "_newest", "_sums", "_weights", "bucket_s", "capacity")

    def __init__(self, bucket_s: float = 1.0, capacity: int = 3600) -> None:
        self.bucket_s = bucket_s
        self.capacity = capacity
        self._sums = [0.0] * capacity
        self._weights = [0.0] * capacity
        self._newest: int | None = None
        self._marks: deque[tuple[int, str]] = deque(maxlen=capacity)

    def add(self, time_s: float, value: float | None, span_s: float = 0.0) -> None:
        """Take a value; several in one bucket become their mean.

        Args:
            time_s: When, in seconds of any one clock. A time older than what is kept is
                dropped.
            value: The value; None (or not finite) if unknown, which only lets time go on.
            span_s: How long before `time_s` the value already held. Samples at about the
                length of a bucket then leave no holes; each bucket weighs the value by the
                time they share. 0: the value is of that moment.
        """
        # A span that ends where a bucket begins has no part in that bucket.
        newest = self._index(time_s) if span_s <= 0 else -self._index(-time_s) - 1
        self._advance(newest)
        if value is None or not math.isfinite(value):
            return
        if span_s <= 0:
            self._put(newest, value, 1.0)
            return
        start_s = time_s - span_s
        for index in range(max(self._index(start_s), newest - self.capacity + 1), newest + 1):
            begin_s = max(start_s, index * self.bucket_s)
            end_s = min(time_s, (index + 1) * self.bucket_s)
            self._put(index, value, (end_s - begin_s) / self.bucket_s)

    def _index(self, time_s: float) -> int:
        # A millionth of a bucket makes up for 0.3 / 0.1 being a little less than 3.
        return math.floor(time_s / self.bucket_s + 1e-6)

    def _advance(self, index: int) -> None:
        newest = index - 1 if self._newest is None else self._newest
        for new in range(max(newest + 1, index - self.capacity + 1), index + 1):
            self._sums[new % self.capacity] = self._weights[new % self.capacity] = 0.0
        self._newest = max(newest, index)

    def _put(self, index: int, value: float, weight: float) -> None:
        assert self._newest is not None
        if weight > 0 and index > self._newest - self.capacity:
            self._sums[index % self.capacity] += value * weight
            self._weights[index % self.capacity] += weight

    def _first(self, count: int, align: int) -> int:
        """The bucket at position 0 of a tail that ends at a multiple of `align`."""
        newest = -1 if self._newest is None else self._newest
        return (newest // align + 1) * align - count

    def tail(self, count: int, align: int = 2) -> list[float | None]:
        """The last `count` buckets, oldest first, ending at a multiple of `align` buckets.

        As time goes on the same buckets stay together in groups of `align`: a chart with two
        dots per character moves by whole characters, and its newest character may be half
        filled (None behind the newest bucket).
        """
        if self._newest is None:
            return [None] * count
        first, newest = self._first(count, align), self._newest
        kept = range(newest - self.capacity + 1, newest + 1)
        return [
            self._mean(index) if index in kept else None for index in range(first, first + count)
        ]

    def position(self, align: int = 2) -> int:
        """A number that changes whenever a whole group of `align` buckets is complete."""
        return 0 if self._newest is None else self._newest // align

    def _mean(self, index: int) -> float | None:
        weight = self._weights[index % self.capacity]
        return self._sums[index % self.capacity] / weight if weight > 0 else None

    def mark(self, time_s: float, text: str) -> None:
        """Remember that something happened (``batch 4``), for `marks_in`."""
        self._marks.append((self._index(time_s), text))

    def marks_in(self, count: int, align: int = 2) -> list[tuple[int, str]]:
        """The marks within `tail(count, align)`: position in that list, and text."""
        if self._newest is None:
            return []
        first = self._first(count, align)
        oldest = max(first, self._newest - self.capacity + 1)
        return [
            (index - first, text) for index, text in self._marks if oldest <= index < first + count
        ]
