"""`python -m benchmarks.sensor_reader ROOT HZ SECONDS`: the sensors of a board, read at that rate.

Prints JSON: processor seconds per second, and how many sensors there are. Without ROOT (an empty
text) the loop alone runs.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from edgetop.sensors.board import Board

_SETTLED_S = 1.5
"""Looking for sensors and importing what reads them is over by then."""


def main(root: str, hz: float, seconds: float) -> None:
    """Read for a while and print what it took."""
    board = Board(Path(root), interval_s=1 / hz) if root else None
    if board is not None:
        board.start(wait_s=3.0)
    time.sleep(_SETTLED_S)
    begun_s, begun_cpu_s = time.monotonic(), time.process_time()
    for number in range(1, round(seconds * hz) + 1):
        time.sleep(max(0.0, begun_s + number / hz - time.monotonic()))
        if board is not None:
            board.read()
    took_s = time.monotonic() - begun_s
    share = (time.process_time() - begun_cpu_s) / took_s
    items = board.read().sensors if board is not None else ()
    known = sum(item.value is not None for item in items)
    print(json.dumps({"cpu_s_per_s": share, "sensors": len(items), "known": known}))
    if board is not None:
        board.close()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
