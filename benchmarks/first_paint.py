"""How long a user waits for the screen, and for the first number on it."""

from __future__ import annotations

import re
import time

from benchmarks.contestants import wait_for_worker
from benchmarks.place import PYTHON, SQUEEZENET, Place, place
from benchmarks.pty_program import Frame, PtyProgram, seen
from benchmarks.table import Table, median, number, quartiles

_SIZES = ((120, 40), (80, 24))
_INKED = 0.9
_THROUGHPUT = re.compile(r"[\d.]+ +[mµn]?s per image|\d FPS")
_NUMBER_LIMIT_S = 1.5
"""After the first inference: three frames."""

_ABOUT = f"""\
Seconds from the start of `edgetop --model squeezenet_v1.1.onnx`, 2 frames a second, on a
pseudo-terminal; the screen is replayed through a terminal emulator afterwards. "Layout" is when
{_INKED:.0%} of the rows and columns that carry ink in the end do so; "number" is when the
throughput is shown, which takes loading, the first run, the warm-up and the end of an interval.
All files are in the page cache and all modules are compiled."""


def run(quick: bool) -> Table:
    """Several starts at each size."""
    starts = 3 if quick else 5
    rows = []
    with place() as home:
        _start(_SIZES[0], home)  # fills the caches
        for size in _SIZES:
            times = [_start(size, home) for _ in range(starts)]
            rows.append(_row(size, times))
    columns = (
        "size", "first byte, s", "layout, s", "slowest, s", "inferences begin, s", "number, s",
        "quartiles", "starts",
    )  # fmt: skip
    return Table("Start", _ABOUT, columns, tuple(rows))


def _start(size: tuple[int, int], home: Place) -> tuple[float, float, float, float | None]:
    """First byte, layout, first inference, number: seconds from the start."""
    command = [PYTHON, "-m", "edgetop", "--model", str(home.model(SQUEEZENET))]
    with PtyProgram(command, size, home.env, home.folder) as program:
        wait_for_worker(program.process)
        running_s = time.monotonic()
        time.sleep(_NUMBER_LIMIT_S)
        frames = seen(program)
    begin_s = program.started_s
    layout_s = next(frame.at_s for frame in frames if _stands(frame, frames[-1]))
    number_s = next((frame.at_s for frame in frames if _THROUGHPUT.search(frame.text)), None)
    return (
        program.chunks[0][0] - begin_s,
        layout_s - begin_s,
        running_s - begin_s,
        None if number_s is None else number_s - begin_s,
    )


def _stands(frame: Frame, final: Frame) -> bool:
    return frame.rows >= _INKED * final.rows and frame.columns >= _INKED * final.columns


def _row(
    size: tuple[int, int], times: list[tuple[float, float, float, float | None]]
) -> tuple[str, ...]:
    first, layout, running, numbers = zip(*times, strict=True)
    shown = [value for value in numbers if value is not None]
    low, high = quartiles(shown)
    return (
        f"{size[0]}x{size[1]}",
        number(median(first)),
        number(median(layout)),
        number(max(layout)),
        number(median(running)),
        number(median(shown)),
        f"{number(low)} to {number(high)}",
        f"{len(shown)} of {len(times)} with a number",
    )
