"""The trace holds the start and end of every inference, and a full disk ends only it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgetop.errors import UsageError
from edgetop.session.trace import TraceFile

if TYPE_CHECKING:
    from pathlib import Path


def rows(*values: tuple[int, int, int]) -> np.ndarray:
    return np.array(values, dtype=np.int64).reshape(-1, 3)


def test_one_line_per_inference_in_whole_nanoseconds(tmp_path: Path) -> None:
    trace = TraceFile(tmp_path / "t.csv")
    trace.write(rows((5, 10, 20), (25, 30, 2**62)))
    trace.write(rows())
    trace.write(rows((1, 2, 3)))
    trace.close()
    expected = f"start_ns,end_ns\n10,20\n30,{2**62}\n2,3\n"
    assert (tmp_path / "t.csv").read_text() == expected
    assert trace.problem == ""


def test_lines_can_be_followed_while_they_are_written(tmp_path: Path) -> None:
    trace = TraceFile(tmp_path / "t.csv")
    trace.write(rows((0, 1, 2)))
    assert (tmp_path / "t.csv").read_text() == "start_ns,end_ns\n1,2\n"
    trace.close()


def test_an_old_trace_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("old\n" * 100)
    TraceFile(tmp_path / "t.csv").close()
    assert (tmp_path / "t.csv").read_text() == "start_ns,end_ns\n"


@pytest.mark.parametrize("name", ["nowhere/t.csv", "."])
def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot write the trace"):
        TraceFile(tmp_path / name)


def test_a_full_disk_ends_the_trace_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "t.csv").symlink_to("/dev/full")
    trace = TraceFile(tmp_path / "t.csv")
    trace.write(rows((0, 1, 2)))
    problem = trace.problem
    assert problem == f"the trace {tmp_path / 't.csv'} ends early: No space left on device"
    trace.write(rows((0, 3, 4)))
    trace.close()
    assert trace.problem == problem
