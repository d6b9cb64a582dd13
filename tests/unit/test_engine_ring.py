"""The ring hands every inference over once, or counts it as lost."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgetop.engine import ring

if TYPE_CHECKING:
    from collections.abc import Iterator

_RACING_WRITER = """
import sys
from edgetop.engine.ring import RingWriter
record = RingWriter(int(sys.argv[1])).recorder()
for number in range(1, int(sys.argv[2]) + 1):
    record(number, number, number)
"""


@pytest.fixture
def descriptor() -> Iterator[int]:
    number = ring.create()
    yield number
    os.close(number)


def write(record: object, numbers: range) -> None:
    assert callable(record)
    for number in numbers:
        record(number, number + 1, number + 2)


def test_records_come_out_as_they_went_in(descriptor: int) -> None:
    record, reader = ring.RingWriter(descriptor).recorder(), ring.RingReader(descriptor)
    record(10, 20, 30)
    record(11, 21, 31)
    assert reader.take().tolist() == [[10, 20, 30], [11, 21, 31]]
    assert reader.lost == 0


def test_an_empty_ring_gives_no_rows_of_three(descriptor: int) -> None:
    assert ring.RingReader(descriptor).take().shape == (0, 3)


def test_nothing_is_read_twice(descriptor: int) -> None:
    record, reader = ring.RingWriter(descriptor).recorder(), ring.RingReader(descriptor)
    write(record, range(5))
    assert len(reader.take()) == 5
    assert len(reader.take()) == 0
    write(record, range(5, 7))
    assert reader.take()[:, 0].tolist() == [5, 6]


def test_rows_stay_what_they_were_when_the_ring_goes_on(descriptor: int) -> None:
    record, reader = ring.RingWriter(descriptor).recorder(), ring.RingReader(descriptor)
    write(record, range(3))
    rows = reader.take()
    write(record, range(100, 100 + ring.CAPACITY))
    assert rows[:, 0].tolist() == [0, 1, 2]


def test_records_across_the_end_of_the_ring_stay_in_order(descriptor: int) -> None:
    record, reader = ring.RingWriter(descriptor).recorder(), ring.RingReader(descriptor)
    write(record, range(ring.CAPACITY - 10))
    assert len(reader.take()) == ring.CAPACITY - 10
    write(record, range(ring.CAPACITY - 10, ring.CAPACITY + 10))
    expected = list(range(ring.CAPACITY - 10, ring.CAPACITY + 10))
    assert reader.take()[:, 0].tolist() == expected
    assert reader.lost == 0


def test_what_was_overwritten_is_counted_and_the_newest_are_kept(descriptor: int) -> None:
    record, reader = ring.RingWriter(descriptor).recorder(), ring.RingReader(descriptor)
    written = ring.CAPACITY + 1000
    write(record, range(written))
    rows = reader.take()
    # One slot is given up: the writer could be writing into it at this very moment.
    assert len(rows) == ring.CAPACITY - 1
    assert reader.lost == 1001
    assert rows[:, 0].tolist() == list(range(1001, written))


def test_a_writer_goes_on_behind_the_records_that_are_there(descriptor: int) -> None:
    reader = ring.RingReader(descriptor)
    write(ring.RingWriter(descriptor).recorder(), range(2))
    write(ring.RingWriter(descriptor).recorder(), range(2, 4))
    assert reader.take()[:, 0].tolist() == [0, 1, 2, 3]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 20), st.none()), max_size=30))
def test_every_record_is_taken_once_or_lost_whatever_the_order(steps: list[int | None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ring, "CAPACITY", 8)
        patch.setattr(ring, "SIZE_BYTES", 8 * (8 + 3 * 8))
        descriptor = ring.create()
        record, reader = ring.RingWriter(descriptor).recorder(), ring.RingReader(descriptor)
        written, taken = 0, []
        for step in [*steps, None]:
            if step is None:
                taken += reader.take()[:, 0].tolist()
                assert len(taken) + reader.lost == written
            else:
                write(record, range(written, written + step))
                written += step
        os.close(descriptor)
    assert taken == sorted(set(taken))
    assert not taken or taken[-1] == written - 1


def test_a_racing_writer_process_loses_nothing_uncounted(descriptor: int) -> None:
    written = 3 * ring.CAPACITY
    reader = ring.RingReader(descriptor)
    writer = subprocess.Popen(
        [sys.executable, "-c", _RACING_WRITER, str(descriptor), str(written)],
        pass_fds=[descriptor],
    )
    parts = []
    while writer.poll() is None:
        parts.append(reader.take())
    assert writer.returncode == 0
    parts.append(reader.take())
    rows = np.concatenate(parts)
    assert len(rows) + reader.lost == written
    assert (np.diff(rows[:, 0]) > 0).all()
    assert (rows[:, 0] == rows[:, 1]).all()
    assert (rows[:, 1] == rows[:, 2]).all()
    assert rows[-1, 0] == written


def test_a_reader_that_starts_late_in_a_race_counts_exactly(descriptor: int) -> None:
    written = 4 * ring.CAPACITY
    writer = subprocess.Popen(
        [sys.executable, "-c", _RACING_WRITER, str(descriptor), str(written)],
        pass_fds=[descriptor],
    )
    reader = ring.RingReader(descriptor)
    written_so_far = memoryview(mmap.mmap(descriptor, ring.SIZE_BYTES)).cast("q")
    while written_so_far[0] < 2 * ring.CAPACITY and writer.poll() is None:
        pass
    parts = []
    while writer.poll() is None:
        parts.append(reader.take())
    parts.append(reader.take())
    rows = np.concatenate(parts)
    assert reader.lost > 0
    assert len(rows) + reader.lost == written
    assert (np.diff(rows[:, 0]) > 0).all()
    assert (rows == rows[:, :1]).all()
