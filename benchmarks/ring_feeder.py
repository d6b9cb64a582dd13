"""Writes records into a ring at a given rate, as the model's process does.

Run as ``python -m benchmarks.ring_feeder DESCRIPTOR PER_S SECONDS``; 0 per second is as fast as it
goes. At the end it prints how many it has written.
"""

from __future__ import annotations

import sys
import time

from edgetop.engine.ring import RingWriter

_BURST_S = 0.001


def feed(descriptor: int, per_s: float, seconds: float) -> int:
    """Write for so long; returns the number of records."""
    record, clock = RingWriter(descriptor).recorder(), time.monotonic_ns
    begin = clock()
    written = 0
    while (elapsed_ns := clock() - begin) < seconds * 1e9:
        due = int(elapsed_ns * per_s / 1e9) if per_s else written + 1000
        for _ in range(due - written):
            now = clock()
            record(now, now, now)
        written = max(written, due)
        if per_s:
            time.sleep(_BURST_S)
    return written


if __name__ == "__main__":
    print(feed(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
