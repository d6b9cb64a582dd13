"""How long a user waits for the screen, and for the first number on it."""

from __future__ import annotations

import re
import time
from typing import NamedTuple

from benchmarks.contestants import wait_for_worker
from benchmarks.place import PYTHON, SQUEEZENET, Place, place
from benchmarks.pty_program import Frame, PtyProgram, seen
from benchmarks.table import Table, median, number, quartiles

_SIZES = ((120, 40), (80, 24))
_INKED = 0.9
THROUGHPUT = re.compile(r"\d +[mµn]?s/image")
"""What stands below the throughput, large or small, once there is one."""
_NUMBER_LIMIT_S = 2.5
"""After the first inference: five frames."""

_ABOUT = f"""\
Seconds from the start of `edgetop --model squeezenet_v1.1.onnx`, 2 frames a second, on a
pseudo-terminal; the screen is replayed through a terminal emulator afterwards. "Layout" is when
{_INKED:.0%} of the rows and columns that carry ink in the end do so; "first FPS" is when the
throughput is shown, which takes loading, the first run, the warm-up and the end of an interval;
"after layout" is the part of it that a user waits before a standing screen. All files are in the
page cache and all modules are compiled."""


def run(quick: bool) -> Table:
    """Several starts at each size."""
    starts = 3 if quick else 5
    with place() as home:
        _start(_SIZES[0], home)  # fills the caches
        rows = [_row(size, [_start(size, home) for _ in range(starts)]) for size in _SIZES]
    columns = (
        "size", "first byte, s", "layout, s", "slowest, s", "inferences begin, s",
        "first FPS, s", "quartiles", "after layout, s", "starts",
    )  # fmt: skip
    return Table("Start", _ABOUT, columns, tuple(rows))


class Start(NamedTuple):
    """One start; seconds from when the program was called."""

    first_byte_s: float
    layout_s: float
    inferences_s: float
    fps_s: float | None
    """None if no throughput was shown in time."""


def _start(size: tuple[int, int], home: Place) -> Start:
    command = [PYTHON, "-m", "edgetop", "--model", str(home.model(SQUEEZENET))]
    with PtyProgram(command, size, home.env, home.folder) as program:
        wait_for_worker(program.process)
        running_s = time.monotonic()
        time.sleep(_NUMBER_LIMIT_S)
        frames = seen(program)
    begin_s = program.started_s
    layout_s = next(frame.at_s for frame in frames if _stands(frame, frames[-1]))
    fps_s = next((frame.at_s for frame in frames if THROUGHPUT.search(frame.text)), None)
    return Start(
        program.chunks[0][0] - begin_s,
        layout_s - begin_s,
        running_s - begin_s,
        None if fps_s is None else fps_s - begin_s,
    )


def _stands(frame: Frame, final: Frame) -> bool:
    return frame.rows >= _INKED * final.rows and frame.columns >= _INKED * final.columns


def _row(size: tuple[int, int], starts: list[Start]) -> tuple[str, ...]:
    shown = [(start.layout_s, start.fps_s) for start in starts if start.fps_s is not None]
    fps_s = [value for _, value in shown]
    low, high = quartiles(fps_s)
    return (
        f"{size[0]}x{size[1]}",
        number(median(start.first_byte_s for start in starts)),
        number(median(start.layout_s for start in starts)),
        number(max(start.layout_s for start in starts)),
        number(median(start.inferences_s for start in starts)),
        number(median(fps_s)),
        f"{number(low)} to {number(high)}",
        number(median(value - layout_s for layout_s, value in shown)),
        f"{len(shown)} of {len(starts)} with a number",
    )
